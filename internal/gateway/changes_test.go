package gateway

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
)

func credentialTag(grant access.Grant) event.Tag {
	return event.TagOf(event.TagCredential, grant.Credential)
}

func TestChangesHereAreEffectiveWhenTheyReturn(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	granted := p.issue("key", at)
	p.wantStatus(p.get("/weather/v1", "key"), 200)

	p.changeHere(p.revoked("key"), credentialTag(granted))
	p.wantStatus(p.get("/weather/v1", "key"), 401)

	// Regenerated: the credential gets another key, which was tried before it existed.
	p.wantStatus(p.get("/weather/v1", "new"), 401)
	p.changeHere(func() { p.grants[p.lookup(plan.Key, "new")] = granted }, credentialTag(granted), event.NewKeys)
	p.wantStatus(p.get("/weather/v1", "key"), 401)
	p.wantStatus(p.get("/weather/v1", "new"), 200)

	// Suspended: the key stays valid, but its calls are refused.
	suspended := granted
	suspended.Subscriptions = nil
	p.changeHere(func() { p.grants[p.lookup(plan.Key, "new")] = suspended }, event.TagOf(event.TagSubscription, granted.Subscriptions[0].ID))
	p.wantStatus(p.get("/weather/v1", "new"), 401)

	// Reinstated, then the team disabled.
	p.changeHere(func() { p.grants[p.lookup(plan.Key, "new")] = granted }, credentialTag(granted))
	p.wantStatus(p.get("/weather/v1", "new"), 200)
	disabled := granted
	disabled.TeamDisabled = true
	p.changeHere(func() { p.grants[p.lookup(plan.Key, "new")] = disabled }, event.TagOf(event.TagTeam, granted.Team))
	p.wantStatus(p.get("/weather/v1", "new"), 401)
}

func TestChangesElsewhereAreEffectiveWithTheNextRead(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	granted := p.issue("key", at)
	bystander := p.issue("bystander", at)
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	p.wantStatus(p.get("/weather/v1", "bystander"), 200)
	p.wantStatus(p.get("/weather/v1", "later"), 401)

	loads := p.loads
	p.change(p.revoked("key"), credentialTag(granted))
	p.change(func() { p.grants[p.lookup(plan.Key, "later")] = bystander }, event.NewKeys)
	p.change(func() { p.routes[0].Endpoint.BasePath = "/climate/v1" }, event.Routes)
	p.follow()
	p.wantStatus(p.get("/climate/v1", "key"), 401)
	p.wantStatus(p.get("/climate/v1", "later"), 200)
	p.wantStatus(p.get("/weather/v1", "later"), 404)
	if p.loads != loads+2 {
		t.Errorf("%d loads; want one of each key that changed", p.loads-loads)
	}
	p.wantStatus(p.get("/climate/v1", "bystander"), 200)
	if p.loads != loads+2 {
		t.Error("a grant that nothing has changed was loaded again")
	}
}

// TestFillDuringAChange changes a grant while a load holds it, after the read and before the cache. The result of
// the load must be discarded.
func TestFillDuringAChange(t *testing.T) {
	for name, alter := range map[string]func(p *portal, granted access.Grant){
		"here": func(p *portal, granted access.Grant) { p.changeHere(p.revoked("key"), credentialTag(granted)) },
		"elsewhere": func(p *portal, granted access.Grant) {
			p.change(p.revoked("key"), credentialTag(granted))
			p.follow()
		},
		"where the log was cut": func(p *portal, granted access.Grant) {
			p.change(p.revoked("key"), "team:of another customer")
			p.gateway.grants.dropAll()
		},
	} {
		p := newPortal(t).start()
		at := p.publish("/weather/v1", upstream(t, ok))
		granted := p.issue("key", at)
		reading, changed := make(chan struct{}), make(chan struct{})
		p.loading = sync.OnceFunc(func() { close(reading); <-changed })
		var caller sync.WaitGroup
		caller.Go(func() {
			if answer := p.get("/weather/v1", "key"); answer.Code != 401 {
				t.Errorf("%s: the call that had begun before got %d", name, answer.Code)
			}
		})
		<-reading
		alter(p, granted)
		// Another call, which begins after the change, joins the blocked load.
		caller.Go(func() {
			if answer := p.get("/weather/v1", "key"); answer.Code != 401 {
				t.Errorf("%s: a call after the change got %d", name, answer.Code)
			}
		})
		close(changed)
		caller.Wait()
		if p.loads < 2 {
			t.Errorf("%s: the grant from before the change was used", name)
		}
	}
}

