package access

import (
	"slices"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// permits reports whether the principal has the permission for the application and its objects. After it is deleted,
// only staff can have it.
func (a Application) permits(permission identity.Permission, principal identity.Principal) bool {
	if !a.DeletedAt.IsZero() && !principal.MayAnywhere(identity.ViewAnyTeam) {
		return false
	}
	return principal.MayAnywhere(permission) || a.visibleTo(principal) && principal.MayIn(permission, a.Team)
}

// visibleTo reports whether the application belongs to the whole team or to the principal. Owners and admins see every
// member's application.
func (a Application) visibleTo(principal identity.Principal) bool {
	return a.Account.IsZero() || a.Account == principal.Account ||
		principal.Role == identity.Owner || principal.Role == identity.Admin
}

// ApplicationRights says what a principal may do with an application.
type ApplicationRights struct {
	// Change is the right to update and delete the application.
	Change bool
	// Register is the right to register it for versions and to remove registrations.
	Register bool
	// IssueKey is the right to create keys for it.
	IssueKey bool
}

// Rights returns what the principal may do with the application. The service checks it before each action.
func (a Application) Rights(principal identity.Principal) ApplicationRights {
	return ApplicationRights{
		Change:   !a.Default && a.permits(identity.ManageApplications, principal),
		Register: a.permits(identity.RequestAccess, principal),
		IssueKey: a.permits(identity.ManageCredentials, principal),
	}
}

// Actions says what a principal may do to a subscription. Limits that depend on other objects, such as one plan per
// family, can still refuse it.
type Actions struct {
	Suspend, Reinstate, Cancel, Expire, Revoke, Clear, ChangePlan bool
	// Remove is the right of its owner to cancel it and hide it from the team.
	Remove bool
	// IssueKey and IssueTicket are the rights to create a key that is bound to the subscription.
	IssueKey, IssueTicket bool
}

// Actions returns what the principal may do to a subscription of the application. The service checks it before each
// action.
func (s Subscription) Actions(of Application, principal identity.Principal, now time.Time) Actions {
	state := s.StateAt(now)
	staff := of.permits(identity.GrantAccess, principal)
	can := func(to SubscriptionState) bool { return slices.Contains(moves[state], to) }
	opens := state == Approved && s.RemovedAt.IsZero() && of.DeletedAt.IsZero()
	return Actions{
		Suspend:     staff && can(Suspended),
		Reinstate:   staff && state == Suspended,
		Cancel:      staff && can(Cancelled),
		Expire:      staff && (can(Expired) || s.lapsed(now)),
		Revoke:      staff && can(Revoked),
		Clear:       staff && state == Revoked && s.ClearedAt.IsZero(),
		ChangePlan:  staff && s.open(now),
		Remove:      !staff && s.RemovedAt.IsZero() && of.permits(identity.RequestAccess, principal),
		IssueKey:    opens && of.permits(identity.ManageCredentials, principal),
		IssueTicket: opens && of.permits(identity.RevealCredentials, principal),
	}
}

// lapsed reports whether the subscription has expired but is not stored as expired.
func (s Subscription) lapsed(now time.Time) bool {
	return s.State != Expired && s.StateAt(now) == Expired
}

// open reports whether the subscription was approved and has not ended.
func (s Subscription) open(now time.Time) bool {
	state := s.StateAt(now)
	return state == Approved || state == Suspended
}

// Rights says what a principal may do with a credential.
type Rights struct {
	Reveal, Rename, Rotate, Regenerate, Revoke bool
	// Extend is the right to let a replaced credential work for longer.
	Extend bool
	// CloseLeaked is the right to revoke or regenerate the credential because it leaked.
	CloseLeaked bool
}

// Rights returns what the principal may do with a credential of the application. The service checks it before each
// action. Serving reports whether the credential serves an approved subscription; see Serves.
func (c Credential) Rights(of Application, serving bool, principal identity.Principal, now time.Time) Rights {
	status := c.Status(now)
	manages := of.permits(identity.ManageCredentials, principal)
	replaceable := manages && status.Lasting() && !c.Ticket
	return Rights{
		Reveal: of.permits(identity.RevealCredentials, principal) && principal.Staff == identity.NotStaff &&
			c.kept() && status.Works() && serving,
		Rename:      manages && c.RevokedAt.IsZero() && !c.Ticket,
		Rotate:      replaceable,
		Regenerate:  replaceable,
		Revoke:      manages && c.RevokedAt.IsZero(),
		Extend:      manages && status == StatusGrace && (c.ExpiresAt.IsZero() || c.GraceUntil.Before(c.ExpiresAt)),
		CloseLeaked: manages && status.Works() && principal.MayAnywhere(identity.ViewAnyTeam),
	}
}

// kept reports whether the credential's secret is stored, so that its owner can see it again.
func (c Credential) kept() bool { return c.Viewable && len(c.Sealed) > 0 }

// Serves reports whether the subscription is approved and the credential belongs to it. An unbound credential belongs
// to all subscriptions of its application.
func (c Credential) Serves(subscription Subscription, now time.Time) bool {
	return c.Application == subscription.Application && subscription.StateAt(now) == Approved && subscription.RemovedAt.IsZero() &&
		(c.Subscription.IsZero() || c.Subscription == subscription.ID)
}

// whyNotRevealed returns why a principal with the permission may not see a credential's secret.
func whyNotRevealed(credential Credential, principal identity.Principal, now time.Time) error {
	status := credential.Status(now)
	switch {
	case principal.Staff != identity.NotStaff:
		return fault.New(fault.Forbidden, "not_for_staff", "Staff do not see the keys of teams. Sign in with an account that has no staff role.")
	case !credential.kept() && status != StatusRevoked:
		return fault.New(fault.Conflict, "not_viewable", "This key was shown once, when it was created, and is not stored. Regenerate it to get a new one.")
	case !status.Works():
		return fault.Newf(fault.Conflict, "credential_over", "The key is %s and can no longer be shown. Create a new one.", status)
	}
	return fault.New(fault.Conflict, "not_approved", "Keys are only shown while their subscription is approved. Wait for the approval, or ask the portal's staff.")
}

// whyNotReplaced returns why a credential cannot get a new secret or a successor. Done is the participle in the
// message, such as "rotated".
func whyNotReplaced(credential Credential, now time.Time, done string) error {
	status := credential.Status(now)
	switch {
	case credential.Ticket:
		return fault.Newf(fault.Conflict, "ticket", "A temporary key cannot be %s. Create another one.", done)
	case status == StatusGrace:
		return fault.Newf(fault.Conflict, "credential_replaced", "This key has already been replaced and cannot be %s. Use its successor.", done)
	}
	return fault.Newf(fault.Conflict, "credential_over", "The key is %s and cannot be %s. Create a new one.", status, done)
}
