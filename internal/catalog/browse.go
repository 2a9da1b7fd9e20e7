package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// Edition is a published product with counts instead of contents, as wire protocols list it.
//
// Drafts are left out, even for staff.
type Edition struct {
	Product Product
	// Versions counts the published versions, Documents the pages that the caller may read.
	Versions, Documents int
	// Latest is the newest published version; zero if there is none. Only its ID, product and name are set.
	Latest Version
}

// EditionFilter filters a list of editions, ignoring case; zero fields do not filter.
type EditionFilter struct {
	ID                               ProductID
	Name, NameContains               string
	Description, DescriptionContains string
}

// Editions is the part of the store that lists published products.
type Editions interface {
	// Editions lists the visible editions, sorted by name.
	Editions(ctx context.Context, visibility Visibility, filter EditionFilter, request page.Request) (page.Page[Edition], error)
	// FoundEditions lists the products that match the search themselves or by their parts, best first.
	FoundEditions(ctx context.Context, scope SearchScope) (page.Page[Edition], error)
}

// published returns the published products that the viewer may see.
func (v viewer) published() Visibility {
	visibility := v.visibility()
	if visibility.Everything {
		return Visibility{Audiences: []Audience{Public, SignedIn, Teams}}
	}
	return visibility
}

// Editions lists the published products that the caller may see, sorted by name.
func (s *Service) Editions(ctx context.Context, filter EditionFilter, request page.Request) (page.Page[Edition], error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return page.Page[Edition]{}, err
	}
	return s.store.Editions(ctx, viewer.published(), filter, request)
}

// Edition returns a published product that the caller may see.
func (s *Service) Edition(ctx context.Context, product ProductID) (Edition, error) {
	found, err := s.Editions(ctx, EditionFilter{ID: product}, page.Request{Size: 1})
	if err == nil && len(found.Items) == 0 {
		err = fault.Missing("API")
	}
	if err != nil {
		return Edition{}, err
	}
	return found.Items[0], nil
}

// FindEditions searches the published products and their parts of the given kinds, best first.
//
// Each word of the text must be the beginning of a word found. Without a text it lists all products.
func (s *Service) FindEditions(ctx context.Context, query SearchQuery) (page.Page[Edition], error) {
	if strings.TrimSpace(query.Text) == "" {
		return s.Editions(ctx, EditionFilter{}, query.Page)
	}
	viewer, err := s.viewer(ctx)
	if err != nil {
		return page.Page[Edition]{}, err
	}
	if err := query.Validate(); err != nil {
		return page.Page[Edition]{}, err
	}
	words := query.words()
	if len(words) == 0 {
		return page.Page[Edition]{}, nil
	}
	scope := SearchScope{Words: words, Kinds: query.Kinds, Visibility: viewer.published(), Page: query.Page}
	if len(scope.Kinds) == 0 {
		scope.Kinds = SearchKinds()
	}
	return s.store.FoundEditions(ctx, scope)
}

// RightsTo returns the caller's rights to a published product, which may be none.
func (s *Service) RightsTo(ctx context.Context, product ProductID) (Rights, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return Rights{}, err
	}
	found, err := s.store.Product(ctx, product, viewer.principal.Team)
	if err == nil && !found.Published {
		err = fault.Missing("API")
	}
	if err != nil {
		return Rights{}, err
	}
	return viewer.rights(found), nil
}

// Releases returns a published product that the caller may see, and its published versions, newest first.
func (s *Service) Releases(ctx context.Context, product ProductID) (Product, []Version, error) {
	found, versions, _, err := s.loadRelease(ctx, product)
	return found, versions, err
}

func (s *Service) loadRelease(ctx context.Context, product ProductID) (Product, []Version, Rights, error) {
	found, versions, rights, err := s.loadVisible(ctx, func(of identity.TeamID) (Product, error) { return s.store.Product(ctx, product, of) })
	if err != nil {
		return Product{}, nil, Rights{}, err
	}
	if !found.Published {
		return Product{}, nil, Rights{}, fault.Missing("API")
	}
	return found, slices.DeleteFunc(versions, func(v Version) bool { return !v.Published }), rights, nil
}

// Release returns a published version that the caller may see.
func (s *Service) Release(ctx context.Context, product ProductID, version VersionID) (Version, error) {
	_, versions, err := s.Releases(ctx, product)
	if err != nil {
		return Version{}, err
	}
	at := slices.IndexFunc(versions, func(v Version) bool { return v.ID == version })
	if at < 0 {
		return Version{}, fault.Missing("version")
	}
	return versions[at], nil
}

// ReleaseOperations returns the operations of a published version without webhooks, or nil without a description.
func (s *Service) ReleaseOperations(ctx context.Context, product ProductID, version VersionID) ([]openapi.Operation, error) {
	release, err := s.Release(ctx, product, version)
	if err != nil || release.Spec == "" {
		return nil, err
	}
	kept, err := s.outline(ctx, release.Spec)
	operations := make([]openapi.Operation, 0, len(kept.operations))
	for _, operation := range kept.operations {
		if !operation.Webhook {
			operations = append(operations, operation)
		}
	}
	return operations, err
}

// ProductDocuments returns the pages of a published product that the caller may read, without texts, in reading order.
func (s *Service) ProductDocuments(ctx context.Context, product ProductID) ([]Document, error) {
	found, _, rights, err := s.loadRelease(ctx, product)
	if err != nil {
		return nil, err
	}
	return s.documents(ctx, found, rights)
}

// ProductDocument returns one of ProductDocuments with its product, by its slug or by its ID in any format.
func (s *Service) ProductDocument(ctx context.Context, product ProductID, named string) (Product, Document, error) {
	found, _, rights, err := s.loadRelease(ctx, product)
	if err == nil && !rights.Documentation {
		err = fault.Missing("page")
	}
	if err != nil {
		return Product{}, Document{}, err
	}
	document, err := s.store.Document(ctx, product, named)
	return found, document, err
}