// TestFillOfAnUnknownKeyDuringItsCreation creates a key while the gateway loads it as an unknown one.
func TestFillOfAnUnknownKeyDuringItsCreation(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	reading, made := make(chan struct{}), make(chan struct{})
	p.loading = sync.OnceFunc(func() { close(reading); <-made })
	var caller sync.WaitGroup
	caller.Go(func() { p.wantStatus(p.get("/weather/v1", "key"), 200) })
	<-reading
	p.issue("key", at)
	close(made)
	caller.Wait()
}

func TestUnrelatedChangeDuringAFill(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.issue("key", at)
	p.loading = func() { p.gateway.Changed(event.Change{Tags: []event.Tag{"team:another"}}) }
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	if p.loads != 1 {
		t.Errorf("%d loads", p.loads)
	}
}

func TestCallsWithOneKeyLoadItOnce(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.issue("key", at)
	reading, release := make(chan struct{}), make(chan struct{})
	p.loading = sync.OnceFunc(func() { close(reading); <-release })
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() { p.wantStatus(p.get("/weather/v1", "key"), 200) })
	}
	<-reading
	close(release)
	callers.Wait()
	if p.loads != 1 {
		t.Errorf("%d loads", p.loads)
	}
}

func TestRoutesAreLoadedAgainByTheNextCall(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.issue("key", at)
	for tag, base := range map[event.Tag]string{
		event.Routes: "/a",
		event.TagOf(event.TagVersion, at.Version): "/b",
		event.TagOf(event.TagProduct, at.Product): "/c",
		"strategy:x": "/d",
		"plan:x":     "/e",
	} {
		p.changeHere(func() { p.routes[0].Endpoint.BasePath = base }, tag)
		if answer := p.get(base, "key"); answer.Code != 200 {
			t.Errorf("after a change of %s: %d", tag, answer.Code)
		}
	}
	// A stale table is never served, not even within the lease.
	p.changeHere(func() { p.routes = nil }, event.Routes)
	p.down = true
	p.wantStatus(p.get("/a", "key"), 503)
	p.down = false
	p.wantStatus(p.get("/a", "key"), 404)
}

func TestLease(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.issue("cached", at)
	p.issue("not cached", at)
	p.clock.Advance(10 * time.Second)
	p.follow()
	p.wantStatus(p.get("/weather/v1", "cached"), 200)

	p.down = true
	failing := func() {
		if err := p.gateway.follow(t.Context()); err == nil {
			t.Error("the log was read")
		}
	}
	p.clock.Advance(DefaultLease - time.Microsecond)
	failing()
	p.wantStatus(p.get("/weather/v1", "cached"), 200)
	p.wantStatus(p.get("/weather/v1", "not cached"), 503)
	if p.gateway.Ready() != nil {
		t.Error("not ready within the lease")
	}
	p.clock.Advance(time.Microsecond)
	failing()
	answer := p.get("/weather/v1", "cached")
	p.wantStatus(answer, 503)
	if answer.Header().Get("Retry-After") == "" || p.gateway.Ready() == nil {
		t.Error("the lease is over and the node says that it is ready")
	}

	// The gateway reads the changes it missed before it serves the first call.
	p.down = false
	p.change(p.revoked("cached"), p.tagsOf("cached")...)
	p.follow()
	p.wantStatus(p.get("/weather/v1", "cached"), 401)
	p.wantStatus(p.get("/weather/v1", "not cached"), 200)
}

func (p *portal) tagsOf(key string) []event.Tag { return p.grants[p.lookup(plan.Key, key)].Tags }

func TestOwnChangesAreNotAppliedTwice(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	granted := p.issue("key", at)
	p.changeHere(func() {}, credentialTag(granted))
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	p.follow()
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	if p.loads != 1 || len(p.gateway.log.early) != 0 {
		t.Errorf("%d loads, %v remembered", p.loads, p.gateway.log.early)
	}
}

func TestOwnChangesBeforeTheFirstReadAreNotRemembered(t *testing.T) {
	p := newPortal(t)
	p.publish("/weather/v1", "builtin:echo")
	if p.start(); len(p.gateway.log.early) != 0 {
		t.Errorf("%v remembered", p.gateway.log.early)
	}
}

