package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/page"
)

// Config is what a Service needs.
type Config struct {
	Store    Store
	Access   *access.Service
	Accounts *account.Service
	Now      clock.Func
}

// Service answers what was counted.
type Service struct {
	store    Store
	access   *access.Service
	accounts *account.Service
	now      clock.Func
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{store: config.Store, access: config.Access, accounts: config.Accounts, now: config.Now}
}

// Record adds what the gateway has counted. It asks for no permission: nothing but the gateway of this process calls it.
func (s *Service) Record(ctx context.Context, minutes []Minute, increments []Increment) error {
	return s.store.AddUsage(ctx, minutes, increments)
}

// Spent tells the gateway how much of a quota was used in the windows that began at the time or later. Like Record it
// asks for no permission.
func (s *Service) Spent(ctx context.Context, key QuotaKey, since time.Time) ([]Spent, error) {
	return s.store.Spent(ctx, key, since)
}

// Profile is what the people of a team want to see at a glance: themselves, and what they have subscribed to.
type Profile struct {
	Me            account.Me
	Subscriptions []SubscriptionUse
}

// SubscriptionUse is a subscription with what was counted under it.
type SubscriptionUse struct {
	Detail access.SubscriptionDetail
	// CallsToday are those since midnight, UTC.
	CallsToday int64
	// LastUsed is when each key was last called with, at any subscription; keys that never were are absent.
	LastUsed map[access.CredentialID]time.Time
}

// Profile returns the caller's own profile in the team that they act in.
func (s *Service) Profile(ctx context.Context) (Profile, error) {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return Profile{}, err
	}
	me, err := s.accounts.Me(ctx)
	if err != nil {
		return Profile{}, err
	}
	principal := identity.From(ctx)
	if principal.Team.IsZero() || !principal.May(identity.ViewTeam) {
		return Profile{Me: me}, nil
	}
	details, err := s.subscriptions(ctx, principal.Team)
	if err != nil {
		return Profile{}, err
	}
	used, err := s.usesOf(ctx, principal.Team, details)
	return Profile{Me: me, Subscriptions: used}, err
}

// subscriptions are all that the caller may see of the team's.
func (s *Service) subscriptions(ctx context.Context, team identity.TeamID) ([]access.SubscriptionDetail, error) {
	var all []access.SubscriptionDetail
	for number := 1; ; number++ {
		got, err := s.access.Subscriptions(ctx, access.SubscriptionFilter{Team: team}, page.Request{Number: number, Size: page.MaxSize})
		if err != nil {
			return nil, err
		}
		all = append(all, got.Items...)
		if len(got.Items) == 0 || len(all) >= got.Total {
			return all, nil
		}
	}
}

func (s *Service) usesOf(ctx context.Context, team identity.TeamID, details []access.SubscriptionDetail) ([]SubscriptionUse, error) {
	var keys []access.CredentialID
	for _, detail := range details {
		for _, key := range detail.Credentials {
			keys = append(keys, key.ID)
		}
	}
	lastUsed, err := s.store.LastUsed(ctx, keys)
	if err != nil {
		return nil, err
	}
	midnight := s.now().Truncate(24 * time.Hour)
	calls, err := s.store.Calls(ctx, team, midnight, midnight.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	uses := make([]SubscriptionUse, len(details))
	for i, detail := range details {
		uses[i] = SubscriptionUse{Detail: detail, CallsToday: calls[detail.Subscription.ID], LastUsed: map[access.CredentialID]time.Time{}}
		for _, key := range detail.Credentials {
			if at, used := lastUsed[key.ID]; used {
				uses[i].LastUsed[key.ID] = at
			}
		}
	}
	return uses, nil
}
