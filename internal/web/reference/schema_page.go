package reference

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// schemaListContent is the index of a version's named schemas.
type schemaListContent struct {
	catalog.VersionPage
	Query   string
	Total   int
	Schemas []openapi.SchemaEntry
	Notice  string
}

func (p *Pages) schemaListPage(v *visit.Visit) error {
	found, err := p.Catalog.VersionPage(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	schemas := withPages(found.Spec.Schemas)
	query := v.Request.URL.Query()
	shown := schemaListContent{VersionPage: found, Query: strings.TrimSpace(query.Get("q")), Total: len(schemas)}
	if wanted := query.Get("schema"); wanted != "" {
		if slices.ContainsFunc(schemas, func(e openapi.SchemaEntry) bool { return e.Slug == wanted }) {
			return v.Redirect(address.Schema(found.Product.Slug, found.Version.Name, wanted))
		}
		shown.Notice = found.Version.Name + " has no such schema. Look for what took its place below."
	}
	shown.Schemas = slices.DeleteFunc(schemas, func(e openapi.SchemaEntry) bool { return !holds(shown.Query, e.Name, e.Description) })
	v.Frame = view.FrameWide
	return v.Render("Schemas of "+found.Product.Name+" "+found.Version.Name, site.AreaAPIs, schemaListView(shown))
}

// withPages returns the schemas that have pages. Descriptions stored by early versions have schemas without pages.
func withPages(schemas []openapi.SchemaEntry) []openapi.SchemaEntry {
	return slices.DeleteFunc(slices.Clone(schemas), func(e openapi.SchemaEntry) bool { return e.Slug == "" })
}

func (p *Pages) schemaPage(v *visit.Visit) error {
	found, err := p.Catalog.SchemaPage(v.Request.Context(),
		v.PathPart("product"), v.PathPart("version"), v.PathPart("schema"))
	if err != nil {
		return err
	}
	title := nameText(found.Schema.Name) + " · " + found.Product.Name
	v.Frame = view.FrameWide
	return v.Render(title, site.AreaAPIs, schemaView(found))
}

func (p *Pages) operationExample(v *visit.Visit) error {
	number, err := exampleNumber(v)
	if err != nil {
		return err
	}
	found, err := p.Catalog.OperationExample(v.Request.Context(),
		v.PathPart("product"), v.PathPart("version"), v.PathPart("operation"), number)
	if err != nil {
		return err
	}
	return sendText(v, found.Text)
}

func (p *Pages) schemaExample(v *visit.Visit) error {
	number, err := exampleNumber(v)
	if err != nil {
		return err
	}
	found, err := p.Catalog.SchemaExample(v.Request.Context(),
		v.PathPart("product"), v.PathPart("version"), v.PathPart("schema"), number)
	if err != nil {
		return err
	}
	return sendText(v, found.Text)
}

func exampleNumber(v *visit.Visit) (int, error) {
	number, err := strconv.ParseUint(v.PathPart("number"), 10, 31)
	if err != nil {
		return 0, fault.Missing("example")
	}
	return int(number), nil
}

// sendText sends plain text, which browsers show unchanged.
func sendText(v *visit.Visit, text string) error {
	v.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.Writer.WriteHeader(http.StatusOK)
	_, _ = v.Writer.Write([]byte(text)) // the visitor has left
	return nil
}

// schemaReference returns the URLs of the pages that the schema's page links to.
func schemaReference(shown catalog.SchemaPage) reference {
	return reference{
		Schemas: address.Schemas(shown.Product.Slug, shown.Version.Name), Operations: address.Version(shown.Product.Slug, shown.Version.Name) + "/operations",
		Page:    address.Schema(shown.Product.Slug, shown.Version.Name, shown.Schema.Slug),
		Anchors: newAnchors(),
	}
}

func (c schemaListContent) tree() treeContent {
	made := versionTree(c.VersionPage)
	made.Switch = func(version string) string { return address.Schemas(c.Product.Slug, version) }
	made.Place = placeSchemas
	return made
}

func schemaTree(shown catalog.SchemaPage) treeContent {
	return treeContent{
		Product: shown.Product, Version: shown.Version, Versions: shown.Versions, Spec: shown.Spec, Navigation: shown.Navigation,
		Switch: address.SwitchSchema(shown.Product.Slug, shown.Schema.Slug), Place: placeSchemas,
	}
}

func schemaNeighbour(shown catalog.SchemaPage, schema *openapi.SchemaEntry) *neighbour {
	if schema == nil {
		return nil
	}
	return &neighbour{address.Schema(shown.Product.Slug, shown.Version.Name, schema.Slug), nameText(schema.Name)}
}
