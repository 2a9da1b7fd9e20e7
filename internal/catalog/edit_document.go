package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// Limits for the pages of one product.
const (
	deepestPage = 4
	mostPages   = 2000
)

// DocumentInput is a page of documentation as staff enter it.
type DocumentInput struct {
	Product string
	// Page is the slug of the page to change. It is empty for a new one, which becomes the last of its parent.
	Page     string
	Slug     string
	Title    string
	Markdown string
	// Parent is the slug of the parent page, empty for a top-level page.
	Parent string
	// Seen is the UpdatedAt that the caller loaded; see RefuseStale.
	Seen time.Time
}

// SaveDocument creates or changes a page of a product's documentation.
func (s *Service) SaveDocument(ctx context.Context, in DocumentInput) (Document, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Document{}, err
	}
	written := Document{Slug: in.Slug, Title: strings.TrimSpace(in.Title), Markdown: strings.ReplaceAll(in.Markdown, "\r\n", "\n")}
	if err := written.Validate(); err != nil {
		return Document{}, err
	}
	var saved Document
	err := s.edit(ctx, func(ctx context.Context) error {
		product, pages, err := s.loadEditablePages(ctx, in.Product)
		if err != nil {
			return err
		}
		before, err := pages.find(in.Page)
		if err != nil {
			return err
		}
		if err := RefuseStale(before.UpdatedAt, in.Seen); err != nil {
			return err
		}
		saved = before
		saved.Slug, saved.Title, saved.Markdown = written.Slug, written.Title, written.Markdown
		if before.ID.IsZero() {
			saved.ID, saved.Product, saved.CreatedAt = id.New[DocumentID](s.now()), product.ID, s.now()
		}
		if saved.Parent, err = pages.parent(saved.ID, in.Parent); err != nil {
			return err
		}
		if before.ID.IsZero() || saved.Parent != before.Parent {
			saved.Position = pages.end(saved.Parent)
		}
		return s.saveDocument(ctx, product, before, saved)
	})
	return saved, err
}

func (s *Service) saveDocument(ctx context.Context, product Product, before, after Document) error {
	differences, action := after.Differences(before), "document.changed"
	if before.ID.IsZero() {
		action = "document.created"
	} else if len(differences) == 0 {
		return nil
	}
	after.UpdatedAt = s.now()
	if err := s.store.SaveDocument(ctx, after); err != nil {
		return err
	}
	return s.recordDocument(ctx, action, product, after, differences)
}

func (s *Service) recordDocument(ctx context.Context, action string, product Product, document Document, differences []event.Difference) error {
	return s.events.Audit(ctx, event.Audit{
		Action: action, Object: event.TagOf(event.TagProduct, product.ID),
		Details: event.Note(map[string]string{"name": product.Slug + "/" + document.Slug}, differences...),
	})
}

// MoveDocument swaps a page with the one before or after it below the same parent.
func (s *Service) MoveDocument(ctx context.Context, slug, page string, up bool) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, pages, err := s.loadEditablePages(ctx, slug)
		if err != nil {
			return err
		}
		moved, err := pages.find(page)
		if err != nil {
			return err
		}
		siblings := pages.below(moved.Parent)
		from := slices.IndexFunc(siblings, func(d Document) bool { return d.ID == moved.ID })
		to := from + 1
		if up {
			to = from - 1
		}
		if to < 0 || to >= len(siblings) {
			return nil // it is already first or last
		}
		siblings[from], siblings[to] = siblings[to], siblings[from]
		for i, document := range siblings {
			after := document
			after.Position = i
			if err := s.saveDocument(ctx, product, document, after); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteDocument deletes a page. Its children take its place.
func (s *Service) DeleteDocument(ctx context.Context, slug, page string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, pages, err := s.loadEditablePages(ctx, slug)
		if err != nil {
			return err
		}
		removed, err := pages.find(page)
		if err != nil {
			return err
		}
		for _, child := range pages.below(removed.ID) {
			after := child
			after.Parent, after.Position = removed.Parent, removed.Position
			if err := s.saveDocument(ctx, product, child, after); err != nil {
				return err
			}
		}
		if err := s.store.DeleteDocument(ctx, removed.ID); err != nil {
			return err
		}
		return s.recordDocument(ctx, "document.deleted", product, removed, nil)
	})
}

// pages are all pages of one product in reading order.
type pages []Document

func (s *Service) loadEditablePages(ctx context.Context, slug string) (Product, pages, error) {
	product, err := s.loadEditable(ctx, slug)
	if err != nil {
		return Product{}, nil, err
	}
	documents, err := s.store.Documents(ctx, product.ID)
	return product, documents, err
}

// find returns the page with this slug, or an empty one for a new page if slug is empty.
func (p pages) find(slug string) (Document, error) {
	at := slices.IndexFunc(p, func(d Document) bool { return d.Slug == slug })
	switch {
	case at >= 0:
		return p[at], nil
	case slug != "":
		return Document{}, fault.Missing("page")
	case len(p) >= mostPages:
		return Document{}, fault.Newf(fault.Conflict, "too_many_pages", "A product can have at most %d pages. Merge short ones.", mostPages)
	}
	return Document{}, nil
}

func (p pages) below(parent DocumentID) []Document {
	var found []Document
	for _, document := range p {
		if document.Parent == parent {
			found = append(found, document)
		}
	}
	return found
}

// end returns the position after all children of the parent.
func (p pages) end(parent DocumentID) int {
	siblings := p.below(parent)
	if len(siblings) == 0 {
		return 0
	}
	return siblings[len(siblings)-1].Position + 1
}

// parent returns the ID of the parent page. It rejects the page itself, its descendants and pages that are too deep.
func (p pages) parent(of DocumentID, slug string) (DocumentID, error) {
	if slug == "" {
		return DocumentID{}, nil
	}
	refuse := func(reason string) error { return fault.InvalidFields([]fault.Field{{Name: "parent", Reason: reason}}) }
	at := slices.IndexFunc(p, func(d Document) bool { return d.Slug == slug })
	if at < 0 {
		return DocumentID{}, refuse("is not a page of this product")
	}
	depth := 1 + p.height(of)
	for above := p[at]; ; depth++ {
		if above.ID == of {
			return DocumentID{}, refuse("must not be this page or one below it")
		}
		next := slices.IndexFunc(p, func(d Document) bool { return d.ID == above.Parent })
		if next < 0 {
			break
		}
		above = p[next]
	}
	if depth >= deepestPage {
		return DocumentID{}, refuse("is too deep; pages can nest at most 4 levels")
	}
	return p[at].ID, nil
}

// height returns the number of levels below a page.
func (p pages) height(of DocumentID) int {
	highest := 0
	for _, child := range p.below(of) {
		highest = max(highest, 1+p.height(child.ID))
	}
	return highest
}

// Differences returns the changed parts of a page.
func (d Document) Differences(before Document) []event.Difference {
	return event.Differing(
		event.Part{Name: "slug", Before: before.Slug, After: d.Slug},
		event.Part{Name: "title", Before: before.Title, After: d.Title},
		event.Part{Name: "text", Before: before.Markdown, After: d.Markdown},
		event.Part{Name: "pictures", Before: before.pictureNames(), After: d.pictureNames()},
		event.Part{Name: "order", Before: before.Position, After: d.Position},
		event.Part{Name: "parent", Before: before.Parent, After: d.Parent},
	)
}
