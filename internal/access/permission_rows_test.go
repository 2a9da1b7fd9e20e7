package access_test

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/opt"
)

// What each permission means for what belongs to Acme.
var (
	//                       owner admin member peer viewer other support approver staff system visitor
	viewing       = answers{ok, ok, ok, ok, ok, nf, ok, ok, ok, ok, un}
	applying      = answers{ok, ok, ok, ok, no, nf, no, no, ok, ok, un}
	applyingAtAll = answers{ok, ok, ok, ok, no, ok, no, no, ok, ok, un}
	keeping       = answers{ok, ok, ok, ok, no, nf, no, ok, ok, ok, un}
	asking        = answers{ok, ok, ok, ok, no, nf, no, ok, ok, ok, un}
	revealing     = answers{ok, ok, ok, ok, no, nf, no, no, no, no, un}
	byStaff       = answers{no, no, no, no, no, nf, no, ok, ok, ok, un}
	byStaffAtAll  = answers{no, no, no, no, no, no, no, ok, ok, ok, un}
	staffLooking  = answers{no, no, no, no, no, no, ok, ok, ok, ok, un}
	lookingAt     = answers{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, nf} // a product for all who signed in
	byAdmins      = answers{no, no, no, no, no, no, no, no, ok, ok, un}
	registering   = answers{ok, ok, ok, ok, no, ok, no, no, no, ok, un}
	enrolling     = answers{ok, ok, ok, ok, no, nf, no, no, no, ok, un}
	inAnyTeam     = answers{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, un} // what is the caller's own team's
	anybodysOwn   = answers{ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok}
)

