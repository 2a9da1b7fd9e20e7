package gateway

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
)

func TestForms(t *testing.T) {
	var received *http.Request
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, func(_ http.ResponseWriter, r *http.Request) { received = r }), func(r *plan.Route) {
		r.Query, r.Basic = []string{"subscription-key"}, true
	})
	p.issue("header-key", at)
	p.issue("query-key", at, func(grant *access.Grant) { grant.InQuery = true })
	p.issue("user", at, func(grant *access.Grant) {
		lookup := p.lookup(plan.Basic, "user")
		verifier := access.VerifierOf(p.hasher, p.hasher.Current(), lookup, []byte("secret"))
		grant.Kind, grant.Verifier, grant.HashKey = plan.Basic, verifier[:], p.hasher.Current()
	})
	basic := func(text string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	for name, call := range map[string]struct {
		query   string
		headers []string
		want    int
	}{
		"X-Api-Key":                     {"", []string{"X-Api-Key: header-key"}, 200},
		"in small letters":              {"", []string{"x-api-key: header-key"}, 200},
		"Ocp-Apim-Subscription-Key":     {"", []string{"Ocp-Apim-Subscription-Key: header-key"}, 200},
		"query":                         {"?subscription-key=query-key", nil, 200},
		"query of a key not for it":     {"?subscription-key=header-key", nil, 401},
		"another parameter":             {"?apikey=query-key", nil, 401},
		"basic":                         {"", []string{basic("user:secret")}, 200},
		"basic with a wrong password":   {"", []string{basic("user:secreT")}, 401},
		"basic with a key as the user":  {"", []string{basic("header-key:x")}, 401},
		"user name as a key":            {"", []string{"X-Api-Key: user"}, 401},
		"bearer":                        {"", []string{"Authorization: Bearer header-key"}, 200},
		"bearer with a JWT":             {"", []string{"Authorization: Bearer a.b.c"}, 401},
		"raw authorization":             {"", []string{"Authorization: header-key"}, 200},
		"nothing":                       {"", nil, 401},
		"an unknown key":                {"", []string{"X-Api-Key: unknown"}, 401},
		"first place decides, wrong":    {"", []string{"X-Api-Key: unknown", "Ocp-Apim-Subscription-Key: header-key"}, 401},
		"first place decides, right":    {"", []string{"X-Api-Key: header-key", "Ocp-Apim-Subscription-Key: unknown"}, 200},
		"the same header twice":         {"", []string{"X-Api-Key: header-key", "X-Api-Key: header-key"}, 400},
		"the same parameter twice":      {"?subscription-key=query-key&subscription-key=query-key", nil, 400},
		"a key of 5 KiB":                {"", []string{"X-Api-Key: " + strings.Repeat("k", 5<<10)}, 401},
		"NUL in a parameter":            {"?subscription-key=query-key%00", nil, 401},
		"key with its case changed":     {"", []string{"X-Api-Key: Header-Key"}, 401},
		"key beside a JWT for upstream": {"", []string{"X-Api-Key: header-key", "Authorization: Bearer a.b.c"}, 200},
	} {
		received = nil
		answer := p.call(http.MethodGet, "/weather/v1/now"+call.query, nil, call.headers...)
		if answer.Code != call.want || (received != nil) != (call.want == 200) {
			t.Errorf("%s: %d %s", name, answer.Code, answer.Body)
			continue
		}
		if received == nil {
			continue
		}
		sent := received.URL.String() + strings.Join(append(received.Header["Authorization"], received.Header["X-Api-Key"]...), " ") + received.Header.Get("Ocp-Apim-Subscription-Key")
		for _, secret := range []string{"header-key", "query-key", base64.StdEncoding.EncodeToString([]byte("user:secret")), "unknown"} {
			if strings.Contains(sent, secret) {
				t.Errorf("%s: the upstream received the key: %s", name, sent)
			}
		}
	}
	if received := p.call(http.MethodGet, "/weather/v1/now", nil, "X-Api-Key: header-key", "Authorization: Bearer a.b.c"); received.Code != 200 {
		t.Error("a token for the upstream beside a key")
	}
	if got := received.Header.Get("Authorization"); got != "Bearer a.b.c" {
		t.Errorf("the upstream received Authorization %q", got)
	}
}

