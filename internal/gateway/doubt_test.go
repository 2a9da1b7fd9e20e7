package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
)

// openCall is a call whose upstream waits for the test.
type openCall struct {
	finish   chan struct{}
	answered chan *httptest.ResponseRecorder
}

// openCall starts a call that the upstream of the route keeps open.
func (p *portal) openCall(headers ...string) openCall {
	p.t.Helper()
	reached := make(chan struct{})
	open := openCall{finish: make(chan struct{}), answered: make(chan *httptest.ResponseRecorder, 1)}
	at := upstream(p.t, func(w http.ResponseWriter, r *http.Request) {
		close(reached)
		select {
		case <-open.finish:
			_, _ = io.WriteString(w, "whole")
		case <-r.Context().Done():
		}
	})
	p.changeHere(func() { p.routes[0].Endpoint.Upstream = at }, event.Routes)
	go func() { open.answered <- p.call(http.MethodGet, "/x", nil, headers...) }()
	<-reached
	return open
}

// decided waits until no dropped grant is in doubt.
func (p *portal) decided() {
	for p.inDoubt() > 0 {
		runtime.Gosched()
	}
}

func (p *portal) inDoubt() int {
	p.gateway.grants.mu.Lock()
	defer p.gateway.grants.mu.Unlock()
	return len(p.gateway.grants.doubted)
}

// reviewed waits until no dropped grant is being loaded.
func (p *portal) reviewed() {
	isReviewing := func() bool {
		p.gateway.grants.mu.Lock()
		defer p.gateway.grants.mu.Unlock()
		for stale := range p.gateway.grants.doubted {
			if stale.reviewing {
				return true
			}
		}
		return false
	}
	for isReviewing() {
		runtime.Gosched()
	}
}

func (p *portal) chargeOf(cached *grant) *charge {
	for _, found := range *cached.charges.Load() {
		return found
	}
	p.t.Fatal("the grant was never charged")
	return nil
}

// alter changes the grant of a key.
func (p *portal) alter(kind plan.Kind, key string, change func(*access.Grant)) func() {
	return func() {
		altered := p.grants[p.lookup(kind, key)]
		change(&altered)
		p.grants[p.lookup(kind, key)] = altered
	}
}

func TestHarmlessChangesLetCallsGoOn(t *testing.T) {
	p := newPortal(t).start()
	granted := p.issue("key", p.publish("/x", "builtin:echo"))
	first := granted.Subscriptions[0]
	second := first
	second.ID = id.New[access.SubscriptionID](began)
	open := p.openCall("X-Api-Key: key")
	loads := p.loads
	changes := []struct {
		tag    event.Tag
		change func(*access.Grant)
	}{
		{credentialTag(granted), func(*access.Grant) {}}, // a new name
		{event.TagOf(event.TagSubscription, first.ID), func(grant *access.Grant) {
			grant.Subscriptions = []access.GrantedSubscription{{ID: first.ID, Plan: id.New[plan.ID](began), Opens: first.Opens}}
		}},
		{event.TagOf(event.TagTeam, granted.Team), func(grant *access.Grant) {
			grant.Subscriptions = append(grant.Subscriptions, second)
			grant.Tags = append(grant.Tags[:len(grant.Tags):len(grant.Tags)], event.TagOf(event.TagSubscription, second.ID))
		}},
		// Only the grant loaded in between has this tag, not the one that admitted the call.
		{event.TagOf(event.TagSubscription, second.ID), func(grant *access.Grant) { grant.Subscriptions = grant.Subscriptions[1:] }},
	}
	for _, harmless := range changes {
		p.changeHere(p.alter(plan.Key, "key", harmless.change), harmless.tag)
		p.decided()
	}
	p.change(func() {}, "team:of another customer")
	p.gateway.grants.dropAll()
	p.decided()
	if p.loads != loads+len(changes)+1 {
		t.Errorf("%d loads; want one after each change", p.loads-loads)
	}
	close(open.finish)
	answer := <-open.answered
	p.wantStatus(answer, http.StatusOK)
	if answer.Body.String() != "whole" {
		t.Errorf("answered %q", answer.Body)
	}
	if p.open() {
		t.Error("the grant is held after its last call")
	}

	// A change that only affects the later grants ends a call too.
	open = p.openCall("X-Api-Key: key")
	p.changeHere(p.alter(plan.Key, "key", func(grant *access.Grant) { grant.Subscriptions = nil }), event.TagOf(event.TagSubscription, second.ID))
	p.wantStatus(<-open.answered, http.StatusUnauthorized)
}

