package access_test

import (
	"context"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/testkit"
)

// planReads counts the reads of plans and strategies in a marked context.
type planReads struct {
	plan.Store
	plans, strategies int
}

// marked is the context key that marks the measured call. Set-up calls lack it, so their reads are not counted.
type marked struct{}

func (r *planReads) count(ctx context.Context, reads *int) {
	if ctx.Value(marked{}) != nil {
		*reads++
	}
}

func (r *planReads) Plans(ctx context.Context) ([]plan.Plan, error) {
	r.count(ctx, &r.plans)
	return r.Store.Plans(ctx)
}

func (r *planReads) Plan(ctx context.Context, wanted plan.ID) (plan.Plan, error) {
	r.count(ctx, &r.plans)
	return r.Store.Plan(ctx, wanted)
}

func (r *planReads) PlanBySlug(ctx context.Context, slug string) (plan.Plan, error) {
	r.count(ctx, &r.plans)
	return r.Store.PlanBySlug(ctx, slug)
}

func (r *planReads) Strategies(ctx context.Context) ([]plan.Strategy, error) {
	r.count(ctx, &r.strategies)
	return r.Store.Strategies(ctx)
}

// countReads replaces the access service by one that counts its reads of plans and strategies.
func (w *world) countReads() *planReads {
	reads := &planReads{Store: w.DB.Plans()}
	w.Access = access.New(access.Config{
		Store: w.DB.Access(), Plans: reads, Catalog: w.DB.Catalog(), Products: w.Catalog, Offering: w.Plans, Accounts: w.DB.Accounts(),
		Site: w.Site, Events: w.DB, Ring: w.Ring, Now: w.Clock.Now,
	})
	return reads
}

// during returns how often the call reads plans and strategies.
func (r *planReads) during(ctx context.Context, call func(ctx context.Context) error) (plans, strategies int, err error) {
	r.plans, r.strategies = 0, 0
	err = call(context.WithValue(ctx, marked{}, true))
	return r.plans, r.strategies, err
}

func TestEveryMethodReadsPlansOnce(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	reads := w.countReads()
	decisions := map[string]int{
		"GrantNamed":     2, // its row also cancels the grant
		"DecideRequests": 2, // one request, and the list of outcomes
		"DeleteVersion":  2, // once before and once in the transaction
		"DeleteProduct":  2,
	}
	for name, row := range methods {
		allowed := max(1, decisions[name])
		worked := name == "IssueVisitorKey" // only visitors may call it; readRows has it, too
		for _, principal := range []identity.Principal{w.Owner, w.Staff} {
			on := w.target(identity.AccountID{})
			plans, strategies, err := reads.during(w.As(principal), func(ctx context.Context) error { return row.call(w, ctx, on) })
			worked = worked || err == nil
			if plans > allowed || strategies > allowed {
				t.Errorf("%s by %s: got %d reads of plans and %d of strategies, want at most %d", name, principal.Name, plans, strategies, allowed)
			}
		}
		if !worked {
			t.Errorf("%s: got errors for the owner and staff, want one call to succeed", name)
		}
	}
}

// readRow is a call that needs plans for several reasons: keys, messages and audit records.
type readRow struct {
	name string
	as   func(w *world) identity.Principal
	// prepare returns the call to measure.
	prepare func(w *world) func(ctx context.Context) error
}

func owner(w *world) identity.Principal { return w.Owner }
func staff(w *world) identity.Principal { return w.Staff }

func visitor(w *world) identity.Principal { return w.Visitor }

// asked requests access for a new application of Acme.
func (w *world) asked(in access.Ask) access.Request {
	in.Application = w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Asks")}).ID
	return w.ask(w.Owner, in).Request
}

// decides returns a function that prepares the decision on a new request.
func decides(approve bool, ask func(w *world) access.Request) func(w *world) func(ctx context.Context) error {
	return func(w *world) func(ctx context.Context) error {
		request := ask(w)
		return func(ctx context.Context) error {
			_, err := w.Access.DecideRequest(ctx, access.Decision{Request: request.ID, Approve: approve})
			return err
		}
	}
}

