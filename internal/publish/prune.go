package publish

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
)

// endReason is the reason that owners of ended subscriptions see.
const endReason = "The APIs of this subscription have been removed."

// gone lists objects that files created and the manifest no longer names. The reverse order is safe for deletion.
func gone(manifest Manifest, there state) Changes {
	named := map[string]bool{}
	for _, strategy := range manifest.strategies {
		named["strategy "+strategy.Slug] = true
	}
	for _, product := range manifest.products {
		named["product "+product.Slug] = true
		for _, version := range product.versions {
			named["version "+product.Slug+"/"+version.Name] = true
		}
	}
	for _, plan := range manifest.plans {
		named["plan "+plan.Slug] = true
	}
	var found Changes
	note := func(noun, slug string, owner catalog.ManagedBy) {
		if owner == catalog.Files && !named[noun+" "+slug] {
			found = append(found, Change{Action: Gone, Noun: noun, Slug: slug})
		}
	}
	for _, slug := range slices.Sorted(maps.Keys(there.strategies)) {
		note("strategy", slug, there.strategies[slug].ManagedBy)
	}
	owners := map[catalog.ProductID]catalog.ManagedBy{}
	for _, slug := range slices.Sorted(maps.Keys(there.products)) {
		owners[there.products[slug].ID] = there.products[slug].ManagedBy
		note("product", slug, there.products[slug].ManagedBy)
	}
	for _, name := range slices.Sorted(maps.Keys(there.versions)) {
		note("version", name, owners[there.versions[name].Product])
	}
	for _, slug := range slices.Sorted(maps.Keys(there.plans)) {
		note("plan", slug, there.plans[slug].ManagedBy)
	}
	return found
}

// leaves reports whether this apply deletes the object.
func (b *batch) leaves(noun, slug string) bool { return b.leaving[noun+" "+slug] }

// tombstones holds the tombstones of everything that an apply deletes.
type tombstones struct {
	strategies []plan.Strategy
	products   []catalog.Product
	versions   []catalog.Version
	plans      []plan.Plan
}

// deleteGone turns objects that are gone from the files into tombstones.
func (b *batch) deleteGone(leaving Changes) error {
	if err := b.refuseInUse(); err != nil {
		return err
	}
	for _, change := range leaving {
		var tag event.Tag
		switch change.Noun {
		case "strategy":
			left := b.there.strategies[change.Slug]
			left.DeletedAt, left.UpdatedAt, left.Default = b.now, b.now, false
			b.taken.strategies, tag = append(b.taken.strategies, left), event.TagOf(event.TagStrategy, left.ID)
		case "product":
			left := b.there.products[change.Slug]
			left.DeletedAt, left.UpdatedAt = b.now, b.now
			b.taken.products, tag = append(b.taken.products, left), event.TagOf(event.TagProduct, left.ID)
		case "version":
			left := b.there.versions[change.Slug]
			left.DeletedAt, left.UpdatedAt = b.now, b.now
			b.taken.versions, tag = append(b.taken.versions, left), event.TagOf(event.TagVersion, left.ID)
		case "plan":
			left := b.there.plans[change.Slug]
			left.DeletedAt, left.UpdatedAt = b.now, b.now
			b.taken.plans, tag = append(b.taken.plans, left), event.TagOf(event.TagPlan, left.ID)
		}
		change.Action = Removed
		b.changes, b.tags = append(b.changes, change), append(b.tags, tag)
		if change.Noun == "product" {
			b.dropPages(b.there.products[change.Slug])
		}
		b.audit = append(b.audit, event.Audit{
			Action: change.Noun + ".removed", Object: tag, Details: map[string]string{"name": change.Slug, "by": manifestFile},
		})
	}
	return nil
}

func (b *batch) dropPages(product catalog.Product) {
	for _, slug := range slices.Sorted(maps.Keys(b.there.documents[product.ID])) {
		b.dropped = append(b.dropped, b.there.documents[product.ID][slug].ID)
		b.changes = append(b.changes, Change{Action: Removed, Noun: "document", Slug: product.Slug + "/" + slug})
	}
}

