package openapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const swagger2 = "2.0"

// readNotation reads the version of OpenAPI or Swagger and reports whether it is supported.
func (d *description) readNotation(spec *Spec) bool {
	openapi, swagger := d.root.get("openapi"), d.root.get("swagger")
	switch spec.OpenAPI = d.root.string("openapi"); {
	case swagger != nil && (swagger.text == swagger2 || swagger.text == "2"):
		spec.OpenAPI = swagger2
		return true
	case swagger != nil:
		d.fail(swagger, "This version of Swagger is not supported.", "Convert the description to OpenAPI 3.1.")
		return false
	case openapi == nil:
		d.fail(d.root, `The field "openapi" is missing, so this may not be an OpenAPI description.`,
			`Check that this is the right file, and add the version, such as "openapi: 3.1.0".`)
		return false
	case spec.OpenAPI == "3.0" || spec.OpenAPI == "3.1" ||
		strings.HasPrefix(spec.OpenAPI, "3.0.") || strings.HasPrefix(spec.OpenAPI, "3.1."):
		return true
	}
	if spec.OpenAPI == "" {
		d.fail(openapi, `The field "openapi" must be a version, such as 3.1.0; this is `+openapi.kind.String()+".", "Correct the value.")
		return false
	}
	d.fail(openapi, "OpenAPI version "+strconv.Quote(shorten(openapi.text))+" is not supported.",
		"Use Swagger 2.0, OpenAPI 3.0 or OpenAPI 3.1.")
	return false
}

// namedSchemas returns the named schemas of an OpenAPI 3 or Swagger 2 description.
func (d *description) namedSchemas() []*node {
	var schemas []*node
	for _, of := range []*node{d.root.get("components").get("schemas"), d.root.get("definitions")} {
		for _, entry := range of.object() {
			schemas = append(schemas, entry.value)
		}
	}
	return schemas
}

func (d *description) readRoot(spec *Spec) {
	d.wantKinds(d.root, objectKind, "info", "paths", "webhooks", "components", "externalDocs")
	d.wantKinds(d.root, arrayKind, "servers", "tags", "security")
	d.readInfo(spec)
	spec.ExternalDocs = d.externalDocs(d.root)
	spec.Servers = d.readServers(d.root.get("servers"))
	for _, item := range d.root.get("tags").list() {
		if name := item.value.string("name"); name != "" {
			spec.Tags = append(spec.Tags, Tag{Name: name, Description: item.value.string("description")})
		}
		d.externalDocs(item.value) // not shown yet, but checked like every link
	}
	for _, item := range d.root.get("x-tagGroups").list() {
		if name, tags := item.value.string("name"), item.value.strings("tags"); name != "" && len(tags) > 0 {
			spec.TagGroups = append(spec.TagGroups, TagGroup{Name: name, Tags: tags})
		}
	}
	components := d.root.get("components")
	for _, entry := range components.get("securitySchemes").object() {
		spec.SecuritySchemes = append(spec.SecuritySchemes, d.readSecurityScheme(entry))
	}
	d.readSchemaIndex(spec, components.get("schemas"))
}

func (d *description) readInfo(spec *Spec) {
	info := d.root.get("info")
	spec.Title, spec.Version = info.string("title"), info.string("version")
	spec.Summary, spec.Description = info.string("summary"), info.string("description")
	if spec.Title == "" || spec.Version == "" {
		at := d.root
		if info != nil {
			at = info
		}
		d.warn(at, "The title or the version of the API is missing.", `Set "title" and "version" under "info".`)
	}
	contact, license := info.get("contact"), info.get("license")
	spec.Contact = Contact{Name: contact.string("name"), URL: d.webAddress(contact, "url"), Email: contact.string("email")}
	spec.License = Link{Text: license.string("name"), URL: d.webAddress(license, "url")}
	if identifier := license.string("identifier"); identifier != "" && spec.License.Text == "" {
		spec.License.Text = identifier
	}
	spec.TermsOfService = d.webAddress(info, "termsOfService")
}

func (d *description) externalDocs(of *node) Link {
	docs := of.get("externalDocs")
	return Link{Text: docs.string("description"), URL: d.webAddress(docs, "url")}
}

// wantKinds reports members of the wrong kind. They are then treated as missing.
func (d *description) wantKinds(of *node, want kind, names ...string) {
	for _, name := range names {
		if value := of.get(name); value != nil && value.kind != want {
			d.fail(value, fmt.Sprintf("%q must be %s; this is %s.", name, want, value.kind),
				"Correct the value or its indentation.")
		}
	}
}

func (d *description) readSecurityScheme(entry member) SecurityScheme {
	from, _ := d.follow(entry.value)
	scheme := SecurityScheme{
		Name: entry.name, Type: from.string("type"), Description: from.string("description"),
		In: from.string("in"), Parameter: from.string("name"),
		Scheme: strings.ToLower(from.string("scheme")), BearerFormat: from.string("bearerFormat"),
		OpenIDURL: d.webAddress(from, "openIdConnectUrl"),
	}
	known := []string{"apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"}
	if !slices.Contains(known, scheme.Type) {
		d.warn(entry.value, "The security scheme "+strconv.Quote(shorten(entry.name))+" has no known type.",
			"Use one of "+strings.Join(known, ", ")+".")
	}
	for _, flow := range from.get("flows").object() {
		read := OAuthFlow{
			Kind:             flow.name,
			AuthorizationURL: d.webAddress(flow.value, "authorizationUrl"),
			TokenURL:         d.webAddress(flow.value, "tokenUrl"),
			RefreshURL:       d.webAddress(flow.value, "refreshUrl"),
		}
		for _, scope := range flow.value.get("scopes").object() {
			read.Scopes = append(read.Scopes, scope.name)
			if scope.value.kind == stringKind && scope.value.text != "" {
				if read.Meanings == nil {
					read.Meanings = map[string]string{}
				}
				read.Meanings[scope.name] = scope.value.text
			}
		}
		scheme.Flows = append(scheme.Flows, read)
	}
	return scheme
}
