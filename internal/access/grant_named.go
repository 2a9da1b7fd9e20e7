package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// NamedAccess is what GrantNamed takes: whom and what as people call them.
type NamedAccess struct {
	// Email is the person's; they get access through their own default application, or with ForTeam through the default
	// one of their home team, which all of its members see.
	Email   string
	ForTeam bool
	// Application takes the place of a person.
	Application ApplicationID
	// Plan is the plan's slug.
	Plan     string
	EndsAt   time.Time
	IssueKey bool
	Reason   string
}

// GrantNamed gives a person access under a plan through their default application in their home team, as GrantAccess
// does by ids.
func (s *Service) GrantNamed(ctx context.Context, in NamedAccess) (Granted, error) {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return Granted{}, err
	}
	access := NewAccess{Application: in.Application, EndsAt: in.EndsAt, IssueKey: in.IssueKey, Reason: in.Reason}
	if in.Application.IsZero() {
		person, err := s.accounts.AccountByEmail(ctx, in.Email)
		if fault.Is(err, fault.NotFound) {
			return Granted{}, fault.Newf(fault.NotFound, "not_found", "There is no account of %s. Add it first.", in.Email)
		}
		if err != nil {
			return Granted{}, err
		}
		access.Team = person.HomeTeam
		if !in.ForTeam {
			access.Account = person.ID
		}
	}
	return s.grantAccess(ctx, access, func(plans planSet) (plan.Plan, error) {
		at := slices.IndexFunc(plans.all, func(known plan.Plan) bool { return known.Slug == in.Plan })
		if at < 0 {
			return plan.Plan{}, fault.Newf(fault.NotFound, "not_found", "There is no plan called %s. Publish it first, or compare its slug.", in.Plan)
		}
		return plans.all[at], nil
	})
}
