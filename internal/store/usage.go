package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

var _ usage.Store = (*Usage)(nil)

// Usage stores what the gateway counted.
type Usage struct{ *DB }

// Usage returns the store of what the gateway counted.
func (db *DB) Usage() *Usage { return &Usage{db} }

type quotaRow struct {
	bun.BaseModel `bun:"table:quota,alias:quota"`

	Subject  string `bun:",pk"`
	Meter    string `bun:",pk"`
	Span     string `bun:",pk"`
	BeginsAt int64  `bun:",pk"`
	Used     int64
}

// Spent implements usage.Store.
func (s *Usage) Spent(ctx context.Context, key usage.QuotaKey, since time.Time) ([]usage.Spent, error) {
	var rows []quotaRow
	err := s.reader(ctx).NewSelect().Model(&rows).
		Where("subject = ?", key.Subject).Where("meter = ?", key.Meter).Where("span = ?", key.Window).
		Where("begins_at >= ?", micros(since)).Order("begins_at").Scan(ctx)
	if err != nil {
		return nil, err
	}
	spent := make([]usage.Spent, len(rows))
	for i, row := range rows {
		spent[i] = usage.Spent{Start: instant(row.BeginsAt), Used: row.Used}
	}
	return spent, nil
}

// LastUsed implements usage.Store.
func (s *Usage) LastUsed(ctx context.Context, credentials []access.CredentialID) (map[access.CredentialID]time.Time, error) {
	used := map[access.CredentialID]time.Time{}
	if len(credentials) == 0 {
		return used, nil
	}
	var rows []lastUseRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("credential IN (?)", bun.List(credentials)).Scan(ctx)
	for _, row := range rows {
		used[row.Credential] = instant(row.LastAt)
	}
	return used, err
}

// Calls implements usage.Store.
func (s *Usage) Calls(ctx context.Context, team identity.TeamID, span usage.Span) (map[access.SubscriptionID]int64, error) {
	return s.callsBySubscription(ctx, s.calls(ctx, span).Where("s.team = ?", team))
}

// CallsOfSubscriptions implements usage.Store.
func (s *Usage) CallsOfSubscriptions(ctx context.Context, teams []identity.TeamID, subscriptions []access.SubscriptionID, span usage.Span) (map[access.SubscriptionID]int64, error) {
	if len(teams) == 0 || len(subscriptions) == 0 {
		return map[access.SubscriptionID]int64{}, nil
	}
	return s.callsBySubscription(ctx, s.calls(ctx, span).Where("s.team IN (?)", bun.List(teams)).Where("s.subscription IN (?)", bun.List(subscriptions)))
}

func (s *Usage) callsBySubscription(ctx context.Context, query *bun.SelectQuery) (map[access.SubscriptionID]int64, error) {
	var rows []struct {
		Subscription access.SubscriptionID
		Calls        int64
	}
	err := query.Column("s.subscription").Group("s.subscription").Scan(ctx, &rows)
	calls := map[access.SubscriptionID]int64{}
	for _, row := range rows {
		if row.Calls > 0 {
			calls[row.Subscription] = row.Calls
		}
	}
	return calls, err
}

// CallsOfTeams implements usage.Store.
func (s *Usage) CallsOfTeams(ctx context.Context, teams []identity.TeamID, span usage.Span) (map[identity.TeamID]int64, error) {
	calls := map[identity.TeamID]int64{}
	if len(teams) == 0 {
		return calls, nil
	}
	var rows []struct {
		Team  identity.TeamID
		Calls int64
	}
	err := s.calls(ctx, span).Column("s.team").Where("s.team IN (?)", bun.List(teams)).Group("s.team").Scan(ctx, &rows)
	for _, row := range rows {
		if row.Calls > 0 {
			calls[row.Team] = row.Calls
		}
	}
	return calls, err
}

// CallsWith implements usage.Store.
func (s *Usage) CallsWith(ctx context.Context, credential access.CredentialID, span usage.Span) (int64, error) {
	var calls sql.NullInt64
	err := s.calls(ctx, span).Where("s.credential = ?", credential).Scan(ctx, &calls)
	return calls.Int64, err
}

