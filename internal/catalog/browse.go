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

// Edition is a published product as clients of wire protocols list it: with counts instead of contents. Drafts are left out
// for staff too.
type Edition struct {
	Product Product
	// Versions counts the published ones, Documents the pages that the caller may read.
	Versions, Documents int
	// Latest is the newest published version, with its name alone; zero where there is none.
	Latest Version
}

// EditionFilter narrows a list of editions; zero fields do not narrow. Names and descriptions are compared whatever their
// capitals.
type EditionFilter struct {
	ID                               ProductID
	Name, NameContains               string
	Description, DescriptionContains string
}

// Editions is the part of the store that lists what is published.
type Editions interface {
	// Editions lists what may be seen, by name.
	Editions(ctx context.Context, sight Sight, filter EditionFilter, request page.Request) (page.Page[Edition], error)
	// FoundEditions lists the products that the scope finds or finds something of, the best first.
	FoundEditions(ctx context.Context, scope SearchScope) (page.Page[Edition], error)
}

// published is what the viewer sees without drafts.
func (v viewer) published() Sight {
	sight := v.sight()
	if sight.Everything {
		return Sight{Audiences: []Audience{Public, SignedIn, Teams}}
	}
	return sight
}

// Editions lists the published products that the caller may see, by name.
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

// FindEditions lists the published products that have a word with the beginning of each of the words of a text, themselves
// or in something of theirs of the kinds, the best first. Without a text it lists all.
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
	scope := SearchScope{Words: words, Kinds: query.Kinds, Sight: viewer.published(), Page: query.Page}
	if len(scope.Kinds) == 0 {
		scope.Kinds = SearchKinds()
	}
	return s.store.FoundEditions(ctx, scope)
}

// RightsTo are what the caller may do with a published product; of one that they may not even view it says just that.
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

// Releases are the published versions of a published product that the caller may see, the newest first.
func (s *Service) Releases(ctx context.Context, product ProductID) (Product, []Version, error) {
	found, versions, _, err := s.release(ctx, product)
	return found, versions, err
}

func (s *Service) release(ctx context.Context, product ProductID) (Product, []Version, Rights, error) {
	found, versions, rights, err := s.seen(ctx, func(of identity.TeamID) (Product, error) { return s.store.Product(ctx, product, of) })
	if err != nil {
		return Product{}, nil, Rights{}, err
	}
	if !found.Published {
		return Product{}, nil, Rights{}, fault.Missing("API")
	}
	return found, slices.DeleteFunc(versions, func(v Version) bool { return !v.Published }), rights, nil
}

// Release is a published version that the caller may see.
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

// ReleaseOperations are the operations of a published version, without webhooks; nil where it has no description.
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

// ProductDocuments are the pages of a published product in reading order, without their texts; none for whoever may not read them.
func (s *Service) ProductDocuments(ctx context.Context, product ProductID) ([]Document, error) {
	found, _, rights, err := s.release(ctx, product)
	if err != nil {
		return nil, err
	}
	return s.documents(ctx, found, rights)
}

// ProductDocument is one of ProductDocuments, by its slug or by its identifier in any spelling.
func (s *Service) ProductDocument(ctx context.Context, product ProductID, named string) (Document, error) {
	_, _, rights, err := s.release(ctx, product)
	if err == nil && !rights.Documentation {
		err = fault.Missing("page")
	}
	if err != nil {
		return Document{}, err
	}
	return s.store.Document(ctx, product, named)
}
