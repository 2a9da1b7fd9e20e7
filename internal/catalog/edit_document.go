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

// What the pages of one product may be.
const (
	deepestPage = 4
	mostPages   = 2000
)

// DocumentInput is what staff write for a page of documentation.
type DocumentInput struct {
	Product string
	// Page is the slug of the page that is changed, empty for a new one, which comes last below its parent.
	Page     string
	Slug     string
	Title    string
	Markdown string
	// Parent is the slug of the page above, empty on the first level.
	Parent string
	// Seen is when what the writer has seen was last changed, zero where nobody else can have written.
	Seen time.Time
}

// SaveDocument makes or changes a page of a product's documentation.
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
		product, pages, err := s.editablePages(ctx, in.Product)
		if err != nil {
			return err
		}
		before, err := pages.wanted(in.Page)
		if err != nil {
			return err
		}
		if err := RefuseUnseen(before.UpdatedAt, in.Seen); err != nil {
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
	return s.noteDocument(ctx, action, product, after, differences)
}

func (s *Service) noteDocument(ctx context.Context, action string, product Product, document Document, differences []event.Difference) error {
	return s.events.Audit(ctx, event.Audit{
		Action: action, Object: event.TagOf(event.TagProduct, product.ID),
		Details: event.Note(map[string]string{"name": product.Slug + "/" + document.Slug}, differences...),
	})
}

// MoveDocument lets a page change places with the one before or after it among those of the same parent.
func (s *Service) MoveDocument(ctx context.Context, slug, page string, up bool) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, pages, err := s.editablePages(ctx, slug)
		if err != nil {
			return err
		}
		moved, err := pages.wanted(page)
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
			return nil // it is there already
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

// DeleteDocument removes a page; those below it move up to its place.
func (s *Service) DeleteDocument(ctx context.Context, slug, page string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, pages, err := s.editablePages(ctx, slug)
		if err != nil {
			return err
		}
		removed, err := pages.wanted(page)
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
		return s.noteDocument(ctx, "document.deleted", product, removed, nil)
	})
}

// pages are all the pages of one product, in reading order.
type pages []Document

func (s *Service) editablePages(ctx context.Context, slug string) (Product, pages, error) {
	product, err := s.editable(ctx, slug)
	if err != nil {
		return Product{}, nil, err
	}
	documents, err := s.store.Documents(ctx, product.ID)
	return product, documents, err
}

// wanted finds the page; the empty name is a page that is not there yet.
func (p pages) wanted(slug string) (Document, error) {
	at := slices.IndexFunc(p, func(d Document) bool { return d.Slug == slug })
	switch {
	case at >= 0:
		return p[at], nil
	case slug != "":
		return Document{}, fault.Missing("page")
	case len(p) >= mostPages:
		return Document{}, fault.Newf(fault.Conflict, "too_many_pages", "A product has at most %d pages. Join short ones.", mostPages)
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

// end is the position behind all that are below the parent.
func (p pages) end(parent DocumentID) int {
	siblings := p.below(parent)
	if len(siblings) == 0 {
		return 0
	}
	return siblings[len(siblings)-1].Position + 1
}

// parent finds the page above, which must not be the page itself or below it, nor too deep.
func (p pages) parent(of DocumentID, slug string) (DocumentID, error) {
	if slug == "" {
		return DocumentID{}, nil
	}
	refuse := func(reason string) error { return fault.InvalidFields([]fault.Field{{Name: "parent", Reason: reason}}) }
	at := slices.IndexFunc(p, func(d Document) bool { return d.Slug == slug })
	if at < 0 {
		return DocumentID{}, refuse("is no page of this product")
	}
	depth := 1 + p.height(of)
	for above := p[at]; ; depth++ {
		if above.ID == of {
			return DocumentID{}, refuse("must not be the page itself or one below it")
		}
		next := slices.IndexFunc(p, func(d Document) bool { return d.ID == above.Parent })
		if next < 0 {
			break
		}
		above = p[next]
	}
	if depth >= deepestPage {
		return DocumentID{}, refuse("is too deep; pages nest four deep at most")
	}
	return p[at].ID, nil
}

// height is how many levels there are below a page.
func (p pages) height(of DocumentID) int {
	highest := 0
	for _, child := range p.below(of) {
		highest = max(highest, 1+p.height(child.ID))
	}
	return highest
}

// Differences are the parts of a page that are not as before.
func (d Document) Differences(before Document) []event.Difference {
	return event.Differing(
		event.Part{Name: "slug", Before: before.Slug, After: d.Slug},
		event.Part{Name: "title", Before: before.Title, After: d.Title},
		event.Part{Name: "text", Before: before.Markdown, After: d.Markdown},
		event.Part{Name: "order", Before: before.Position, After: d.Position},
		event.Part{Name: "parent", Before: before.Parent, After: d.Parent},
	)
}
