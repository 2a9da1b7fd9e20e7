package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
)

// Span is the time from Since until just before Until.
type Span struct{ Since, Until time.Time }

// Today returns the UTC day of the given moment.
func Today(now time.Time) Span {
	midnight := now.Truncate(day)
	return Span{Since: midnight, Until: midnight.Add(day)}
}

// DaysBack returns the UTC day of the given moment and the given number of days before it.
func DaysBack(now time.Time, days int) Span {
	today := Today(now)
	return Span{Since: today.Since.AddDate(0, 0, -days), Until: today.Until}
}

const day = 24 * time.Hour

// DayCalls is the number of calls on one UTC day.
type DayCalls struct {
	Day   time.Time
	Calls int64
}

// Calls counts the calls of a team by subscription; subscriptions without calls are absent.
func (s *Service) Calls(ctx context.Context, team identity.TeamID, span Span) (map[access.SubscriptionID]int64, error) {
	if err := requireIn(ctx, team); err != nil {
		return nil, err
	}
	return s.store.Calls(ctx, team, span)
}

// CallsOfTeams counts the calls of each team; teams without calls are absent.
func (s *Service) CallsOfTeams(ctx context.Context, teams []identity.TeamID, span Span) (map[identity.TeamID]int64, error) {
	if err := requireIn(ctx, teams...); err != nil {
		return nil, err
	}
	return s.store.CallsOfTeams(ctx, teams, span)
}

// CallsOfSubscriptions counts the calls of subscriptions that belong to the teams; those without calls are absent.
func (s *Service) CallsOfSubscriptions(ctx context.Context, teams []identity.TeamID, subscriptions []access.SubscriptionID, span Span) (map[access.SubscriptionID]int64, error) {
	if err := requireIn(ctx, teams...); err != nil {
		return nil, err
	}
	return s.store.CallsOfSubscriptions(ctx, teams, subscriptions, span)
}

// CallsWith counts the calls with one credential.
func (s *Service) CallsWith(ctx context.Context, key access.Credential, span Span) (int64, error) {
	if err := requireIn(ctx, key.Team); err != nil {
		return 0, err
	}
	return s.store.CallsWith(ctx, key.ID, span)
}

// DailyCalls counts the calls of each team on every day of the span, oldest first.
func (s *Service) DailyCalls(ctx context.Context, teams []identity.TeamID, span Span) (map[identity.TeamID][]DayCalls, error) {
	if err := requireIn(ctx, teams...); err != nil {
		return nil, err
	}
	counted, err := s.store.DailyCalls(ctx, teams, span)
	if err != nil {
		return nil, err
	}
	daily := make(map[identity.TeamID][]DayCalls, len(teams))
	for _, team := range teams {
		for at := span.Since; at.Before(span.Until); at = at.AddDate(0, 0, 1) {
			daily[team] = append(daily[team], DayCalls{Day: at, Calls: counted[team][at]})
		}
	}
	return daily, nil
}

// LastUsed returns when each credential was last used; unused ones are absent.
func (s *Service) LastUsed(ctx context.Context, keys []access.Credential) (map[access.CredentialID]time.Time, error) {
	ids := make([]access.CredentialID, len(keys))
	for i, key := range keys {
		if err := requireIn(ctx, key.Team); err != nil {
			return nil, err
		}
		ids[i] = key.ID
	}
	return s.store.LastUsed(ctx, ids)
}

func requireIn(ctx context.Context, teams ...identity.TeamID) error {
	for _, team := range teams {
		if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
			return err
		}
	}
	return nil
}
