package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// schemaListContent is the index of a version's named schemas.
type schemaListContent struct {
	catalog.VersionPage
	Query   string
	Total   int
	Schemas []catalog.SchemaEntry
	Notice  string
}

func schemaListPage(v *visit) error {
	found, err := v.config.Catalog.VersionPage(v.request.Context(), v.pathPart("product"), v.pathPart("version"))
	if err != nil {
		return err
	}
	schemas := withPages(found.Spec.Schemas)
	query := v.request.URL.Query()
	shown := schemaListContent{VersionPage: found, Query: strings.TrimSpace(query.Get("q")), Total: len(schemas)}
	if wanted := query.Get("schema"); wanted != "" {
		if slices.ContainsFunc(schemas, func(e catalog.SchemaEntry) bool { return e.Slug == wanted }) {
			return v.redirect(schemaPath(found.Product, found.Version, wanted))
		}
		shown.Notice = found.Version.Name + " has no such schema. Look for what took its place below."
	}
	shown.Schemas = slices.DeleteFunc(schemas, func(e catalog.SchemaEntry) bool { return !holds(shown.Query, e.Name, e.Description) })
	return v.render(http.StatusOK, "Schemas of "+found.Product.Name+" "+found.Version.Name, site.AreaAPIs, schemaListView(shown))
}

// withPages leaves out schemas of a description that was stored before schemas had pages.
func withPages(schemas []catalog.SchemaEntry) []catalog.SchemaEntry {
	return slices.DeleteFunc(slices.Clone(schemas), func(e catalog.SchemaEntry) bool { return e.Slug == "" })
}

func schemaPage(v *visit) error {
	found, err := v.config.Catalog.SchemaPage(v.request.Context(),
		v.pathPart("product"), v.pathPart("version"), v.pathPart("schema"))
	if err != nil {
		return err
	}
	title := nameText(found.Schema.Name) + " · " + found.Product.Name
	return v.render(http.StatusOK, title, site.AreaAPIs, schemaView(found))
}

func operationExample(v *visit) error {
	number, err := v.exampleNumber()
	if err != nil {
		return err
	}
	found, err := v.config.Catalog.OperationExample(v.request.Context(),
		v.pathPart("product"), v.pathPart("version"), v.pathPart("operation"), number)
	if err != nil {
		return err
	}
	return v.sendText(found.Text)
}

func schemaExample(v *visit) error {
	number, err := v.exampleNumber()
	if err != nil {
		return err
	}
	found, err := v.config.Catalog.SchemaExample(v.request.Context(),
		v.pathPart("product"), v.pathPart("version"), v.pathPart("schema"), number)
	if err != nil {
		return err
	}
	return v.sendText(found.Text)
}

func (v *visit) exampleNumber() (int, error) {
	number, err := strconv.ParseUint(v.pathPart("number"), 10, 31)
	if err != nil {
		return 0, fault.Missing("example")
	}
	return int(number), nil
}

// sendText answers with a plain text, which browsers show as it is.
func (v *visit) sendText(text string) error {
	v.writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.writer.WriteHeader(http.StatusOK)
	_, _ = v.writer.Write([]byte(text)) // the visitor has gone
	return nil
}

// schemaReference is where the pages lie that the schema's page leads to.
func schemaReference(shown catalog.SchemaPage) reference {
	return reference{
		Schemas: schemaListPath(shown.Product, shown.Version), Operations: versionPath(shown.Product, shown.Version) + "/operations",
		Page: schemaPath(shown.Product, shown.Version, shown.Schema.Slug),
	}
}
