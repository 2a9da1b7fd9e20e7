package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How often counts are stored and idle states let go of, and how much of them is stored at once: all of a quiet gateway,
// a thirtieth of a busy one, so that what 10,000 keys count costs little and waits half a minute at most.
const (
	flushEvery = time.Second
	sweepEvery = time.Minute
	flushLeast = 256
	flushShare = 30
	flushMost  = 2048
	flushTime  = 10 * time.Second
)

// Run follows the change log and stores what was counted until the context ends.
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
				g.logger.Warn("what the gateway counted cannot be stored yet and is kept", "error", err)
			}
		}
	}
}

// flush stores what at most so many keys and quotas have counted. What cannot be stored is kept.
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

// Close ends the calls that are under way still and stores everything that was counted. The listeners must have stopped
// before.
func (g *Gateway) Close(ctx context.Context) error {
	defer g.grants.close()
	defer g.forwarder.Close()
	g.closing.Store(true)
	g.grants.endCalls()
	stored := g.store(ctx) // so that a call that does not end takes no other's count with it
	return errors.Join(stored, g.wait(ctx), g.store(ctx))
}

// wait waits for the calls under way.
func (g *Gateway) wait(ctx context.Context) error {
	for g.open.Load() > 0 {
		select {
		case <-g.idle:
		case <-ctx.Done():
			return fmt.Errorf("%d calls are still under way: %w", g.open.Load(), ctx.Err())
		}
	}
	return nil
}

// store stores everything that was counted.
func (g *Gateway) store(ctx context.Context) error {
	for g.meter.Waiting() > 0 || g.limiter.Waiting() > 0 {
		if err := g.flush(ctx, flushMost); err != nil {
			return err
		}
	}
	return nil
}
