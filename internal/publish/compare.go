package publish

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// batch holds what an apply writes and reports.
type batch struct {
	now     time.Time
	there   state
	changes Changes
	tags    []event.Tag
	audit   []event.Audit

	site       *site.Settings
	images     map[string][]byte
	strategies []plan.Strategy
	products   []catalog.Product
	versions   []catalog.Version
	documents  []catalog.Document
	dropped    []catalog.DocumentID
	plans      []plan.Plan

	// leaving holds the deleted objects by noun and slug; taken holds their tombstones.
	leaving map[string]bool
	taken   tombstones

	// The IDs of the names in the manifest, including the objects that this batch creates.
	strategyIDs map[string]plan.StrategyID
	versionIDs  map[string]catalog.VersionID
}

// compare returns the changes that make the portal match the manifest.
func compare(manifest Manifest, there state, now time.Time) (*batch, error) {
	b := &batch{now: now, there: there, strategyIDs: map[string]plan.StrategyID{}, versionIDs: map[string]catalog.VersionID{}, leaving: map[string]bool{}}
	left := gone(manifest, there)
	for _, change := range left {
		b.leaving[change.Noun+" "+change.Slug] = manifest.Prune
	}
	if err := b.refuseClashes(manifest); err != nil {
		return nil, err
	}
	b.compareSite(manifest.site)
	for _, wanted := range manifest.strategies {
		b.compareStrategy(wanted)
	}
	for _, wanted := range manifest.products {
		b.compareProduct(wanted)
	}
	for _, wanted := range manifest.plans {
		b.comparePlan(wanted)
	}
	if manifest.Prune {
		err := b.deleteGone(left)
		return b, err
	}
	b.changes = append(b.changes, left...)
	return b, nil
}

// note adds one object to the report, and its changes to the audit trail and the change log. It reports whether
// anything changed.
func (b *batch) note(noun, slug string, exists bool, differs []string, tag event.Tag) bool {
	change := Change{Action: Unchanged, Noun: noun, Slug: slug, Differs: differs}
	switch {
	case !exists:
		change.Action, change.Differs = Created, nil
	case len(differs) > 0:
		change.Action = Changed
	}
	b.changes = append(b.changes, change)
	if change.Action == Unchanged {
		return false
	}
	if noun == "document" {
		return true // reported with its product
	}
	details := map[string]string{"name": slug, "by": manifestFile}
	if len(differs) > 0 {
		details["differs"] = fmt.Sprint(differs)
	}
	b.audit = append(b.audit, event.Audit{Action: noun + "." + string(change.Action), Object: tag, Details: details})
	if noun != "site" {
		b.tags = append(b.tags, tag)
	}
	return true
}

func (b *batch) compareSite(wanted siteSettings) {
	before, after := b.there.settings, wanted.over(b.there.settings)
	var differs []string
	for _, one := range before.Differences(after) {
		differs = append(differs, one.Name)
	}
	if len(differs) == 0 || !b.note("site", "site", true, differs, "site") {
		return
	}
	maps.Copy(b.audit[len(b.audit)-1].Details, before.Details(after))
	if before.Public != after.Public {
		b.tags = append(b.tags, event.PublicMode)
	}
	after.Revision++
	b.site, b.images = &after, wanted.images
}

func (b *batch) compareStrategy(wanted plan.Strategy) {
	before, exists := b.there.strategies[wanted.Slug]
	wanted.ID, wanted.CreatedAt, wanted.UpdatedAt = before.ID, before.CreatedAt, b.now
	if !exists {
		wanted.ID, wanted.CreatedAt = id.New[plan.StrategyID](b.now), b.now
	}
	b.strategyIDs[wanted.Slug] = wanted.ID
	if b.note("strategy", wanted.Slug, exists, event.Names(wanted.Differences(before)), event.TagOf(event.TagStrategy, wanted.ID)) {
		b.strategies = append(b.strategies, wanted)
	}
}