var readRows = []readRow{
	{"issue a visitor's key", visitor, func(w *world) func(ctx context.Context) error {
		w.newTrial()
		return func(ctx context.Context) error {
			_, err := w.Access.IssueVisitorKey(ctx, tidesTest)
			return err
		}
	}},
	{"approve two pairs", staff, decides(true, func(w *world) access.Request {
		return w.asked(askFor(w.production, w.test, w.single))
	})},
	{"approve with a key", staff, decides(true, func(w *world) access.Request {
		in := askFor(w.single)
		in.IssueKey = true
		return w.asked(in)
	})},
	{"approve a registration", staff, decides(true, func(w *world) access.Request {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Registers")})
		registered := w.register(application.ID, w.mapsAPI().byStaff)
		request, err := w.DB.Access().Request(w.t.Context(), registered.Subscription.Request)
		w.must(err)
		return request
	})},
	{"reject several", staff, decides(false, func(w *world) access.Request {
		return w.asked(askFor(w.production, w.single, w.test))
	})},
	{"withdraw several", owner, func(w *world) func(ctx context.Context) error {
		request := w.asked(askFor(w.production, w.single, w.test))
		return func(ctx context.Context) error {
			_, err := w.Access.WithdrawRequest(ctx, request.ID)
			return err
		}
	}},
	{"delete a request for several", owner, func(w *world) func(ctx context.Context) error {
		request := w.asked(askFor(w.production, w.single, w.test))
		return func(ctx context.Context) error { return w.Access.DeleteRequest(ctx, request.ID) }
	}},
	{"request two pairs and a change of plan", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Changes")})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.silver.ID})
		in := askFor(w.gold, w.production, w.test)
		in.Application, in.Remove = application.ID, []string{w.silver.ID.Hex()}
		return func(ctx context.Context) error {
			_, err := w.Access.RequestAccess(ctx, in)
			return err
		}
	}},
	{"request a plan with staff approval", owner, func(w *world) func(ctx context.Context) error {
		in := askFor(w.single, w.production, w.test)
		in.Application = w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Waits")}).ID
		return func(ctx context.Context) error {
			_, err := w.Access.RequestAccess(ctx, in)
			return err
		}
	}},
	{"register at once", owner, registers(func(w *world) access.NewRegistration {
		return access.NewRegistration{Version: w.mapsAPI().automatic}
	})},
	{"register a version that is suspended for another application", owner, registers(func(w *world) access.NewRegistration {
		other := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Suspended")})
		registered := w.register(other.ID, w.mapsAPI().automatic)
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), registered.Subscription.ID, "")
		w.must(err)
		return access.NewRegistration{Version: w.mapsAPI().automatic}
	})},
	{"grant a pair after a revocation", staff, func(w *world) func(ctx context.Context) error {
		in := access.NewAccess{Application: w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Pair")}).ID, Plan: w.production.ID}
		_, err := w.Access.RevokeSubscription(w.As(w.Staff), w.grant(in).Subscription.ID, "")
		w.must(err)
		return func(ctx context.Context) error {
			_, err := w.Access.GrantAccess(ctx, in)
			return err
		}
	}},
	{"grant a key by name", staff, func(w *world) func(ctx context.Context) error {
		in := access.NamedAccess{
			Application: w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Named")}).ID, Plan: w.single.Slug, IssueKey: true,
		}
		return func(ctx context.Context) error {
			_, err := w.Access.GrantNamed(ctx, in)
			return err
		}
	}},
	{"issue a key for all subscriptions", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Several")})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.reserved.ID})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.production.ID})
		return issues(w, access.NewCredential{Application: application.ID})
	}},
	{"issue a key without subscriptions", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("None")})
		return issues(w, access.NewCredential{Application: application.ID})
	}},
	{"issue a key for one subscription", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("One")})
		granted := w.grant(access.NewAccess{Application: application.ID, Plan: w.reserved.ID})
		return issues(w, access.NewCredential{Subscription: granted.Subscription.ID})
	}},
	{"delete an application", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Deleted")})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.production.ID})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.test.ID})
		in := askFor(w.single)
		in.Application = application.ID
		w.ask(w.Owner, in)
		return func(ctx context.Context) error { return w.Access.DeleteApplication(ctx, application.ID) }
	}},
	{"end the subscriptions of removed plans", staff, func(w *world) func(ctx context.Context) error {
		w.grant(access.NewAccess{Application: w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Ends")}).ID, Plan: w.test.ID})
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.reserved.ID})
		return func(ctx context.Context) error {
			return w.Access.EndAffected(ctx, access.Removal{Plans: []plan.ID{w.test.ID, w.reserved.ID}}, "")
		}
	}},
	{"open the registration form", owner, func(w *world) func(ctx context.Context) error {
		w.mapsAPI()
		return func(ctx context.Context) error {
			_, err := w.Access.RegistrationForm(ctx, "Maps", "automatic", "", access.ApplicationID{1})
			return err
		}
	}},
}

func registers(prepare func(w *world) access.NewRegistration) func(w *world) func(ctx context.Context) error {
	return func(w *world) func(ctx context.Context) error {
		in := prepare(w)
		in.Application = w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Registers")}).ID
		return func(ctx context.Context) error {
			_, err := w.Access.Register(ctx, in)
			return err
		}
	}
}

func issues(w *world, in access.NewCredential) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.Access.IssueCredential(ctx, in)
		return err
	}
}

func TestADecisionReadsPlansOnce(t *testing.T) {
	for _, row := range readRows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, testkit.New(t))
			reads := w.countReads()
			plans, strategies, err := reads.during(w.As(row.as(w)), row.prepare(w))
			w.must(err)
			if plans != 1 || strategies != 1 {
				t.Errorf("got %d reads of plans and %d of strategies, want 1 each", plans, strategies)
			}
		})
	}
}