// methods is one row for each method of the service: who may call it on what belongs to Acme.
var methods = map[string]struct {
	want answers
	call func(w *world, ctx context.Context, on target) error
	// hides says that the method acts on one object, which another member's private application hides.
	hides bool
}{
	"Application": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Application(ctx, on.application.ID)
		return err
	}, true},
	"Applications": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Applications(ctx, access.ApplicationFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"TeamApplications": {inAnyTeam, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamApplications(ctx, access.ApplicationFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"Strategies": {inAnyTeam, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Strategies(ctx, access.StrategyFilter{}, all)
		return err
	}, false},
	"ApplicationCredentials": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ApplicationCredentials(ctx, on.application.ID, all)
		return err
	}, true},
	"RenameApplicationCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RenameApplicationCredential(ctx, on.application.ID, on.granted.Issued[0].Credential.ID, "Renamed")
		return err
	}, true},
	"RegenerateApplicationCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegenerateApplicationCredential(ctx, on.application.ID, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"IssueApplicationKey": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.IssueApplicationKey(ctx, access.NewCredential{Application: on.application.ID, Environment: "production"})
		return err
	}, true},
	"RegenerateApplicationKey": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegenerateApplicationKey(ctx, on.application.ID, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"RotateApplicationKey": {keeping, func(w *world, ctx context.Context, on target) error {
		in := access.RotateCredential{Credential: on.granted.Issued[0].Credential.ID, Overlap: time.Hour}
		_, err := w.Access.RotateApplicationKey(ctx, on.application.ID, in)
		return err
	}, true},
	"RevokeApplicationCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		return w.Access.RevokeApplicationCredential(ctx, on.application.ID, on.granted.Issued[0].Credential.ID)
	}, true},
	"Register": {asking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Register(ctx, access.NewRegistration{Application: on.application.ID, Version: w.shelf().automatic})
		return err
	}, true},
	"RegistrationToRemove": {enrolling, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegistrationToRemove(ctx, on.application.ID, w.registered(on))
		return err
	}, true},
	"Unregister": {asking, func(w *world, ctx context.Context, on target) error {
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
		_, err := w.Access.VersionScopes(ctx, on.application.ID, w.shelf().automatic)
		return unless("scopes_unavailable", err)
	}, true},
	"ApplicationKeys": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ApplicationKeys(ctx, on.application.ID)
		return err
	}, true},
	"VersionApplications": {inAnyTeam, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.VersionApplications(ctx, access.VersionApplicationFilter{Version: w.shelf().automatic}, all)
		return err
	}, false},
	"RegistrationForm": {registering, func(w *world, ctx context.Context, _ target) error {
		w.shelf()
		_, err := w.Access.RegistrationForm(ctx, "Maps", "automatic", "", access.ApplicationID{})
		return err
	}, false},
	"RegistrationChoices": {enrolling, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegistrationChoices(ctx, access.RegistrationChoiceFilter{Application: on.application.ID}, all)
		return err
	}, true},
	"TeamRequests": {inAnyTeam, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.TeamRequests(ctx, access.RequestFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"OfferedReleases": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.OfferedReleases(ctx, access.ReleaseFilter{Product: w.shelf().product}, all)
		return err
	}, false},
	"OfferedRelease": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.OfferedRelease(ctx, w.shelf().product, w.shelf().automatic)
		return err
	}, false},
	"DescribedRelease": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.DescribedRelease(ctx, w.shelf().product, w.shelf().automatic, "https://gateway.example")
		return err
	}, false},
	"RegistrationOffers": {anybodysOwn, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.RegistrationOffers(ctx, []catalog.VersionID{w.shelf().automatic})
		return err
	}, false},
	"DefaultApplication": {asking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.DefaultApplication(ctx, w.Acme.ID, on.application.Account)
		return err
	}, true},
	"CreateApplication": {applying, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.CreateApplication(ctx, access.NewApplication{Team: w.Acme.ID, Account: on.application.Account, Name: w.unused("New")})
		return err
	}, true},
	"StrategyChoices": {applyingAtAll, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.StrategyChoices(ctx)
		return err
	}, false},
	"ApplicationToChange": {applying, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.ApplicationToChange(ctx, on.application.ID)
		return err
	}, true},
	"UpdateApplication": {applying, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.UpdateApplication(ctx, access.UpdateApplication{Application: on.application.ID, Name: opt.Of(w.unused("Renamed"))})
		return err
	}, true},
	"DeleteApplication": {applying, func(w *world, ctx context.Context, on target) error {
		return w.Access.DeleteApplication(ctx, on.application.ID)
	}, true},
	"RequestAccess": {asking, func(w *world, ctx context.Context, on target) error {
		in := wanting(w.test)
		in.Application = on.application.ID
		_, err := w.Access.RequestAccess(ctx, in)
		return err
	}, true},
	"Request": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Request(ctx, on.request.ID)
		return err
	}, true},
	"Requests": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Requests(ctx, access.RequestFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"DecideRequest": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.DecideRequest(ctx, access.Decision{Request: on.request.ID, Approve: true})
		return err
	}, true},
	"WithdrawRequest": {asking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.WithdrawRequest(ctx, on.request.ID)
		return err
	}, true},
	"DeleteRequest": {asking, func(w *world, ctx context.Context, on target) error {
		return w.Access.DeleteRequest(ctx, on.request.ID)
	}, true},
	"GrantAccess": {byStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.GrantAccess(ctx, access.NewAccess{Application: on.application.ID, Plan: w.test.ID})
		return err
	}, true},
	"GrantNamed": {byStaffAtAll, func(w *world, ctx context.Context, _ target) error {
		granted, err := w.Access.GrantNamed(ctx, access.NamedAccess{Email: w.Viewer.Name, Plan: w.test.Slug})
		if err == nil { // so that the next may grant it, too
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
	"AffectedSubscriptions": {byStaffAtAll, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.AffectedSubscriptions(ctx, access.Removal{Plans: []plan.ID{w.production.ID}})
		return err
	}, false},
	"EndAffected": {byStaffAtAll, func(w *world, ctx context.Context, _ target) error {
		return w.Access.EndAffected(ctx, access.Removal{Plans: []plan.ID{w.hidden.ID}}, "")
	}, false},
	"CancelSubscription": {asking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.CancelSubscription(ctx, on.granted.Subscription.ID, "")
		return err
	}, true},
	"Credential": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Credential(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"Credentials": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Credentials(ctx, access.CredentialFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"IssueTicket": {revealing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.IssueTicket(ctx, on.granted.Subscription.ID)
		return err
	}, true},
	"EndTicket": {revealing, func(w *world, ctx context.Context, on target) error {
		ticket, err := w.Access.IssueTicket(ctx, on.granted.Subscription.ID)
		if err != nil {
			return err
		}
		return w.Access.EndTicket(ctx, ticket.Credential.ID)
	}, true},
	"CallPage": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.CallPage(ctx, "weather", "1", "list")
		return err
	}, false},
	"Trial": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Trial(ctx, "weather", "1", "list")
		return err
	}, false},
	"KeyEnvironments": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.KeyEnvironments(ctx, on.application.ID)
		return err
	}, false},
	"IssueCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.IssueCredential(ctx, access.NewCredential{Application: on.application.ID, Environment: "production"})
		return err
	}, true},
	"RegenerateCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegenerateCredential(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"RotateCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RotateCredential(ctx, access.RotateCredential{Credential: on.granted.Issued[0].Credential.ID, Overlap: time.Hour})
		return err
	}, true},
	"RenameCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RenameCredential(ctx, on.granted.Issued[0].Credential.ID, "Renamed")
		return err
	}, true},
	"RevokeCredential": {keeping, func(w *world, ctx context.Context, on target) error {
		return w.Access.RevokeCredential(ctx, on.granted.Issued[0].Credential.ID)
	}, true},
	"RevealCredential": {revealing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RevealCredential(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"ProductPage": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ProductPage(ctx, "weather")
		return err
	}, false},
	"VersionPage": {lookingAt, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.VersionPage(ctx, "weather", "1")
		return err
	}, false},
	"Inbox": {staffLooking, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Inbox(ctx, access.RequestFilter{}, all)
		return err
	}, false},
	"InboxRequest": {staffLooking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.InboxRequest(ctx, on.request.ID)
		return err
	}, false},
	"PendingRequests": {staffLooking, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.PendingRequests(ctx)
		return err
	}, false},
	"DecideRequests": {byStaffAtAll, func(w *world, ctx context.Context, _ target) error {
		fresh := w.target(identity.AccountID{}).request.ID // which other methods do not want decided
		_, err := w.Access.DecideRequests(ctx, access.Decisions{Requests: []access.RequestID{fresh}, Approve: true})
		return err
	}, false},
	"Plans": {staffLooking, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Plans(ctx)
		return err
	}, false},
	"SubscriptionLines": {staffLooking, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.SubscriptionLines(ctx, access.SubscriptionFilter{}, all)
		return err
	}, false},
	"SubscriptionOverview": {staffLooking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.SubscriptionOverview(ctx, on.granted.Subscription.ID)
		return err
	}, false},
	"KeyLines": {staffLooking, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.KeyLines(ctx, access.CredentialFilter{}, all)
		return err
	}, false},
	"KeyOverview": {staffLooking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.KeyOverview(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, false},
	"FindKey": {staffLooking, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.FindKey(ctx, on.granted.Issued[0].Credential.Prefix)
		return err
	}, false},
	"CloseLeakedKey": {byStaffAtAll, func(w *world, ctx context.Context, on target) error {
		issued, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: on.application.ID, Environment: "production"})
		w.must(err)
		_, err = w.Access.CloseLeakedKey(ctx, access.CloseLeakedKey{Credential: issued.Credential.ID})
		if err != nil { // so that there is room for the next
			w.must(w.Access.RevokeCredential(w.As(w.Owner), issued.Credential.ID))
		}
		return err
	}, false},
	"ReachOfProduct": {byAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ReachOfProduct(ctx, "weather", "")
		return err
	}, false},
	"ReachOfPlan": {byAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ReachOfPlan(ctx, w.production.Slug)
		return err
	}, false},
	"DeletionOfProduct": {byAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.DeletionOfProduct(ctx, "weather", "")
		return err
	}, false},
	"DeleteVersion": {byAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.DeleteVersion(ctx, w.made(), "1")
	}, false},
	"DeleteProduct": {byAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.DeleteProduct(ctx, w.made())
	}, false},
	"DeletePlan": {byAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.DeletePlan(ctx, w.ofStaff().Slug)
	}, false},
	"Grant": {anybodysOwn, func(w *world, ctx context.Context, on target) error {
		stored := w.key(on.granted.Issued[0].Credential.ID)
		_, err := w.Access.Grant(ctx, access.Proof{Lookups: [][]byte{stored.Lookup}})
		return err
	}, false},
}

// registered is a registration of the target's application, the zero one where it does not exist.
func (w *world) registered(on target) access.SubscriptionID {
	system := w.As(identity.SystemPrincipal("test"))
	made, err := w.Access.Register(system, access.NewRegistration{Application: on.application.ID, Version: w.shelf().byStaff})
	if err == nil {
		return made.Subscription.ID
	}
	found, err := w.Access.Registrations(system, access.RegistrationFilter{Application: on.application.ID, VersionName: "byStaff"}, all)
	if err != nil || found.Total == 0 {
		return access.SubscriptionID{}
	}
	return found.Items[0].Subscription.ID
}

// unless forgives an error of the code, which whoever may ask is told.
func unless(code string, err error) error {
	if err != nil && fault.From(err).Code == code {
		return nil
	}
	return err
}
