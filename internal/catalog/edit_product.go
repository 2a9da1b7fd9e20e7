package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// ProductFilter filters a list of products; zero fields are ignored.
type ProductFilter struct {
	// Search is a part of the name or slug.
	Search    string
	ManagedBy ManagedBy
	Published Published
}

// Published filters a list by whether its objects are published.
type Published string

// The values of Published besides the empty one, which lists all.
const (
	OnlyPublished   Published = "published"
	OnlyUnpublished Published = "unpublished"
)

// PublishedCounts counts the objects that match a filter apart from whether they are published.
type PublishedCounts struct{ Published, Unpublished int }

// ProductList is a page of the staff's list of products, with the numbers of published and unpublished ones.
type ProductList struct {
	page.Page[ProductRow]
	Counts PublishedCounts
}

// ProductRow is a product in the list of staff.
type ProductRow struct {
	Product Product
	// Versions counts all versions, Published the published ones, and Findings the findings of all their descriptions.
	Versions, Published, Findings int
}

// StaffProducts lists all products, sorted by name.
func (s *Service) StaffProducts(ctx context.Context, filter ProductFilter, request page.Request) (ProductList, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return ProductList{}, err
	}
	counts, err := s.store.CountProducts(ctx, filter)
	if err != nil {
		return ProductList{}, err
	}
	found, err := s.store.ProductRows(ctx, filter, request)
	return ProductList{found, counts}, err
}

// StaffProduct is a product with everything that staff edit.
type StaffProduct struct {
	Product Product
	// TeamNames are the teams of the audience; NotRegistering and NotReading are those without the right to request access
	// or to read documents.
	TeamNames, NotRegistering, NotReading []string
	// Versions are newest first, Documents in reading order and without their texts.
	Versions  []Version
	Documents []Document
}

// StaffProduct returns a product with its teams, versions and documents.
func (s *Service) StaffProduct(ctx context.Context, slug string) (StaffProduct, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return StaffProduct{}, err
	}
	product, err := s.store.ProductBySlug(ctx, slug)
	if err != nil {
		return StaffProduct{}, err
	}
	found := StaffProduct{Product: product}
	for _, team := range product.Teams {
		known, err := s.teams.Team(ctx, team.Team)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return StaffProduct{}, err
		}
		found.TeamNames = append(found.TeamNames, known.Name)
		if !team.Register {
			found.NotRegistering = append(found.NotRegistering, known.Name)
		}
		if !team.Documentation {
			found.NotReading = append(found.NotReading, known.Name)
		}
	}
	if found.Versions, err = s.store.Versions(ctx, product.ID); err != nil {
		return StaffProduct{}, err
	}
	found.Documents, err = s.store.DocumentOutlines(ctx, product.ID)
	return found, err
}

// StaffDocument returns a product and one of its pages for editing. An empty page stands for a new one.
func (s *Service) StaffDocument(ctx context.Context, slug, page string) (StaffProduct, Document, error) {
	product, err := s.StaffProduct(ctx, slug)
	if err != nil || page == "" {
		return product, Document{}, err
	}
	document, err := s.store.Document(ctx, product.Product.ID, page)
	return product, document, err
}

// ProductInput is a product as staff enter it. The slug identifies the product and cannot change.
type ProductInput struct {
	Slug        string
	Name        string
	Description string
	Audience    Audience
	// Teams are the names of the teams that may see the product if the audience is Teams. NotRegistering and NotReading
	// are those of them without the right to request access or to read documents.
	Teams, NotRegistering, NotReading []string
	// Seen is the UpdatedAt that the caller loaded; see RefuseStale.
	Seen time.Time
}

// CreateProduct creates an unpublished product.
func (s *Service) CreateProduct(ctx context.Context, in ProductInput) (Product, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, err
	}
	now := s.now()
	made, err := s.withInput(ctx, Product{ID: id.New[ProductID](now), Slug: in.Slug, ManagedBy: Staff, CreatedAt: now}, in)
	if err != nil {
		return Product{}, err
	}
	return made, s.edit(ctx, func(ctx context.Context) error {
		return s.saveProduct(ctx, Product{}, made, "product.created")
	})
}

// UpdateProduct replaces the texts and the audience of a product.
func (s *Service) UpdateProduct(ctx context.Context, in ProductInput) (Product, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, err
	}
	before, err := s.loadEditable(ctx, in.Slug)
	if err != nil {
		return Product{}, err
	}
	wanted, err := s.withInput(ctx, before, in)
	if err != nil {
		return Product{}, err
	}
	err = s.edit(ctx, func(ctx context.Context) error {
		if before, err = s.loadEditable(ctx, in.Slug); err != nil {
			return err
		}
		if err := RefuseStale(before.UpdatedAt, in.Seen); err != nil {
			return err
		}
		wanted.ID, wanted.CreatedAt, wanted.Published = before.ID, before.CreatedAt, before.Published
		return s.saveProduct(ctx, before, wanted, "product.changed")
	})
	return wanted, err
}

