package gateway

import "context"

// Follow reads the change log once, as Run does four times a second.
func (g *Gateway) Follow(ctx context.Context) error { return g.follow(ctx) }

// Flush stores counts, as Run does every second.
func (g *Gateway) Flush(ctx context.Context) error { return g.flush(ctx) }

// PollEvery is how often Run reads the change log.
const PollEvery = pollEvery
