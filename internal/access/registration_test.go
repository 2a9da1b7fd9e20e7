package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// mapsAPI is the product Maps with a version for each way to register, and the product Harbours, which only Globex may
// see. automatic is approved at once, with a key or with a user name and a password. Registration for closed is closed.
type mapsAPI struct {
	product, harbours                               catalog.ProductID
	automatic, byStaff, closed, unpublished, theirs catalog.VersionID
}

// mapsAPI creates the products on the first call and returns the same ones later.
func (w *world) mapsAPI() mapsAPI {
	w.t.Helper()
	if w.createdMaps != nil {
		return *w.createdMaps
	}
	var made mapsAPI
	w.must(w.DB.InTx(w.t.Context(), func(ctx context.Context) error {
		made.product = w.product(ctx, "Maps", catalog.SignedIn)
		made.automatic, made.byStaff = w.version(ctx, made.product, "automatic"), w.version(ctx, made.product, "byStaff")
		made.closed, made.unpublished = w.version(ctx, made.product, "closed"), w.version(ctx, made.product, "unpublished")
		made.harbours = w.product(ctx, "Harbours", catalog.Teams, w.Globex.ID)
		made.theirs = w.version(ctx, made.harbours, "theirs")
		lone := plan.KeyPolicy{Format: plan.PrefixedKey}
		w.plan(ctx, plan.Plan{Name: "Maps", Keys: lone, Opens: []catalog.VersionID{made.automatic, made.unpublished, made.theirs}, Scopes: []string{"read", "write"}})
		w.plan(ctx, plan.Plan{Name: "Maps by staff", Keys: lone, Opens: []catalog.VersionID{made.byStaff}, Approval: plan.StaffApproval})
		w.plan(ctx, plan.Plan{Name: "Maps by password", Opens: []catalog.VersionID{made.automatic}, Strategy: w.byPassword.ID})
		closed := w.plan(ctx, plan.Plan{Name: "Maps closed", Keys: lone, Opens: []catalog.VersionID{made.closed}})
		closed.Registrable = false
		return w.DB.Plans().SavePlan(ctx, closed)
	}))
	w.publish(made.unpublished, false)
	w.createdMaps = &made
	return made
}

// publish publishes or hides a version.
func (w *world) publish(changed catalog.VersionID, published bool) {
	w.t.Helper()
	versions, err := w.DB.Catalog().Versions(w.t.Context())
	w.must(err)
	at := slices.IndexFunc(versions, func(version catalog.Version) bool { return version.ID == changed })
	versions[at].Published = published
	w.must(w.DB.Catalog().SaveVersion(w.t.Context(), versions[at]))
}

// register registers an application of Acme for a version.
func (w *world) register(application access.ApplicationID, version catalog.VersionID) access.Registration {
	w.t.Helper()
	made, err := w.Access.Register(w.As(w.Owner), access.NewRegistration{Application: application, Version: version})
	w.must(err)
	return made
}

func TestARegistrationOpensItsVersionOnceApproved(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID, Name: "First"})
		w.must(err)
		at := w.register(shop.ID, api.automatic)
		if at.Subscription.State != access.Approved || at.Release.Product.Name != "Maps" || at.Release.Version.Name != "automatic" || !w.opens(key.Secret, api.automatic) {
			t.Errorf("got %+v, want an approved registration for Maps automatic and a working key", at)
		}
		pending := w.register(shop.ID, api.byStaff)
		if pending.Subscription.State != access.Pending || w.opens(key.Secret, api.byStaff) {
			t.Errorf("got a registration with staff approval that is %s, want pending without access", pending.Subscription.State)
		}
		request, err := w.Access.Request(w.As(w.Staff), pending.Subscription.Request)
		w.must(err)
		_, err = w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: request.ID, Approve: true})
		w.must(err)
		read, err := w.Access.Registration(w.As(w.Viewer), shop.ID, pending.Subscription.ID)
		w.must(err)
		if read.Subscription.State != access.Approved || read.Subscription.ID != pending.Subscription.ID || !w.opens(key.Secret, api.byStaff) {
			t.Errorf("got %+v after the approval, want it approved with access", read)
		}
		if w.opens(key.Secret, api.closed) {
			t.Error("got access to a version without registration, want none")
		}
	})
}

