package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/site"
)

func productPage(v *visit) error {
	found, err := v.config.Catalog.ProductPage(v.request.Context(), v.pathPart("product"))
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, found.Product.Name, site.AreaAPIs, productView(found, v.config.GatewayURL))
}

func documentPage(v *visit) error {
	found, err := v.config.Catalog.DocumentPage(v.request.Context(), v.pathPart("product"), v.pathPart("document"))
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, found.Document.Title+" · "+found.Product.Name, site.AreaAPIs, documentView(found))
}

// branch is a document with the pages below it.
type branch struct {
	Document catalog.Document
	Below    []branch
}

// tree orders the documents of a product by their parents. A page whose parent is gone stands on the first level.
func tree(documents []catalog.Document) []branch {
	known := map[catalog.DocumentID]bool{}
	for _, document := range documents {
		known[document.ID] = true
	}
	children := map[catalog.DocumentID][]catalog.Document{}
	for _, document := range documents {
		parent := document.Parent
		if !known[parent] {
			parent = catalog.DocumentID{}
		}
		children[parent] = append(children[parent], document)
	}
	return branches(children, catalog.DocumentID{}, 0)
}

// deepestDocument bounds the tree of documents as it is shown.
const deepestDocument = 6

func branches(children map[catalog.DocumentID][]catalog.Document, parent catalog.DocumentID, depth int) []branch {
	if depth > deepestDocument {
		return nil
	}
	var made []branch
	for _, document := range children[parent] {
		made = append(made, branch{document, branches(children, document.ID, depth+1)})
	}
	return made
}
