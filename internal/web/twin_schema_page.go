package web

import "strings"

func schemaTwin(v *visit, slug string) (string, error) {
	found, err := v.config.Catalog.SchemaPage(v.request.Context(), v.pathPart("product"), v.pathPart("version"), slug)
	if err != nil {
		return "", err
	}
	text := twinText{schemas: v.absolute(schemaPath(found.Product, found.Version, ""))}
	text.heading(1, nameText(found.Schema.Name))
	text.paragraph("A schema of " + v.productLink(found.Product) + ", " + v.versionLink(found.Product, found.Version))
	if found.Schema.Deprecated {
		text.paragraph("This schema is deprecated.")
	}
	text.prose(found.Detail.Description, 2)
	text.paragraph(strings.Join(text.facts(found.Detail.Schema.Value), ", "))
	text.schema(found.Detail.Schema)
	if found.Detail.Example != "" {
		text.heading(2, "Example")
		text.fence("json", found.Detail.Example)
	}
	if len(found.Operations) > 0 {
		text.heading(2, "Used by")
	}
	for _, operation := range found.Operations {
		text.item(0, v.operationLink(found.Product, found.Version, operation), "")
	}
	return text.String(), nil
}