// After staff stop a version for one application, the team's other applications need approval for it.
func TestAnotherApplicationCannotBypassAStop(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		next := 0
		register := func() access.SubscriptionState {
			next++
			form, err := w.Access.RegistrationForm(w.As(w.Owner), "Maps", "automatic", "", access.ApplicationID{})
			w.must(err)
			application := w.application(w.Owner, access.NewApplication{Name: fmt.Sprint("Shop ", next)})
			made := w.register(application.ID, api.automatic).Subscription
			if automatic := form.Offer(w.byKey.ID).Automatic; automatic != (made.State == access.Approved) {
				t.Errorf("got automatic %v in the form and the state %s, want them to agree", automatic, made.State)
			}
			return made.State
		}
		first := w.application(w.Owner, access.NewApplication{Name: "First"})
		stopped := w.register(first.ID, api.automatic).Subscription.ID
		for _, step := range []struct {
			name string
			do   func() error
			want access.SubscriptionState
		}{
			{"nothing", func() error { return nil }, access.Approved},
			{"suspended", func() error { _, err := w.Access.SuspendSubscription(w.As(w.Staff), stopped, "abuse"); return err }, access.Pending},
			{"reinstated", func() error { _, err := w.Access.ReinstateSubscription(w.As(w.Staff), stopped); return err }, access.Approved},
			{"revoked", func() error { _, err := w.Access.RevokeSubscription(w.As(w.Staff), stopped, "abuse"); return err }, access.Pending},
			{"removed", func() error { return w.Access.Unregister(w.As(w.Owner), first.ID, stopped) }, access.Pending},
			{"cleared", func() error { _, err := w.Access.ClearSubscription(w.As(w.Staff), stopped); return err }, access.Approved},
			{"suspended under a plan for another version", func() error {
				granted := w.grant(access.NewAccess{Plan: w.production.ID})
				_, err := w.Access.SuspendSubscription(w.As(w.Staff), granted.Subscription.ID, "unpaid")
				return err
			}, access.Approved},
			{"suspended under a plan for this version", func() error {
				known, err := w.DB.Plans().Plans(t.Context())
				w.must(err)
				at := slices.IndexFunc(known, func(one plan.Plan) bool { return one.Name == "Maps" })
				granted := w.grant(access.NewAccess{Plan: known[at].ID})
				_, err = w.Access.SuspendSubscription(w.As(w.Staff), granted.Subscription.ID, "unpaid")
				return err
			}, access.Pending},
		} {
			w.must(step.do())
			if got := register(); got != step.want {
				t.Errorf("%s: got another application's registration %s, want %s", step.name, got, step.want)
			}
		}
	})
}

func TestAutomaticApprovalCoversRegistrationsOnly(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		settings := site.Defaults()
		settings.AutoApprove = true
		w.must(w.Site.ChangeSettings(w.As(w.Staff), settings))
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		if state := w.register(shop.ID, w.mapsAPI().byStaff).Subscription.State; state != access.Approved {
			t.Errorf("got the registration %s, want approved", state)
		}
		asked := w.ask(w.Owner, askFor(w.single)) // a request for a plan is no registration
		if asked.Request.State != access.RequestPending {
			t.Errorf("got the request %s, want pending", asked.Request.State)
		}
	})
}

func TestInvalidRegistrationsAreRejected(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		basic := w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		w.register(shop.ID, api.automatic)
		w.register(basic.ID, api.automatic)
		for name, row := range map[string]struct {
			in   access.NewRegistration
			kind fault.Kind
			code string
		}{
			"twice":                  {access.NewRegistration{Application: shop.ID, Version: api.automatic}, fault.Conflict, "already_registered"},
			"closed":                 {access.NewRegistration{Application: shop.ID, Version: api.closed}, fault.Conflict, "registration_closed"},
			"unpublished":            {access.NewRegistration{Application: shop.ID, Version: api.unpublished}, fault.NotFound, "not_found"},
			"another team's":         {access.NewRegistration{Application: shop.ID, Version: api.theirs}, fault.NotFound, "not_found"},
			"an unknown version":     {access.NewRegistration{Application: shop.ID, Version: catalog.VersionID{1}}, fault.NotFound, "not_found"},
			"an unknown application": {access.NewRegistration{Application: access.ApplicationID{1}, Version: api.byStaff}, fault.NotFound, "not_found"},
			"another strategy":       {access.NewRegistration{Application: basic.ID, Version: api.byStaff}, fault.Conflict, "strategy_mismatch"},
			"an unknown scope":       {access.NewRegistration{Application: w.application(w.Owner, access.NewApplication{Name: "Scoped"}).ID, Version: api.automatic, Scopes: []string{"admin"}}, fault.Invalid, "invalid_input"},
			"too many scopes":        {access.NewRegistration{Application: shop.ID, Version: api.byStaff, Scopes: slices.Repeat([]string{"read"}, 51)}, fault.Invalid, "invalid_input"},
			"an empty scope":         {access.NewRegistration{Application: shop.ID, Version: api.byStaff, Scopes: []string{""}}, fault.Invalid, "invalid_input"},
			"a long scope":           {access.NewRegistration{Application: shop.ID, Version: api.byStaff, Scopes: []string{strings.Repeat("x", 256)}}, fault.Invalid, "invalid_input"},
		} {
			_, err := w.Access.Register(w.As(w.Owner), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: got %v, want %s %s", name, err, row.kind, row.code)
			}
		}
	})
}

