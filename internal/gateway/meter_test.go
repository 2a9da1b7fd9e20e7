package gateway

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

func TestLimitHeaders(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", upstream(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("RateLimit", "the upstream's own") }))
	p.issue("key", at, limits(quota(plan.Month, 3, 0), perSecond(2), quota(plan.Day, 100, 0)))
	p.issue("free", at)
	const policy = `"persec";q=2;w=1, "monthly";q=3, "daily";q=100;w=86400`
	for i, want := range []struct {
		status int
		told   string
	}{
		{200, `"persec";r=1;t=1, "monthly";r=2;t=1868400, "daily";r=99;t=90000`},
		{200, `"persec";r=0;t=1, "monthly";r=1;t=1868400, "daily";r=98;t=90000`},
		{429, `"persec";r=0;t=1`},
	} {
		answer := p.get("/x", "key")
		if got := answer.Header().Values("RateLimit"); answer.Code != want.status || !cmp.Equal(got, []string{want.told}) {
			t.Errorf("call %d: %d %v", i, answer.Code, got)
		}
		if got := answer.Header().Get("RateLimit-Policy"); got != policy {
			t.Error(got)
		}
	}
	p.clock.Advance(2 * time.Second)
	p.wantStatus(p.get("/x", "key"), 200)
	answer := p.get("/x", "key")
	if got := answer.Header().Get("RateLimit"); answer.Code != 429 || got != `"persec";r=0;t=1, "monthly";r=0;t=1868398` {
		t.Errorf("%d %s", answer.Code, got)
	}
	// If one limit refuses, the others take nothing: the rate still has its second call.
	p.changeHere(func() {
		grant := p.grants[p.lookup(plan.Key, "key")]
		grant.Subscriptions[0].Limits = []plan.Limit{perSecond(2)}
	}, p.tagsOf("key")...)
	p.wantStatus(p.get("/x", "key"), 200)
	p.wantStatus(p.get("/x", "key"), 429)
	if got := p.get("/x", "free").Header(); got.Get("RateLimit-Policy") != "" || got.Get("RateLimit") != "" {
		t.Errorf("a key without limits gets %v", got)
	}
}

func TestWhatALimitCountsFor(t *testing.T) {
	for per, want := range map[plan.Per]int{plan.PerTeam: 3 + 3, plan.PerSubscription: 3 + 3 + 3, plan.PerCredential: 3 + 3 + 3 + 3} {
		for name, window := range map[string]plan.Window{"rate": {Kind: plan.Rate, Length: time.Minute}, "quota": {Kind: plan.Month}} {
			p := newPortal(t).start()
			at := p.publish("/x", "builtin:echo")
			shared := []plan.Limit{{Meter: plan.Calls, Per: per, Amount: 3, Window: window}}
			first := p.issue("first", at, limits(shared...))
			p.issue("second", at, func(grant *access.Grant) { // another key of the subscription
				grant.Team, grant.Subscriptions = first.Team, first.Subscriptions
			})
			p.issue("third", at, limits(shared...), func(grant *access.Grant) { // another subscription to the plan
				grant.Team, grant.Subscriptions[0].Plan = first.Team, first.Subscriptions[0].Plan
			})
			p.issue("fourth", at, limits(shared...), func(grant *access.Grant) { grant.Team = first.Team }) // another plan
			passed := 0
			for range 4 {
				for _, key := range []string{"first", "second", "third", "fourth"} {
					if p.get("/x", key).Code == 200 {
						passed++
					}
				}
			}
			if passed != want {
				t.Errorf("a %s per %s lets %d through; want %d", name, per, passed, want)
			}
		}
	}
}

func TestCountersSurviveADrop(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/x", "builtin:echo"), limits(perSecond(2), quota(plan.Month, 100, 0)))
	p.wantStatus(p.get("/x", "key"), 200)
	p.changeHere(func() {}, p.tagsOf("key")...)
	p.wantStatus(p.get("/x", "key"), 200)
	p.changeHere(func() {}, p.tagsOf("key")...)
	p.wantStatus(p.get("/x", "key"), 429)
	if counted := p.totals(); counted.Calls != 3 {
		t.Errorf("counted as %+v", counted)
	}
}

