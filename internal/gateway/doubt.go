package gateway

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

// A dropped grant admits no new call. Whether its open calls may continue is unknown until it is loaded again,
// because most changes (a new name, another subscription) take nothing away. Until then, the grant is in doubt.
// Open calls keep the grant in the index, under the tags of the latest load, so that the next change puts it in
// doubt again.

// doubt reloads a dropped grant with open calls in the background. The caller holds mu.
func (g *grants) doubt(stale *grant) {
	if _, doubted := g.doubted[stale]; !doubted {
		g.doubted[stale] = g.now().Add(g.lease)
	}
	if !stale.reviewing {
		stale.reviewing = true
		go g.review(stale)
	}
}

// review decides which calls of a grant in doubt continue. If the database does not answer, the grant stays in
// doubt.
func (g *grants) review(stale *grant) {
	for range maxReloads {
		found, refused := g.join(context.Background(), stale.key, stale.lookups, nil)
		if g.settle(stale, found, refused) {
			return
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	stale.reviewing = false
}

// settle ends a review. It returns false if the loaded grant has left the cache, because it may be older than a
// change.
func (g *grants) settle(stale, found *grant, refused *Refusal) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if found != nil && found.gone.Load() {
		return false
	}
	stale.reviewing = false
	if _, doubted := g.doubted[stale]; !doubted { // its last call has ended, or the lease
		return true
	}
	switch {
	case found != nil:
		g.unlist(stale)
		stale.tags = found.tags
		g.enlist(stale)
		stale.follow(&found.Grant, g.now())
	case refused.Reason == BadKey:
		delete(g.doubted, stale)
		stale.follow(&access.Grant{}, g.now())
	}
	return true
}

// reviewAgain reviews the grants that could not be loaded. After the lease, their calls end.
func (g *grants) reviewAgain(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for stale, until := range g.doubted {
		if now.Before(until) {
			g.doubt(stale)
			continue
		}
		delete(g.doubted, stale)
		stale.follow(&access.Grant{}, now)
	}
}

// endCalls ends all calls that the grant has admitted.
func (g *grants) endCalls() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, under := range g.index {
		for held := range under {
			held.follow(&access.Grant{}, g.now())
		}
	}
}

// follow lets the latest grant of the same key decide on the open calls.
func (g *grant) follow(latest *access.Grant, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.latest = latest
	if charges := g.charges.Load(); charges != nil {
		for _, charge := range *charges {
			g.check(charge, now)
		}
	}
}

// check ends the calls of a charge if the latest grant does not admit it. The caller holds the grant's mu.
func (g *grant) check(charge *charge, now time.Time) {
	if g.latest == nil {
		return
	}
	sameProof := g.latest.Credential == g.Credential && (g.Kind != plan.Basic || slices.Equal(g.latest.Verifier, g.Verifier))
	charged := g.latest.Charge(charge.version, now, nil) != nil
	if !sameProof || !charged || g.latest.Environment != g.Environment {
		charge.end()
	}
}
