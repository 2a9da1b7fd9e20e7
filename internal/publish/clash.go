package publish

import (
	"maps"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

// refuseClashes rejects a manifest that conflicts with objects outside the files: those created by staff, and those
// that are gone from the files but still live.
func (b *batch) refuseClashes(manifest Manifest) error {
	for _, check := range []func(Manifest) error{b.refuseOthers, b.refuseBasePaths, b.refuseDefaults, b.refuseRegistrable} {
		if err := check(manifest); err != nil {
			return err
		}
	}
	return nil
}

// refuseOthers rejects slugs that objects created by staff already use.
func (b *batch) refuseOthers(manifest Manifest) error {
	refuse := func(noun, slug string) error {
		return conflict("managed_by_staff",
			"The %s %q was created by staff in the portal, and %s uses the same slug. Choose another slug in the file, or rename the one in the portal.",
			noun, slug, manifestFile)
	}
	for _, wanted := range manifest.strategies {
		if b.there.strategies[wanted.Slug].ManagedBy == catalog.Staff {
			return refuse("strategy", wanted.Slug)
		}
	}
	for _, wanted := range manifest.products {
		if b.there.products[wanted.Slug].ManagedBy == catalog.Staff {
			return refuse("product", wanted.Slug)
		}
	}
	for _, wanted := range manifest.plans {
		if b.there.plans[wanted.Slug].ManagedBy == catalog.Staff {
			return refuse("plan", wanted.Slug)
		}
	}
	return nil
}

// refuseBasePaths rejects base paths that versions outside the manifest already use.
func (b *batch) refuseBasePaths(manifest Manifest) error {
	named := map[string]bool{}
	for _, product := range manifest.products {
		for _, version := range product.versions {
			named[product.Slug+"/"+version.Name] = true
		}
	}
	owners := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(b.there.versions)) {
		for _, endpoint := range b.there.versions[name].Endpoints {
			if !named[name] && !b.leaves("version", name) {
				owners[catalog.BasePathKey(endpoint.BasePath)] = name
			}
		}
	}
	for _, product := range manifest.products {
		for _, version := range product.versions {
			for _, endpoint := range version.Endpoints {
				if owner, taken := owners[catalog.BasePathKey(endpoint.BasePath)]; taken {
					return conflict("base_path_taken",
						"%s/%s wants the base path %s, at which %s is called, which is not in the files. Choose another base path, or take it from %s first.",
						product.Slug, version.Name, endpoint.BasePath, owner, owner)
				}
			}
		}
	}
	return nil
}

// refuseDefaults rejects a second default strategy.
func (b *batch) refuseDefaults(manifest Manifest) error {
	named := map[string]bool{}
	wanted := ""
	for _, strategy := range manifest.strategies {
		named[strategy.Slug] = true
		if strategy.Default {
			wanted = strategy.Slug
		}
	}
	if wanted == "" {
		return nil
	}
	for _, slug := range slices.Sorted(maps.Keys(b.there.strategies)) {
		if b.there.strategies[slug].Default && !named[slug] && !b.leaves("strategy", slug) {
			return conflict("default_taken",
				"The strategy %q is the portal's default and is not in the files, so %q cannot be. Remove default: true from %q, or make %q no longer the default.",
				slug, wanted, wanted, slug)
		}
	}
	return nil
}

// refuseRegistrable rejects a second registrable plan for a version and strategy if the first is not in the files.
func (b *batch) refuseRegistrable(manifest Manifest) error {
	named := map[string]bool{}
	for _, entry := range manifest.plans {
		named[entry.Slug] = true
	}
	others := map[plan.Registration]string{}
	for _, slug := range slices.Sorted(maps.Keys(b.there.plans)) {
		if named[slug] || b.leaves("plan", slug) {
			continue
		}
		for _, answered := range b.there.plans[slug].Registrations() {
			others[answered] = slug
		}
	}
	for _, entry := range manifest.plans {
		if !entry.Registrable || !entry.Published {
			continue
		}
		strategy := b.there.strategies[entry.strategy].ID
		for _, name := range entry.opens {
			version, exists := b.there.versions[name]
			if other, taken := others[plan.Registration{Version: version.ID, Strategy: strategy}]; exists && taken {
				return conflict("registrable_taken",
					"The plan %q, which is not in the files, is registrable for %s with the strategy %q, so %q cannot be. Remove registrable: true from one of them.",
					other, name, entry.strategy, entry.Slug)
			}
		}
	}
	return nil
}
