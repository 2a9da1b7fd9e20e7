package store

import (
	"context"
	"slices"
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

// SpentBy implements usage.Store.
func (s *Usage) SpentBy(ctx context.Context, subjects []string, since time.Time) (map[usage.QuotaKey][]usage.Spent, error) {
	spent := map[usage.QuotaKey][]usage.Spent{}
	for some := range slices.Chunk(subjects, subjectsAtOnce) {
		var rows []quotaRow
		err := s.reader(ctx).NewSelect().Model(&rows).Where("subject IN (?)", bun.List(some)).
			Where("begins_at >= ?", micros(since)).Order("begins_at").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			key := usage.QuotaKey{Subject: row.Subject, Meter: row.Meter, Window: row.Span}
			spent[key] = append(spent[key], usage.Spent{Start: instant(row.BeginsAt), Used: row.Used})
		}
	}
	return spent, nil
}

// subjectsAtOnce limits the subjects of one query, so that its text stays short.
const subjectsAtOnce = 500

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

// Senders implements usage.Store.
func (s *Usage) Senders(ctx context.Context, credentials []access.CredentialID, since time.Time) (map[access.CredentialID]usage.Senders, error) {
	senders := map[access.CredentialID]usage.Senders{}
	if len(credentials) == 0 {
		return senders, nil
	}
	var rows []struct {
		addressRow
		Total int64
	}
	ranked := s.reader(ctx).NewSelect().Table("usage_address").Column("credential", "address", "last_at").
		ColumnExpr("COUNT(*) OVER (PARTITION BY credential) AS total").
		ColumnExpr("ROW_NUMBER() OVER (PARTITION BY credential ORDER BY last_at DESC, address) AS place").
		Where("credential IN (?)", bun.List(credentials)).Where("last_at >= ?", micros(since))
	err := s.reader(ctx).NewSelect().TableExpr("(?) AS ranked", ranked).Column("credential", "address", "last_at", "total").
		Where("place <= ?", usage.MostSenders).Order("credential", "place").Scan(ctx, &rows)
	for _, row := range rows {
		of := senders[row.Credential]
		of.Total = int(row.Total)
		of.Newest = append(of.Newest, usage.Use{Credential: row.Credential, Address: row.Address, At: instant(row.LastAt)})
		senders[row.Credential] = of
	}
	return senders, err
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
