package store

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Names implements access.Store.
func (s *Access) Names(ctx context.Context, of access.Named) (access.Names, error) {
	names := access.Names{}
	var err error
	if names.Teams, err = namesIn(ctx, s.DB, "team", "name", of.Teams); err != nil {
		return access.Names{}, err
	}
	if names.Applications, err = namesIn(ctx, s.DB, "application", "name", of.Applications); err != nil {
		return access.Names{}, err
	}
	if names.Accounts, err = namesIn(ctx, s.DB, "account", "COALESCE(email, name)", of.Accounts); err != nil {
		return access.Names{}, err
	}
	names.Plans, err = namesIn(ctx, s.DB, "plan", "CASE WHEN published AND deleted_at = 0 THEN name ELSE '' END", of.Plans)
	return names, err
}

func namesIn[I interface {
	comparable
	driver.Valuer
}](ctx context.Context, db *DB, table, name string, ids []I) (map[I]string, error) {
	names := make(map[I]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct {
		ID   I
		Name string
	}
	err := db.reader(ctx).NewSelect().Table(table).Column("id").ColumnExpr(name+" AS name").
		Where("id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, err
}

// ApplicationsByID implements access.Store.
func (s *Access) ApplicationsByID(ctx context.Context, ids []access.ApplicationID) (map[access.ApplicationID]access.Application, error) {
	applications := make(map[access.ApplicationID]access.Application, len(ids))
	if len(ids) == 0 {
		return applications, nil
	}
	var rows []applicationRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	for _, row := range rows {
		applications[row.ID] = row.application()
	}
	return applications, err
}

// OpenEnvironments implements access.Store.
func (s *Access) OpenEnvironments(ctx context.Context, application access.ApplicationID, now time.Time) ([]string, error) {
	var environments []string
	query := s.reader(ctx).NewSelect().Model((*subscriptionRow)(nil)).Column("plan").Where("application = ?", application).Where("removed_at = 0")
	inStates(query, []access.SubscriptionState{access.Approved}, now)
	err := s.reader(ctx).NewSelect().TableExpr("plan AS p").Distinct().Column("p.environment").
		Where("p.id IN (?)", query).Where("p.deleted_at = 0").Order("p.environment").Scan(ctx, &environments)
	return environments, err
}

// Holdings implements access.Store.
func (s *Access) Holdings(ctx context.Context, filter access.HoldingFilter) ([]access.Holding, error) {
	var rows []struct {
		Team  identity.TeamID
		Plan  plan.ID
		State access.SubscriptionState
		Count int
	}
	query := s.reader(ctx).NewSelect().Table("subscription").Column("team", "plan", "state").ColumnExpr("COUNT(*) AS count").
		Where("removed_at = 0").Where("NOT ("+ended+")", micros(filter.At)).Group("team", "plan", "state").Order("team", "plan", "state")
	if len(filter.Teams) > 0 {
		query.Where("team IN (?)", bun.List(filter.Teams))
	}
	if len(filter.Plans) > 0 {
		query.Where("plan IN (?)", bun.List(filter.Plans))
	}
	if len(filter.States) > 0 {
		query.Where("state IN (?)", bun.List(filter.States))
	}
	if !filter.Except.IsZero() {
		query.Where("id <> ?", filter.Except)
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	holdings := make([]access.Holding, len(rows))
	for i, row := range rows {
		holdings[i] = access.Holding(row)
	}
	return holdings, nil
}

// CountRequests implements access.Store.
func (s *Access) CountRequests(ctx context.Context, state access.RequestState) (int, error) {
	count, err := s.reader(ctx).NewSelect().Model((*requestRow)(nil)).Where("state = ?", state).Count(ctx)
	return int(count), err
}

// serves is access.Credential.Serves, of a credential c and an approved subscription s.
const serves = "s.application = c.application AND (c.subscription IS NULL OR c.subscription = s.id) AND s.removed_at = 0"

// Serving implements access.Store.
func (s *Access) Serving(ctx context.Context, credentials []access.CredentialID, now time.Time) (map[access.CredentialID]bool, error) {
	serving := make(map[access.CredentialID]bool, len(credentials))
	if len(credentials) == 0 {
		return serving, nil
	}
	var ids []access.CredentialID
	approved := s.reader(ctx).NewSelect().TableExpr("subscription AS s").ColumnExpr("1").Where(serves)
	inStates(approved, []access.SubscriptionState{access.Approved}, now)
	err := s.reader(ctx).NewSelect().TableExpr("credential AS c").Column("c.id").
		Where("c.id IN (?)", bun.List(credentials)).Where("EXISTS (?)", approved).Scan(ctx, &ids)
	for _, id := range ids {
		serving[id] = true
	}
	return serving, err
}

// Readers implements access.Store.
func (s *Access) Readers(ctx context.Context, shown access.CredentialID) ([]access.Reader, error) {
	var rows []struct {
		Account identity.AccountID
		Email   string
		At      int64
	}
	err := s.reader(ctx).NewSelect().Table("secret_reader").Column("secret_reader.account", "secret_reader.at").
		ColumnExpr("COALESCE(p.email, p.name) AS email").Join("JOIN account AS p ON p.id = secret_reader.account").
		Where("secret_reader.credential = ?", shown).Order("secret_reader.at DESC", "secret_reader.account").Limit(100).Scan(ctx, &rows)
	readers := make([]access.Reader, len(rows))
	for i, row := range rows {
		readers[i] = access.Reader{Account: row.Account, Email: row.Email, At: instant(row.At)}
	}
	return readers, err
}
