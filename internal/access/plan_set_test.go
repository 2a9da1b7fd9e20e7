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

// marked marks the context of the call to measure. Calls that only prepare it have contexts of their own.
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

// countReads replaces the access service by one whose reads of plans and strategies are counted.
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
		"GrantNamed":     2, // its row also cancels what was granted
		"DecideRequests": 2, // one request, and the list of what became of it
		"DeleteVersion":  2, // the first ends subscriptions one by one, the second deletes the version and what is left
		"DeleteProduct":  2,
	}
	for name, row := range methods {
		allowed := max(1, decisions[name])
		worked := false
		for _, principal := range []identity.Principal{w.Owner, w.Staff} {
			on := w.target(identity.AccountID{})
			plans, strategies, err := reads.during(w.As(principal), func(ctx context.Context) error { return row.call(w, ctx, on) })
			worked = worked || err == nil
			if plans > allowed || strategies > allowed {
				t.Errorf("%s by %s read plans %d times and strategies %d times, want at most %d", name, principal.Name, plans, strategies, allowed)
			}
		}
		if !worked {
			t.Errorf("%s worked for neither", name)
		}
	}
}

// readRow is a decision with all that makes it read plans: several plans, keys, notices and audit records.
type readRow struct {
	name string
	as   func(w *world) identity.Principal
	// prepare returns the call to measure.
	prepare func(w *world) func(ctx context.Context) error
}

func owner(w *world) identity.Principal { return w.Owner }
func staff(w *world) identity.Principal { return w.Staff }

// asked asks for plans of a new application of Acme and returns the request.
func (w *world) asked(in access.Ask) access.Request {
	in.Application = w.application(w.Owner, access.NewApplication{Name: w.unused("Asks")}).ID
	return w.ask(w.Owner, in).Request
}

// decides returns a call that decides about a new request.
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
	{"approve two pairs", staff, decides(true, func(w *world) access.Request {
		return w.asked(wanting(w.production, w.test, w.single))
	})},
	{"approve with a key", staff, decides(true, func(w *world) access.Request {
		in := wanting(w.single)
		in.IssueKey = true
		return w.asked(in)
	})},
	{"approve a registration", staff, decides(true, func(w *world) access.Request {
		application := w.application(w.Owner, access.NewApplication{Name: w.unused("Registers")})
		registered := w.register(application.ID, w.shelf().byStaff)
		request, err := w.DB.Access().Request(w.t.Context(), registered.Subscription.Request)
		w.must(err)
		return request
	})},
	{"reject several", staff, decides(false, func(w *world) access.Request {
		return w.asked(wanting(w.production, w.single, w.test))
	})},
	{"withdraw several", owner, func(w *world) func(ctx context.Context) error {
		request := w.asked(wanting(w.production, w.single, w.test))
		return func(ctx context.Context) error {
			_, err := w.Access.WithdrawRequest(ctx, request.ID)
			return err
		}
	}},
	{"delete a request for several", owner, func(w *world) func(ctx context.Context) error {
		request := w.asked(wanting(w.production, w.single, w.test))
		return func(ctx context.Context) error { return w.Access.DeleteRequest(ctx, request.ID) }
	}},
	{"request two pairs and a change of plan", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.unused("Changes")})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.silver.ID})
		in := wanting(w.gold, w.production, w.test)
		in.Application, in.Remove = application.ID, []string{w.silver.ID.Hex()}
		return func(ctx context.Context) error {
			_, err := w.Access.RequestAccess(ctx, in)
			return err
		}
	}},
	{"request what waits for staff", owner, func(w *world) func(ctx context.Context) error {
		in := wanting(w.single, w.production, w.test)
		in.Application = w.application(w.Owner, access.NewApplication{Name: w.unused("Waits")}).ID
		return func(ctx context.Context) error {
			_, err := w.Access.RequestAccess(ctx, in)
			return err
		}
	}},
	{"register at once", owner, registers(func(w *world) access.NewRegistration {
		return access.NewRegistration{Version: w.shelf().automatic}
	})},
	{"register what staff suspended for another application", owner, registers(func(w *world) access.NewRegistration {
		other := w.application(w.Owner, access.NewApplication{Name: w.unused("Suspended")})
		registered := w.register(other.ID, w.shelf().automatic)
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), registered.Subscription.ID, "")
		w.must(err)
		return access.NewRegistration{Version: w.shelf().automatic}
	})},
	{"grant a pair after a revocation", staff, func(w *world) func(ctx context.Context) error {
		in := access.NewAccess{Application: w.application(w.Owner, access.NewApplication{Name: w.unused("Pair")}).ID, Plan: w.production.ID}
		_, err := w.Access.RevokeSubscription(w.As(w.Staff), w.grant(in).Subscription.ID, "")
		w.must(err)
		return func(ctx context.Context) error {
			_, err := w.Access.GrantAccess(ctx, in)
			return err
		}
	}},
	{"grant a key by name", staff, func(w *world) func(ctx context.Context) error {
		in := access.NamedAccess{
			Application: w.application(w.Owner, access.NewApplication{Name: w.unused("Named")}).ID, Plan: w.single.Slug, IssueKey: true,
		}
		return func(ctx context.Context) error {
			_, err := w.Access.GrantNamed(ctx, in)
			return err
		}
	}},
	{"issue a key for all subscriptions", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.unused("Several")})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.reserved.ID})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.production.ID})
		return issues(w, access.NewCredential{Application: application.ID})
	}},
	{"issue a key without subscriptions", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.unused("None")})
		return issues(w, access.NewCredential{Application: application.ID})
	}},
	{"issue a key for one subscription", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.unused("One")})
		granted := w.grant(access.NewAccess{Application: application.ID, Plan: w.reserved.ID})
		return issues(w, access.NewCredential{Subscription: granted.Subscription.ID})
	}},
	{"delete an application", owner, func(w *world) func(ctx context.Context) error {
		application := w.application(w.Owner, access.NewApplication{Name: w.unused("Deleted")})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.production.ID})
		w.grant(access.NewAccess{Application: application.ID, Plan: w.test.ID})
		in := wanting(w.single)
		in.Application = application.ID
		w.ask(w.Owner, in)
		return func(ctx context.Context) error { return w.Access.DeleteApplication(ctx, application.ID) }
	}},
	{"end what a removal affects", staff, func(w *world) func(ctx context.Context) error {
		w.grant(access.NewAccess{Application: w.application(w.Owner, access.NewApplication{Name: w.unused("Ends")}).ID, Plan: w.test.ID})
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.reserved.ID})
		return func(ctx context.Context) error {
			return w.Access.EndAffected(ctx, access.Removal{Plans: []plan.ID{w.test.ID, w.reserved.ID}}, "")
		}
	}},
	{"choose from what is registrable", owner, func(w *world) func(ctx context.Context) error {
		w.shelf()
		return func(ctx context.Context) error {
			_, err := w.Access.RegistrationForm(ctx, "Maps", "automatic", "", access.ApplicationID{1})
			return err
		}
	}},
}

func registers(prepare func(w *world) access.NewRegistration) func(w *world) func(ctx context.Context) error {
	return func(w *world) func(ctx context.Context) error {
		in := prepare(w)
		in.Application = w.application(w.Owner, access.NewApplication{Name: w.unused("Registers")}).ID
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
				t.Errorf("read plans %d times and strategies %d times, want once each", plans, strategies)
			}
		})
	}
}
