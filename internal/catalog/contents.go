package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
)

// ContentsEntry is a product in the table of contents of the portal.
type ContentsEntry struct {
	Product Product
	// Versions are the published versions, newest first.
	Versions []Version
	// Documents are in reading order, without their texts.
	Documents []Document
}

// Contents lists the published products that the caller may see, sorted by name, for programs that follow links.
//
// Drafts are left out, even for staff.
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

// PublicPage is a page that visitors may read: of a product, a document, a version or an operation.
type PublicPage struct {
	Product   *Product
	Document  *Document
	Version   *Version
	Operation *openapi.Operation
	ChangedAt time.Time
}

// PublicPages is one part of the pages that visitors may read.
type PublicPages struct {
	Pages []PublicPage
	// Total is the number of pages in all parts.
	Total int
}

// PublicPages lists the pages that anonymous visitors may read, regardless of the caller.
//
// Parts count from 1 and have size pages. Operations have only their slug.
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

// pageWindow counts all pages and collects those of one part.
type pageWindow struct {
	from, to, total int
	pages           []PublicPage
	// digests are the descriptions whose operations are in the part.
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

// addOperations skips the operations of other parts without a loop: there may be a million.
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

// named sets the slugs of the operations and removes those that were deleted meanwhile.
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