func (b *batch) compareProduct(entry product) {
	wanted := entry.Product
	before, exists := b.there.products[wanted.Slug]
	wanted.ID, wanted.CreatedAt, wanted.UpdatedAt = before.ID, before.CreatedAt, b.now
	if !exists {
		wanted.ID, wanted.CreatedAt = id.New[catalog.ProductID](b.now), b.now
	}
	differs := event.Names(wanted.Differences(before))
	written := len(b.documents) + len(b.dropped)
	at := len(b.changes)
	b.compareDocuments(wanted.ID, entry)
	ofDocuments := slices.Clone(b.changes[at:])
	b.changes = b.changes[:at]
	if exists && len(b.documents)+len(b.dropped) > written {
		differs = append(differs, "documents")
	}
	if b.note("product", wanted.Slug, exists, differs, event.TagOf(event.TagProduct, wanted.ID)) {
		b.products = append(b.products, wanted)
	}
	for _, version := range entry.versions {
		b.compareVersion(wanted, version)
	}
	b.changes = append(b.changes, ofDocuments...)
}

func (b *batch) compareVersion(product catalog.Product, wanted catalog.Version) {
	name := product.Slug + "/" + wanted.Name
	before, exists := b.there.versions[name]
	wanted.ID, wanted.Product, wanted.CreatedAt, wanted.UpdatedAt = before.ID, product.ID, before.CreatedAt, b.now
	if !exists {
		wanted.ID, wanted.CreatedAt = id.New[catalog.VersionID](b.now), b.now
	}
	b.versionIDs[name] = wanted.ID
	differs := event.Names(wanted.Differences(before))
	if b.note("version", name, exists, differs, event.TagOf(event.TagVersion, wanted.ID)) {
		b.versions = append(b.versions, wanted)
	}
}

// compareDocuments returns the changes that make the product's pages match its folder.
func (b *batch) compareDocuments(product catalog.ProductID, entry product) {
	there := b.there.documents[product]
	ids := map[string]catalog.DocumentID{"": {}}
	for _, wanted := range entry.documents {
		before, exists := there[wanted.Slug]
		made := wanted.Document
		made.ID, made.Product, made.CreatedAt, made.UpdatedAt = before.ID, product, before.CreatedAt, b.now
		if !exists {
			made.ID, made.CreatedAt = id.New[catalog.DocumentID](b.now), b.now
		}
		ids[made.Slug] = made.ID
		made.Parent = ids[wanted.parent]
		if b.note("document", entry.Slug+"/"+made.Slug, exists, event.Names(made.Differences(before)), "") {
			b.documents = append(b.documents, made)
		}
	}
	for _, slug := range slices.Sorted(maps.Keys(there)) {
		if _, kept := ids[slug]; !kept {
			b.dropped = append(b.dropped, there[slug].ID)
			b.changes = append(b.changes, Change{Action: Removed, Noun: "document", Slug: entry.Slug + "/" + slug})
		}
	}
}

func (b *batch) comparePlan(entry planEntry) {
	wanted := entry.Plan
	before, exists := b.there.plans[wanted.Slug]
	wanted.ID, wanted.CreatedAt, wanted.UpdatedAt = before.ID, before.CreatedAt, b.now
	if !exists {
		wanted.ID, wanted.CreatedAt = id.New[plan.ID](b.now), b.now
	}
	wanted.Strategy = b.strategyIDs[entry.strategy]
	for _, name := range entry.opens {
		wanted.Opens = append(wanted.Opens, b.versionIDs[name])
	}
	if b.note("plan", wanted.Slug, exists, event.Names(wanted.Differences(before)), event.TagOf(event.TagPlan, wanted.ID)) {
		b.plans = append(b.plans, wanted)
	}
}

func conflict(code, public string, args ...any) error {
	return fault.Newf(fault.Conflict, code, public, args...)
}