func TestWhatIsCounted(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fails" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = w.Write([]byte("hello"))
	}))
	granted := p.issue("key", at, limits(perSecond(3)))
	p.issue("elsewhere", at, func(grant *access.Grant) {
		grant.Subscriptions[0].Opens = []catalog.VersionID{id.New[catalog.VersionID](began)}
	})
	for path, key := range map[string]string{"/x/1": "key", "/x/fails": "key", "/x": "elsewhere", "/x/": "unknown", "/x/../": "key", "/y": "key", "/x/2": ""} {
		p.get(path, key)
	}
	p.wantStatus(p.call(http.MethodPost, "/x/3", strings.NewReader("body"), "X-Api-Key: key"), 200)
	p.wantStatus(p.get("/x/4", "key"), 429)
	refusal := int64(p.get("/x/5", "key").Body.Len())
	want := totals{
		series: usage.Series{
			Team: granted.Team, Application: granted.Application, Subscription: granted.Subscriptions[0].ID,
			Credential: granted.Credential, Version: at.Version, Environment: "production",
		},
		Calls: 5, Limited: 2, ClientErrors: 3, Spreads: 3, BytesIn: 4, BytesOut: 15 + 2*refusal,
	}
	if diff := cmp.Diff(want, p.totals(), cmp.AllowUnexported(totals{})); diff != "" {
		t.Error(diff)
	}
}

func TestCloseStoresEverything(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", "builtin:echo")
	const keys = 5000
	for i := range keys {
		p.issue(benchKey(i), at, limits(quota(plan.Month, 100, 0)))
		p.wantStatus(p.get("/x", benchKey(i)), 200)
	}
	p.full = true
	if err := p.gateway.flush(t.Context()); err == nil {
		t.Error("stored where nothing can be")
	}
	if err := p.gateway.Close(t.Context()); err == nil {
		t.Error("closed without a word although counts are lost")
	}
	p.full = false
	if err := p.gateway.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if counts := p.counts(); len(counts) != keys || len(p.spent) != keys || len(p.batches) < 2 {
		t.Errorf("%d counts and %d quotas of %d were stored in %d batches", len(counts), len(p.spent), keys, len(p.batches))
	}
}

func TestMetricsAndLogsHoldNoKey(t *testing.T) {
	var logged bytes.Buffer
	p := newPortal(t, func(config *Config) {
		config.Logger = slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}).start()
	down := p.publish("/down", "http://127.0.0.1:1", func(r *plan.Route) { r.Query = []string{"key"} })
	p.issue("canary-1", down, func(grant *access.Grant) { grant.InQuery = true })
	p.issue("canary-2", p.publish("/x", "builtin:echo"))
	p.wantStatus(p.call(http.MethodGet, "/down?key=canary-1", nil), 502)
	p.wantStatus(p.get("/x", "canary-2"), 200)
	p.wantStatus(p.get("/x", "canary-3"), 401)
	p.wantStatus(p.get("/x", "canary-3"), 401)
	p.wantStatus(p.get("/x", ""), 401)
	p.flush()
	p.wantStatus(p.get("/no/such/path", ""), 404)
	want := map[string]float64{
		"calls_total class=2xx environment=production product=x version=1":    1,
		"calls_total class=4xx environment=production product=x version=1":    3,
		"calls_total class=5xx environment=production product=down version=1": 1,
		"calls_total class=4xx": 1,
		"refusals_total environment=production product=x reason=bad_key version=1":            2,
		"refusals_total environment=production product=x reason=no_key version=1":             1,
		"refusals_total environment=production product=down reason=upstream_failed version=1": 1,
		"refusals_total reason=no_route":                                                      1,
		"grant_lookups_total found=nothing":                                                   3,
		"grant_lookups_total found=unknown_key":                                               1,
	}
	if diff := cmp.Diff(want, p.counted()); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(logged.String(), "canary") || !strings.Contains(logged.String(), "an upstream failed") {
		t.Errorf("logged %s", logged.String())
	}
}
