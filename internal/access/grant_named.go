package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// NamedAccess is the input of GrantNamed: the person and the plan by e-mail address and slug.
type NamedAccess struct {
	// Email is the person's. They get access through their own default application. With ForTeam, the default application
	// of their home team gets the access instead; all members see it.
	Email   string
	ForTeam bool
	// Application gets the access instead of a person.
	Application ApplicationID
	// Plan is the plan's slug.
	Plan     string
	EndsAt   time.Time
	IssueKey bool
	Reason   string
}

// GrantNamed gives a person access to a plan through their default application in their home team.
func (s *Service) GrantNamed(ctx context.Context, in NamedAccess) (Granted, error) {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return Granted{}, err
	}
	access := NewAccess{Application: in.Application, EndsAt: in.EndsAt, IssueKey: in.IssueKey, Reason: in.Reason}
	if in.Application.IsZero() {
		person, err := s.accounts.AccountByEmail(ctx, in.Email)
		if fault.Is(err, fault.NotFound) {
			return Granted{}, fault.Newf(fault.NotFound, "not_found", "There is no account with the address %s. Add it first.", in.Email)
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
			return plan.Plan{}, fault.Newf(fault.NotFound, "not_found", "There is no plan with the slug %s. Check the slug, or create the plan first.", in.Plan)
		}
		return plans.all[at], nil
	})
}
