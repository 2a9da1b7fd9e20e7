package catalog

import (
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/site"
)

// Config is what a Service needs.
type Config struct {
	Store  Store
	Events event.Recorder
	Site   *site.Service
	// Teams loads the teams of audiences.
	Teams TeamDirectory
	Now   clock.Func
	// Builtins are the names that may follow "builtin:" in an upstream; nil allows every name.
	Builtins []string
}

// Service shows the catalogue to the principal of the context, and lets staff edit what files do not manage.
//
// Objects that the caller may not see are not_found and left out of lists.
type Service struct {
	store    Store
	events   event.Recorder
	site     *site.Service
	teams    TeamDirectory
	now      clock.Func
	builtins []string
	// receiving limits concurrent uploads. reading lets only one description be read at a time.
	receiving chan struct{}
	reading   chan struct{}
	outlines  *recent[string, outline]
	showcases *recent[string, showcase]

	// assembling lets only one download be built at a time, because a large one needs many times its size in memory.
	assembling chan struct{}
	texts      *recent[textKey, []byte]
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, events: config.Events, site: config.Site, teams: config.Teams, now: config.Now,
		builtins: config.Builtins, receiving: make(chan struct{}, UploadsAtOnce), reading: make(chan struct{}, 1), assembling: make(chan struct{}, 1),
		outlines: newRecent[string, outline](cachedOutlines), showcases: newRecent[string, showcase](cachedShowcases), texts: newRecent[textKey, []byte](cachedTexts),
	}
}
