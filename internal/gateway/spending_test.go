package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

// priced sets the price of the first subscription.
func priced(price plan.Price) func(*access.Grant) {
	return func(grant *access.Grant) { grant.Subscriptions[0].Price = price }
}

// TestSpendingCap calls until the cap is spent. It pays for three calls: one is included, and each further one costs
// one cent.
func TestSpendingCap(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", "builtin:echo")
	p.issue("capped", at, priced(plan.Price{Currency: "EUR", Monthly: 100, PerThousand: 1000, Included: 1, SpendingCap: 102}))
	for i, left := range []string{`"spending";r=2;t=1868400`, `"spending";r=1;t=1868400`, `"spending";r=0;t=1868400`} {
		answer := p.get("/x", "capped")
		if got := answer.Header().Get("RateLimit"); answer.Code != 200 || got != left {
			t.Errorf("call %d: %d %s", i, answer.Code, got)
		}
	}
	answer := p.get("/x", "capped", "Origin: "+portalOrigin)
	if reason := answer.Header().Get("Portico-Refusal"); answer.Code != 429 || reason != string(SpendingCapReached) {
		t.Errorf("beyond the cap: %d, reason %q in %v", answer.Code, reason, answer.Header())
	}
	if body := answer.Body.String(); !strings.Contains(body, "spending cap is reached") || answer.Header().Get("Retry-After") != "1868400" {
		t.Errorf("%s, retry after %s", body, answer.Header().Get("Retry-After"))
	}
	p.clock.Advance(1_868_400 * time.Second)
	p.follow()
	p.wantStatus(p.get("/x", "capped"), 200)
}

// TestOverageRefusesNothing counts calls beyond a limit that charges them.
func TestOverageRefusesNothing(t *testing.T) {
	p := newPortal(t).start()
	at := p.publish("/x", "builtin:echo")
	over := quota(plan.Month, 2, 0)
	over.Overage = true
	made := p.issue("over", at, limits(over), priced(plan.Price{Currency: "EUR", PerThousand: 1000, Included: 2}))
	for range 5 {
		answer := p.get("/x", "over")
		p.wantStatus(answer, 200)
		if told := answer.Header().Get("RateLimit-Policy") + answer.Header().Get("RateLimit"); told != "" {
			t.Errorf("a limit that refuses nothing is told: %s", told)
		}
	}
	charged := HolderOf(&made, &made.Subscriptions[0])
	if got := p.gateway.Counted(charged.Key(over)); len(got) != 1 || got[0].Used != 5 {
		t.Errorf("%+v; want 5 calls before they are stored", got)
	}
}

// TestLimitNames are those of the specification's style, and differ within a plan.
func TestLimitNames(t *testing.T) {
	for want, bound := range map[string]plan.Limit{
		`"persec"`:      perSecond(1),
		`"per90sec"`:    quota(plan.Rate, 1, 90*time.Second),
		`"permin"`:      quota(plan.Rate, 1, time.Minute),
		`"per5min"`:     quota(plan.Rate, 1, 5*time.Minute),
		`"perhr"`:       quota(plan.Seconds, 1, time.Hour),
		`"per12hr"`:     quota(plan.Seconds, 1, 12*time.Hour),
		`"per7day"`:     quota(plan.Seconds, 1, 7*24*time.Hour),
		`"daily"`:       quota(plan.Day, 1, 0),
		`"monthly"`:     quota(plan.Month, 1, 0),
		`"permin-team"`: {Per: plan.PerTeam, Window: plan.Window{Kind: plan.Rate, Length: time.Minute}},
		`"daily-key"`:   {Per: plan.PerCredential, Window: plan.Window{Kind: plan.Day}},
	} {
		if got := nameOf(plan.Bound{Limit: bound}); got != want {
			t.Errorf("%+v is named %s; want %s", bound.Window, got, want)
		}
	}
}
