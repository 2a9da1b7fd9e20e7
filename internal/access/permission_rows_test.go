package access_test

import (
	"context"
	"maps"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/opt"
)

// The answers to each role if the object belongs to Acme. Anywhere means that the object can belong to any team.
var (
	//                       owner admin member peer viewer other support approver staff system visitor
	viewing                      = answers{ok, ok, ok, ok, ok, nf, ok, ok, ok, ok, un}
	managingApplications         = answers{ok, ok, ok, ok, no, nf, no, no, ok, ok, un}
	managingApplicationsAnywhere = answers{ok, ok, ok, ok, no, ok, no, no, ok, ok, un}
	managingKeys                 = answers{ok, ok, ok, ok, no, nf, no, ok, ok, ok, un}
	requesting                   = answers{ok, ok, ok, ok, no, nf, no, ok, ok, ok, un}
	revealing                    = answers{ok, ok, ok, ok, no, nf, no, no, no, no, un}
	byStaff                      = answers{no, no, no, no, no, nf, no, ok, ok, ok, un}
	byStaffAnywhere              = answers{no, no, no, no, no, no, no, ok, ok, ok, un}
	viewingAsStaff               = answers{no, no, no, no, no, no, ok, ok, ok, ok, un}
	viewingProduct               = answers{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, nf} // for a product that every signed-in user sees
	byStaffAdmins                = answers{no, no, no, no, no, no, no, no, ok, ok, un}
	registeringAnywhere          = answers{ok, ok, ok, ok, no, ok, no, no, no, ok, un}
	registering                  = answers{ok, ok, ok, ok, no, nf, no, no, no, ok, un}
	signedIn                     = answers{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, un} // the method shows only the caller's own team
	byVisitors                   = answers{no, no, no, no, no, no, no, no, no, no, nf} // for a product that visitors do not see
	everyone                     = answers{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok}
)

// method says which roles may call a method of the service for an object of Acme.
type method struct {
	want answers
	call func(w *world, ctx context.Context, on target) error
	// hides reports whether other members get not_found if the object belongs to a member's own application.
	hides bool
}

// methods has a row for each method of the service.
var methods = func() map[string]method {
	all := maps.Clone(accessMethods)
	maps.Copy(all, keyMethods)
	return all
}()

