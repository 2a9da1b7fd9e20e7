package access_test

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
)

// keyMethods are the rows of the methods about keys.
var keyMethods = map[string]method{
	"Credential": {viewing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.Credential(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"Credentials": {viewing, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Credentials(ctx, access.CredentialFilter{Team: w.Acme.ID}, all)
		return err
	}, false},
	"Forget": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error { return w.Access.Forget(ctx) }, false},
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
	"IssueVisitorKey": {byVisitors, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.IssueVisitorKey(ctx, access.NewVisitorKey{Product: "weather", Version: "1", Environment: "test"})
		return err
	}, false},
	"CallPage": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.CallPage(ctx, "weather", "1", "list")
		return err
	}, false},
	"Trial": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Trial(ctx, "weather", "1", "list")
		return err
	}, false},
	"KeyEnvironments": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.KeyEnvironments(ctx, on.application.ID)
		return err
	}, false},
	"IssueCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.IssueCredential(ctx, access.NewCredential{Application: on.application.ID, Environment: "production"})
		return err
	}, true},
	"RegenerateCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RegenerateCredential(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"RotateCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RotateCredential(ctx, access.RotateCredential{Credential: on.granted.Issued[0].Credential.ID, Overlap: time.Hour})
		return err
	}, true},
	"ExtendOverlap": {managingKeys, func(w *world, ctx context.Context, on target) error {
		in := access.ExtendOverlap{Credential: on.rotated(w), Overlap: 2 * time.Hour}
		_, err := w.Access.ExtendOverlap(ctx, in)
		return err
	}, true},
	"ExtendApplicationOverlap": {managingKeys, func(w *world, ctx context.Context, on target) error {
		in := access.ExtendOverlap{Credential: on.rotated(w), Overlap: 2 * time.Hour}
		_, err := w.Access.ExtendApplicationOverlap(ctx, on.application.ID, in)
		return err
	}, true},
	"RenameCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RenameCredential(ctx, on.granted.Issued[0].Credential.ID, "Renamed")
		return err
	}, true},
	"RevokeCredential": {managingKeys, func(w *world, ctx context.Context, on target) error {
		return w.Access.RevokeCredential(ctx, on.granted.Issued[0].Credential.ID)
	}, true},
	"RevealCredential": {revealing, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.RevealCredential(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, true},
	"ProductPage": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ProductPage(ctx, "weather")
		return err
	}, false},
	"VersionPage": {viewingProduct, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.VersionPage(ctx, "weather", "1")
		return err
	}, false},
	"Inbox": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Inbox(ctx, access.RequestFilter{}, all)
		return err
	}, false},
	"InboxRequest": {viewingAsStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.InboxRequest(ctx, on.request.ID)
		return err
	}, false},
	"PendingRequests": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.PendingRequests(ctx)
		return err
	}, false},
	"DecideRequests": {byStaffAnywhere, func(w *world, ctx context.Context, _ target) error {
		fresh := w.target(identity.AccountID{}).request.ID // other methods need the target's request undecided
		_, err := w.Access.DecideRequests(ctx, access.Decisions{Requests: []access.RequestID{fresh}, Approve: true})
		return err
	}, false},
	"Plans": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Plans(ctx)
		return err
	}, false},
	"SubscriptionLines": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.SubscriptionLines(ctx, access.SubscriptionFilter{}, all)
		return err
	}, false},
	"SubscriptionOverview": {viewingAsStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.SubscriptionOverview(ctx, on.granted.Subscription.ID)
		return err
	}, false},
	"KeyLines": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.KeyLines(ctx, access.CredentialFilter{}, all)
		return err
	}, false},
	"CountSubscriptions": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.CountSubscriptions(ctx, access.SubscriptionFilter{})
		return err
	}, false},
	"CountKeys": {viewingAsStaff, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.CountKeys(ctx, access.CredentialFilter{})
		return err
	}, false},
	"KeysToRevoke": {managingKeys, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.KeysToRevoke(ctx, []access.CredentialID{on.granted.Issued[0].Credential.ID})
		return err
	}, true},
	"RevokeCredentials": {managingKeys, func(w *world, ctx context.Context, on target) error {
		return w.Access.RevokeCredentials(ctx, []access.CredentialID{on.granted.Issued[0].Credential.ID})
	}, true},
	"KeyOverview": {viewingAsStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.KeyOverview(ctx, on.granted.Issued[0].Credential.ID)
		return err
	}, false},
	"FindKey": {viewingAsStaff, func(w *world, ctx context.Context, on target) error {
		_, err := w.Access.FindKey(ctx, on.granted.Issued[0].Credential.Prefix)
		return err
	}, false},
	"CloseLeakedKey": {byStaffAnywhere, func(w *world, ctx context.Context, on target) error {
		issued, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: on.application.ID, Environment: "production"})
		w.must(err)
		_, err = w.Access.CloseLeakedKey(ctx, access.CloseLeakedKey{Credential: issued.Credential.ID})
		if err != nil { // so that the next caller does not exceed the limit
			w.must(w.Access.RevokeCredential(w.As(w.Owner), issued.Credential.ID))
		}
		return err
	}, false},
	"ReachOfProduct": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ReachOfProduct(ctx, "weather", "")
		return err
	}, false},
	"ReachOfPlan": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.ReachOfPlan(ctx, w.production.Slug)
		return err
	}, false},
	"DeletionOfProduct": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.DeletionOfProduct(ctx, "weather", "")
		return err
	}, false},
	"DeleteVersion": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.DeleteVersion(ctx, w.createProduct(), "1")
	}, false},
	"Launch": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		_, err := w.Access.Launch(ctx, "weather", "")
		return err
	}, false},
	"PublishVersion": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.PublishVersion(ctx, access.Publication{Product: w.createProduct(), Version: "1"})
	}, false},
	"DeleteProduct": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.DeleteProduct(ctx, w.createProduct())
	}, false},
	"DeletePlan": {byStaffAdmins, func(w *world, ctx context.Context, _ target) error {
		return w.Access.DeletePlan(ctx, w.createStaffPlan().Slug)
	}, false},
	"Grant": {everyone, func(w *world, ctx context.Context, on target) error {
		stored := w.key(on.granted.Issued[0].Credential.ID)
		_, err := w.Access.Grant(ctx, access.Proof{Lookups: [][]byte{stored.Lookup}})
		return err
	}, false},
}

// rotated returns a key of the target's application that was rotated with an overlap of an hour.
func (on target) rotated(w *world) access.CredentialID {
	w.t.Helper()
	as := w.As(identity.SystemPrincipal("test"))
	issued, err := w.Access.IssueCredential(as, access.NewCredential{Application: on.application.ID, Environment: "production"})
	if err != nil { // an unknown application
		return on.granted.Issued[0].Credential.ID
	}
	rotated := issued.Credential.ID
	_, err = w.Access.RotateCredential(as, access.RotateCredential{Credential: rotated, Overlap: time.Hour})
	w.must(err)
	return rotated
}
