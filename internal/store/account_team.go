package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

type teamRow struct {
	bun.BaseModel `bun:"table:team,alias:team"`

	ID        identity.TeamID `bun:",pk"`
	Name      string
	Disabled  bool
	CreatedAt int64
	// LoggedSince is 0 if the request log is off.
	LoggedSince int64
}

func (row teamRow) team() account.Team {
	return account.Team{
		ID: row.ID, Name: row.Name, Disabled: row.Disabled, CreatedAt: instant(row.CreatedAt), LoggedSince: instant(row.LoggedSince),
	}
}

// SaveTeam implements account.Store.
func (s *Accounts) SaveTeam(ctx context.Context, saved account.Team) error {
	row := teamRow{
		ID: saved.ID, Name: saved.Name, Disabled: saved.Disabled, CreatedAt: micros(saved.CreatedAt), LoggedSince: micros(saved.LoggedSince),
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("name = EXCLUDED.name").Set("disabled = EXCLUDED.disabled").
		Set("logged_since = EXCLUDED.logged_since").Exec(ctx)
	return err
}

// Team implements account.Store.
func (s *Accounts) Team(ctx context.Context, wanted identity.TeamID) (account.Team, error) {
	var row teamRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = ?", wanted).Scan(ctx)
	return row.team(), missing(err, "team")
}

// Teams implements account.Lists.
func (s *Accounts) Teams(ctx context.Context, search string, request page.Request) (page.Page[account.Team], error) {
	var rows []teamRow
	query := s.reader(ctx).NewSelect().Model(&rows).Limit(int64(request.Limit())).Offset(int64(request.Offset()))
	if !sorted(query, request.Order, teamOrders) {
		query.Order("name", "id")
	}
	if search != "" {
		query.Where(`LOWER(name) LIKE ? ESCAPE '\'`, containing(search))
	}
	total, err := query.ScanAndCount(ctx)
	return pageOf(rows, total, teamRow.team), err
}

// teamOrders are the columns that teams can be sorted by. IDs are in the order of creation.
var teamOrders = map[string]string{"name": "name", "since": "id"}

type memberRow struct {
	bun.BaseModel `bun:"table:member,alias:member"`

	Account  identity.AccountID `bun:",pk"`
	Team     identity.TeamID    `bun:",pk"`
	Role     string
	JoinedAt int64
}

// SaveMember implements account.Store.
func (s *Accounts) SaveMember(ctx context.Context, saved account.Member) error {
	row := memberRow{Account: saved.Account, Team: saved.Team, Role: string(saved.Role), JoinedAt: micros(saved.JoinedAt)}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (account, team) DO UPDATE").Set("role = EXCLUDED.role").Exec(ctx)
	return err
}

// DeleteMember implements account.Store.
func (s *Accounts) DeleteMember(ctx context.Context, member identity.AccountID, team identity.TeamID) error {
	_, err := s.writer(ctx).NewDelete().Model((*memberRow)(nil)).Where("account = ?", member).Where("team = ?", team).Exec(ctx)
	return err
}

type membershipRow struct {
	teamRow
	Member identity.AccountID
	Role   string
}

// Memberships implements account.Store.
func (s *Accounts) Memberships(ctx context.Context, member identity.AccountID) ([]account.Membership, error) {
	found, err := s.MembershipsOf(ctx, []identity.AccountID{member})
	return found[member], err
}

// MembershipsOf implements account.Lists.
func (s *Accounts) MembershipsOf(ctx context.Context, members []identity.AccountID) (map[identity.AccountID][]account.Membership, error) {
	found := map[identity.AccountID][]account.Membership{}
	if len(members) == 0 {
		return found, nil
	}
	var rows []membershipRow
	err := s.reader(ctx).NewSelect().Table("member").ColumnExpr("team.*, member.account AS member, member.role").
		Join("JOIN team ON team.id = member.team").Where("member.account IN (?)", bun.List(members)).
		Order("member.joined_at", "team.id").Scan(ctx, &rows)
	for _, row := range rows {
		found[row.Member] = append(found[row.Member], account.Membership{Team: row.team(), Role: identity.Role(row.Role)})
	}
	return found, err
}

// MemberCounts implements account.Lists.
func (s *Accounts) MemberCounts(ctx context.Context, teams []identity.TeamID) (map[identity.TeamID]int, error) {
	counts := map[identity.TeamID]int{}
	if len(teams) == 0 {
		return counts, nil
	}
	var rows []struct {
		Team    identity.TeamID
		Members int
	}
	err := s.reader(ctx).NewSelect().Table("member").Column("team").ColumnExpr("COUNT(*) AS members").
		Where("team IN (?)", bun.List(teams)).Group("team").Scan(ctx, &rows)
	for _, row := range rows {
		counts[row.Team] = row.Members
	}
	return counts, err
}

type teamMemberRow struct {
	memberRow
	Email string
	Name  string
	State string
}

func (row teamMemberRow) teamMember() account.TeamMember {
	return account.TeamMember{
		Member: account.Member{Account: row.Account, Team: row.Team, Role: identity.Role(row.Role), JoinedAt: instant(row.JoinedAt)},
		Email:  row.Email, Name: row.Name, State: account.State(row.State),
	}
}

func (s *Accounts) membersOf(ctx context.Context, team identity.TeamID) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().Table("member").ColumnExpr("member.*, account.email, account.name, account.state").
		Join("JOIN account ON account.id = member.account").Where("member.team = ?", team).
		Order("member.joined_at", "member.account")
}

// Members implements account.Store.
func (s *Accounts) Members(ctx context.Context, team identity.TeamID) ([]account.TeamMember, error) {
	var rows []teamMemberRow
	err := s.membersOf(ctx, team).Scan(ctx, &rows)
	return pageOf(rows, 0, teamMemberRow.teamMember).Items, err
}

// MemberPage implements account.Lists.
func (s *Accounts) MemberPage(ctx context.Context, team identity.TeamID, request page.Request) (page.Page[account.TeamMember], error) {
	var rows []teamMemberRow
	if err := s.membersOf(ctx, team).Limit(int64(request.Limit())).Offset(int64(request.Offset())).Scan(ctx, &rows); err != nil {
		return page.Page[account.TeamMember]{}, err
	}
	counts, err := s.MemberCounts(ctx, []identity.TeamID{team}) // counting the joined rows would read every account
	return pageOf(rows, int64(counts[team]), teamMemberRow.teamMember), err
}

// Owners implements account.Lists.
func (s *Accounts) Owners(ctx context.Context, team identity.TeamID) ([]account.TeamMember, error) {
	var rows []teamMemberRow
	err := s.membersOf(ctx, team).Where("member.role = ?", identity.Owner).Scan(ctx, &rows)
	return pageOf(rows, 0, teamMemberRow.teamMember).Items, err
}
