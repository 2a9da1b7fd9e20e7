// Package publish makes the portal match a folder of files: products with their descriptions and documents,
// strategies, plans and settings.
//
// It owns the apply format (docs/apply.md documents it): reading and checking (Read), comparing with the portal (Plan),
// changing the portal (Apply) and writing the portal as such a folder (Export). The rules of products and plans belong
// to catalog and plan. It never changes what staff created, and it changes nothing before everything has been read and
// checked. The command line calls it; the site calls it for a download.
package publish

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/site"
)

// Config is what a Service needs. All stores must share their transactions.
type Config struct {
	Catalog catalog.Store
	Plans   plan.Store
	Site    site.Store
	Teams   catalog.TeamDirectory
	Access  *access.Service
	Events  event.Recorder
	Now     clock.Func
	// Builtins are the names that an upstream may have after "builtin:"; nil allows every name.
	Builtins []string
}

// Service reads folders and makes the portal match them.
type Service struct {
	config Config
}

// New returns a Service.
func New(config Config) *Service { return &Service{config: config} }

// Manifest is a folder that was read and checked. It refers to objects by their slugs, which Plan and Apply look up in
// the portal.
type Manifest struct {
	// Prune deletes objects that earlier files created and the manifest no longer names. CloseAccess allows it to end the
	// affected subscriptions; without it, open subscriptions prevent the deletion.
	Prune, CloseAccess bool

	site       siteSettings
	strategies []plan.Strategy
	products   []product
	plans      []planEntry
	// specs are the descriptions that are not stored yet, by digest.
	specs map[string]reading
	// refused reports whether a finding is an error, so that Plan and Apply reject the manifest.
	refused bool
}

type product struct {
	catalog.Product

	versions  []catalog.Version
	documents []document
}

type document struct {
	catalog.Document

	// parent is the slug of the page above it, empty on the first level.
	parent string
	// file is where the text was read from, empty for a folder without an index file.
	file string
	// skipped is how many lines of the file come before the text.
	skipped int
}

type planEntry struct {
	plan.Plan

	strategy string
	// opens are versions as product/version.
	opens []string
}

// reading is the result of reading a description.
type reading struct {
	spec     openapi.Spec
	findings []openapi.Finding
}
