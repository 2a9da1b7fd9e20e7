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

// shelf is a product, Maps, whose versions one registers for: one that approves by itself, for which a user name and a
// password do as well; one where staff approve; one that is closed, and one that is not published. Of Harbours
// everybody but Globex is kept away.
type shelf struct {
	product, harbours                               catalog.ProductID
	automatic, byStaff, closed, unpublished, theirs catalog.VersionID
}

func (w *world) shelf() shelf {
	w.t.Helper()
	if w.stocked != nil {
		return *w.stocked
	}
	var made shelf
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
		shut := w.plan(ctx, plan.Plan{Name: "Maps closed", Keys: lone, Opens: []catalog.VersionID{made.closed}})
		shut.Registrable = false
		return w.DB.Plans().SavePlan(ctx, shut)
	}))
	w.publish(made.unpublished, false)
	w.stocked = &made
	return made
}

// publish shows or hides a version of Maps.
func (w *world) publish(changed catalog.VersionID, published bool) {
	w.t.Helper()
	versions, err := w.DB.Catalog().Versions(w.t.Context())
	w.must(err)
	at := slices.IndexFunc(versions, func(version catalog.Version) bool { return version.ID == changed })
	versions[at].Published = published
	w.must(w.DB.Catalog().SaveVersion(w.t.Context(), versions[at]))
}

// register registers an application of Acme.
func (w *world) register(application access.ApplicationID, version catalog.VersionID) access.Registration {
	w.t.Helper()
	made, err := w.Access.Register(w.As(w.Owner), access.NewRegistration{Application: application, Version: version})
	w.must(err)
	return made
}

func TestRegistering(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID, Name: "First"})
		w.must(err)
		at := w.register(shop.ID, shelf.automatic)
		if at.Subscription.State != access.Approved || at.Release.Product.Name != "Maps" || at.Release.Version.Name != "automatic" || !w.opens(key.Secret, shelf.automatic) {
			t.Errorf("registered %+v", at)
		}
		waiting := w.register(shop.ID, shelf.byStaff)
		if waiting.Subscription.State != access.Pending || w.opens(key.Secret, shelf.byStaff) {
			t.Errorf("what staff decide about is %s", waiting.Subscription.State)
		}
		request, err := w.Access.Request(w.As(w.Staff), waiting.Subscription.Request)
		w.must(err)
		_, err = w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: request.ID, Approve: true})
		w.must(err)
		read, err := w.Access.Registration(w.As(w.Viewer), shop.ID, waiting.Subscription.ID)
		w.must(err)
		if read.Subscription.State != access.Approved || read.Subscription.ID != waiting.Subscription.ID || !w.opens(key.Secret, shelf.byStaff) {
			t.Errorf("after the approval it is %+v", read)
		}
		if w.opens(key.Secret, shelf.closed) {
			t.Error("the key opens a version that nobody registered for")
		}
	})
}

// Staff who have taken a version from one application of a team decide about its others, too.
func TestAnotherApplicationIsNoWayAroundStaff(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		next := 0
		register := func() access.SubscriptionState {
			next++
			form, err := w.Access.RegistrationForm(w.As(w.Owner), "Maps", "automatic", "", access.ApplicationID{})
			w.must(err)
			application := w.application(w.Owner, access.NewApplication{Name: fmt.Sprint("Shop ", next)})
			made := w.register(application.ID, shelf.automatic).Subscription
			if said := form.Offer(w.byKey.ID).Automatic; said != (made.State == access.Approved) {
				t.Errorf("the form says that it is approved at once: %v; it is %s", said, made.State)
			}
			return made.State
		}
		first := w.application(w.Owner, access.NewApplication{Name: "First"})
		stopped := w.register(first.ID, shelf.automatic).Subscription.ID
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
			{"a plan suspended that opens another version", func() error {
				granted := w.grant(access.NewAccess{Plan: w.production.ID})
				_, err := w.Access.SuspendSubscription(w.As(w.Staff), granted.Subscription.ID, "a bill is open")
				return err
			}, access.Approved},
			{"a plan suspended that opens it", func() error {
				known, err := w.DB.Plans().Plans(t.Context())
				w.must(err)
				at := slices.IndexFunc(known, func(one plan.Plan) bool { return one.Name == "Maps" })
				granted := w.grant(access.NewAccess{Plan: known[at].ID})
				_, err = w.Access.SuspendSubscription(w.As(w.Staff), granted.Subscription.ID, "a bill is open")
				return err
			}, access.Pending},
		} {
			w.must(step.do())
			if got := register(); got != step.want {
				t.Errorf("%s: another application's registration is %s, want %s", step.name, got, step.want)
			}
		}
	})
}

func TestThePortalApprovesByItself(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		settings := site.Defaults()
		settings.AutoApprove = true
		w.must(w.Site.ChangeSettings(w.As(w.Staff), settings))
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		if state := w.register(shop.ID, w.shelf().byStaff).Subscription.State; state != access.Approved {
			t.Errorf("it is %s", state)
		}
		asked := w.ask(w.Owner, wanting(w.single)) // a plan that is asked for is no registration
		if asked.Request.State != access.RequestPending {
			t.Errorf("the request is %s", asked.Request.State)
		}
	})
}

