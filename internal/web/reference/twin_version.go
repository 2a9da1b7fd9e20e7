package reference

import (
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) versionTwin(v *visit.Visit, name string) (string, error) {
	found, err := p.Catalog.VersionPage(v.Request.Context(), v.PathPart("product"), name)
	if err != nil {
		return "", err
	}
	var text twinText
	text.heading(1, found.Product.Name+" "+found.Version.Name)
	text.paragraph("A version of " + productLink(v, found.Product))
	if found.Version.Deprecated {
		text.paragraph("This version is deprecated. The product's page names the others.")
	}
	addAddresses(v, &text, 0, found.Version, "", "")
	if found.Version.Spec == "" {
		text.paragraph("No description is published for this version. Its documents are on the product's page.")
		return text.String(), nil
	}
	text.item(0, "OpenAPI: "+v.Absolute(address.Version(found.Product.Slug, found.Version.Name)+"/openapi"), "")
	text.prose(found.Spec.Description, 2)
	for _, group := range byTag(found.Spec.Tags, found.Operations) {
		text.heading(2, group.Name)
		text.prose(group.Description, 2)
		for _, operation := range group.Operations {
			text.item(0, operationLink(v, found.Product, found.Version, operation), "")
		}
	}
	return text.String(), nil
}

func operationLink(v *visit.Visit, product catalog.Product, version catalog.Version, operation openapi.Operation) string {
	link := linked(operationTitle(operation), twinOf(v, address.Operation(product.Slug, version.Name, operation.Slug))) + ": " + operationCall(operation)
	if operation.Deprecated {
		link += ", deprecated"
	}
	return link
}

// operationCall returns the method and path of an operation.
func operationCall(operation openapi.Operation) string {
	call := code(operation.Method + " " + operation.Path)
	if operation.Webhook {
		return "webhook " + call
	}
	return call
}
