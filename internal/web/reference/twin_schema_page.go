package reference

import (
	"strings"

	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) schemaTwin(v *visit.Visit, slug string) (string, error) {
	found, err := p.Catalog.SchemaPage(v.Request.Context(), v.PathPart("product"), v.PathPart("version"), slug)
	if err != nil {
		return "", err
	}
	text := twinText{schemas: v.Absolute(address.Schema(found.Product.Slug, found.Version.Name, ""))}
	text.heading(1, nameText(found.Schema.Name))
	text.paragraph("A schema of " + productLink(v, found.Product) + ", " + versionLink(v, found.Product, found.Version))
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
	if len(found.UsedBy) > 0 {
		text.heading(2, "Used by")
	}
	for _, operation := range found.UsedBy {
		text.item(0, operationLink(v, found.Product, found.Version, operation), "")
	}
	return text.String(), nil
}