// A former registration blocks another one until its owner removes it. A revoked one blocks until staff clear it.
func TestRegisteringAgainDependsOnTheFormerRegistration(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		staff := w.As(w.Staff)
		decide := func(approve bool) func(access.Registration) error {
			return func(of access.Registration) error {
				_, err := w.Access.DecideRequest(staff, access.Decision{Request: of.Subscription.Request, Approve: approve})
				return err
			}
		}
		suspend := func(of access.Registration) error {
			if err := decide(true)(of); err != nil {
				return err
			}
			_, err := w.Access.SuspendSubscription(staff, of.Subscription.ID, "Too much.")
			return err
		}
		revoke := func(of access.Registration) error {
			if err := suspend(of); err != nil {
				return err
			}
			_, err := w.Access.RevokeSubscription(staff, of.Subscription.ID, "")
			return err
		}
		for name, row := range map[string]struct {
			become func(access.Registration) error
			after  access.SubscriptionState // the state after the owner removes it
			again  bool
		}{
			"pending":   {func(access.Registration) error { return nil }, access.Cancelled, true},
			"approved":  {decide(true), access.Cancelled, true},
			"rejected":  {decide(false), access.Rejected, true},
			"suspended": {suspend, access.Revoked, false},
			"revoked":   {revoke, access.Revoked, false},
		} {
			in := access.NewRegistration{Application: w.application(w.Owner, access.NewApplication{Name: name}).ID, Version: api.byStaff}
			made := w.register(in.Application, in.Version)
			w.must(row.become(made))
			_, err := w.Access.Register(w.As(w.Owner), in)
			w.wantError(err, fault.Conflict, "already_registered")
			w.must(w.Access.Unregister(w.As(w.Owner), in.Application, made.Subscription.ID))
			if state := w.reload(made.Subscription.ID).State; state != row.after {
				t.Errorf("%s: got %s after the removal, want %s", name, state, row.after)
			}
			_, err = w.Access.Registration(w.As(w.Owner), in.Application, made.Subscription.ID)
			w.wantError(err, fault.NotFound, "not_found")
			w.wantError(w.Access.Unregister(w.As(w.Owner), in.Application, made.Subscription.ID), fault.NotFound, "not_found")
			_, err = w.Access.Register(w.As(w.Owner), in)
			if row.again {
				w.must(err)
				continue
			}
			w.wantError(err, fault.Conflict, "already_registered")
			_, err = w.Access.ClearSubscription(staff, made.Subscription.ID)
			w.must(err)
			w.register(in.Application, in.Version)
		}
	})
}

func TestAClearedRegistrationCanBeReplaced(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		first := w.register(shop.ID, w.mapsAPI().automatic)
		_, err := w.Access.RevokeSubscription(w.As(w.Staff), first.Subscription.ID, "")
		w.must(err)
		_, err = w.Access.ClearSubscription(w.As(w.Staff), first.Subscription.ID)
		w.must(err)
		second := w.register(shop.ID, w.mapsAPI().automatic)
		listed, err := w.Access.Registrations(w.As(w.Owner), access.RegistrationFilter{Application: shop.ID}, all)
		w.must(err)
		if listed.Total != 1 || listed.Items[0].Subscription.ID != second.Subscription.ID {
			t.Errorf("got %d registrations, want only the second", listed.Total)
		}
	})
}

func TestOnlyOneConcurrentRegistrationSucceeds(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := access.NewRegistration{Application: w.application(w.Owner, access.NewApplication{Name: "Shop"}).ID, Version: w.mapsAPI().automatic}
		errs := w.concurrently(t, func(service *access.Service, _ int) error {
			_, err := service.Register(w.As(w.Owner), in)
			return err
		})
		if count := succeeded(t, errs, "already_registered"); count != 1 {
			t.Errorf("got %d successful registrations, want 1", count)
		}
		requests, err := w.Access.Requests(w.As(w.Owner), access.RequestFilter{}, all)
		w.must(err)
		if requests.Total != 1 {
			t.Errorf("got %d requests, want 1", requests.Total)
		}
	})
}

func TestOnlyOneConcurrentApplicationGetsTheName(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		errs := w.concurrently(t, func(service *access.Service, _ int) error {
			_, err := service.CreateApplication(w.As(w.Owner), access.NewApplication{Name: "Shop"})
			return err
		})
		if count := succeeded(t, errs, "name_taken"); count != 1 {
			t.Errorf("got %d applications with the name, want 1", count)
		}
	})
}

