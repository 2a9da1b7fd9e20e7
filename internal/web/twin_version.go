package web

import "github.com/portico-api/portico/internal/catalog"

func versionTwin(v *visit, name string) (string, error) {
	found, err := v.config.Catalog.VersionPage(v.request.Context(), v.pathPart("product"), name)
	if err != nil {
		return "", err
	}
	var text twinText
	text.heading(1, found.Product.Name+" "+found.Version.Name)
	text.paragraph("A version of " + v.productLink(found.Product))
	if found.Version.Deprecated {
		text.paragraph("This version is deprecated. The product's page names the others.")
	}
	v.addAddresses(&text, 0, found.Version, "", "")
	if found.Version.Spec == "" {
		text.paragraph("No description is published for this version. Its documents are on the product's page.")
		return text.String(), nil
	}
	text.item(0, "OpenAPI: "+v.absolute(versionPath(found.Product, found.Version)+"/openapi"), "")
	text.prose(found.Spec.Description, 2)
	for _, group := range byTag(found.Spec.Tags, found.Operations) {
		text.heading(2, group.Name)
		text.prose(group.Description, 2)
		for _, operation := range group.Operations {
			text.item(0, v.operationLink(found.Product, found.Version, operation), "")
		}
	}
	return text.String(), nil
}

func (v *visit) operationLink(product catalog.Product, version catalog.Version, operation catalog.Operation) string {
	link := linked(operationTitle(operation), v.twinOf(operationPath(product, version, operation))) + ": " + operationCall(operation)
	if operation.Deprecated {
		link += ", deprecated"
	}
	return link
}

// operationCall is what an operation is called by.
func operationCall(operation catalog.Operation) string {
	call := code(operation.Method + " " + operation.Path)
	if operation.Webhook {
		return "webhook " + call
	}
	return call
}
