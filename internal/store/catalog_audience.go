package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

// productTeamRow is a team of a product's audience.
type productTeamRow struct {
	bun.BaseModel `bun:"table:product_team"`

	Product                 catalog.ProductID `bun:",pk"`
	Team                    identity.TeamID   `bun:",pk"`
	Position                int64
	Register, Documentation bool
}

// audienceTeams loads the teams of the products' audiences, or only the named ones.
func (db *DB) audienceTeams(ctx context.Context, of []catalog.ProductID, named []identity.TeamID) (map[catalog.ProductID][]catalog.TeamRights, error) {
	teams := map[catalog.ProductID][]catalog.TeamRights{}
	if len(of) == 0 {
		return teams, nil
	}
	query := db.reader(ctx).NewSelect().Model((*productTeamRow)(nil)).Order("product", "position")
	if len(of) <= mostInQuery {
		query.Where("product IN (?)", bun.List(of))
	}
	if len(named) > 0 {
		query.Where("team IN (?)", bun.List(named))
	}
	var rows []productTeamRow
	err := query.Scan(ctx, &rows)
	for _, row := range rows {
		teams[row.Product] = append(teams[row.Product], catalog.TeamRights{Team: row.Team, Register: row.Register, Documentation: row.Documentation})
	}
	return teams, err
}

// InAudiences implements account.Store and catalog.TeamList.
func (s *Accounts) InAudiences(ctx context.Context, teams ...identity.TeamID) ([]identity.TeamID, error) {
	var named []identity.TeamID
	err := s.reader(ctx).NewSelect().Model((*productTeamRow)(nil)).Distinct().Column("team").Where("team IN (?)", bun.List(teams)).Scan(ctx, &named)
	return named, err
}

// mostInQuery is how many IDs a query lists. Beyond that it reads all rows.
const mostInQuery = 500

// saveAudienceTeams replaces the teams of a product's audience.
func (s *Catalog) saveAudienceTeams(ctx context.Context, product catalog.Product) error {
	_, err := s.writer(ctx).NewDelete().Model((*productTeamRow)(nil)).Where("product = ?", product.ID).Exec(ctx)
	if err != nil || len(product.Teams) == 0 {
		return err
	}
	rows := make([]productTeamRow, len(product.Teams))
	for i, one := range product.Teams {
		rows[i] = productTeamRow{Product: product.ID, Team: one.Team, Position: int64(i), Register: one.Register, Documentation: one.Documentation}
	}
	_, err = s.writer(ctx).NewInsert().Model(&rows).Exec(ctx)
	return err
}