// DailyCalls implements usage.Store.
func (s *Usage) DailyCalls(ctx context.Context, teams []identity.TeamID, span usage.Span) (map[identity.TeamID]map[time.Time]int64, error) {
	daily := map[identity.TeamID]map[time.Time]int64{}
	if len(teams) == 0 {
		return daily, nil
	}
	const day = int64(24 * time.Hour / time.Microsecond)
	var rows []struct {
		Team  identity.TeamID
		Day   int64
		Calls int64
	}
	err := s.calls(ctx, span).Column("s.team").ColumnExpr("c.at / ? AS day", day).
		Where("s.team IN (?)", bun.List(teams)).GroupExpr("s.team, c.at / ?", day).Scan(ctx, &rows)
	for _, row := range rows {
		if daily[row.Team] == nil {
			daily[row.Team] = map[time.Time]int64{}
		}
		if row.Calls > 0 {
			daily[row.Team][instant(row.Day*day)] = row.Calls
		}
	}
	return daily, err
}

// calls sums the forwarded calls of a span, of series s.
func (s *Usage) calls(ctx context.Context, span usage.Span) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().TableExpr("usage_series AS s").Join("JOIN usage_count AS c ON c.series = s.id").
		ColumnExpr("SUM(c.forwarded) AS calls").Where("c.at >= ?", micros(span.Since)).Where("c.at < ?", micros(span.Until))
}

// Counts implements usage.Store.
func (s *Usage) Counts(ctx context.Context, team identity.TeamID, span usage.Span) ([]usage.Count, error) {
	var rows []struct {
		seriesRow
		countRow
	}
	err := s.reader(ctx).NewSelect().TableExpr("usage_series AS s").Join("JOIN usage_count AS c ON c.series = s.id").
		ColumnExpr("s.team, s.application, s.subscription, s.credential, s.version, s.environment, s.operation").
		ColumnExpr("c.at, c.status, c.requests, c.forwarded, c.bytes_in, c.bytes_out").
		Where("s.team = ?", team).Where("c.at >= ?", micros(span.Since)).Where("c.at < ?", micros(span.Until)).
		Order("c.at", "s.credential", "s.subscription", "s.version", "s.environment", "s.operation", "c.status").Scan(ctx, &rows)
	counts := make([]usage.Count, len(rows))
	for i, row := range rows {
		counts[i] = usage.Count{
			Series: row.series(), At: instant(row.At), Status: row.Status,
			Requests: row.Requests, Forwarded: row.Forwarded, BytesIn: row.BytesIn, BytesOut: row.BytesOut,
		}
	}
	return counts, err
}

// Spreads implements usage.Store.
func (s *Usage) Spreads(ctx context.Context, team identity.TeamID, span usage.Span) ([]usage.Spread, error) {
	var rows []struct {
		seriesRow
		spreadRow
	}
	err := s.reader(ctx).NewSelect().TableExpr("usage_series AS s").Join("JOIN usage_spread AS c ON c.series = s.id").
		ColumnExpr("s.team, s.application, s.version, s.environment, s.operation").
		ColumnExpr("c.at, c.status, c.latency, c.upstream, c.request_size, c.response_size").
		Where("s.team = ?", team).Where("c.at >= ?", micros(span.Since)).Where("c.at < ?", micros(span.Until)).
		Order("c.at", "s.application", "s.version", "s.environment", "s.operation", "c.status").Scan(ctx, &rows)
	spreads := make([]usage.Spread, len(rows))
	for i, row := range rows {
		spreads[i] = usage.Spread{
			Series: row.series(), At: instant(row.At), Status: row.Status,
			Latency: row.Latency, Upstream: row.Upstream, RequestSize: row.RequestSize, ResponseSize: row.ResponseSize,
		}
	}
	return spreads, err
}

func (r *seriesRow) series() usage.Series {
	return usage.Series{
		Team: r.Team, Application: r.Application, Subscription: r.Subscription, Credential: r.Credential,
		Version: r.Version, Environment: r.Environment, Operation: r.Operation,
	}
}
