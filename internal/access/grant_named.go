package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// NamedAccess is what GrantNamed takes: whom and what as people call them.
type NamedAccess struct {
	// Email is the person's, Plan the plan's slug.
	Email  string
	Plan   string
	Reason string
}

// GrantNamed gives a person access under a plan through their default application in their home team, as GrantAccess does
// by ids.
func (s *Service) GrantNamed(ctx context.Context, in NamedAccess) (Granted, error) {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return Granted{}, err
	}
	person, err := s.accounts.AccountByEmail(ctx, in.Email)
	if fault.Is(err, fault.NotFound) {
		return Granted{}, fault.Newf(fault.NotFound, "not_found", "There is no account of %s. Add it first.", in.Email)
	}
	if err != nil {
		return Granted{}, err
	}
	plans, err := s.plans.Plans(ctx)
	if err != nil {
		return Granted{}, err
	}
	at := slices.IndexFunc(plans, func(known plan.Plan) bool { return known.Slug == in.Plan })
	if at < 0 {
		return Granted{}, fault.Newf(fault.NotFound, "not_found", "There is no plan called %s. Publish it first, or compare its slug.", in.Plan)
	}
	return s.GrantAccess(ctx, NewAccess{Team: person.HomeTeam, Account: person.ID, Plan: plans[at].ID, Reason: in.Reason})
}
