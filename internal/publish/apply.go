package publish

import (
	"context"
	"maps"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// Plan returns what applying the manifest would change, and changes nothing.
func (s *Service) Plan(ctx context.Context, manifest Manifest) (Changes, error) {
	if err := s.accept(ctx, manifest); err != nil {
		return nil, err
	}
	there, err := s.load(ctx, manifest)
	if err != nil {
		return nil, err
	}
	batch, err := s.compare(ctx, manifest, there)
	if err != nil {
		return nil, err
	}
	return batch.changes, nil
}

func (s *Service) compare(ctx context.Context, manifest Manifest, there state) (*batch, error) {
	batch, err := compare(manifest, there, s.config.Now())
	if err != nil {
		return nil, err
	}
	return batch, s.addAffected(ctx, batch)
}

// Drift returns how the portal differs from the manifest: what applying would change, and what the manifest does not
// name.
func (s *Service) Drift(ctx context.Context, manifest Manifest) (Changes, error) {
	changes, err := s.Plan(ctx, manifest)
	return slices.DeleteFunc(changes, func(change Change) bool { return change.Action == Unchanged }), err
}

// Apply makes the portal match the manifest. It stores descriptions first, then changes everything in one transaction,
// so that readers see either the old catalogue or the new one.
func (s *Service) Apply(ctx context.Context, manifest Manifest) (Changes, error) {
	if err := s.accept(ctx, manifest); err != nil {
		return nil, err
	}
	changes, err := s.Plan(ctx, manifest)
	if err != nil {
		return nil, err // before anything is stored
	}
	if err := refuseOpenAccess(manifest, changes); err != nil {
		return nil, err
	}
	for _, digest := range slices.Sorted(maps.Keys(manifest.specs)) {
		read := manifest.specs[digest]
		if err := s.config.Catalog.StageSpec(ctx, read.spec, read.findings); err != nil {
			return nil, err
		}
	}
	if changes.Any() {
		if changes, err = s.flip(ctx, manifest); err != nil {
			return nil, err
		}
	}
	_ = s.config.Catalog.DropUnusedSpecs(ctx, s.config.Now().Add(-catalog.UnusedAfter)) // the next apply tries again
	return changes, nil
}

func (s *Service) accept(ctx context.Context, manifest Manifest) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	if manifest.site.present {
		if err := identity.Require(ctx, identity.ManageSite); err != nil {
			return err
		}
	}
	if manifest.refused {
		return fault.New(fault.Invalid, "manifest_refused", "The files contain errors, so nothing was changed. Fix them and apply again.")
	}
	return nil
}

// flip makes all changes in one short transaction.
func (s *Service) flip(ctx context.Context, manifest Manifest) (Changes, error) {
	var changes Changes
	err := s.config.Catalog.InTx(ctx, func(ctx context.Context) error {
		if err := s.config.Catalog.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		if err := s.config.Site.Lock(ctx, site.Lock); err != nil {
			return err
		}
		there, err := s.load(ctx, manifest)
		if err != nil {
			return err
		}
		batch, err := s.compare(ctx, manifest, there)
		if err != nil {
			return err
		}
		changes = batch.changes
		if err := refuseOpenAccess(manifest, changes); err != nil {
			return err // a subscription was created since the first check
		}
		return s.save(ctx, batch)
	})
	return changes, err
}

func (s *Service) save(ctx context.Context, b *batch) error {
	for _, write := range []func(context.Context, *batch) error{s.saveTombstones, s.saveSite, s.saveCatalog, s.savePlans} {
		if err := write(ctx, b); err != nil {
			return err
		}
	}
	for _, record := range b.audit {
		if err := s.config.Events.Audit(ctx, record); err != nil {
			return err
		}
	}
	if len(b.tags) == 0 {
		return nil
	}
	return s.config.Events.Changed(ctx, append(b.tags, event.Routes)...)
}

func (s *Service) saveSite(ctx context.Context, b *batch) error {
	if b.site == nil {
		return nil
	}
	for _, hash := range b.site.ImageHashes() {
		if content, read := b.images[hash]; read {
			if err := s.config.Site.SaveImage(ctx, hash, content); err != nil {
				return err
			}
		}
	}
	if err := s.config.Site.SaveSettings(ctx, *b.site); err != nil {
		return err
	}
	return s.config.Site.DropImages(ctx, b.site.ImageHashes()...)
}

func (s *Service) saveCatalog(ctx context.Context, b *batch) error {
	for _, product := range b.products {
		if err := s.config.Catalog.SaveProduct(ctx, product); err != nil {
			return err
		}
	}
	if err := s.saveVersions(ctx, b); err != nil {
		return err
	}
	for _, document := range b.dropped {
		if err := s.config.Catalog.DeleteDocument(ctx, document); err != nil {
			return err
		}
	}
	for _, document := range b.documents {
		if err := s.config.Catalog.SaveDocument(ctx, document); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) saveVersions(ctx context.Context, b *batch) error {
	for _, version := range b.versions {
		// First without endpoints, so that versions may exchange their base paths.
		without := version
		without.Endpoints = nil
		if err := s.config.Catalog.SaveVersion(ctx, without); err != nil {
			return err
		}
	}
	for _, version := range b.versions {
		if err := s.refuseMissingSpec(ctx, version); err != nil {
			return err
		}
		if err := s.config.Catalog.SaveVersion(ctx, version); err != nil {
			return err
		}
	}
	return nil
}

// refuseMissingSpec rejects a version whose stored description was deleted since it was read.
func (s *Service) refuseMissingSpec(ctx context.Context, version catalog.Version) error {
	if version.Spec == "" {
		return nil
	}
	has, err := s.config.Catalog.HasSpec(ctx, version.Spec)
	if err == nil && !has {
		return conflict("spec_gone", "The stored description %s has been removed since the files were read. Apply again.", version.File)
	}
	return err
}

func (s *Service) savePlans(ctx context.Context, b *batch) error {
	for _, strategy := range b.strategies {
		if err := s.config.Plans.SaveStrategy(ctx, strategy); err != nil {
			return err
		}
	}
	for _, plan := range b.plans {
		if err := s.config.Plans.SavePlan(ctx, plan); err != nil {
			return err
		}
	}
	return nil
}