// showOnlyTo shows a product only to the teams.
func (w *world) showOnlyTo(wanted catalog.ProductID, teams ...catalog.TeamRights) {
	product, err := w.DB.Catalog().Product(w.t.Context(), wanted)
	w.must(err)
	product.Audience, product.Teams = catalog.Teams, teams
	w.must(w.DB.Catalog().SaveProduct(w.t.Context(), product))
}

func TestATeamThatMayOnlyReadCannotRegister(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		in := access.NewRegistration{Application: shop.ID, Version: w.mapsAPI().automatic}
		w.showOnlyTo(w.mapsAPI().product, catalog.TeamRights{Team: w.Acme.ID, Documentation: true})
		_, err := w.Access.Register(w.As(w.Owner), in)
		w.wantError(err, fault.Forbidden, "register_not_permitted")
		offered, err := w.Access.RegistrationOffers(w.As(w.Owner), []catalog.VersionID{in.Version})
		w.must(err)
		_, err = w.Access.RequestAccess(w.As(w.Owner), access.Ask{Application: shop.ID, Plans: []string{offered[in.Version][0].Plan.Hex()}})
		w.wantError(err, fault.Forbidden, "register_not_permitted")
		w.showOnlyTo(w.mapsAPI().product, catalog.TeamRights{Team: w.Globex.ID, Register: true})
		_, err = w.Access.Register(w.As(w.Owner), in)
		w.wantError(err, fault.NotFound, "not_found")
	})
}

// An ID of another application is not found, even if both applications belong to the caller's team.
func TestIDsOfAnotherApplicationAreNotFound(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop, other := w.application(w.Owner, access.NewApplication{Name: "Shop"}), w.application(w.Owner, access.NewApplication{Name: "Other"})
		made := w.register(shop.ID, w.mapsAPI().automatic)
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID})
		w.must(err)
		ctx := w.As(w.Owner)
		_, err = w.Access.Registration(ctx, other.ID, made.Subscription.ID)
		w.wantError(err, fault.NotFound, "not_found")
		w.wantError(w.Access.Unregister(ctx, other.ID, made.Subscription.ID), fault.NotFound, "not_found")
		_, err = w.Access.RegistrationScopes(ctx, other.ID, made.Subscription.ID)
		w.wantError(err, fault.NotFound, "not_found")
		_, err = w.Access.RenameApplicationCredential(ctx, other.ID, key.Credential.ID, "Theirs")
		w.wantError(err, fault.NotFound, "not_found")
		w.wantError(w.Access.RevokeApplicationCredential(ctx, other.ID, key.Credential.ID), fault.NotFound, "not_found")
		w.must(w.Access.RevokeApplicationCredential(ctx, shop.ID, key.Credential.ID))
		w.wantError(w.Access.RevokeApplicationCredential(ctx, shop.ID, key.Credential.ID), fault.NotFound, "not_found")
		wide := w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID}) // for all versions of the plan
		_, err = w.Access.Registration(ctx, shop.ID, wide.Subscription.ID)
		w.wantError(err, fault.NotFound, "not_found")
	})
}

func TestGrantedScopesAreThoseOfTheRegistration(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx := w.As(w.Owner)
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		made := w.register(shop.ID, w.mapsAPI().automatic)
		_, err := w.Access.RegistrationScopes(ctx, shop.ID, made.Subscription.ID)
		w.wantError(err, fault.Precondition, "scopes_unavailable")
		_, err = w.Access.VersionScopes(ctx, shop.ID, w.mapsAPI().automatic)
		w.wantError(err, fault.Precondition, "scopes_unavailable")
		_, err = w.Access.VersionScopes(ctx, shop.ID, w.mapsAPI().theirs)
		w.wantError(err, fault.NotFound, "not_found")

		client := w.clientApplication("Client")
		registered := access.Subscription{
			ID: access.SubscriptionID{7}, Application: client.ID, Team: client.Team, Plan: w.single.ID, Version: w.mapsAPI().automatic, State: access.Approved,
			Scopes: []string{"read"},
		}
		w.must(w.DB.Access().SaveSubscription(ctx, registered))
		for name, ask := range map[string]func() ([]string, error){
			"of the registration": func() ([]string, error) { return w.Access.RegistrationScopes(ctx, client.ID, registered.ID) },
			"of the version":      func() ([]string, error) { return w.Access.VersionScopes(ctx, client.ID, w.mapsAPI().automatic) },
		} {
			if scopes, err := ask(); err != nil || !slices.Equal(scopes, []string{"read"}) {
				t.Errorf("%s: got %v, %v, want read", name, scopes, err)
			}
		}
	})
}