func TestRefusalsOfAPIManagement(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/weather/v1", upstream(t, ok))
	p.publish("/broken", upstream(t, ok), func(r *plan.Route) { r.Endpoint.Refusals = "esperanto" })
	p.publish("/nowhere", "builtin:nothing")
	p.issue("good", at)
	p.issue("slow", at, limits(perSecond(1)))
	p.issue("spent", at, limits(quota(plan.Month, 1, 0)))
	p.issue("elsewhere", at, func(grant *access.Grant) { grant.Environment = "sandbox" })
	p.issue("closed", at, func(grant *access.Grant) { grant.TeamDisabled = true })
	p.get("/weather/v1/now", "slow")
	p.get("/weather/v1/now", "spent")
	const (
		missing = `{"statusCode":401,"message":"Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."}`
		invalid = `{"statusCode":401,"message":"Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."}`
	)
	for name, call := range map[string]struct {
		path, key, body string
		status          int
		retry           string
	}{
		"no key":            {"/weather/v1/now", "", missing, 401, ""},
		"unknown key":       {"/weather/v1/now", "x", invalid, 401, ""},
		"other environment": {"/weather/v1/now", "elsewhere", invalid, 401, ""},
		"disabled team":     {"/weather/v1/now", "closed", invalid, 401, ""},
		"rate":              {"/weather/v1/now", "slow", `{"statusCode":429,"message":"Rate limit is exceeded. Try again in 1 seconds."}`, 429, "1"},
		"quota":             {"/weather/v1/now", "spent", `{"statusCode":429,"message":"Out of call volume quota. Quota will be replenished in 21.15:00:00."}`, 429, "1868400"},
		"no route":          {"/climate", "good", `{"statusCode":404,"message":"Resource not found"}`, 404, ""},
		"path tricks":       {"/weather/v1/%2e%2e/x", "good", `{"statusCode":400,"message":"The path contains a dot segment."}`, 400, ""},
		"unknown renderer":  {"/broken", "good", `{"statusCode":503,"message":"This API is not set up correctly. Please contact support."}`, 503, ""},
		"unknown built-in":  {"/nowhere", "good", `{"statusCode":503,"message":"This API is not set up correctly. Please contact support."}`, 503, ""},
	} {
		answer := p.get(call.path, call.key)
		if diff := cmp.Diff(call.body, answer.Body.String()); answer.Code != call.status || diff != "" {
			t.Errorf("%s: %d\n%s", name, answer.Code, diff)
		}
		if got := answer.Header().Get("Retry-After"); got != call.retry {
			t.Errorf("%s: Retry-After %q", name, got)
		}
		challenge := ""
		if call.status == 401 {
			challenge = `AzureApiManagementKey realm="http://example.com/weather/v1",name="X-Api-Key",type="header"`
		}
		if got := answer.Header().Get("WWW-Authenticate"); got != challenge {
			t.Errorf("%s: WWW-Authenticate %q", name, got)
		}
	}
}

// TestEnds checks every end of a grant, one microsecond before it and at it. Only the clock changes.
func TestEnds(t *testing.T) {
	end := began.Add(10 * time.Second)
	for name, bound := range map[string]func(*access.Grant){
		"expiry":                 func(grant *access.Grant) { grant.ExpiresAt = end },
		"grace":                  func(grant *access.Grant) { grant.GraceUntil = end },
		"end of a subscription":  func(grant *access.Grant) { grant.Subscriptions[0].EndsAt = end },
		"grace before an expiry": func(grant *access.Grant) { grant.GraceUntil, grant.ExpiresAt = end, end.Add(time.Hour) },
	} {
		p := newPortal(t).start()
		p.issue("key", p.publish("/weather/v1", upstream(t, ok)), bound)
		p.wantStatus(p.get("/weather/v1", "key"), 200)
		p.clock.Advance(10*time.Second - time.Microsecond)
		if answer := p.get("/weather/v1", "key"); answer.Code != 200 {
			t.Errorf("%s: refused too early", name)
		}
		p.clock.Advance(time.Microsecond)
		if answer := p.get("/weather/v1", "key"); answer.Code != 401 {
			t.Errorf("%s: let through at the end", name)
		}
	}
}

func TestWhatACallIsChargedTo(t *testing.T) {
	p := newPortal(t).start()
	first, second := p.publish("/first", upstream(t, ok)), p.publish("/second", upstream(t, ok))
	third := p.publish("/third", upstream(t, ok))
	extra := access.GrantedSubscription{ID: id.New[access.SubscriptionID](began), Opens: []catalog.VersionID{first.Version, second.Version}}
	granted := p.issue("key", first, func(grant *access.Grant) {
		grant.Subscriptions[0].EndsAt = began.Add(time.Minute)
		grant.Subscriptions = append(grant.Subscriptions, extra)
	})
	p.wantStatus(p.get("/first", "key"), 200)
	p.wantStatus(p.get("/second", "key"), 200)
	p.wantStatus(p.get("/third", "key"), 401)
	p.clock.Advance(time.Minute)
	p.follow()
	p.wantStatus(p.get("/first", "key"), 200)
	_ = third
	p.flush()
	got := map[string]int64{}
	for _, count := range p.counts() {
		got[count.Subscription.Hex()+count.Version.Hex()] += count.Requests
	}
	want := map[string]int64{
		granted.Subscriptions[0].ID.Hex() + first.Version.Hex(): 1,
		extra.ID.Hex() + second.Version.Hex():                   1,
		extra.ID.Hex() + first.Version.Hex():                    1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNotReadyBeforeTheChangeLogWasRead(t *testing.T) {
	p := newPortal(t)
	p.issue("key", p.publish("/weather/v1", upstream(t, ok)))
	answer := p.get("/weather/v1", "key")
	p.wantStatus(answer, 503)
	if answer.Header().Get("Retry-After") != "1" || p.gateway.Ready() == nil {
		t.Error("it says that it is ready")
	}
	p.start()
	p.wantStatus(p.get("/weather/v1", "key"), 200)
	if err := p.gateway.Ready(); err != nil {
		t.Error(err)
	}
}

func TestHealthyRouteBesideABrokenOne(t *testing.T) {
	p := newPortal(t).start()
	good := p.publish("/a", upstream(t, ok))
	p.publish("/a/b", "gopher://x")
	p.publish("/a/e", "builtin:echo", func(r *plan.Route) { r.Endpoint.Refusals = "esperanto" })
	p.issue("key", good)
	p.wantStatus(p.get("/a/c", "key"), 200)
	p.wantStatus(p.get("/a/b", "key"), 503) // not 200 from the upstream of the shorter base path
	p.wantStatus(p.get("/a/e", "key"), 503)
}

// flush stores counts.
func (p *portal) flush() {
	p.t.Helper()
	if err := p.gateway.flush(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}
