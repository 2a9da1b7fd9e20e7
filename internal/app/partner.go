package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/site"
)

// partnerEvery is how late a node may be to know of another partner host.
const partnerEvery = time.Second

// partnerHost keeps at hand the portal's other host, which requests for it and preflights at the gateway ask for: neither
// may wait for the database.
type partnerHost struct{ host atomic.Value }

// now is the host, empty for none.
func (p *partnerHost) now() string {
	host, _ := p.host.Load().(string)
	return host
}

// follow reads the host until the context ends. Where the settings cannot be read it stays as it was.
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
