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

// ProductFilter narrows a list of products; zero fields do not narrow.
type ProductFilter struct {
	// Search looks at names and slugs.
	Search    string
	ManagedBy ManagedBy
}

// ProductRow is a product in the list that staff see.
type ProductRow struct {
	Product Product
	// Versions counts all, Published those that are published, Findings what was found in their descriptions.
	Versions, Published, Findings int
}

// StaffProducts lists all products by name.
func (s *Service) StaffProducts(ctx context.Context, filter ProductFilter, request page.Request) (page.Page[ProductRow], error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return page.Page[ProductRow]{}, err
	}
	return s.store.ProductRows(ctx, filter, request)
}

// StaffProduct is a product as staff edit it.
type StaffProduct struct {
	Product Product
	// TeamNames are those of the audience; NotRegistering and NotReading are those among them that lack these rights.
	TeamNames, NotRegistering, NotReading []string
	// Versions are the newest first, Documents in reading order, without their texts.
	Versions  []Version
	Documents []Document
}

// StaffProduct returns a product with all that belongs to it.
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

// StaffDocument returns a product with one of its pages as staff edit it.
func (s *Service) StaffDocument(ctx context.Context, slug, page string) (StaffProduct, Document, error) {
	product, err := s.StaffProduct(ctx, slug)
	if err != nil {
		return StaffProduct{}, Document{}, err
	}
	document, err := s.store.Document(ctx, product.Product.ID, page)
	return product, document, err
}

// ProductInput is what staff write about a product. The slug says which one, and is never changed: links lead there.
type ProductInput struct {
	Slug        string
	Name        string
	Description string
	Audience    Audience
	// Teams are the names of those that may see the product where the audience is Teams. Those among them that may not ask
	// for access or not read its pages are named again.
	Teams, NotRegistering, NotReading []string
	// Seen is when what the writer has seen was last changed, zero where nobody else can have written.
	Seen time.Time
}

// CreateProduct makes a product, hidden until it is published.
func (s *Service) CreateProduct(ctx context.Context, in ProductInput) (Product, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, err
	}
	now := s.now()
	made, err := s.written(ctx, Product{ID: id.New[ProductID](now), Slug: in.Slug, ManagedBy: Staff, CreatedAt: now}, in)
	if err != nil {
		return Product{}, err
	}
	return made, s.edit(ctx, func(ctx context.Context) error {
		return s.saveProduct(ctx, Product{}, made, "product.created")
	})
}

// UpdateProduct replaces what is written about a product.
func (s *Service) UpdateProduct(ctx context.Context, in ProductInput) (Product, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, err
	}
	before, err := s.editable(ctx, in.Slug)
	if err != nil {
		return Product{}, err
	}
	wanted, err := s.written(ctx, before, in)
	if err != nil {
		return Product{}, err
	}
	err = s.edit(ctx, func(ctx context.Context) error {
		if before, err = s.editable(ctx, in.Slug); err != nil {
			return err
		}
		if err := RefuseUnseen(before.UpdatedAt, in.Seen); err != nil {
			return err
		}
		wanted.ID, wanted.CreatedAt, wanted.Published = before.ID, before.CreatedAt, before.Published
		return s.saveProduct(ctx, before, wanted, "product.changed")
	})
	return wanted, err
}

// written is the product as the input wants it.
func (s *Service) written(ctx context.Context, product Product, in ProductInput) (Product, error) {
	product.Name, product.Description, product.Audience = strings.TrimSpace(in.Name), in.Description, in.Audience
	product.Teams, product.UpdatedAt = nil, s.now()
	if in.Audience == Teams {
		for _, name := range in.Teams {
			named, err := TeamsNamed(ctx, s.teams, name)
			switch {
			case err != nil:
				return Product{}, err
			case len(named) == 0:
				return Product{}, fault.InvalidFields([]fault.Field{{Name: "teams", Reason: fmt.Sprintf("names %q, and there is no such team; upper and lower case count", name)}})
			case len(named) > 1:
				return Product{}, fault.InvalidFields([]fault.Field{{Name: "teams", Reason: fmt.Sprintf("names %q, and there are %d of that name; rename all but one", name, len(named))}})
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

// refuseUnnamed keeps rights from being taken from teams that have none.
func (in ProductInput) refuseUnnamed() error {
	var refused Refused
	among := func(field string, teams []string) {
		for _, name := range teams {
			if in.Audience == Teams && !slices.Contains(in.Teams, name) {
				refused.Add(field, fmt.Sprintf("names %q, which is not among the teams of the audience", name))
			}
		}
	}
	among("not_registering", in.NotRegistering)
	among("not_reading", in.NotReading)
	return refused.Err()
}

// PublishProduct shows a product to its audience and opens it at the gateway, or takes it back.
func (s *Service) PublishProduct(ctx context.Context, slug string, published bool) (Product, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, err
	}
	var wanted Product
	err := s.edit(ctx, func(ctx context.Context) error {
		before, err := s.editable(ctx, slug)
		if err != nil {
			return err
		}
		wanted = before
		wanted.Published, wanted.UpdatedAt = published, s.now()
		return s.saveProduct(ctx, before, wanted, "product.changed")
	})
	return wanted, err
}

// DeleteProduct removes a product with its versions and documents. Tombstones stay, so that usage keeps its names. Access
// ends what opens nothing without it before.
func (s *Service) DeleteProduct(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, err := s.editable(ctx, slug)
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
		return s.note(ctx, "product.deleted", product.Slug, nil, event.TagOf(event.TagProduct, product.ID))
	})
}

// saveProduct writes a product unless it is as it was.
func (s *Service) saveProduct(ctx context.Context, before, after Product, action string) error {
	differences := after.Differences(before)
	if len(differences) == 0 {
		return nil
	}
	if err := s.store.SaveProduct(ctx, after); err != nil {
		return err
	}
	return s.note(ctx, action, after.Slug, differences, event.TagOf(event.TagProduct, after.ID))
}

// Differences are the parts of a product that are not as before, in the words of the apply format.
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
