package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
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
	return s.callsBySubscription(ctx, Query{Team: team}, span)
}

// CallsOfTeams counts the calls of each team; teams without calls are absent.
func (s *Service) CallsOfTeams(ctx context.Context, teams []identity.TeamID, span Span) (map[identity.TeamID]int64, error) {
	if err := requireIn(ctx, teams...); err != nil {
		return nil, err
	}
	calls := make(map[identity.TeamID]int64, len(teams))
	if len(teams) == 0 {
		return calls, nil
	}
	tallies, err := s.tallies(ctx, Query{AllTeams: true, Filters: []Filter{filterOf(OfTeam, teams)}, Dimensions: []Dimension{OfTeam}}, span)
	if err != nil {
		return nil, err
	}
	for _, team := range teams {
		if tally := tallies[TallyKey{Values: [2]Value{team.Hex()}}]; tally != nil && tally.Forwarded > 0 {
			calls[team] = tally.Forwarded
		}
	}
	return calls, nil
}

// CallsOfSubscriptions counts the calls of subscriptions that belong to the teams; those without calls are absent.
func (s *Service) CallsOfSubscriptions(ctx context.Context, teams []identity.TeamID, subscriptions []access.SubscriptionID, span Span) (map[access.SubscriptionID]int64, error) {
	if err := requireIn(ctx, teams...); err != nil {
		return nil, err
	}
	if len(teams) == 0 || len(subscriptions) == 0 {
		return map[access.SubscriptionID]int64{}, nil
	}
	query := Query{AllTeams: true, Filters: []Filter{filterOf(OfTeam, teams), filterOf(OfSubscription, subscriptions)}}
	return s.callsBySubscription(ctx, query, span)
}

func (s *Service) callsBySubscription(ctx context.Context, query Query, span Span) (map[access.SubscriptionID]int64, error) {
	query.Dimensions = []Dimension{OfSubscription}
	tallies, err := s.tallies(ctx, query, span)
	if err != nil {
		return nil, err
	}
	calls := make(map[access.SubscriptionID]int64, len(tallies))
	for key, tally := range tallies {
		subscription, err := id.Parse[access.SubscriptionID](key.Values[0])
		if err != nil {
			return nil, err
		}
		if tally.Forwarded > 0 {
			calls[subscription] = tally.Forwarded
		}
	}
	return calls, nil
}

// CallsWith counts the calls with one credential.
func (s *Service) CallsWith(ctx context.Context, key access.Credential, span Span) (int64, error) {
	if err := requireIn(ctx, key.Team); err != nil {
		return 0, err
	}
	query := Query{AllTeams: true, Filters: []Filter{filterOf(OfCredential, []access.CredentialID{key.ID})}}
	tallies, err := s.tallies(ctx, query, span)
	if tally := tallies[TallyKey{}]; tally != nil {
		return tally.Forwarded, err
	}
	return 0, err
}

// DailyCalls counts the calls of each team on every day of the span, oldest first.
func (s *Service) DailyCalls(ctx context.Context, teams []identity.TeamID, span Span) (map[identity.TeamID][]DayCalls, error) {
	if err := requireIn(ctx, teams...); err != nil {
		return nil, err
	}
	daily := make(map[identity.TeamID][]DayCalls, len(teams))
	if len(teams) == 0 {
		return daily, nil
	}
	tallies, err := s.tallies(ctx, Query{
		AllTeams: true, Filters: []Filter{filterOf(OfTeam, teams)}, Dimensions: []Dimension{ByTime, OfTeam}, Bucket: day,
	}, span)
	if err != nil {
		return nil, err
	}
	for _, team := range teams {
		for at, bucket := span.Since, int64(0); at.Before(span.Until); at, bucket = at.Add(day), bucket+1 {
			calls := DayCalls{Day: at}
			if tally := tallies[TallyKey{Bucket: bucket, Values: [2]Value{team.Hex()}}]; tally != nil {
				calls.Calls = tally.Forwarded
			}
			daily[team] = append(daily[team], calls)
		}
	}
	return daily, nil
}

// tallies returns what is counted in the span for each combination of the query's values. Unlike the result of Analyse,
// it has all values.
func (s *Service) tallies(ctx context.Context, query Query, span Span) (map[TallyKey]*Tally, error) {
	query.Since, query.Until = span.Since, span.Until.Add(-time.Microsecond) // a query includes its end
	analysis := newAnalysis(query)
	err := s.store.Snapshot(ctx, func(ctx context.Context) error {
		coverage, err := s.store.Coverage(ctx)
		if err == nil {
			_, err = s.tally(ctx, analysis, coverage)
		}
		return err
	})
	return analysis.tallies, err
}

func filterOf[ID interface{ Hex() string }](dimension Dimension, ids []ID) Filter {
	filter := Filter{Dimension: dimension}
	for _, one := range ids {
		filter.Values = append(filter.Values, one.Hex())
	}
	return filter
}

// LastUsed returns when each credential was last used; unused ones are absent.
func (s *Service) LastUsed(ctx context.Context, keys []access.Credential) (map[access.CredentialID]time.Time, error) {
	ids, err := readable(ctx, keys)
	if err != nil {
		return nil, err
	}
	return s.store.LastUsed(ctx, ids)
}

// Senders returns the addresses from which each credential was used in the last week; unused ones are absent.
func (s *Service) Senders(ctx context.Context, keys []access.Credential) (map[access.CredentialID]Senders, error) {
	ids, err := readable(ctx, keys)
	if err != nil {
		return nil, err
	}
	return s.store.Senders(ctx, ids, s.now().Add(-AddressesKept))
}

// readable returns the ids of credentials whose uses the caller may see.
func readable(ctx context.Context, keys []access.Credential) ([]access.CredentialID, error) {
	ids := make([]access.CredentialID, len(keys))
	for i, key := range keys {
		if err := requireIn(ctx, key.Team); err != nil {
			return nil, err
		}
		ids[i] = key.ID
	}
	return ids, nil
}

func requireIn(ctx context.Context, teams ...identity.TeamID) error {
	for _, team := range teams {
		if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
			return err
		}
	}
	return nil
}
