package access_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// trial is a public API with a plan under which visitors may try both of its versions in the environment test.
type trial struct {
	*world

	first, second catalog.VersionID
	plan          plan.Plan
}

func (w *world) newTrial() *trial {
	w.t.Helper()
	made := &trial{world: w}
	w.must(w.DB.InTx(w.t.Context(), func(ctx context.Context) error {
		product := w.product(ctx, "tides", catalog.Public)
		made.first, made.second = w.version(ctx, product, "1"), w.version(ctx, product, "2")
		made.plan = w.plan(ctx, plan.Plan{Name: "Tides sandbox", Environment: "test", Trial: true, Opens: []catalog.VersionID{made.first, made.second}})
		return nil
	}))
	made.publicMode(true)
	return made
}

// publicMode opens the portal to visitors, or closes it.
func (w *world) publicMode(open bool) {
	w.t.Helper()
	settings, err := w.Site.Settings(w.t.Context())
	w.must(err)
	settings.Public = open
	w.must(w.Site.ChangeSettings(w.As(w.Staff), settings))
}

// save returns a function that saves the trial's plan with a change.
func (x *trial) save(change func(*plan.Plan)) func(*trial) {
	return func(x *trial) {
		changed := x.plan
		change(&changed)
		x.must(x.DB.Plans().SavePlan(x.t.Context(), changed))
	}
}

var tidesTest = access.NewVisitorKey{Product: "tides", Version: "1", Environment: "test"}

// from returns a visitor at an IP address.
func from(address string) identity.Principal {
	return identity.Principal{Address: netip.MustParseAddr(address)}
}

func TestAVisitorTriesOneVersionForTenMinutes(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		x := w.newTrial()
		before, err := w.DB.ChangePosition(t.Context())
		w.must(err)
		issued, err := w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
		w.must(err)
		if !w.opens(issued.Secret, x.first) || w.opens(issued.Secret, x.second) {
			t.Error("the key opens one version of the plan and no other")
		}
		grant, err := w.Access.Grant(t.Context(), w.proof(plan.Key, issued.Secret))
		w.must(err)
		if !grant.Visitor || !grant.Team.IsZero() || grant.Environment != "test" || grant.InQuery {
			t.Errorf("the gateway is told %+v", grant)
		}
		after, err := w.DB.ChangePosition(t.Context())
		w.must(err)
		if after != before {
			t.Error("visitors can fill the change log")
		}
		audited, err := w.Trail.Records(w.As(w.Staff), event.TrailFilter{Action: "credential.issued"}, all)
		w.must(err)
		listed, err := w.Access.Credentials(w.As(w.Staff), access.CredentialFilter{TicketsToo: true}, all)
		w.must(err)
		if audited.Total != 0 || listed.Total != 0 {
			t.Errorf("%d audit records and %d keys in the list; want none", audited.Total, listed.Total)
		}
		w.Clock.Advance(10*time.Minute - time.Microsecond)
		if !w.opens(issued.Secret, x.first) {
			t.Error("the key stopped working early")
		}
		w.Clock.Advance(time.Microsecond)
		if w.opens(issued.Secret, x.first) {
			t.Error("the key still works after ten minutes")
		}
	})
}

// TestAClosedTrialIssuesAndAcceptsNoKeys closes a trial in every way. Afterwards no key is issued, and earlier keys are
// rejected.
func TestAClosedTrialIssuesAndAcceptsNoKeys(t *testing.T) {
	audience := func(audience catalog.Audience) func(x *trial) {
		return func(x *trial) {
			product, err := x.DB.Catalog().ProductBySlug(x.t.Context(), "tides")
			x.must(err)
			product.Audience = audience
			x.must(x.DB.Catalog().SaveProduct(x.t.Context(), product))
		}
	}
	eachWorld(t, func(t *testing.T, w *world) {
		x := w.newTrial()
		for name, test := range map[string]struct {
			close, reopen func(x *trial)
			kind          fault.Kind
			code          string
		}{
			"private portal":      {func(x *trial) { x.publicMode(false) }, func(x *trial) { x.publicMode(true) }, fault.NotFound, "not_found"},
			"private API":         {audience(catalog.SignedIn), audience(catalog.Public), fault.NotFound, "not_found"},
			"API of teams":        {audience(catalog.Teams), audience(catalog.Public), fault.NotFound, "not_found"},
			"withdrawn plan":      {x.save(func(p *plan.Plan) { p.Published = false }), x.save(func(*plan.Plan) {}), fault.Conflict, "not_for_trial"},
			"not for trial":       {x.save(func(p *plan.Plan) { p.Trial = false }), x.save(func(*plan.Plan) {}), fault.Conflict, "not_for_trial"},
			"not opened any more": {x.save(func(p *plan.Plan) { p.Opens = p.Opens[1:] }), x.save(func(*plan.Plan) {}), fault.Conflict, "not_for_trial"},
		} {
			issued, err := w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
			w.must(err)
			test.close(x)
			_, err = w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
			if !fault.Is(err, test.kind) || fault.From(err).Code != test.code {
				t.Errorf("%s: a new key: %v", name, err)
			}
			if w.opens(issued.Secret, x.first) {
				t.Errorf("%s: an earlier key still opens the API", name)
			}
			test.reopen(x)
			if !w.opens(issued.Secret, x.first) {
				t.Errorf("%s, then reopened: the key does not work, so the test would prove nothing", name)
			}
		}
		gone := x.plan
		gone.DeletedAt = w.Clock.Now()
		issued, err := w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
		w.must(err)
		w.must(w.DB.Plans().SavePlan(t.Context(), gone))
		if w.opens(issued.Secret, x.first) {
			t.Error("a key outlives its plan")
		}
	})
}

