// Package identity says who is calling and what they may do.
//
// It owns the Principal that every surface puts into the context, the roles, and the one table of permissions. It does
// not know how a caller proved their identity (account, the dialects) nor any object they act on. Services call Require
// or RequireIn in their first line.
package identity

import (
	"context"
	"net/netip"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

type (
	account struct{}
	team    struct{}
)

// AccountID identifies a person who can sign in.
type AccountID = id.ID[account]

// TeamID identifies a customer organisation.
type TeamID = id.ID[team]

// Principal is the person or part of the product that a request acts for. The zero Principal is an anonymous visitor.
type Principal struct {
	Account AccountID
	// Name identifies the principal in the audit trail: an e-mail address, or the part of the product that acts.
	Name string
	// Team is the team that the principal acts in; Role is the role in it.
	Team  TeamID
	Role  Role
	Staff StaffRole
	// System marks the product itself: the command line, a job. It may do everything except reveal credentials.
	System bool
	// Address is where the request came from, for the audit trail and the limits on guessing.
	Address netip.Addr
}

// Anonymous reports whether the request comes without a sign-in.
func (p Principal) Anonymous() bool { return p.Account.IsZero() && !p.System }

// SystemPrincipal returns the product itself as a principal, under the name of the part that acts.
func SystemPrincipal(name string) Principal { return Principal{Name: name, System: true} }

type contextKey struct{}

// With returns a context that carries the principal.
func With(ctx context.Context, principal Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, principal)
}

// From returns the principal that the context carries, or an anonymous one.
func From(ctx context.Context) Principal {
	principal, _ := ctx.Value(contextKey{}).(Principal)
	return principal
}

// Require returns nil if the principal may do this in their own team or by their staff role.
func Require(ctx context.Context, permission Permission) error {
	principal := From(ctx)
	if principal.may(permission) || principal.MayAnywhere(permission) {
		return nil
	}
	return refusal(principal)
}

// RequireIn returns nil if the principal may do this to objects of the team. Objects of a team that the principal may
// not see are not_found; the noun names the object.
func RequireIn(ctx context.Context, permission Permission, owner TeamID, noun string) error {
	principal := From(ctx)
	if principal.MayIn(permission, owner) {
		return nil
	}
	if principal.Team != owner || owner.IsZero() {
		if principal.Anonymous() {
			return refusal(principal)
		}
		if principal.MayAnywhere(ViewAnyTeam) {
			return refusal(principal)
		}
		return fault.Missing(noun)
	}
	return refusal(principal)
}

// CodeSignInRequired is the code of the fault for callers who are not signed in.
const CodeSignInRequired = "sign_in_required"

func refusal(principal Principal) error {
	if principal.Anonymous() {
		return fault.New(fault.Unauthenticated, CodeSignInRequired, "Please sign in.")
	}
	return fault.New(fault.Forbidden, "not_permitted", "Your role does not permit this. Ask an owner of your team, or the portal's staff.")
}
