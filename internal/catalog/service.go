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
	// Teams is where the teams of audiences are looked up.
	Teams TeamDirectory
	Now   clock.Func
	// Builtins are the names that an upstream may have after "builtin:"; nil lets every name pass.
	Builtins []string
}

// Service shows the catalogue to whoever the context's principal is, and lets staff change what files do not manage. What
// somebody may not see does not exist for them: the answer is not_found, and lists leave it out.
type Service struct {
	store    Store
	events   event.Recorder
	site     *site.Service
	teams    TeamDirectory
	now      clock.Func
	builtins []string
	// receiving has room for the uploads that are under way, reading for the one description that is read at a time.
	receiving chan struct{}
	reading   chan struct{}
	outlines  *recent[string, outline]

	// assembling has room for the one text that is put together at a time: a large one takes many times its size.
	assembling chan struct{}
	texts      *recent[textKey, []byte]
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, events: config.Events, site: config.Site, teams: config.Teams, now: config.Now,
		builtins: config.Builtins, receiving: make(chan struct{}, UploadsAtOnce), reading: make(chan struct{}, 1), assembling: make(chan struct{}, 1),
		outlines: newRecent[string, outline](cachedOutlines), texts: newRecent[textKey, []byte](cachedTexts),
	}
}