// refuseInUse refuses to delete objects that a plan created by staff uses.
func (b *batch) refuseInUse() error {
	names := map[string]string{}
	for slug, strategy := range b.there.strategies {
		names[strategy.ID.Hex()] = "strategy " + slug
	}
	for name, version := range b.there.versions {
		names[version.ID.Hex()] = "version " + name
	}
	for _, slug := range slices.Sorted(maps.Keys(b.there.plans)) {
		entry := b.there.plans[slug]
		if entry.ManagedBy != catalog.Staff {
			continue
		}
		needs := []string{names[entry.Strategy.Hex()]}
		for _, version := range entry.Opens {
			needs = append(needs, names[version.Hex()])
		}
		for _, need := range needs {
			if b.leaving[need] {
				return conflict("in_use_by_staff", "The %s is not in the files any more, but the plan %q needs it, which staff made in the portal. Change that plan first, or apply without --prune.", need, slug)
			}
		}
	}
	return nil
}

// removal names the deleted plans and versions, which subscriptions may need.
func (b *batch) removal() access.Removal {
	var removal access.Removal
	leaving := map[catalog.VersionID]bool{}
	for _, version := range b.taken.versions {
		removal.Versions = append(removal.Versions, version.ID)
		leaving[version.ID] = true
	}
	for _, slug := range slices.Sorted(maps.Keys(b.there.plans)) {
		entry := b.there.plans[slug]
		switch {
		case b.leaves("plan", slug):
			removal.Plans = append(removal.Plans, entry.ID)
		case slices.ContainsFunc(entry.Opens, func(v catalog.VersionID) bool { return leaving[v] }):
			removal.Narrowed = append(removal.Narrowed, entry.ID)
		}
	}
	return removal
}

// addAffected adds the subscriptions that lose access to the changes.
func (s *Service) addAffected(ctx context.Context, b *batch) error {
	removal := b.removal()
	if len(removal.Plans)+len(removal.Versions) == 0 {
		return nil
	}
	affected, err := s.config.Access.AffectedSubscriptions(ctx, removal)
	if err != nil {
		return err
	}
	slugs := map[plan.ID]string{}
	for slug, entry := range b.there.plans {
		slugs[entry.ID] = slug
	}
	for _, one := range affected {
		change := Change{Action: Narrowed, Noun: "subscription", Slug: fmt.Sprintf("%s of %s, %s", slugs[one.Plan], one.Team, one.Application), Differs: []string{string(one.State)}}
		if one.Ends {
			change.Action = Ended
		}
		b.changes = append(b.changes, change)
	}
	return nil
}

// maxAffectedShown limits how many subscriptions an error names.
const maxAffectedShown = 20

// refuseOpenAccess refuses to end or narrow open subscriptions without CloseAccess.
func refuseOpenAccess(manifest Manifest, changes Changes) error {
	var lines []string
	for _, change := range changes {
		if change.Noun == "subscription" {
			lines = append(lines, "  "+change.String())
		}
	}
	if len(lines) == 0 || manifest.CloseAccess {
		return nil
	}
	count := len(lines)
	if count > maxAffectedShown {
		lines = append(lines[:maxAffectedShown], fmt.Sprintf("  and %d more", count-maxAffectedShown))
	}
	return conflict("access_open", "%d open subscriptions hang on what is not in the files any more; nothing has changed. End them with --close-access, or put it back into the files.\n%s", count, strings.Join(lines, "\n"))
}

// saveTombstones ends affected subscriptions and writes the tombstones first, which frees their names and base paths.
func (s *Service) saveTombstones(ctx context.Context, b *batch) error {
	if removal := b.removal(); len(removal.Plans)+len(removal.Versions) > 0 {
		if err := s.config.Access.EndAffected(ctx, removal, endReason); err != nil {
			return err
		}
	}
	for _, left := range b.taken.plans {
		if err := s.config.Plans.SavePlan(ctx, left); err != nil {
			return err
		}
	}
	for _, left := range b.taken.versions {
		if err := s.config.Catalog.SaveVersion(ctx, left); err != nil {
			return err
		}
	}
	for _, left := range b.taken.products {
		if err := s.config.Catalog.SaveProduct(ctx, left); err != nil {
			return err
		}
	}
	for _, left := range b.taken.strategies {
		if err := s.config.Plans.SaveStrategy(ctx, left); err != nil {
			return err
		}
	}
	return nil
}