func TestRefusedRegistrations(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		basic := w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		w.register(shop.ID, shelf.automatic)
		w.register(basic.ID, shelf.automatic)
		for name, row := range map[string]struct {
			in   access.NewRegistration
			kind fault.Kind
			code string
		}{
			"twice":                 {access.NewRegistration{Application: shop.ID, Version: shelf.automatic}, fault.Conflict, "already_registered"},
			"a closed one":          {access.NewRegistration{Application: shop.ID, Version: shelf.closed}, fault.Conflict, "registration_closed"},
			"unpublished":           {access.NewRegistration{Application: shop.ID, Version: shelf.unpublished}, fault.NotFound, "not_found"},
			"another team's":        {access.NewRegistration{Application: shop.ID, Version: shelf.theirs}, fault.NotFound, "not_found"},
			"no such version":       {access.NewRegistration{Application: shop.ID, Version: catalog.VersionID{1}}, fault.NotFound, "not_found"},
			"no such thing":         {access.NewRegistration{Application: access.ApplicationID{1}, Version: shelf.byStaff}, fault.NotFound, "not_found"},
			"by another way":        {access.NewRegistration{Application: basic.ID, Version: shelf.byStaff}, fault.Conflict, "strategy_mismatch"},
			"an unknown scope":      {access.NewRegistration{Application: w.application(w.Owner, access.NewApplication{Name: "Scoped"}).ID, Version: shelf.automatic, Scopes: []string{"admin"}}, fault.Invalid, "invalid_input"},
			"too many scopes":       {access.NewRegistration{Application: shop.ID, Version: shelf.byStaff, Scopes: slices.Repeat([]string{"read"}, 51)}, fault.Invalid, "invalid_input"},
			"a scope of no letters": {access.NewRegistration{Application: shop.ID, Version: shelf.byStaff, Scopes: []string{""}}, fault.Invalid, "invalid_input"},
			"a long scope":          {access.NewRegistration{Application: shop.ID, Version: shelf.byStaff, Scopes: []string{strings.Repeat("x", 256)}}, fault.Invalid, "invalid_input"},
		} {
			_, err := w.Access.Register(w.As(w.Owner), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// What stands in the way of registering again, and for how long.
func TestRegisteringAgain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
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
			after  access.SubscriptionState // its owner has removed it
			again  bool
		}{
			"pending":   {func(access.Registration) error { return nil }, access.Cancelled, true},
			"approved":  {decide(true), access.Cancelled, true},
			"rejected":  {decide(false), access.Rejected, true},
			"suspended": {suspend, access.Revoked, false},
			"revoked":   {revoke, access.Revoked, false},
		} {
			in := access.NewRegistration{Application: w.application(w.Owner, access.NewApplication{Name: name}).ID, Version: shelf.byStaff}
			made := w.register(in.Application, in.Version)
			w.must(row.become(made))
			_, err := w.Access.Register(w.As(w.Owner), in)
			w.refused(err, fault.Conflict, "already_registered")
			w.must(w.Access.Unregister(w.As(w.Owner), in.Application, made.Subscription.ID))
			if state := w.reload(made.Subscription.ID).State; state != row.after {
				t.Errorf("%s: removed it is %s, want %s", name, state, row.after)
			}
			_, err = w.Access.Registration(w.As(w.Owner), in.Application, made.Subscription.ID)
			w.refused(err, fault.NotFound, "not_found")
			w.refused(w.Access.Unregister(w.As(w.Owner), in.Application, made.Subscription.ID), fault.NotFound, "not_found")
			_, err = w.Access.Register(w.As(w.Owner), in)
			if row.again {
				w.must(err)
				continue
			}
			w.refused(err, fault.Conflict, "already_registered")
			_, err = w.Access.ClearSubscription(staff, made.Subscription.ID)
			w.must(err)
			w.register(in.Application, in.Version)
		}
	})
}

func TestRegisteringOnceStaffHaveClearedIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		first := w.register(shop.ID, w.shelf().automatic)
		_, err := w.Access.RevokeSubscription(w.As(w.Staff), first.Subscription.ID, "")
		w.must(err)
		_, err = w.Access.ClearSubscription(w.As(w.Staff), first.Subscription.ID)
		w.must(err)
		second := w.register(shop.ID, w.shelf().automatic)
		listed, err := w.Access.Registrations(w.As(w.Owner), access.RegistrationFilter{Application: shop.ID}, all)
		w.must(err)
		if listed.Total != 1 || listed.Items[0].Subscription.ID != second.Subscription.ID {
			t.Errorf("%d are listed", listed.Total)
		}
	})
}

func TestRegisteringAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := access.NewRegistration{Application: w.application(w.Owner, access.NewApplication{Name: "Shop"}).ID, Version: w.shelf().automatic}
		errs := w.atOnce(t, func(service *access.Service, _ int) error {
			_, err := service.Register(w.As(w.Owner), in)
			return err
		})
		if count := succeeded(t, errs, "already_registered"); count != 1 {
			t.Errorf("%d of the same registrations succeeded", count)
		}
		requests, err := w.Access.Requests(w.As(w.Owner), access.RequestFilter{}, all)
		w.must(err)
		if requests.Total != 1 {
			t.Errorf("%d requests were left", requests.Total)
		}
	})
}

func TestOneNameAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		errs := w.atOnce(t, func(service *access.Service, _ int) error {
			_, err := service.CreateApplication(w.As(w.Owner), access.NewApplication{Name: "Shop"})
			return err
		})
		if count := succeeded(t, errs, "name_taken"); count != 1 {
			t.Errorf("%d applications have the name", count)
		}
	})
}

// narrow shows a product to these teams alone.
func (w *world) narrow(wanted catalog.ProductID, teams ...catalog.TeamRights) {
	product, err := w.DB.Catalog().Product(w.t.Context(), wanted)
	w.must(err)
	product.Audience, product.Teams = catalog.Teams, teams
	w.must(w.DB.Catalog().SaveProduct(w.t.Context(), product))
}

func TestOnlyLooking(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		in := access.NewRegistration{Application: shop.ID, Version: w.shelf().automatic}
		w.narrow(w.shelf().product, catalog.TeamRights{Team: w.Acme.ID, Documentation: true})
		_, err := w.Access.Register(w.As(w.Owner), in)
		w.refused(err, fault.Forbidden, "register_not_permitted")
		offered, err := w.Access.RegistrationOffers(w.As(w.Owner), []catalog.VersionID{in.Version})
		w.must(err)
		_, err = w.Access.RequestAccess(w.As(w.Owner), access.Ask{Application: shop.ID, Plans: []string{offered[in.Version][0].Plan.Hex()}})
		w.refused(err, fault.Forbidden, "register_not_permitted")
		w.narrow(w.shelf().product, catalog.TeamRights{Team: w.Globex.ID, Register: true})
		_, err = w.Access.Register(w.As(w.Owner), in)
		w.refused(err, fault.NotFound, "not_found")
	})
}

// A registration belongs to its application alone, also where both are the caller's own.
func TestIdsOfAnotherApplication(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop, other := w.application(w.Owner, access.NewApplication{Name: "Shop"}), w.application(w.Owner, access.NewApplication{Name: "Other"})
		made := w.register(shop.ID, w.shelf().automatic)
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID})
		w.must(err)
		ctx := w.As(w.Owner)
		_, err = w.Access.Registration(ctx, other.ID, made.Subscription.ID)
		w.refused(err, fault.NotFound, "not_found")
		w.refused(w.Access.Unregister(ctx, other.ID, made.Subscription.ID), fault.NotFound, "not_found")
		_, err = w.Access.RegistrationScopes(ctx, other.ID, made.Subscription.ID)
		w.refused(err, fault.NotFound, "not_found")
		_, err = w.Access.RenameApplicationCredential(ctx, other.ID, key.Credential.ID, "Theirs")
		w.refused(err, fault.NotFound, "not_found")
		w.refused(w.Access.RevokeApplicationCredential(ctx, other.ID, key.Credential.ID), fault.NotFound, "not_found")
		w.must(w.Access.RevokeApplicationCredential(ctx, shop.ID, key.Credential.ID))
		w.refused(w.Access.RevokeApplicationCredential(ctx, shop.ID, key.Credential.ID), fault.NotFound, "not_found")
		wide := w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID}) // it is to no single version
		_, err = w.Access.Registration(ctx, shop.ID, wide.Subscription.ID)
		w.refused(err, fault.NotFound, "not_found")
	})
}

func TestGrantedScopes(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx := w.As(w.Owner)
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		made := w.register(shop.ID, w.shelf().automatic)
		_, err := w.Access.RegistrationScopes(ctx, shop.ID, made.Subscription.ID)
		w.refused(err, fault.Precondition, "scopes_unavailable")
		_, err = w.Access.VersionScopes(ctx, shop.ID, w.shelf().automatic)
		w.refused(err, fault.Precondition, "scopes_unavailable")
		_, err = w.Access.VersionScopes(ctx, shop.ID, w.shelf().theirs)
		w.refused(err, fault.NotFound, "not_found")

		client := w.byClient("Client")
		registered := access.Subscription{
			ID: access.SubscriptionID{7}, Application: client.ID, Team: client.Team, Plan: w.single.ID, Version: w.shelf().automatic, State: access.Approved,
			Scopes: []string{"read"},
		}
		w.must(w.DB.Access().SaveSubscription(ctx, registered))
		for name, ask := range map[string]func() ([]string, error){
			"of the registration": func() ([]string, error) { return w.Access.RegistrationScopes(ctx, client.ID, registered.ID) },
			"of the version":      func() ([]string, error) { return w.Access.VersionScopes(ctx, client.ID, w.shelf().automatic) },
		} {
			if scopes, err := ask(); err != nil || !slices.Equal(scopes, []string{"read"}) {
				t.Errorf("%s: %v, %v", name, scopes, err)
			}
		}
	})
}
