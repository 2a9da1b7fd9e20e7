package catalog

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// StaffVersion is a version with everything that staff edit.
type StaffVersion struct {
	Product Product
	Version Version
	// Findings are the findings of its description.
	Findings []openapi.Finding
}

// StaffVersion returns a version with the findings of its description.
func (s *Service) StaffVersion(ctx context.Context, slug, name string) (StaffVersion, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return StaffVersion{}, err
	}
	found, err := s.loadVersion(ctx, slug, name)
	if err != nil {
		return StaffVersion{}, err
	}
	shown := StaffVersion{Product: found.Product, Version: found.Version}
	if found.Version.Spec != "" {
		shown.Findings, err = s.store.Findings(ctx, found.Version.Spec)
	}
	return shown, err
}

// VersionInput is a version as staff enter it. The name identifies the version and cannot change.
type VersionInput struct {
	Product    string
	Name       string
	Deprecated bool
	Endpoints  []Endpoint
	// Seen is the UpdatedAt that the caller loaded; see RefuseStale.
	Seen time.Time
}

// CreateVersion creates an unpublished version as the newest of a product.
func (s *Service) CreateVersion(ctx context.Context, in VersionInput) (Version, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Version{}, err
	}
	now := s.now()
	made := Version{ID: id.New[VersionID](now), Name: in.Name, Deprecated: in.Deprecated, Endpoints: in.Endpoints, CreatedAt: now, UpdatedAt: now}
	if err := made.Validate(s.builtins); err != nil {
		return Version{}, err
	}
	err := s.edit(ctx, func(ctx context.Context) error {
		product, err := s.loadEditable(ctx, in.Product)
		if err != nil {
			return err
		}
		versions, err := s.store.Versions(ctx, product.ID)
		if err != nil {
			return err
		}
		made.Product = product.ID
		if len(versions) > 0 {
			made.Position = versions[0].Position + 1
		}
		return s.saveVersion(ctx, product, Version{}, made, "version.created")
	})
	return made, err
}

// UpdateVersion replaces the endpoints of a version, and marks it deprecated or not.
func (s *Service) UpdateVersion(ctx context.Context, in VersionInput) (Version, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Version{}, err
	}
	return s.updateVersion(ctx, in.Product, in.Name, in.Seen, func(version *Version) {
		version.Deprecated, version.Endpoints = in.Deprecated, in.Endpoints
	})
}

// PublishVersion publishes or unpublishes a version on the site and at the gateway.
func (s *Service) PublishVersion(ctx context.Context, product, name string, published bool) (Version, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Version{}, err
	}
	return s.updateVersion(ctx, product, name, time.Time{}, func(version *Version) { version.Published = published })
}

func (s *Service) updateVersion(ctx context.Context, slug, name string, seen time.Time, change func(*Version)) (Version, error) {
	var wanted Version
	err := s.edit(ctx, func(ctx context.Context) error {
		product, before, _, err := s.loadEditableVersion(ctx, slug, name)
		if err != nil {
			return err
		}
		if err := RefuseStale(before.UpdatedAt, seen); err != nil {
			return err
		}
		wanted = before
		change(&wanted)
		wanted.UpdatedAt = s.now()
		return s.saveVersion(ctx, product, before, wanted, "version.changed")
	})
	return wanted, err
}

// DeleteVersion deletes a version. Its base paths become free and the gateway rejects its calls.
//
// Call it through package access, which first ends the subscriptions that need the version.
func (s *Service) DeleteVersion(ctx context.Context, slug, name string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		product, version, _, err := s.loadEditableVersion(ctx, slug, name)
		if err != nil {
			return err
		}
		return s.deleteVersion(ctx, product, version)
	})
}

func (s *Service) deleteVersion(ctx context.Context, product Product, version Version) error {
	version.Published, version.DeletedAt = false, s.now()
	if err := s.store.SaveVersion(ctx, version); err != nil {
		return err
	}
	return s.record(ctx, "version.deleted", product.Slug+"/"+version.Name, nil, event.TagOf(event.TagVersion, version.ID))
}

// saveVersion saves a version if it has changed.
func (s *Service) saveVersion(ctx context.Context, product Product, before, after Version, action string) error {
	if err := after.Validate(s.builtins); err != nil {
		return err
	}
	differences := after.Differences(before)
	if before.ID == after.ID && len(differences) == 0 {
		return nil
	}
	if err := s.refuseBasePaths(ctx, after); err != nil {
		return err
	}
	if err := s.store.SaveVersion(ctx, after); err != nil {
		return err
	}
	return s.record(ctx, action, product.Slug+"/"+after.Name, differences, event.TagOf(event.TagVersion, after.ID))
}

// refuseBasePaths rejects base paths that another version has.
func (s *Service) refuseBasePaths(ctx context.Context, version Version) error {
	for i, endpoint := range version.Endpoints {
		owner, taken, err := s.store.BasePathOwner(ctx, BasePathKey(endpoint.BasePath), version.ID)
		if err != nil {
			return err
		}
		if taken {
			return &fault.Error{
				Kind: fault.Conflict, Code: "base_path_taken", Public: "A base path is already in use.",
				Fields: []fault.Field{{Name: "endpoints." + strconv.Itoa(i) + ".base_path", Reason: "is used by " + owner + "; choose another path"}},
			}
		}
	}
	return nil
}

// Differences returns the changed parts of a version, named as in the apply format.
func (v Version) Differences(before Version) []event.Difference {
	parts := []event.Part{
		{Name: "published", Before: before.Published, After: v.Published},
		{Name: "deprecated", Before: before.Deprecated, After: v.Deprecated},
		{Name: "spec", Before: before.Spec, After: v.Spec},
		{Name: "order", Before: before.Position, After: v.Position},
		{Name: "file", Before: before.File, After: v.File},
	}
	return event.Differing(append(parts, differingEndpoints(before.Endpoints, v.Endpoints)...)...)
}

func differingEndpoints(before, after []Endpoint) []event.Part {
	byName := func(endpoints []Endpoint) (map[string]Endpoint, []string) {
		found, order := map[string]Endpoint{}, []string{}
		for _, endpoint := range endpoints {
			found[endpoint.Environment] = endpoint
			order = append(order, endpoint.Environment)
		}
		return found, order
	}
	earlier, earlierOrder := byName(before)
	later, laterOrder := byName(after)
	both := maps.Clone(earlier)
	maps.Copy(both, later)
	var differing []event.Part
	for _, environment := range slices.Sorted(maps.Keys(both)) {
		if earlier[environment] != later[environment] {
			differing = append(differing, event.Part{Name: "environment " + environment, Before: earlier[environment], After: later[environment]})
		}
	}
	if len(differing) == 0 && !slices.Equal(earlierOrder, laterOrder) {
		differing = append(differing, event.Part{Name: "order of environments", Before: earlierOrder, After: laterOrder})
	}
	return differing
}
