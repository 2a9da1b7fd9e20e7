package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

type applicationRow struct {
	bun.BaseModel `bun:"table:application"`

	ID          access.ApplicationID `bun:",pk"`
	Team        identity.TeamID
	Account     identity.AccountID
	Name        string
	Description string
	DefaultOf   *string
	Strategy    plan.StrategyID
	ReferenceID string
	RedirectURI string
	CreatedAt   int64
	UpdatedAt   int64
	DeletedAt   int64
}

func (row applicationRow) application() access.Application {
	return access.Application{
		ID: row.ID, Team: row.Team, Account: row.Account, Name: row.Name, Description: row.Description,
		Default: row.DefaultOf != nil, Strategy: row.Strategy, ReferenceID: row.ReferenceID, RedirectURI: row.RedirectURI,
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), DeletedAt: instant(row.DeletedAt),
	}
}

// defaultOf returns the value that makes a default application unique.
func defaultOf(team identity.TeamID, owner identity.AccountID) string {
	if owner.IsZero() {
		return team.Hex()
	}
	return team.Hex() + " " + owner.Hex()
}

// SaveApplication implements access.Store.
func (s *Access) SaveApplication(ctx context.Context, saved access.Application) error {
	row := applicationRow{
		ID: saved.ID, Team: saved.Team, Account: saved.Account, Name: saved.Name, Description: saved.Description,
		Strategy: saved.Strategy, ReferenceID: saved.ReferenceID, RedirectURI: saved.RedirectURI,
		CreatedAt: micros(saved.CreatedAt), UpdatedAt: micros(saved.UpdatedAt), DeletedAt: micros(saved.DeletedAt),
	}
	if saved.Default {
		row.DefaultOf = new(defaultOf(saved.Team, saved.Account))
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
	if isUnique(err) && strings.Contains(err.Error(), "default_of") {
		return fault.New(fault.Conflict, "default_taken", "There is a default application already.")
	}
	return taken(err, "reference_taken", "Another application has this reference id. Choose another one.")
}

// Application implements access.Store.
func (s *Access) Application(ctx context.Context, wanted access.ApplicationID) (access.Application, error) {
	var row applicationRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = ?", wanted).Scan(ctx)
	return row.application(), missing(err, "application")
}

// DefaultApplication implements access.Store.
func (s *Access) DefaultApplication(ctx context.Context, team identity.TeamID, owner identity.AccountID) (access.Application, error) {
	var row applicationRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("default_of = ?", defaultOf(team, owner)).Scan(ctx)
	return row.application(), missing(err, "application")
}

// ofOwn selects applications that are neither deleted nor default. Its text equals the condition of the index
// application_own. With IS NULL, SQLite would use the index of default applications, in which nearly all rows are NULL.
const ofOwn = "deleted_at = 0 AND COALESCE(default_of, '') = ''"

// Applications implements access.Store.
func (s *Access) Applications(ctx context.Context, filter access.ApplicationFilter, request page.Request) (page.Page[access.Application], error) {
	var rows []applicationRow
	query := s.reader(ctx).NewSelect().Model(&rows)
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	if !filter.Account.IsZero() {
		query.Where("account = ?", filter.Account)
	}
	switch {
	case filter.Defaults:
		query.Where("deleted_at = 0")
	case filter.KeyedDefaults:
		query.Where("deleted_at = 0").Where("(default_of IS NULL OR id IN (SELECT c.application FROM credential AS c WHERE c.revoked_at = 0 AND NOT c.ticket))")
	default:
		query.Where(ofOwn)
	}
	if !filter.Strategy.IsZero() {
		query.Where("strategy = ?", filter.Strategy)
	}
	namedLike(query, "name", filter.Name, filter.Search)
	if !filter.Reader.IsZero() {
		query.Where("(account IS NULL OR account = ?)", filter.Reader)
	}
	total, err := paged(query, request).ScanAndCount(ctx)
	return pageOf(rows, total, applicationRow.application), err
}
