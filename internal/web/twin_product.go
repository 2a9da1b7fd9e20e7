package web

import "github.com/portico-api/portico/internal/catalog"

func productTwin(v *visit, slug string) (string, error) {
	found, err := v.config.Catalog.ProductPage(v.request.Context(), slug)
	if err != nil {
		return "", err
	}
	var text twinText
	text.heading(1, found.Product.Name)
	text.prose(found.Product.Description, 2)
	text.heading(2, "Versions")
	for _, version := range found.Versions {
		text.item(0, v.versionLink(found.Product, version), "")
		v.addAddresses(&text, 1, version, "", "")
	}
	if len(found.Versions) == 0 {
		text.paragraph("No version is published yet.")
	}
	if len(found.Documents) > 0 {
		text.heading(2, "Documents")
		v.addDocuments(&text, 0, found.Product, tree(found.Documents))
	}
	return text.String(), nil
}

func documentTwin(v *visit, slug string) (string, error) {
	found, err := v.config.Catalog.DocumentPage(v.request.Context(), v.pathPart("product"), slug)
	if err != nil {
		return "", err
	}
	var text twinText
	text.heading(1, found.Document.Title)
	text.paragraph("Documentation of " + v.productLink(found.Product))
	text.prose(found.Document.Markdown, 1)
	return text.String(), nil
}

func (v *visit) addDocuments(text *twinText, depth int, product catalog.Product, shown []branch) {
	for _, here := range shown {
		text.item(depth, linked(here.Document.Title, v.twinOf(documentPath(product, here.Document))), "")
		v.addDocuments(text, depth+1, product, here.Below)
	}
}

// addAddresses lists where a version is called in each environment, with what stands before and behind its address.
func (v *visit) addAddresses(text *twinText, depth int, version catalog.Version, before, behind string) {
	for _, endpoint := range version.Endpoints {
		text.item(depth, plain(endpoint.Environment)+": "+code(before+v.config.GatewayURL+endpoint.BasePath+behind), "")
	}
	if len(version.Endpoints) == 0 {
		text.item(depth, "Documentation only: it is not called through this portal's gateway", "")
	}
}

func (v *visit) productLink(product catalog.Product) string {
	return linked(product.Name, v.twinOf(productPath(product)))
}

func (v *visit) versionLink(product catalog.Product, version catalog.Version) string {
	link := linked("Version "+version.Name, v.twinOf(versionPath(product, version)))
	if version.Deprecated {
		link += ", deprecated"
	}
	return link
}

// twinOf is the address of the twin of a page.
func (v *visit) twinOf(path string) string { return v.absolute(path + twinSuffix) }
