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

type lastUseRow struct {
	bun.BaseModel `bun:"table:usage_credential,alias:usage_credential"`

	Credential access.CredentialID `bun:",pk"`
	LastAt     int64
}

type quotaRow struct {
	bun.BaseModel `bun:"table:quota,alias:quota"`

	Subject  string `bun:",pk"`
	Meter    string `bun:",pk"`
	Span     string `bun:",pk"`
	BeginsAt int64  `bun:",pk"`
	Used     int64
}

// AddUsage implements usage.Store. Nodes take turns, so that none overwrites a sketch that another has just merged.
func (s *Usage) AddUsage(ctx context.Context, minutes []usage.Minute, increments []usage.Increment) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, "usage"); err != nil {
			return err
		}
		if err := s.addMinutes(ctx, minutes); err != nil {
			return err
		}
		if err := s.addLastUse(ctx, minutes); err != nil {
			return err
		}
		return s.addQuotas(ctx, increments)
	})
}

func (s *Usage) addLastUse(ctx context.Context, minutes []usage.Minute) error {
	latest := map[access.CredentialID]int64{}
	for _, minute := range minutes {
		latest[minute.Credential] = max(latest[minute.Credential], micros(minute.LastAt))
	}
	if len(latest) == 0 {
		return nil
	}
	rows := make([]lastUseRow, 0, len(latest))
	for credential, at := range latest {
		rows = append(rows, lastUseRow{Credential: credential, LastAt: at})
	}
	_, err := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (credential) DO UPDATE").
		Set("last_at = EXCLUDED.last_at").Where("usage_credential.last_at < EXCLUDED.last_at").Exec(ctx)
	return err
}

func (s *Usage) addQuotas(ctx context.Context, increments []usage.Increment) error {
	if len(increments) == 0 {
		return nil
	}
	at := map[usage.Increment]int{}
	rows := make([]quotaRow, 0, len(increments))
	for _, increment := range increments {
		same := usage.Increment{Key: increment.Key, Start: increment.Start}
		if i, doubled := at[same]; doubled {
			rows[i].Used += increment.Add
			continue
		}
		at[same] = len(rows)
		key := increment.Key
		rows = append(rows, quotaRow{
			Subject: key.Subject, Meter: key.Meter, Span: key.Window, BeginsAt: micros(increment.Start), Used: increment.Add,
		})
	}
	_, err := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (subject, meter, span, begins_at) DO UPDATE").
		Set("used = quota.used + EXCLUDED.used").Exec(ctx)
	return err
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
	var rows []struct {
		Subscription access.SubscriptionID
		Calls        int64
	}
	err := s.reader(ctx).NewSelect().Table("usage_minute").Column("subscription").ColumnExpr("SUM(calls) AS calls").
		Where("team = ?", team).Where("at >= ?", micros(span.Since)).Where("at < ?", micros(span.Until)).
		Group("subscription").Scan(ctx, &rows)
	calls := map[access.SubscriptionID]int64{}
	for _, row := range rows {
		calls[row.Subscription] = row.Calls
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
	err := s.within(ctx, span).Column("team").Where("team IN (?)", bun.List(teams)).Group("team").Scan(ctx, &rows)
	for _, row := range rows {
		calls[row.Team] = row.Calls
	}
	return calls, err
}

// CallsOfSubscriptions implements usage.Store.
func (s *Usage) CallsOfSubscriptions(ctx context.Context, teams []identity.TeamID, subscriptions []access.SubscriptionID, span usage.Span) (map[access.SubscriptionID]int64, error) {
	calls := map[access.SubscriptionID]int64{}
	if len(teams) == 0 || len(subscriptions) == 0 {
		return calls, nil
	}
	var rows []struct {
		Subscription access.SubscriptionID
		Calls        int64
	}
	err := s.within(ctx, span).Column("subscription").Where("team IN (?)", bun.List(teams)).
		Where("subscription IN (?)", bun.List(subscriptions)).Group("subscription").Scan(ctx, &rows)
	for _, row := range rows {
		calls[row.Subscription] = row.Calls
	}
	return calls, err
}

// CallsWith implements usage.Store.
func (s *Usage) CallsWith(ctx context.Context, credential access.CredentialID, span usage.Span) (int64, error) {
	var calls sql.NullInt64
	err := s.within(ctx, span).Where("credential = ?", credential).Scan(ctx, &calls)
	return calls.Int64, err
}

// within counts the calls of a span.
func (s *Usage) within(ctx context.Context, span usage.Span) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().Table("usage_minute").ColumnExpr("SUM(calls) AS calls").
		Where("at >= ?", micros(span.Since)).Where("at < ?", micros(span.Until))
}