func TestCallsEndWhenTheirGrantNoLongerAdmitsThem(t *testing.T) {
	for name, change := range map[string]func(*access.Grant){
		"closed":              func(grant *access.Grant) { grant.Closed = true },
		"team disabled":       func(grant *access.Grant) { grant.TeamDisabled = true },
		"expired":             func(grant *access.Grant) { grant.ExpiresAt = began },
		"no subscription":     func(grant *access.Grant) { grant.Subscriptions = nil },
		"another environment": func(grant *access.Grant) { grant.Environment = "sandbox" },
		"another key's":       func(grant *access.Grant) { grant.Credential = id.New[access.CredentialID](began) },
		"another password":    func(grant *access.Grant) { grant.Verifier = []byte("another") },
		"a plan of another thing": func(grant *access.Grant) {
			grant.Subscriptions = []access.GrantedSubscription{{Opens: []catalog.VersionID{}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t).start()
			at := p.publish("/x", "builtin:echo", func(r *plan.Route) { r.Basic = true })
			granted := p.issue("user", at, func(grant *access.Grant) {
				grant.Kind, grant.HashKey = plan.Basic, p.hasher.Current()
				verifier := access.VerifierOf(p.hasher, grant.HashKey, p.lookup(plan.Basic, "user"), []byte("password"))
				grant.Verifier = verifier[:]
			})
			open := p.openCall("Authorization: Basic dXNlcjpwYXNzd29yZA==")
			p.changeHere(p.alter(plan.Basic, "user", change), credentialTag(granted))
			p.wantStatus(<-open.answered, http.StatusUnauthorized)
		})
	}
}

func TestCallsInDoubtEndWithTheLease(t *testing.T) {
	p := newPortal(t).start()
	granted := p.issue("key", p.publish("/x", "builtin:echo"))
	setDown := func(down bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.down = down
	}
	open := p.openCall("X-Api-Key: key")
	drop := func() {
		setDown(true)
		p.changeHere(func() {}, credentialTag(granted))
		p.reviewed()
	}
	drop()
	p.clock.Advance(DefaultLease - time.Microsecond)
	setDown(false)
	p.follow()
	p.decided() // the database is back in time

	drop()
	p.clock.Advance(DefaultLease - time.Microsecond)
	_ = p.gateway.follow(t.Context())
	p.reviewed()
	if p.inDoubt() != 1 || len(open.answered) != 0 {
		t.Error("ended before the lease")
	}
	p.clock.Advance(time.Microsecond)
	_ = p.gateway.follow(t.Context())
	p.wantStatus(<-open.answered, http.StatusUnauthorized)
}

// TestChargeAfterTheDecision charges a call after a change was decided that came after its admission.
func TestChargeAfterTheDecision(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", "builtin:echo")
	p.issue("key", at)
	p.wantStatus(p.get("/x", "key"), http.StatusOK)
	cached, _ := p.gateway.grants.known.GetIfPresent(p.lookup(plan.Key, "key"))
	cached.follow(&access.Grant{}, began)
	late := cached.Subscriptions[0]
	late.ID = id.New[access.SubscriptionID](began)
	if p.gateway.charge(cached, &routed{Route: at}, &late).alive.Err() == nil {
		t.Error("it goes on")
	}
}
