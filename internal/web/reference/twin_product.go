package reference

import (
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) productTwin(v *visit.Visit, slug string) (string, error) {
	found, err := p.Catalog.ProductPage(v.Request.Context(), slug)
	if err != nil {
		return "", err
	}
	var text twinText
	text.heading(1, found.Product.Name)
	text.prose(found.Product.Description, 2)
	text.heading(2, "Versions")
	for _, version := range found.Versions {
		text.item(0, versionLink(v, found.Product, version), "")
		addAddresses(v, &text, 1, version, "", "")
	}
	if len(found.Versions) == 0 {
		text.paragraph("No version is published yet.")
	}
	if len(found.Documents) > 0 {
		text.heading(2, "Documents")
		addDocuments(v, &text, 0, found.Product, tree(found.Documents))
	}
	return text.String(), nil
}

func (p *Pages) documentTwin(v *visit.Visit, slug string) (string, error) {
	found, err := p.Catalog.DocumentPage(v.Request.Context(), v.PathPart("product"), slug)
	if err != nil {
		return "", err
	}
	var text twinText
	text.heading(1, found.Document.Title)
	text.paragraph("Documentation of " + productLink(v, found.Product))
	text.prose(found.Document.WithPicturesAt(v.Absolute(address.Product(found.Product.Slug)+"/documents/")), 1)
	return text.String(), nil
}

func addDocuments(v *visit.Visit, text *twinText, depth int, product catalog.Product, shown []branch) {
	for _, here := range shown {
		text.item(depth, linked(here.Document.Title, twinOf(v, address.Document(product.Slug, here.Document.Slug))), "")
		addDocuments(v, text, depth+1, product, here.Below)
	}
}

// addAddresses lists the URL of a version in each environment, between a prefix and a suffix.
func addAddresses(v *visit.Visit, text *twinText, depth int, version catalog.Version, before, behind string) {
	for _, endpoint := range version.Endpoints {
		text.item(depth, plain(endpoint.Environment)+": "+code(before+v.Config.GatewayURL+endpoint.BasePath+behind), "")
	}
	if len(version.Endpoints) == 0 {
		text.item(depth, "Documentation only: it is not called through this portal's gateway", "")
	}
}

func productLink(v *visit.Visit, product catalog.Product) string {
	return linked(product.Name, twinOf(v, address.Product(product.Slug)))
}

func versionLink(v *visit.Visit, product catalog.Product, version catalog.Version) string {
	link := linked("Version "+version.Name, twinOf(v, address.Version(product.Slug, version.Name)))
	if version.Deprecated {
		link += ", deprecated"
	}
	return link
}

// twinOf returns the URL of a page's twin.
func twinOf(v *visit.Visit, path string) string { return v.Absolute(path + twinSuffix) }
