package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
)

// ContentsEntry is a product in the contents of the portal.
type ContentsEntry struct {
	Product Product
	// Versions are the published ones, the newest first.
	Versions []Version
	// Documents are in reading order, without their texts.
	Documents []Document
}

// Contents lists what is published and the caller may see, by the names of the products. Drafts are left out for staff too:
// contents are for programs that read on.
func (s *Service) Contents(ctx context.Context) ([]ContentsEntry, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return nil, err
	}
	products, err := s.store.Products(ctx, viewer.principal.Team)
	if err != nil {
		return nil, err
	}
	products = slices.DeleteFunc(products, func(p Product) bool { return !p.Published || !viewer.rights(p).View })
	if len(products) == 0 {
		return nil, nil
	}
	versions, err := s.store.Versions(ctx)
	if err != nil {
		return nil, err
	}
	documents, err := s.store.DocumentOutlines(ctx)
	if err != nil {
		return nil, err
	}
	contents := make([]ContentsEntry, len(products))
	at := map[ProductID]int{}
	for i, product := range products {
		contents[i].Product, at[product.ID] = product, i
	}
	for _, version := range versions {
		if i, seen := at[version.Product]; seen && version.Published {
			contents[i].Versions = append(contents[i].Versions, version)
		}
	}
	for _, document := range documents {
		if i, seen := at[document.Product]; seen && viewer.rights(contents[i].Product).Documentation {
			contents[i].Documents = append(contents[i].Documents, document)
		}
	}
	return contents, nil
}

// PublicPage is a page of the catalogue that visitors may read: of a product, of one of its documents, of a version, or of
// an operation of that version.
type PublicPage struct {
	Product   *Product
	Document  *Document
	Version   *Version
	Operation *openapi.Operation
	ChangedAt time.Time
}

// PublicPages is a part of all pages that visitors may read.
type PublicPages struct {
	Pages []PublicPage
	// Total counts the pages of all parts.
	Total int
}

// PublicPages lists the pages that visitors who have not signed in may read, whoever asks: as many as the size says, and
// of the part that is named, from 1. Operations have nothing but their slug. It reads only the operations of that part.
func (s *Service) PublicPages(ctx context.Context, part, size int) (PublicPages, error) {
	ctx = identity.With(ctx, identity.Principal{})
	contents, err := s.Contents(ctx)
	if err != nil || len(contents) == 0 {
		return PublicPages{}, err
	}
	counts, err := s.store.OperationCounts(ctx)
	if err != nil {
		return PublicPages{}, err
	}
	window := pageWindow{from: (part - 1) * size, to: part * size}
	for i := range contents {
		window.addProduct(&contents[i], counts)
	}
	slugs, err := s.store.OperationSlugs(ctx, window.digests)
	if err != nil {
		return PublicPages{}, err
	}
	return PublicPages{Pages: window.named(slugs), Total: window.total}, nil
}

// pageWindow walks over all pages and keeps those of one part.
type pageWindow struct {
	from, to, total int
	pages           []PublicPage
	// digests are the descriptions that operations of the part come from.
	digests []string
}

func (w *pageWindow) addProduct(entry *ContentsEntry, counts map[string]int) {
	product := &entry.Product
	w.add(PublicPage{Product: product, ChangedAt: product.UpdatedAt})
	for i := range entry.Documents {
		w.add(PublicPage{Product: product, Document: &entry.Documents[i], ChangedAt: entry.Documents[i].UpdatedAt})
	}
	for i := range entry.Versions {
		version := &entry.Versions[i]
		w.add(PublicPage{Product: product, Version: version, ChangedAt: version.UpdatedAt})
		w.addOperations(product, version, counts[version.Spec])
	}
}

// addOperations steps over those of other parts: there may be a million.
func (w *pageWindow) addOperations(product *Product, version *Version, count int) {
	first, end := max(0, w.from-w.total), min(count, w.to-w.total)
	for ordinal := first; ordinal < end; ordinal++ {
		w.pages = append(w.pages, PublicPage{
			Product: product, Version: version, Operation: &openapi.Operation{Ordinal: ordinal}, ChangedAt: version.UpdatedAt,
		})
	}
	if first < end {
		w.digests = append(w.digests, version.Spec)
	}
	w.total += count
}

func (w *pageWindow) add(page PublicPage) {
	if w.total >= w.from && w.total < w.to {
		w.pages = append(w.pages, page)
	}
	w.total++
}

// named gives the operations their slugs; what was swept meanwhile goes.
func (w *pageWindow) named(slugs map[string][]string) []PublicPage {
	return slices.DeleteFunc(w.pages, func(page PublicPage) bool {
		if page.Operation == nil {
			return false
		}
		known := slugs[page.Version.Spec]
		if page.Operation.Ordinal >= len(known) {
			return true
		}
		page.Operation.Slug = known[page.Operation.Ordinal]
		return false
	})
}
