package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How often counts are stored and idle states are dropped, and how many are stored at once: all of a quiet gateway,
// a thirtieth of a busy one. So the counts of 10,000 keys cost little and wait half a minute at most.
const (
	flushEvery = time.Second
	sweepEvery = time.Minute
	flushLeast = 256
	flushShare = 30
	flushMost  = 2048
	flushTime  = 10 * time.Second
)

// Run follows the change log and stores counts until the context ends.
func (g *Gateway) Run(ctx context.Context) error {
	flushed := make(chan struct{})
	go func() {
		defer close(flushed)
		g.flushRegularly(ctx)
	}()
	defer func() { <-flushed }()
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
			g.meter.Sweep(g.now())
		case <-flush.C:
			waiting := max(g.meter.Waiting(), g.limiter.Waiting())
			if err := g.flush(ctx, min(max(flushLeast, waiting/flushShare), flushMost)); err != nil && ctx.Err() == nil {
				g.logger.Warn("counts cannot be stored yet and are kept", "error", err)
			}
		}
	}
}

// flush stores the counts of at most limit keys and quotas. Counts that cannot be stored are kept.
func (g *Gateway) flush(ctx context.Context, limit int) error {
	g.flushing.Lock()
	defer g.flushing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	minutes, quotas := g.meter.Drain(limit), g.limiter.Drain(limit)
	var err error
	if len(minutes.Minutes) > 0 || len(quotas.Increments) > 0 {
		err = g.config.Usage.Record(ctx, minutes.Minutes, quotas.Increments)
	}
	minutes.Settle(err == nil)
	quotas.Settle(ctx, err == nil, g.now())
	if err != nil {
		g.metrics.flushFailures.Inc()
	}
	return err
}

// Close ends the open calls and stores all counts. The listeners must have stopped before.
func (g *Gateway) Close(ctx context.Context) error {
	defer g.grants.close()
	defer g.forwarder.Close()
	g.closing.Store(true)
	g.grants.endCalls()
	stored := g.store(ctx) // before waiting, so that a call that does not end cannot lose the counts of others
	return errors.Join(stored, g.wait(ctx), g.store(ctx))
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

// store stores all counts.
func (g *Gateway) store(ctx context.Context) error {
	for g.meter.Waiting() > 0 || g.limiter.Waiting() > 0 {
		if err := g.flush(ctx, flushMost); err != nil {
			return err
		}
	}
	return nil
}
