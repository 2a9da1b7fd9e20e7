package gateway

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway/forward"
	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/gateway/route"
	"github.com/portico-api/portico/internal/plan"
)

// routed is a compiled route.
type routed struct {
	plan.Route

	target     *forward.Target
	rules      *keyauth.Rules
	operations route.Operations
	renderer   Renderer
	counts     *routeCounts
	// broken is why calls of the route cannot be served. The route keeps its place, so that a shorter base path
	// does not get its calls.
	broken error
}

// table holds the compiled routes. A change only marks them as stale. The next call loads them again, and
// concurrent calls wait. So a change is effective when it returns, although the listener of the change log does not
// call the store.
type table struct {
	epoch    atomic.Int64 // increases with every change of routes
	compiled atomic.Pointer[compiled]
	mu       sync.Mutex
	loading  *reload
}

type compiled struct {
	epoch  int64
	routes route.Table[*routed]
}

type reload struct {
	epoch int64
	done  chan struct{}
	err   error
}

// touchesRoutes reports whether a change of the tag may change routes.
func touchesRoutes(tag event.Tag) bool {
	if tag == event.Routes {
		return true
	}
	noun, _, _ := strings.Cut(string(tag), ":")
	switch noun {
	case event.TagVersion, event.TagProduct, event.TagStrategy, event.TagPlan:
		return true
	}
	return false
}

// routes returns the routes after every change that this node knows of.
func (g *Gateway) routes(ctx context.Context) (*route.Table[*routed], error) {
	for {
		wanted := g.table.epoch.Load()
		if current := g.table.compiled.Load(); current != nil && current.epoch >= wanted {
			return &current.routes, nil
		}
		loading := g.reload(ctx, wanted)
		select {
		case <-loading.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if loading.err != nil {
			return nil, loading.err
		}
	}
}

// reload starts loading the routes of the epoch, or joins a load that is not older.
func (g *Gateway) reload(ctx context.Context, epoch int64) *reload {
	g.table.mu.Lock()
	defer g.table.mu.Unlock()
	if g.table.loading != nil && g.table.loading.epoch >= epoch {
		return g.table.loading
	}
	loading := &reload{epoch: epoch, done: make(chan struct{})}
	g.table.loading = loading
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		routes, err := g.config.Routes.Routes(ctx)
		g.table.mu.Lock()
		defer g.table.mu.Unlock()
		if loading.err = err; err == nil {
			if current := g.table.compiled.Load(); current == nil || current.epoch < epoch {
				g.table.compiled.Store(g.compile(routes, epoch))
			}
		}
		if g.table.loading == loading {
			g.table.loading = nil
		}
		close(loading.done)
	}()
	return loading
}

// compile compiles the routes. An error in one of them does not affect the others.
func (g *Gateway) compile(routes []plan.Route, epoch int64) *compiled {
	made := &compiled{epoch: epoch}
	counts := g.metrics.countsOf(routes)
	for i, from := range routes {
		ready := &routed{Route: from, rules: keyauth.NewRules(from.Headers, from.Query, from.Basic), renderer: g.apim, counts: counts[i]}
		for _, operation := range from.Operations {
			ready.operations.Add(operation.Method, operation.Path, operation.Slug)
		}
		ready.broken = g.prepare(ready)
		err := made.routes.Add(from.Endpoint.BasePath, ready)
		if ready.broken != nil || err != nil {
			g.logger.Error("a route cannot be served", "base_path", from.Endpoint.BasePath, "environment", from.Endpoint.Environment,
				"error", firstOf(ready.broken, err))
		}
	}
	return made
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *Gateway) prepare(ready *routed) (err error) {
	renderer, known := g.renderer(ready.Endpoint.Refusals)
	if !known {
		return fmt.Errorf("there is no refusal format %q", ready.Endpoint.Refusals)
	}
	ready.renderer = renderer
	ready.target, err = g.forwarder.Target(ready.Endpoint)
	return err
}
