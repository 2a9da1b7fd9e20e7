package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/site"
)

// partnerEvery is how long a node may take to learn of a new partner host.
const partnerEvery = time.Second

// partnerHost caches the portal's partner host, so that requests and the gateway's preflights need not wait for the
// database.
type partnerHost struct{ host atomic.Value }

// now returns the host, empty if there is none.
func (p *partnerHost) now() string {
	host, _ := p.host.Load().(string)
	return host
}

// follow reloads the host until the context ends. It keeps the last one while the settings cannot be read.
func (p *partnerHost) follow(ctx context.Context, settings *site.Service) error {
	again := time.NewTicker(partnerEvery)
	defer again.Stop()
	for {
		if read, err := settings.Settings(ctx); err == nil {
			p.host.Store(read.PartnerHost)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}
