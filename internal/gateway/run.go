package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/portico-api/portico/internal/gateway/meter"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/usage/ledger"
)

// How often counts are stored and idle states are dropped.
const (
	flushEvery = time.Second
	sweepEvery = time.Minute
	flushTime  = 10 * time.Second
)

// Run follows the change log and stores counts until the context ends.
func (g *Gateway) Run(ctx context.Context) error {
	g.flushFirst(ctx)
	var background sync.WaitGroup
	background.Go(func() { g.flushRegularly(ctx) })
	background.Go(func() { g.syncRegularly(ctx) })
	defer background.Wait()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		if err := g.follow(ctx); err != nil && ctx.Err() == nil {
			g.metrics.readFailures.Inc()
			g.logger.Warn("the change log cannot be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-g.log.wake:
		case <-poll.C:
		}
	}
}

// flushFirst stores what earlier processes left in their ledgers, before quotas are read.
func (g *Gateway) flushFirst(ctx context.Context) {
	err := g.flush(ctx)
	for _, idle := range ledger.Idle(g.config.Ledgers) {
		left := meter.New(meter.Config{Ledger: idle, Usage: g.config.Usage, Stored: g.stored, Logger: g.logger, Now: g.now})
		err = errors.Join(err, left.Close(ctx))
	}
	if err != nil && ctx.Err() == nil {
		g.logger.Warn("calls of earlier runs cannot be stored yet and are kept", "error", err)
	}
}

func (g *Gateway) flushRegularly(ctx context.Context) {
	flush, sweep := time.NewTicker(flushEvery), time.NewTicker(sweepEvery)
	defer flush.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			g.limiter.Sweep(g.now())
		case <-flush.C:
			if err := g.flush(ctx); err != nil && ctx.Err() == nil {
				g.logger.Warn("counts cannot be stored yet and are kept", "error", err)
			}
		}
	}
}

// syncRegularly writes records to the disk itself. It does not wait for the database, as flushes do.
func (g *Gateway) syncRegularly(ctx context.Context) {
	again := time.NewTicker(flushEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			g.meter.Sync()
		}
	}
}

// flush stores all counts. Those that cannot be stored are kept.
func (g *Gateway) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	err := g.meter.Flush(ctx)
	if err != nil {
		g.metrics.flushFailures.Inc()
	}
	return err
}

// stored tells the limiter which quotas changed in the store.
func (g *Gateway) stored(ctx context.Context, increments []usage.Increment, own bool) {
	g.limiter.Stored(ctx, increments, own, g.now())
}

// Counted returns what this node knows of a quota: what is stored and what it has counted since.
func (g *Gateway) Counted(key usage.QuotaKey) []usage.Spent { return g.limiter.Counted(key) }

// Close ends the open calls and stores all counts. The listeners must have stopped before.
func (g *Gateway) Close(ctx context.Context) error {
	defer g.grants.close()
	defer g.forwarder.Close()
	g.closing.Store(true)
	g.grants.endCalls()
	_ = g.flush(ctx) // before waiting for calls that may not end in time; Close stores the rest and says what failed
	return errors.Join(g.wait(ctx), g.meter.Close(ctx))
}

// wait waits for the open calls.
func (g *Gateway) wait(ctx context.Context) error {
	for g.open.Load() > 0 {
		select {
		case <-g.idle:
		case <-ctx.Done():
			return fmt.Errorf("%d calls are still open: %w", g.open.Load(), ctx.Err())
		}
	}
	return nil
}
