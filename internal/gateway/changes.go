package gateway

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/event"
)

// How often the change log is read, how many entries at a time, and how long a read may take.
const (
	pollEvery   = 250 * time.Millisecond
	pollEntries = 1000
	pollTimeout = 5 * time.Second
)

// follower records how far this node has followed the change log.
//
// If an entry touches a grant that is being loaded, the loaded grant is discarded (grants.keep). Entries become
// visible in the order of the log. So an entry is either older than the load, and the load has seen its change, or
// it is applied during or after the load, and drops the grant.
type follower struct {
	mu       sync.Mutex
	position int64
	// early holds positions after position whose changes this process committed and has already applied.
	early map[int64]struct{}
	wake  chan struct{}
	// readAt is when the last good read began, in nanoseconds since 1970; 0 before the first.
	readAt atomic.Int64
}

// readable reports whether the log was read recently enough to trust the cache.
func (f *follower) readable(now time.Time, lease time.Duration) bool {
	readAt := f.readAt.Load()
	return readAt != 0 && now.UnixNano()-readAt < int64(lease)
}

// Changed drops cached grants and routes that a change in this process affects. When it returns, no new call is
// admitted by the old ones. It does not call the store.
func (g *Gateway) Changed(change event.Change) {
	g.log.mu.Lock()
	defer g.log.mu.Unlock()
	if change.Position > g.log.position {
		g.log.early[change.Position] = struct{}{}
	}
	g.apply(change.Tags)
}

func (g *Gateway) apply(tags []event.Tag) {
	if slices.ContainsFunc(tags, touchesRoutes) {
		g.table.epoch.Add(1)
	}
	g.grants.drop(tags)
}

// Wake makes Run read the change log at once, for a database that announces new entries.
func (g *Gateway) Wake() {
	select {
	case g.log.wake <- struct{}{}:
	default: // it is about to be read anyway
	}
}

// follow reads new entries of the log, and reviews again the grants that could not be loaded.
func (g *Gateway) follow(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	began := g.now()
	defer func() { g.grants.reviewAgain(g.now()) }()
	if g.log.readAt.Load() == 0 {
		return g.begin(ctx, began)
	}
	for {
		g.log.mu.Lock()
		position := g.log.position
		g.log.mu.Unlock()
		changes, err := g.config.Changes.ChangesSince(ctx, position, pollEntries)
		if err != nil {
			return err
		}
		g.catchUp(changes)
		if len(changes) < pollEntries {
			g.log.readAt.Store(began.UnixNano())
			return nil
		}
	}
}

// begin reads the log's position before anything is cached, and loads the routes.
func (g *Gateway) begin(ctx context.Context, began time.Time) error {
	position, err := g.config.Changes.ChangePosition(ctx)
	if err != nil {
		return err
	}
	if _, err := g.routes(ctx); err != nil {
		return err
	}
	g.log.mu.Lock()
	defer g.log.mu.Unlock()
	g.log.position = position
	maps.DeleteFunc(g.log.early, func(early int64, _ struct{}) bool { return early <= position })
	g.log.readAt.Store(began.UnixNano())
	return nil
}

// catchUp applies entries of the log. If one is missing, the log was pruned, and everything is dropped.
func (g *Gateway) catchUp(changes []event.Change) {
	g.log.mu.Lock()
	defer g.log.mu.Unlock()
	for _, change := range changes {
		if change.Position <= g.log.position {
			continue
		}
		if change.Position != g.log.position+1 {
			g.table.epoch.Add(1)
			g.grants.dropAll()
		}
		g.log.position = change.Position
		if _, applied := g.log.early[change.Position]; applied {
			delete(g.log.early, change.Position)
			continue
		}
		g.apply(change.Tags)
	}
}

// errNotReady is the reason why a node does not serve calls.
var errNotReady = errors.New("the change log was not read within the lease: check that the database answers")

// Ready returns nil if calls are served, else the reason.
func (g *Gateway) Ready() error {
	if !g.log.readable(g.now(), g.config.Lease) {
		return errNotReady
	}
	if g.config.RefuseUncounted && g.meter.Failing() {
		return fmt.Errorf("calls cannot be counted: %w", g.meter.Err())
	}
	return nil
}

// Uncounted returns why calls are served that may never be counted, or nil.
func (g *Gateway) Uncounted() error { return g.meter.Err() }
