package reference

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/markdown"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// documentContent is a page of a product's documentation.
type documentContent struct {
	catalog.DocumentPage
	Text     templ.Component
	Contents []contentsEntry
	// Previous and Next are the neighbouring pages in reading order, nil at the ends.
	Previous, Next *catalog.Document
}

func (p *Pages) documentPage(v *visit.Visit) error {
	found, err := p.Catalog.DocumentPage(v.Request.Context(), v.PathPart("product"), v.PathPart("document"))
	if err != nil {
		return err
	}
	shown := documentContent{DocumentPage: found}
	text, headings := view.Document(found.Document)
	shown.Text, shown.Contents = text, contents(headings)
	at := slices.IndexFunc(found.Documents, func(d catalog.Document) bool { return d.ID == found.Document.ID })
	if at > 0 {
		shown.Previous = &found.Documents[at-1]
	}
	if at+1 < len(found.Documents) {
		shown.Next = &found.Documents[at+1]
	}
	v.Frame = view.FrameWide
	return v.Render(found.Document.Title+" · "+found.Product.Name, site.AreaAPIs, documentView(shown))
}

// keptPictures is how long browsers show a picture without asking again. Other caches must not keep it, because the
// page's audience may be closed.
const keptPictures = "private, max-age=600"

func (p *Pages) documentPicture(v *visit.Visit) error {
	found, err := p.Catalog.DocumentPicture(v.Request.Context(), v.PathPart("product"), v.PathPart("document"), v.PathPart("picture"))
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Cache-Control", keptPictures)
	return v.SendPicture(found.Media, found.Digest, found.Content)
}

func (c documentContent) tree() treeContent {
	return treeContent{
		Product: c.Product, Version: c.Version, Versions: c.Versions, Spec: c.Spec, Navigation: c.Navigation,
		Switch: address.SwitchVersion(c.Product.Slug), Document: c.Document.ID,
	}
}

func (c documentContent) neighbour(document *catalog.Document) *neighbour {
	if document == nil {
		return nil
	}
	return &neighbour{address.Document(c.Product.Slug, document.Slug), document.Title}
}

// contentsEntry is a heading in a page's table of contents.
type contentsEntry struct {
	markdown.Heading
	// Below reports whether it belongs to an entry above it.
	Below bool
}

// fewestContents is the minimum number of headings for a table of contents.
const fewestContents = 2

// contents lists the headings of the two highest levels that the text uses.
func contents(headings []markdown.Heading) []contentsEntry {
	highest := 6
	for _, heading := range headings {
		highest = min(highest, heading.Level)
	}
	var entries []contentsEntry
	for _, heading := range headings {
		if heading.Level <= highest+1 && heading.Text != "" {
			entries = append(entries, contentsEntry{heading, heading.Level > highest})
		}
	}
	if len(entries) < fewestContents {
		return nil
	}
	return entries
}

// branch is a document with the pages below it.
type branch struct {
	Document catalog.Document
	Below    []branch
}

// tree returns the documents of a product below their parents. A page without its parent is on the first level.
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
