package openapi

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operationReader reads the operations from the paths of a description.
type operationReader struct {
	*description
	ctx     context.Context
	spec    *Spec
	slugs   slugs
	byID    map[string]*node
	byShape map[string]*node
	tags    map[string]bool
}

func (d *description) readOperations(ctx context.Context, spec *Spec) {
	r := operationReader{
		description: d, ctx: ctx, spec: spec, slugs: slugs{},
		byID: map[string]*node{}, byShape: map[string]*node{}, tags: map[string]bool{},
	}
	for _, tag := range spec.Tags {
		r.tags[tag.Name] = true
	}
	spec.Operations = r.readPaths(d.root.get("paths"), false)
	resolveLinks(spec.Operations)
	spec.Webhooks = r.readPaths(d.root.get("webhooks"), true)
	if len(spec.Operations)+len(spec.Webhooks) > 0 || d.findings.failed() {
		return
	}
	if len(spec.Schemas) > 0 {
		d.warn(d.root, "The description has schemas, but no operations or webhooks.", `Add operations under "paths" if there are any.`)
		return
	}
	d.fail(d.root, "The description has no operations or webhooks.", `Add them under "paths", or check the indentation there.`)
}

func (r *operationReader) readPaths(paths *node, webhooks bool) []Operation {
	var read []Operation
	for _, entry := range paths.object() {
		if strings.HasPrefix(entry.name, "x-") {
			continue
		}
		item, _ := r.follow(entry.value)
		if item == nil || item.kind != objectKind {
			r.fail(entry.value, "A path must be an object with operations; this is "+entry.value.kind.String()+".", "Check the indentation.")
			continue
		}
		if !webhooks {
			r.checkPath(entry)
		}
		for _, operation := range item.members {
			if !slices.Contains(methods, operation.name) {
				continue
			}
			ordinal := len(r.spec.Operations) + len(read)
			if ordinal >= r.limits.Operations {
				r.fail(entry.value, fmt.Sprintf("The description has more than %d operations.", r.limits.Operations),
					"Split the description into several products or versions.")
				return read
			}
			if r.ctx.Err() != nil {
				return read
			}
			if operation.value.kind != objectKind {
				r.fail(operation.value, "An operation must be an object; this is "+operation.value.kind.String()+".", "Check the indentation.")
				continue
			}
			read = append(read, r.readOperation(ordinal, entry.name, item, operation, webhooks))
		}
	}
	return read
}

var pathParameter = regexp.MustCompile(`\{[^{}/]*\}`)

// checkPath warns about a path that does not begin with a slash or matches the same calls as another.
func (r *operationReader) checkPath(entry member) {
	if !strings.HasPrefix(entry.name, "/") {
		r.warn(entry.value, "The path "+strconv.Quote(shorten(entry.name))+" does not begin with a slash.", "Add a slash at the beginning.")
	}
	shape := pathParameter.ReplaceAllString(entry.name, "{}")
	if first := r.byShape[shape]; first != nil {
		r.warn(entry.value, "The path "+strconv.Quote(shorten(entry.name))+" matches the same calls as "+
			strconv.Quote(shorten(first.name()))+".", "Merge the two paths, with the same parameter names.")
		return
	}
	r.byShape[shape] = entry.value
}

func (r *operationReader) readOperation(ordinal int, path string, item *node, entry member, webhook bool) Operation {
	from := entry.value
	operation := Operation{
		Ordinal: ordinal, Method: strings.ToUpper(entry.name), Path: path, Webhook: webhook,
		OperationID: from.string("operationId"),
		Summary:     from.string("summary"), Description: from.string("description"),
		Tags: from.strings("tags"), Deprecated: from.true("deprecated"),
	}
	operation.Slug = r.slugs.take(operation.OperationID, operation.Method, path, ordinal)
	r.checkIdentity(from, operation)
	for _, tag := range operation.Tags {
		if !r.tags[tag] {
			r.tags[tag] = true
			r.spec.Tags = append(r.spec.Tags, Tag{Name: tag})
		}
	}
	r.wantKinds(from, objectKind, "requestBody", "responses", "callbacks")
	r.wantKinds(from, arrayKind, "parameters", "security", "tags")
	r.room = longestOperation
	operation.Detail = OperationDetail{
		Parameters:   r.readParameters(path, item, from, webhook),
		RequestBody:  r.readRequestBody(from.get("requestBody")),
		Responses:    r.readResponses(from),
		Security:     r.readSecurity(from),
		Servers:      r.readServers(firstOf(from, item, "servers")),
		ExternalDocs: r.externalDocs(from),
	}
	r.readAlternatives(operation.Detail.RequestBody, from.get("requestBody"))
	operation.Input = r.input(r.declaredParameters(path, item, from), from.get("requestBody"))
	r.readCallbacks(&operation.Detail, from)
	r.noteUse(from, item, operation.Slug)
	return operation
}