// withInput returns the product with the values of the input.
func (s *Service) withInput(ctx context.Context, product Product, in ProductInput) (Product, error) {
	product.Name, product.Description, product.Audience = strings.TrimSpace(in.Name), in.Description, in.Audience
	product.Teams, product.UpdatedAt = nil, s.now()
	if in.Audience == Teams {
		for _, name := range in.Teams {
			named, err := TeamsNamed(ctx, s.teams, name)
			switch {
			case err != nil:
				return Product{}, err
			case len(named) == 0:
				return Product{}, fault.InvalidFields([]fault.Field{{Name: "teams", Reason: fmt.Sprintf("contains %q, but there is no such team; check upper and lower case", name)}})
			case len(named) > 1:
				return Product{}, fault.InvalidFields([]fault.Field{{Name: "teams", Reason: fmt.Sprintf("contains %q, but %d teams have this name; rename all but one", name, len(named))}})
			}
			product.Teams = append(product.Teams, TeamRights{
				Team: named[0].ID, Register: !slices.Contains(in.NotRegistering, name), Documentation: !slices.Contains(in.NotReading, name),
			})
		}
	}
	if err := in.refuseUnnamed(); err != nil {
		return Product{}, err
	}
	return product, product.Validate()
}

// refuseUnnamed rejects teams without rights that are not in the audience.
func (in ProductInput) refuseUnnamed() error {
	var refused Refused
	among := func(field string, teams []string) {
		for _, name := range teams {
			if in.Audience == Teams && !slices.Contains(in.Teams, name) {
				refused.Add(field, fmt.Sprintf("contains %q, which is not a team of the audience", name))
			}
		}
	}
	among("not_registering", in.NotRegistering)
	among("not_reading", in.NotReading)
	return refused.Err()
}

// PublishProducts publishes or unpublishes several products, or none if one of them cannot be changed.
func (s *Service) PublishProducts(ctx context.Context, slugs []string, published bool) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		for _, slug := range slugs {
			if _, err := s.PublishProduct(ctx, slug, published); err != nil {
				return err
			}
		}
		return nil
	})
}

// PublishProduct publishes or unpublishes a product on the site and at the gateway.
func (s *Service) PublishProduct(ctx context.Context, slug string, published bool) (Product, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, err
	}
	var wanted Product
	err := s.edit(ctx, func(ctx context.Context) error {
		before, err := s.loadEditable(ctx, slug)
		if err != nil {
			return err
		}
		wanted = before
		wanted.Published, wanted.UpdatedAt = published, s.now()
		return s.saveProduct(ctx, before, wanted, "product.changed")
	})
	return wanted, err
}

// DeleteProduct deletes a product with its versions and documents, except for tombstones.
//
// Call it through package access, which first ends the subscriptions that need the product.
func (s *Service) DeleteProduct(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, err := s.loadEditable(ctx, slug)
		if err != nil {
			return err
		}
		versions, err := s.store.Versions(ctx, product.ID)
		if err != nil {
			return err
		}
		for _, version := range versions {
			if err := s.deleteVersion(ctx, product, version); err != nil {
				return err
			}
		}
		documents, err := s.store.DocumentOutlines(ctx, product.ID)
		if err != nil {
			return err
		}
		for _, document := range documents {
			if err := s.store.DeleteDocument(ctx, document.ID); err != nil {
				return err
			}
		}
		product.Published, product.DeletedAt = false, s.now()
		if err := s.store.SaveProduct(ctx, product); err != nil {
			return err
		}
		return s.record(ctx, "product.deleted", product.Slug, nil, event.TagOf(event.TagProduct, product.ID))
	})
}

// saveProduct saves a product if it has changed.
func (s *Service) saveProduct(ctx context.Context, before, after Product, action string) error {
	differences := after.Differences(before)
	if len(differences) == 0 {
		return nil
	}
	if err := s.store.SaveProduct(ctx, after); err != nil {
		return err
	}
	return s.record(ctx, action, after.Slug, differences, event.TagOf(event.TagProduct, after.ID))
}

// Differences returns the changed parts of a product, named as in the apply format.
func (p Product) Differences(before Product) []event.Difference {
	return event.Differing(
		event.Part{Name: "name", Before: before.Name, After: p.Name},
		event.Part{Name: "description", Before: before.Description, After: p.Description},
		event.Part{Name: "audience", Before: before.Audience, After: p.Audience},
		event.Part{Name: "teams", Before: before.Teams, After: p.Teams},
		event.Part{Name: "published", Before: before.Published, After: p.Published},
		event.Part{Name: "file", Before: before.File, After: p.File},
	)
}
