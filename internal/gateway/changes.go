package gateway

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/event"
)

// How the change log is followed: how often it is read, how many entries at a time, and how long a read may take.
const (
	pollEvery   = 250 * time.Millisecond
	pollEntries = 1000
	pollTimeout = 5 * time.Second
)

// follower is how far the node has followed the change log.
//
// A grant that is being loaded while an entry is applied is discarded if the entry touches it (grants.keep), and entries
// are visible in the log in their order. So an entry is either older than a load began, and the load has seen what it
// says, or it is applied while the load goes on or after it, and drops it.
type follower struct {
	mu       sync.Mutex
	position int64
	// early are the positions of this process's own changes beyond position: they were applied as they were committed.
	early map[int64]struct{}
	wake  chan struct{}
	// readAt is when the last good read began, in nanoseconds since 1970; 0 before the first.
	readAt atomic.Int64
}

// readable reports whether the log was read recently enough to trust what is cached.
func (f *follower) readable(now time.Time, lease time.Duration) bool {
	readAt := f.readAt.Load()
	return readAt != 0 && now.UnixNano()-readAt < int64(lease)
}

// Changed drops what hangs on a change that this process has committed. When it returns, no new call is let through by
// what was cached before. It does not call into the store.
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

// Wake makes Run read the change log at once, for a database that tells when it has grown.
func (g *Gateway) Wake() {
	select {
	case g.log.wake <- struct{}{}:
	default: // it is about to be read anyway
	}
}

// follow reads what has changed since the last time, and looks again at what could not be loaded since then.
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

// begin takes the log's position before anything is cached, and loads the routes.
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

// catchUp applies entries of the log. Where one is missing, the log was cut, and everything is dropped.
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

// errNotReady is why a node does not want calls yet, or any more.
var errNotReady = errors.New("the change log was not read within the lease: check that the database answers")

// Ready reports whether calls are served: nil, or why not.
func (g *Gateway) Ready() error {
	if !g.log.readable(g.now(), g.config.Lease) {
		return errNotReady
	}
	return nil
}