func (r *operationReader) checkIdentity(from *node, operation Operation) {
	id := from.get("operationId")
	if id == nil || operation.OperationID == "" {
		return
	}
	if first := r.byID[operation.OperationID]; first != nil {
		r.warn(id, fmt.Sprintf("The operationId %q is already used by %s %s.", shorten(operation.OperationID),
			strings.ToUpper(first.name()), shorten(first.parent.name())), "Give every operation its own id.")
		return
	}
	r.byID[operation.OperationID] = from
}

// readParameters returns the parameters of the operation and those of its path that it does not override.
func (r *operationReader) readParameters(path string, item, operation *node, webhook bool) []Parameter {
	var read []Parameter
	places := map[[2]string]bool{}
	for _, list := range []*node{operation.get("parameters"), item.get("parameters")} {
		own := list == operation.get("parameters")
		for _, entry := range list.list() {
			from, _ := r.follow(entry.value)
			parameter := r.readParameter(from, from.string("name"), from.string("in"))
			key := [2]string{parameter.In, parameter.Name}
			switch {
			case parameter.Name == "" || !slices.Contains([]string{"path", "query", "header", "cookie"}, parameter.In):
				r.warn(entry.value, "A parameter without a name or a valid location was left out.",
					`Set "name", and set "in" to path, query, header or cookie.`)
			case !places[key]:
				places[key] = true
				read = append(read, parameter)
			case own:
				r.warn(entry.value, fmt.Sprintf("The %s parameter %q is declared twice.", parameter.In, shorten(parameter.Name)), "Remove one.")
			}
		}
	}
	if !webhook {
		read = r.completePath(path, operation, read)
	}
	return read
}

// declaredParameters returns the parameters of the operation and its path, without duplicates, and undeclared ones.
func (r *operationReader) declaredParameters(path string, item, operation *node) []*node {
	var declared []*node
	seen := map[[2]string]bool{}
	for _, list := range []*node{operation.get("parameters"), item.get("parameters")} {
		for _, entry := range list.list() {
			from, _ := r.follow(entry.value)
			key := [2]string{from.string("in"), from.string("name")}
			if from != nil && key[0] != "" && key[1] != "" && !seen[key] {
				seen[key] = true
				declared = append(declared, from)
			}
		}
	}
	for _, match := range pathParameter.FindAllString(path, -1) {
		if name := match[1 : len(match)-1]; !seen[[2]string{"path", name}] {
			seen[[2]string{"path", name}] = true
			declared = append(declared, &node{kind: objectKind, members: []member{
				{name: "name", value: &node{kind: stringKind, text: name}}, {name: "in", value: &node{kind: stringKind, text: "path"}},
			}})
		}
	}
	return declared
}

// completePath adds path parameters that are not declared, and warns about both kinds of mismatch.
func (r *operationReader) completePath(path string, operation *node, declared []Parameter) []Parameter {
	named := map[string]bool{}
	for _, match := range pathParameter.FindAllString(path, -1) {
		name := match[1 : len(match)-1]
		named[name] = true
		known := slices.ContainsFunc(declared, func(p Parameter) bool { return p.In == "path" && p.Name == name })
		if !known {
			r.warn(operation, fmt.Sprintf("The path parameter %q is not declared.", shorten(name)), `Add it to "parameters" with its schema.`)
			declared = append(declared, Parameter{Name: name, In: "path", Required: true, Value: ValueType{Type: "string"}})
		}
	}
	for i, parameter := range declared {
		if parameter.In != "path" {
			continue
		}
		declared[i].Required = true
		if !named[parameter.Name] {
			r.warn(operation, fmt.Sprintf("The path parameter %q is not part of the path.", shorten(parameter.Name)),
				"Add it to the path in braces, or remove it.")
		}
	}
	return declared
}

// readParameter reads a parameter or a header.
func (d *description) readParameter(from *node, name, in string) Parameter {
	schema, of := from.get("schema"), from
	read := Parameter{
		Name: name, In: in, Description: from.string("description"),
		Required: from.true("required"), Deprecated: from.true("deprecated"),
	}
	if content := from.get("content").object(); schema == nil && len(content) > 0 {
		read.Content, of = content[0].name, content[0].value
		schema = of.get("schema")
	}
	read.Value, read.Example = d.valueType(schema), d.parameterExample(of, schema)
	read.Style, read.Explode = spelled(from, in)
	return read
}

// spelled returns how lists and objects are serialized, if that is not the default of the location.
func spelled(from *node, in string) (style string, explode bool) {
	usual := "simple"
	if in == "query" || in == "cookie" {
		usual = "form"
	}
	style = cmp.Or(from.string("style"), usual)
	usualExplode := style == "form"
	explode = usualExplode
	if said := from.get("explode"); said != nil && said.kind == booleanKind {
		explode = said.text == "true"
	}
	if style == usual && explode == usualExplode {
		return "", false
	}
	return style, explode
}

