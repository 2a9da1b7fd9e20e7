package konnect

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/markdown"
	"github.com/portico-api/portico/internal/platform/page"
)

// The formats in which documents can be requested.
const (
	plainJSON     = "application/json"
	documentTree  = "application/vnd.konnect.document-tree+json"
	documentNodes = "application/vnd.konnect.document-nodes+json"
	plainMarkdown = "text/markdown"
)

// preferred returns the first known form that the client accepts, otherwise the first known form.
func (c *call) preferred(known ...string) string {
	for _, accepted := range strings.Split(strings.Join(c.request.Header.Values("Accept"), ","), ",") {
		media, _, err := mime.ParseMediaType(strings.TrimSpace(accepted))
		for _, form := range known {
			if err == nil && media == form {
				return form
			}
		}
	}
	return known[0]
}

// documentItem is a page of documentation in a list.
type documentItem struct {
	ID       string         `json:"id"`
	ParentID *string        `json:"parent_document_id"`
	Slug     string         `json:"slug"`
	Title    string         `json:"title"`
	Metadata map[string]any `json:"metadata"`
	// Children is set only in a tree.
	Children  *[]documentItem `json:"children,omitempty"`
	CreatedAt timestamp       `json:"created_at"`
	UpdatedAt timestamp       `json:"updated_at"`
}

func spellDocument(of catalog.Document) documentItem {
	item := documentItem{
		ID: of.ID.UUID(), Slug: of.Slug, Title: of.Title, Metadata: map[string]any{},
		CreatedAt: timestamp(of.CreatedAt), UpdatedAt: timestamp(of.UpdatedAt),
	}
	if !of.Parent.IsZero() {
		item.ParentID = orNull(of.Parent.UUID())
	}
	return item
}

func listProductDocuments(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	of, err := productID(c)
	if err != nil {
		return err
	}
	found, err := c.config.Catalog.ProductDocuments(c.request.Context(), of)
	if err != nil {
		return err
	}
	form := c.preferred(plainJSON, documentTree)
	if form == plainJSON {
		return rest.Typed(c.writer, http.StatusOK, form, listOf(asked, page.Of(found, asked), spellDocument))
	}
	tree := treeOf(found)
	if c.query("page[size]") == "" { // front ends show only the first page of a tree
		asked.Size = max(len(tree), usualSize)
	}
	return rest.Typed(c.writer, http.StatusOK, form, listOf(asked, page.Of(tree, asked), func(item documentItem) documentItem { return item }))
}

// treeOf nests pages below their parents.
func treeOf(documents []catalog.Document) []documentItem {
	below := map[catalog.DocumentID][]catalog.Document{}
	for _, document := range documents {
		below[document.Parent] = append(below[document.Parent], document)
	}
	var grow func(parent catalog.DocumentID) []documentItem
	grow = func(parent catalog.DocumentID) []documentItem {
		items := []documentItem{}
		for _, document := range below[parent] {
			item, children := spellDocument(document), grow(document.ID)
			item.Children = &children
			items = append(items, item)
		}
		return items
	}
	return grow(catalog.DocumentID{})
}

// document is a page of documentation with its text: markdown, or the tree of its nodes.
type document struct {
	ID       string  `json:"id"`
	ParentID *string `json:"parent_document_id"`
	Slug     string  `json:"slug"`
	Title    string  `json:"title"`
	Content  any     `json:"content"`
}

// getProductDocument returns a page by its id or, as front ends do, by its slug.
func getProductDocument(c *call) error {
	of, err := productID(c)
	if err != nil {
		return err
	}
	product, found, err := c.config.Catalog.ProductDocument(c.request.Context(), of, chi.URLParam(c.request, "documentId"))
	if err != nil {
		return err
	}
	// Front ends are on other hosts, so the addresses of pictures are absolute.
	found.Markdown = found.WithPicturesAt(c.config.PortalURL + "/apis/" + url.PathEscape(product.Slug) + "/documents/")
	item := spellDocument(found)
	spelled := document{ID: item.ID, ParentID: item.ParentID, Slug: item.Slug, Title: item.Title, Content: found.Markdown}
	switch form := c.preferred(plainJSON, documentNodes, plainMarkdown); form {
	case plainMarkdown:
		return rest.Content(c.writer, form+"; charset=utf-8", []byte(found.Markdown))
	case documentNodes:
		spelled.Content = spellNodes(markdown.Parse(found.Markdown))
		return rest.Typed(c.writer, http.StatusOK, form, spelled)
	}
	return rest.Typed(c.writer, http.StatusOK, plainJSON, spelled)
}