func TestVisitorKeysAreForVisitorsInASandbox(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.newTrial()
		for name, principal := range map[string]identity.Principal{"member": w.Member, "staff": w.Staff, "product": identity.SystemPrincipal("test")} {
			_, err := w.Access.IssueVisitorKey(w.As(principal), tidesTest)
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, in := range map[string]access.NewVisitorKey{
			"production":          {Product: "tides", Version: "1", Environment: "production"},
			"unknown environment": {Product: "tides", Version: "1"},
			"unknown version":     {Product: "tides", Version: "9", Environment: "test"},
			"hidden API":          {Product: "weather", Version: "1", Environment: "test"},
			"nothing":             {},
		} {
			_, err := w.Access.IssueVisitorKey(w.As(w.Visitor), in)
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		trial, err := w.Access.Trial(w.As(w.Visitor), "tides", "1", "list")
		w.must(err)
		if !trial.Triable["test"] || trial.Triable["production"] {
			t.Errorf("a visitor is offered %v", trial.Triable)
		}
		trial, err = w.Access.Trial(w.As(w.Member), "tides", "1", "list")
		w.must(err)
		if len(trial.Triable) > 0 {
			t.Errorf("a member is offered %v", trial.Triable)
		}
	})
}

func TestAnAddressGetsTenKeysOfVisitors(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.newTrial()
		ask := func(address string) error {
			_, err := w.Access.IssueVisitorKey(w.As(from(address)), tidesTest)
			return err
		}
		for range 10 {
			w.must(ask("2001:db8::1"))
		}
		limited := ask("2001:db8::ffff") // the same machine has every address of its /64
		if wrong := fault.From(limited); limited == nil || wrong.Code != "visitor_keys_limited" || wrong.RetryAfter != 15*time.Minute {
			t.Errorf("the eleventh key: %+v", wrong)
		}
		w.must(ask("192.0.2.77"))
		w.Clock.Advance(15 * time.Minute)
		w.must(ask("2001:db8::1"))
	})
}

func TestKeysOfVisitorsAreBoundedAndDeleted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		x := w.newTrial()
		product, err := w.DB.Catalog().ProductBySlug(t.Context(), "tides")
		w.must(err)
		var last access.VisitorKey
		w.must(w.DB.InTx(t.Context(), func(ctx context.Context) error {
			for range 1000 {
				last = access.VisitorKey{
					ID: id.New[access.CredentialID](w.Clock.Now()), Product: product.ID, Version: x.first, Plan: x.plan.ID, ExpiresAt: w.Clock.Now().Add(10 * time.Minute),
				}
				last.Lookup = []byte(last.ID.Hex())
				w.must(w.DB.Access().SaveVisitorKey(ctx, last))
			}
			return nil
		}))
		_, err = w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
		w.wantError(err, fault.Limited, "visitor_keys_busy")
		counted := usage.QuotaKey{Subject: "subscription:" + last.ID.Hex(), Meter: "calls", Window: "month"}
		begins := w.Clock.Now()
		w.must(w.DB.Usage().AddUsage(t.Context(), usage.Batch{Increments: []usage.Increment{{Key: counted, Start: begins, Add: 5}}}))
		w.Clock.Advance(10 * time.Minute)
		if _, err = w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest); err != nil {
			t.Errorf("expired keys count: %v", err)
		}
		w.Clock.Advance(10 * time.Minute)
		_, err = w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
		w.must(err)
		_, err = w.DB.Access().VisitorKey(t.Context(), [][]byte{last.Lookup})
		w.wantError(err, fault.NotFound, "not_found")
		spent, err := w.DB.Usage().Spent(t.Context(), counted, begins)
		w.must(err)
		if len(spent) > 0 {
			t.Error("the counts of an expired key are still stored")
		}
	})
}

func TestAKeyOfAVisitorHasThePlansLimitsAndItsOwn(t *testing.T) {
	rate := func(per plan.Per, amount int64, length time.Duration) plan.Limit {
		return plan.Limit{Meter: plan.Calls, Per: per, Amount: amount, Window: plan.Window{Kind: plan.Rate, Length: length}}
	}
	month := plan.Limit{Meter: plan.Calls, Per: plan.PerSubscription, Amount: 100, Window: plan.Window{Kind: plan.Month}}
	eachWorld(t, func(t *testing.T, w *world) {
		x := w.newTrial()
		for _, test := range []struct{ given, want []plan.Limit }{
			{nil, []plan.Limit{rate(plan.PerSubscription, 30, time.Minute), rate(plan.PerTeam, 600, time.Minute)}},
			{
				[]plan.Limit{month, rate(plan.PerSubscription, 5, time.Minute), rate(plan.PerTeam, 5000, time.Minute), rate(plan.PerSubscription, 2, time.Second)},
				[]plan.Limit{rate(plan.PerSubscription, 5, time.Minute), rate(plan.PerTeam, 600, time.Minute), month, rate(plan.PerSubscription, 2, time.Second)},
			},
		} {
			x.save(func(p *plan.Plan) { p.Limits = test.given })(x)
			issued, err := w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
			w.must(err)
			grant, err := w.Access.Grant(t.Context(), w.proof(plan.Key, issued.Secret))
			w.must(err)
			if got := grant.Subscriptions[0]; !slices.Equal(got.Limits, test.want) || got.ID != access.SubscriptionID(issued.Credential.ID) {
				t.Errorf("given %v, the limits are %v", test.given, got.Limits)
			}
		}
	})
}
