package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

type minuteRow struct {
	bun.BaseModel `bun:"table:usage_minute,alias:usage_minute"`

	Credential   access.CredentialID   `bun:",pk"`
	At           int64                 `bun:",pk"`
	Subscription access.SubscriptionID `bun:",pk"`
	Version      catalog.VersionID     `bun:",pk"`
	Environment  string                `bun:",pk"`
	Team         identity.TeamID
	Application  access.ApplicationID
	Calls        int64
	Limited      int64
	ClientErrors int64
	ServerErrors int64
	BytesIn      int64
	BytesOut     int64
	LastAt       int64
	Latency      []byte
}

// minuteKey identifies a row.
type minuteKey struct {
	credential   access.CredentialID
	at           int64
	subscription access.SubscriptionID
	version      catalog.VersionID
	environment  string
}

func (r *minuteRow) key() minuteKey {
	return minuteKey{r.Credential, r.At, r.Subscription, r.Version, r.Environment}
}

func rowOfMinute(minute usage.Minute) minuteRow {
	return minuteRow{
		Credential: minute.Credential, At: micros(minute.At), Subscription: minute.Subscription, Version: minute.Version,
		Environment: minute.Environment, Team: minute.Team, Application: minute.Application, Calls: minute.Calls,
		Limited: minute.Limited, ClientErrors: minute.ClientErrors, ServerErrors: minute.ServerErrors,
		BytesIn: minute.BytesIn, BytesOut: minute.BytesOut, LastAt: micros(minute.LastAt), Latency: minute.Latency,
	}
}

func (r *minuteRow) minute() usage.Minute {
	return usage.Minute{
		At: instant(r.At), Team: r.Team, Application: r.Application, Subscription: r.Subscription, Credential: r.Credential,
		Version: r.Version, Environment: r.Environment, Calls: r.Calls, Limited: r.Limited, ClientErrors: r.ClientErrors,
		ServerErrors: r.ServerErrors, BytesIn: r.BytesIn, BytesOut: r.BytesOut, LastAt: instant(r.LastAt), Latency: r.Latency,
	}
}

// addMinutes adds minutes to the stored ones. The database adds the counters but cannot merge sketches, so the stored
// sketches are read first.
func (s *Usage) addMinutes(ctx context.Context, minutes []usage.Minute) error {
	if len(minutes) == 0 {
		return nil
	}
	rows, err := mergeMinutes(minutes)
	if err != nil {
		return err
	}
	if err := s.mergeLatencies(ctx, rows); err != nil {
		return err
	}
	insert := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (credential, at, subscription, version, environment) DO UPDATE")
	for _, counter := range []string{"calls", "limited", "client_errors", "server_errors", "bytes_in", "bytes_out"} {
		insert = insert.Set("? = usage_minute.? + EXCLUDED.?", bun.Ident(counter), bun.Ident(counter), bun.Ident(counter))
	}
	_, err = insert.Set("latency = EXCLUDED.latency").
		Set("last_at = CASE WHEN usage_minute.last_at > EXCLUDED.last_at THEN usage_minute.last_at ELSE EXCLUDED.last_at END").
		Exec(ctx)
	return err
}

// mergeMinutes merges minutes with the same key, because one statement may touch a row only once.
func mergeMinutes(minutes []usage.Minute) ([]minuteRow, error) {
	rows := make([]minuteRow, 0, len(minutes))
	at := map[minuteKey]int{}
	for _, minute := range minutes {
		row := rowOfMinute(minute)
		i, doubled := at[row.key()]
		if !doubled {
			at[row.key()] = len(rows)
			rows = append(rows, row)
			continue
		}
		same := &rows[i]
		same.Calls += row.Calls
		same.Limited += row.Limited
		same.ClientErrors += row.ClientErrors
		same.ServerErrors += row.ServerErrors
		same.BytesIn += row.BytesIn
		same.BytesOut += row.BytesOut
		same.LastAt = max(same.LastAt, row.LastAt)
		var err error
		if same.Latency, err = usage.MergeLatency(same.Latency, row.Latency); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// mergeLatencies merges the stored sketches into those of the rows.
func (s *Usage) mergeLatencies(ctx context.Context, rows []minuteRow) error {
	var times []int64
	var credentials []access.CredentialID
	at := make(map[minuteKey]*minuteRow, len(rows))
	for i := range rows {
		at[rows[i].key()] = &rows[i]
		credentials = append(credentials, rows[i].Credential)
		if !slices.Contains(times, rows[i].At) {
			times = append(times, rows[i].At)
		}
	}
	var stored []minuteRow
	err := s.reader(ctx).NewSelect().Model(&stored).Column("credential", "at", "subscription", "version", "environment", "latency").
		Where("at IN (?)", bun.List(times)).Where("credential IN (?)", bun.List(credentials)).Where("latency IS NOT NULL").Scan(ctx)
	if err != nil {
		return err
	}
	for _, before := range stored {
		row := at[before.key()]
		if row == nil {
			continue
		}
		if row.Latency, err = usage.MergeLatency(before.Latency, row.Latency); err != nil {
			return fmt.Errorf("the stored latencies of credential %s at %s: %w", row.Credential, instant(row.At).Format(time.RFC3339), err)
		}
	}
	return nil
}

// Minutes implements usage.Store.
func (s *Usage) Minutes(ctx context.Context, team identity.TeamID, span usage.Span) ([]usage.Minute, error) {
	var rows []minuteRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("team = ?", team).
		Where("at >= ?", micros(span.Since)).Where("at < ?", micros(span.Until)).Order("at", "credential", "subscription", "version", "environment").Scan(ctx)
	if err != nil {
		return nil, err
	}
	minutes := make([]usage.Minute, len(rows))
	for i := range rows {
		minutes[i] = rows[i].minute()
	}
	return minutes, nil
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
	err := s.reader(ctx).NewSelect().Table("usage_minute").Column("team").ColumnExpr("at / ? AS day", day).ColumnExpr("SUM(calls) AS calls").
		Where("team IN (?)", bun.List(teams)).Where("at >= ?", micros(span.Since)).Where("at < ?", micros(span.Until)).
		GroupExpr("team, at / ?", day).Scan(ctx, &rows)
	for _, row := range rows {
		if daily[row.Team] == nil {
			daily[row.Team] = map[time.Time]int64{}
		}
		daily[row.Team][instant(row.Day*day)] = row.Calls
	}
	return daily, err
}
