package overview

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/usage"
)

// QuotaUse is an approved subscription with what is used of its quotas and what its calls cost.
type QuotaUse struct {
	access.TeamSubscription
	usage.Standing

	Plan plan.Plan
	// Keys has the keys of limits per key.
	Keys map[access.CredentialID]access.Credential
}

// TeamQuotas are the quotas of a team.
type TeamQuotas struct {
	// Uses has the subscriptions with a quota or a price, those closest to the end of a quota first.
	Uses []QuotaUse
	At   time.Time
}

// Percent returns how much of the quota is used that is closest to its end.
func (u QuotaUse) Percent() (percent int64) {
	for _, quota := range u.Quotas {
		percent = max(percent, quota.Percent())
	}
	return percent
}

// TeamQuotas returns the quotas of the team that the caller acts in.
func (s *Service) TeamQuotas(ctx context.Context) (TeamQuotas, error) {
	if err := identity.Require(ctx, identity.ViewTeam); err != nil {
		return TeamQuotas{}, err
	}
	quotas := TeamQuotas{At: s.now()}
	var err error
	quotas.Uses, err = s.quotaUses(ctx, access.SubscriptionFilter{At: quotas.At})
	return quotas, err
}

// quotaUses returns the approved subscriptions that match a filter and have a quota or a price, of the team that the
// caller acts in.
func (s *Service) quotaUses(ctx context.Context, approved access.SubscriptionFilter) ([]QuotaUse, error) {
	approved.Team, approved.States = identity.From(ctx).Team, []access.SubscriptionState{access.Approved}
	details, err := page.All(func(request page.Request) (page.Page[access.SubscriptionDetail], error) {
		return s.access.Subscriptions(ctx, approved, request)
	})
	if err != nil {
		return nil, err
	}
	names, err := page.All(func(request page.Request) (page.Page[access.TeamSubscription], error) {
		return s.access.TeamSubscriptions(ctx, approved, request)
	})
	if err != nil {
		return nil, err
	}
	standings, err := s.standings(ctx, details)
	if err != nil {
		return nil, err
	}
	var uses []QuotaUse
	named := map[access.SubscriptionID]access.TeamSubscription{}
	for _, one := range names {
		named[one.Subscription.ID] = one
	}
	for _, detail := range details {
		standing := standings[detail.Subscription.ID]
		if !standing.IsZero() {
			uses = append(uses, QuotaUse{
				TeamSubscription: named[detail.Subscription.ID], Standing: standing, Plan: detail.Plan, Keys: keysOf(detail),
			})
		}
	}
	slices.SortStableFunc(uses, func(a, b QuotaUse) int { return cmp.Compare(b.Percent(), a.Percent()) })
	return uses, nil
}

// nearing returns what the team was told of that is still so: its quotas of which half or more is used.
func (s *Service) nearing(ctx context.Context, team identity.TeamID, now time.Time) ([]QuotaUse, error) {
	alerted, err := s.usage.Alerted(ctx, team)
	if err != nil || len(alerted) == 0 {
		return nil, err
	}
	uses, err := s.quotaUses(ctx, access.SubscriptionFilter{Among: alerted, At: now})
	for i := range uses {
		uses[i].Quotas = slices.DeleteFunc(uses[i].Quotas, func(quota usage.Quota) bool { return quota.Percent() < usage.AlertFrom })
	}
	return slices.DeleteFunc(uses, func(use QuotaUse) bool { return len(use.Quotas) == 0 }), err
}

func keysOf(detail access.SubscriptionDetail) map[access.CredentialID]access.Credential {
	keys := map[access.CredentialID]access.Credential{}
	for _, key := range detail.Credentials {
		keys[key.ID] = key
	}
	return keys
}

// Standing returns what is used of the quotas of a subscription, which access shows to its team and to staff.
func (s *Service) Standing(ctx context.Context, id access.SubscriptionID) (usage.Standing, error) {
	detail, err := s.access.Subscription(ctx, id)
	if err != nil {
		return usage.Standing{}, err
	}
	standings, err := s.standings(ctx, []access.SubscriptionDetail{detail})
	return standings[id], err
}

// standings returns what is used of the quotas of each approved subscription.
func (s *Service) standings(ctx context.Context, details []access.SubscriptionDetail) (map[access.SubscriptionID]usage.Standing, error) {
	var charged []usage.Charged
	for _, detail := range details {
		if detail.Subscription.State == access.Approved {
			charged = append(charged, usage.ChargedOf(detail))
		}
	}
	found, err := s.usage.Standings(ctx, charged)
	if err != nil {
		return nil, err
	}
	standings := make(map[access.SubscriptionID]usage.Standing, len(found))
	for i, standing := range found {
		standings[charged[i].Subscription] = standing
	}
	return standings, nil
}