var accessMethods = map[string]method{
	"Application": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Application(ctx, on.application.ID)
		return err
	}, true},
	"Applications": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Applications(ctx, access.ApplicationFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"TeamApplications": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamApplications(ctx, access.ApplicationFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"Strategies": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Strategies(ctx, access.StrategyFilter{}, all)
		return err
	}, false},
	"ApplicationCredentials": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ApplicationCredentials(ctx, on.application.ID, all)
		return err
	}, true},
	"RenameApplicationCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RenameApplicationCredential(ctx, on.application.ID, on.granted.Issued[0].Credential.ID, "Renamed")
		return err
	}, true},
	"RegenerateApplicationCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegenerateApplicationCredential(ctx, on.application.ID, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"IssueApplicationKey": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.IssueApplicationKey(ctx, access.NewCredential{Application: on.application.ID, Environment: "production"})
		return err
	}, true},
	"RegenerateApplicationKey": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegenerateApplicationKey(ctx, on.application.ID, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"RotateApplicationKey": {managingKeys, func(w *world, ctx context.Context, on target) error {
		in := access.RotateCredential{Credential: on.granted.Issued[0].Credential.ID, Overlap: time.Hour}
		_, err := w.Access.RotateApplicationKey(ctx, on.application.ID, in)
		return err
	}, true},
	"RevokeApplicationCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		return w.Access.RevokeApplicationCredential(ctx, on.application.ID, on.granted.Issued[0].Credential.ID)
	}, true},
	"Register": {requesting, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Register(ctx, access.NewRegistration{Application: on.application.ID, Version: w.mapsAPI().automatic})
		return err
	}, true},
	"RegisterWithKey": {requesting, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegisterWithKey(ctx, access.NewRegistrationWithKey{
			NewRegistration: access.NewRegistration{Application: on.application.ID, Version: w.mapsAPI().automatic},
		})
		return err
	}, true},
	"NewApplicationForm": {managingApplicationsAnywhere, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.NewApplicationForm(ctx)
		return err
	}, false},
	"RegistrationToRemove": {registering, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegistrationToRemove(ctx, on.application.ID, w.registered(on))
		return err
	}, true},
	"Unregister": {requesting, func(w *world, ctx context.Context, on target) error {
		return w.Access.Unregister(ctx, on.application.ID, w.registered(on))
	}, true},
	"Registration": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Registration(ctx, on.application.ID, w.registered(on))
		return err
	}, true},
	"Registrations": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Registrations(ctx, access.RegistrationFilter{Application: on.application.ID}, all)
		return err
	}, true},
	"RegistrationScopes": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegistrationScopes(ctx, on.application.ID, w.registered(on))
		return unless("scopes_unavailable", err)
	}, true},
	"VersionScopes": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.VersionScopes(ctx, on.application.ID, w.mapsAPI().automatic)
		return unless("scopes_unavailable", err)
	}, true},
	"ApplicationKeys": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ApplicationKeys(ctx, on.application.ID)
		return err
	}, true},
	"VersionApplications": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.VersionApplications(ctx, access.VersionApplicationFilter{Version: w.mapsAPI().automatic}, all)
		return err
	}, false},
	"RegistrationForm": {registeringAnywhere, func(w *world, ctx context.Context, _ target) error {
		w.mapsAPI()
		_, err := w.Access.RegistrationForm(ctx, "Maps", "automatic", "", access.ApplicationID{})
		return err
	}, false},
	"RegistrationChoices": {registering, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegistrationChoices(ctx, access.RegistrationChoiceFilter{Application: on.application.ID}, all)
		return err
	}, true},
	"TeamRequests": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamRequests(ctx, access.RequestFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"OfferedReleases": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.OfferedReleases(ctx, access.ReleaseFilter{Product: w.mapsAPI().product}, all)
		return err
	}, false},
	"OfferedRelease": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.OfferedRelease(ctx, w.mapsAPI().product, w.mapsAPI().automatic)
		return err
	}, false},
	"DescribedRelease": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.DescribedRelease(ctx, w.mapsAPI().product, w.mapsAPI().automatic, "https://gateway.example")
		return err
	}, false},
	"RegistrationOffers": {everyone, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.RegistrationOffers(ctx, []catalog.VersionID{w.mapsAPI().automatic})
		return err
	}, false},
	"DefaultApplication": {requesting, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.DefaultApplication(ctx, w.Acme.ID, on.application.Account)
		return err
	}, true},
	"CreateApplication": {managingApplications, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.CreateApplication(ctx, access.NewApplication{Team: w.Acme.ID, Account: on.application.Account, Name: w.uniqueName("New")})
		return err
	}, true},
	"ApplicationToChange": {managingApplications, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ApplicationToChange(ctx, on.application.ID)
		return err
	}, true},
	"UpdateApplication": {managingApplications, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.UpdateApplication(ctx, access.UpdateApplication{Application: on.application.ID, Name: opt.Of(w.uniqueName("Renamed"))})
		return err
	}, true},
	"DeleteApplication": {managingApplications, func(w *world, ctx context.Context, on target) error {
		return w.Access.DeleteApplication(ctx, on.application.ID)
	}, true},
	"RequestAccess": {requesting, func(w *world, ctx context.Context, on target) error {
		in := askFor(w.test)
		in.Application = on.application.ID
		_, err := w.Access.RequestAccess(ctx, in)
		return err
	}, true},
	"Request": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Request(ctx, on.request.ID)
		return err
	}, true},
	"TeamSubscriptions": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamSubscriptions(ctx, access.SubscriptionFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"TeamAccess": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamAccess(ctx)
		return err
	}, false},
	"TeamExpiringKeys": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamExpiringKeys(ctx, all)
		return err
	}, false},
	"CalledVersions": {signedIn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.CalledVersions(ctx, []catalog.ProductID{{}})
		return err
	}, false},
	"ExpiringKeys": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ExpiringKeys(ctx, all)
		return err
	}, false},
	"KeySchemes": {everyone, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.KeySchemes(ctx, catalog.Version{})
		return err
	}, false},
	"Requests": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Requests(ctx, access.RequestFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"DecideRequest": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.DecideRequest(ctx, access.Decision{Request: on.request.ID, Approve: true})
		return err
	}, true},
	"WithdrawRequest": {requesting, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.WithdrawRequest(ctx, on.request.ID)
		return err
	}, true},
	"DeleteRequest": {requesting, func(w *world, ctx context.Context, on target) error {
		return w.Access.DeleteRequest(ctx, on.request.ID)
	}, true},
	"GrantAccess": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.GrantAccess(ctx, access.NewAccess{Application: on.application.ID, Plan: w.test.ID})
		return err
	}, true},
	"GrantNamed": {byStaffAnywhere, func(w *world, ctx context.Context, _ target) error {
		granted, err := w.Access.GrantNamed(ctx, access.NamedAccess{Email: w.Viewer.Name, Plan: w.test.Slug})
		if err == nil { // so that the next caller can grant it, too
			_, err = w.Access.CancelSubscription(ctx, granted.Subscription.ID, "")
		}
		return err
	}, false},
	"Subscription": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Subscription(ctx, on.granted.Subscription.ID)
		return err
	}, true},
	"Subscriptions": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Subscriptions(ctx, access.SubscriptionFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"SuspendSubscription": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.SuspendSubscription(ctx, on.granted.Subscription.ID, "")
		return err
	}, true},
	"ReinstateSubscription": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ReinstateSubscription(ctx, on.suspended.ID)
		return err
	}, true},
	"RevokeSubscription": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RevokeSubscription(ctx, on.granted.Subscription.ID, "")
		return err
	}, true},
	"ExpireSubscription": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ExpireSubscription(ctx, on.granted.Subscription.ID)
		return err
	}, true},
	"ClearSubscription": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ClearSubscription(ctx, on.revoked.ID)
		return err
	}, true},
	"ChangePlan": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ChangePlan(ctx, access.ChangePlan{Subscription: on.granted.Subscription.ID, Plan: w.reserved.ID})
		return err
	}, true},
	"AffectedSubscriptions": {byStaffAnywhere, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.AffectedSubscriptions(ctx, access.Removal{Plans: []plan.ID{w.production.ID}})
		return err
	}, false},
	"EndAffected": {byStaffAnywhere, func(w *world, ctx context.Context, _ target) error {
		return w.Access.EndAffected(ctx, access.Removal{Plans: []plan.ID{w.hidden.ID}}, "")
	}, false},
	"CancelSubscription": {requesting, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.CancelSubscription(ctx, on.granted.Subscription.ID, "")
		return err
	}, true},
}

// registered returns a registration of the target's application, the zero ID if the application does not exist.
func (w *world) registered(on target) access.SubscriptionID {
	system := w.As(identity.SystemPrincipal("test"))
	made, err := w.Access.Register(system, access.NewRegistration{Application: on.application.ID, Version: w.mapsAPI().byStaff})
	if err == nil {
		return made.Subscription.ID
	}
	found, err := w.Access.Registrations(system, access.RegistrationFilter{Application: on.application.ID, VersionName: "byStaff"}, all)
	if err != nil || found.Total == 0 {
		return access.SubscriptionID{}
	}
	return found.Items[0].Subscription.ID
}

// unless returns nil for an error with the code. Only a permitted caller gets this error.
func unless(code string, err error) error {
	if err != nil && fault.From(err).Code == code {
		return nil
	}
	return err
}