func (d *description) readRequestBody(n *node) *RequestBody {
	from, _ := d.follow(n)
	if from == nil || from.kind != objectKind {
		return nil
	}
	return &RequestBody{
		Description: from.string("description"), Required: from.true("required"), Content: d.readContent(from),
	}
}

func (r *operationReader) readResponses(operation *node) []Response {
	responses := operation.get("responses")
	if len(responses.object()) == 0 && !strings.HasPrefix(r.spec.OpenAPI, "3.1") {
		r.warn(operation, "The operation has no responses.", `Add at least one under "responses".`)
	}
	var read []Response
	for _, entry := range responses.object() {
		if strings.HasPrefix(entry.name, "x-") {
			continue
		}
		from, _ := r.follow(entry.value)
		response := Response{Status: entry.name, Description: from.string("description"), Content: r.readContent(from)}
		for _, header := range from.get("headers").object() {
			target, _ := r.follow(header.value)
			response.Headers = append(response.Headers, r.readParameter(target, header.name, "header"))
		}
		response.Links = r.readLinks(from.get("links"))
		read = append(read, response)
	}
	return read
}

func (d *description) readContent(of *node) []MediaType {
	var read []MediaType
	for _, entry := range of.get("content").object() {
		from, _ := d.follow(entry.value)
		schema := from.get("schema")
		media := MediaType{Name: entry.name, Schema: d.schema(schema), Parts: d.readParts(from.get("encoding"))}
		if !d.spend(media.Schema.size()) {
			media.Schema.Omitted += len(media.Schema.Rows)
			media.Schema.Rows = nil
		}
		d.readExamples(&media, from, schema)
		if !d.spend(len(media.Example)) {
			media.Example = ""
		}
		read = append(read, media)
	}
	return read
}

// Limits for schemas and examples, in bytes: on the page of one operation, and on all of them together.
const (
	longestOperation  = 256 << 10
	longestOperations = 256 << 20
)

// spend takes room on the current page and reports whether there was enough.
func (d *description) spend(size int) bool {
	if d.room < size || d.allRoom < size {
		return false
	}
	d.room -= size
	d.allRoom -= size
	return true
}

func (d *description) readParts(encoding *node) []PartEncoding {
	var read []PartEncoding
	for _, entry := range encoding.object() {
		part := PartEncoding{Name: shortenTo(entry.name, longestName), ContentType: shortenTo(entry.value.string("contentType"), longestName)}
		for _, header := range entry.value.get("headers").object() {
			part.Headers = append(part.Headers, shortenTo(header.name, longestName))
		}
		if len(read) < mostChoices && (part.ContentType != "" || len(part.Headers) > 0) {
			read = append(read, part)
		}
	}
	return read
}

func (r *operationReader) readLinks(links *node) []ResponseLink {
	var read []ResponseLink
	for _, entry := range links.object() {
		from, _ := r.follow(entry.value)
		target := cmp.Or(from.string("operationId"), from.string("operationRef"))
		if target != "" && len(read) < mostChoices {
			read = append(read, ResponseLink{
				Name: shortenTo(entry.name, longestName), Description: from.string("description"), Operation: shortenTo(target, longestValue),
			})
		}
	}
	return read
}

// resolveLinks sets the slugs of the operations that links of responses name.
func resolveLinks(operations []Operation) {
	slugs := map[string]string{}
	for _, operation := range operations {
		if operation.OperationID != "" && slugs[operation.OperationID] == "" {
			slugs[operation.OperationID] = operation.Slug
		}
	}
	for _, operation := range operations {
		for _, response := range operation.Detail.Responses {
			for i := range response.Links {
				response.Links[i].Slug = slugs[response.Links[i].Operation]
			}
		}
	}
}

func (r *operationReader) readSecurity(operation *node) []SecurityAlternative {
	list := operation.get("security")
	if list == nil {
		list = r.root.get("security")
	}
	var read []SecurityAlternative
	for _, entry := range list.list() {
		alternative := SecurityAlternative{}
		for _, need := range entry.value.object() {
			known := slices.ContainsFunc(r.spec.SecuritySchemes, func(s SecurityScheme) bool { return s.Name == need.name })
			if !known {
				r.warn(need.value, "The security scheme "+strconv.Quote(shorten(need.name))+" is not declared.",
					`Declare it under "components", "securitySchemes".`)
			}
			alternative = append(alternative, SecurityNeed{Scheme: need.name, Scopes: entry.value.strings(need.name)})
		}
		read = append(read, alternative)
	}
	return read
}
