package catalog

import (
	"sync"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/site"
)

// Config is what a Service needs.
type Config struct {
	Store  Store
	Events event.Recorder
	Site   *site.Service
	Now    clock.Func
}

// Service shows the catalogue to whoever the context's principal is. What they may not see does not exist: the answer is
// not_found, and lists leave it out.
type Service struct {
	store    Store
	site     *site.Service
	outlines *recent[string, outline]

	assembling sync.Mutex
	texts      *recent[textKey, []byte]
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, site: config.Site,
		outlines: newRecent[string, outline](cachedOutlines), texts: newRecent[textKey, []byte](cachedTexts),
	}
}
