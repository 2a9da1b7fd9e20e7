package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

type alertRow struct {
	bun.BaseModel `bun:"table:usage_alert,alias:usage_alert"`

	Subject      string `bun:",pk"`
	Quota        string `bun:",pk"`
	BeganAt      int64  `bun:",pk"`
	Percent      int64  `bun:",pk"`
	Team         identity.TeamID
	Subscription access.SubscriptionID
	EndsAt       int64
	ToldAt       int64
}

// AddAlert implements usage.Alerts.
func (s *Usage) AddAlert(ctx context.Context, alert usage.Alert) (added bool, err error) {
	row := alertRow{
		Subject: alert.Subject, Quota: alert.Quota, BeganAt: micros(alert.Began), Percent: alert.Percent,
		Team: alert.Team, Subscription: alert.Subscription, EndsAt: micros(alert.Ends), ToldAt: micros(alert.At),
	}
	result, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// Alerts implements usage.Alerts.
func (s *Usage) Alerts(ctx context.Context, team identity.TeamID, at time.Time) ([]usage.Alert, error) {
	var rows []alertRow
	query := s.reader(ctx).NewSelect().Model(&rows).Where("ends_at > ?", micros(at)).Order("subject", "quota", "began_at", "percent")
	if !team.IsZero() {
		query.Where("team = ?", team)
	}
	err := query.Scan(ctx)
	alerts := make([]usage.Alert, len(rows))
	for i, row := range rows {
		alerts[i] = usage.Alert{
			Subject: row.Subject, Quota: row.Quota, Began: instant(row.BeganAt), Percent: row.Percent,
			Team: row.Team, Subscription: row.Subscription, Ends: instant(row.EndsAt), At: instant(row.ToldAt),
		}
	}
	return alerts, err
}
