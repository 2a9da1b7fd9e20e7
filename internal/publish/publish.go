// Package publish makes the portal agree with a folder of files: products with their descriptions and documents,
// strategies, plans and settings.
//
// It owns the apply format (docs/apply.md says it for API owners), reading and checking it (Read), the comparison with
// what is there (Plan), making it so (Apply) and writing what is there as such a folder (Export). Rules of products and
// plans are catalog's and plan's. What staff made is left alone, and nothing changes before everything has been read and
// checked. The command line calls it, and the site for a download.
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
	// Builtins are the names that an upstream may have after "builtin:"; nil lets every name pass.
	Builtins []string
}

// Service reads folders and makes the portal agree with them.
type Service struct {
	config Config
}

// New returns a Service.
func New(config Config) *Service { return &Service{config: config} }

// Manifest is a folder that was read and checked. It refers to things by their slugs; what they are in the portal is
// found out when it is planned or applied.
type Manifest struct {
	// Prune says that what files made and the manifest does not name is taken down, CloseAccess that the subscriptions
	// which hang on that may end; otherwise they stand in its way.
	Prune, CloseAccess bool

	site       siteSettings
	strategies []plan.Strategy
	products   []product
	plans      []planEntry
	// specs are the descriptions that the store does not have yet, by digest.
	specs map[string]reading
	// refused says that a finding is an error, so that nothing may come of the manifest.
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
	// file is where the text was read from, empty for a folder without a text of its own.
	file string
}

type planEntry struct {
	plan.Plan

	strategy string
	// opens are versions as product/version.
	opens []string
}

// reading is what came of reading a description.
type reading struct {
	spec     openapi.Spec
	findings []openapi.Finding
}