func TestACutLogDropsEverything(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.issue("key", at)
	p.follow()
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	p.change(p.revoked("key"), "an entry that is deleted before it is read")
	p.gateway.catchUp([]event.Change{{Position: int64(len(p.log)) + 1, Tags: []event.Tag{"team:x"}}})
	p.wantStatus(p.get("/weather/v1", "key"), 401)
}

func TestEvictedGrantsAreLoadedAgain(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.CachedGrants = 10 }).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	granted := map[string]access.Grant{}
	for i := range 200 {
		granted[benchKey(i)] = p.issue(benchKey(i), at)
		p.wantStatus(p.get("/weather/v1", benchKey(i)), 200)
	}
	p.gateway.grants.known.CleanUp()
	p.wantStatus(p.get("/weather/v1", benchKey(0)), 200)
	for key, grant := range granted {
		p.clock.Advance(time.Second) // so that the refused calls stay below the limit for guesses
		p.follow()
		p.changeHere(p.revoked(key), credentialTag(grant))
		p.wantStatus(p.get("/weather/v1", key), 401)
	}
	if n := len(p.gateway.grants.index); n != 0 {
		t.Errorf("%d tags are left in the index", n)
	}
}

// TestRunFollowsEveryQuarterOfASecond runs the gateway's loops with simulated time.
func TestRunFollowsEveryQuarterOfASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPortal(t, func(config *Config) { config.Now = clock.Now })
		at := p.publish("/weather/v1", "builtin:echo", func(r *plan.Route) {})
		granted := p.issue("key", at)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = p.gateway.Run(ctx) })
		synctest.Wait()
		p.wantStatus(p.get("/weather/v1", "key"), 200)
		p.change(p.revoked("key"), credentialTag(granted))
		p.wantStatus(p.get("/weather/v1", "key"), 200)
		time.Sleep(pollEvery)
		synctest.Wait()
		p.wantStatus(p.get("/weather/v1", "key"), 401)

		p.change(func() { p.grants[p.lookup(plan.Key, "key")] = granted }, credentialTag(granted), event.NewKeys)
		p.gateway.Wake()
		synctest.Wait()
		p.wantStatus(p.get("/weather/v1", "key"), 200)
		time.Sleep(flushEvery)
		synctest.Wait()
		if len(p.batches) == 0 {
			t.Error("nothing was stored within a second")
		}
		stop()
		running.Wait()
	})
}

// TestEvictedGrantsEndWithTheirTags evicts a grant while a stream that it admitted is open.
func TestEvictedGrantsEndWithTheirTags(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", "builtin:echo")
	granted := p.issue("key", at)
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	cached, _ := p.gateway.grants.known.GetIfPresent(p.lookup(plan.Key, "key"))
	if !p.gateway.grants.hold(cached) {
		t.Fatal("it cannot be held")
	}
	p.gateway.grants.deleted(otter.DeletionEvent[[32]byte, *grant]{Key: cached.key, Value: cached, Cause: otter.CauseOverflow})
	if p.gateway.grants.hold(cached) {
		t.Error("an evicted grant lets another call in")
	}
	stream := p.chargeOf(cached)
	if stream.alive.Err() != nil {
		t.Error("the eviction has ended a stream")
	}
	p.changeHere(p.revoked("key"), credentialTag(granted))
	<-stream.alive.Done()
	p.gateway.grants.release(cached)
	p.gateway.grants.mu.Lock() // the cache reports the deletion later, from its own goroutine
	defer p.gateway.grants.mu.Unlock()
	if len(p.gateway.grants.index) != 0 {
		t.Errorf("%d tags are left in the index", len(p.gateway.grants.index))
	}
}

// TestEvictionBesideACall evicts a grant just before a call holds it. The grant must not stay in the index.
func TestEvictionBesideACall(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/weather/v1", "builtin:echo"))
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	cached, _ := p.gateway.grants.known.GetIfPresent(p.lookup(plan.Key, "key"))
	cached.open.Add(1) // the first half of another call's hold
	p.gateway.grants.deleted(otter.DeletionEvent[[32]byte, *grant]{Key: cached.key, Value: cached, Cause: otter.CauseOverflow})
	cached.open.Add(-1)
	if p.gateway.grants.hold(cached) {
		t.Error("an evicted grant lets a call in")
	}
	if n := len(p.gateway.grants.index); n != 0 {
		t.Errorf("%d tags are left in the index", n)
	}
}
