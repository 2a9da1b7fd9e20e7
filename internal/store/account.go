package store

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ account.Store = (*Accounts)(nil)

// Accounts keeps people, teams, sessions and sign-in failures.
type Accounts struct{ *DB }

// Accounts returns the store of people and teams.
func (db *DB) Accounts() *Accounts { return &Accounts{db} }

type accountRow struct {
	bun.BaseModel `bun:"table:account,alias:account"`

	ID           identity.AccountID `bun:",pk"`
	Email        string             `bun:",nullzero"`
	Name         string
	Staff        string
	State        string
	HomeTeam     identity.TeamID
	CreatedAt    int64
	UpdatedAt    int64
	LastSignInAt int64
	PasswordHash string
	VerifiedAt   int64
	Unproven     bool
	Front        string
	PasswordAt   int64
	// ImportedCost is the cost of an imported hash, in a column of its own so that an index finds the maximum.
	ImportedCost int64
}

func (row accountRow) account() account.Account {
	return account.Account{
		ID: row.ID, Email: row.Email, Name: row.Name, Staff: identity.StaffRole(row.Staff), State: account.State(row.State),
		HomeTeam: row.HomeTeam, CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), LastSignInAt: instant(row.LastSignInAt), PasswordHash: row.PasswordHash,
		VerifiedAt: instant(row.VerifiedAt), Unproven: row.Unproven, Front: row.Front, PasswordAt: instant(row.PasswordAt),
	}
}

// seenColumns are the columns of an account that users see. A change to any of them changes updated_at.
var seenColumns = []string{"email", "name", "staff", "state", "home_team", "verified_at"}

// updatedAt returns the assignment of updated_at for an upsert: it changes only if a visible column does.
func updatedAt() string {
	changed := make([]string, len(seenColumns))
	for i, column := range seenColumns {
		changed[i] = "account." + column + " IS DISTINCT FROM EXCLUDED." + column
	}
	return "updated_at = CASE WHEN " + strings.Join(changed, " OR ") + " THEN EXCLUDED.updated_at ELSE account.updated_at END"
}

// SaveAccount implements account.Store.
func (s *Accounts) SaveAccount(ctx context.Context, saved account.Account) error {
	row := accountRow{
		ID: saved.ID, Email: saved.Email, Name: saved.Name, Staff: string(saved.Staff), State: string(saved.State),
		HomeTeam: saved.HomeTeam, CreatedAt: micros(saved.CreatedAt), UpdatedAt: micros(s.now()), LastSignInAt: micros(saved.LastSignInAt), PasswordHash: saved.PasswordHash,
		VerifiedAt: micros(saved.VerifiedAt), Unproven: saved.Unproven, Front: saved.Front, PasswordAt: micros(saved.PasswordAt), ImportedCost: int64(account.ImportedCost(saved.PasswordHash)),
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("email = EXCLUDED.email").Set("name = EXCLUDED.name").Set("staff = EXCLUDED.staff").Set("state = EXCLUDED.state").
		Set("home_team = EXCLUDED.home_team").Set("last_sign_in_at = EXCLUDED.last_sign_in_at").
		Set("password_hash = EXCLUDED.password_hash").Set("verified_at = EXCLUDED.verified_at").Set("imported_cost = EXCLUDED.imported_cost").
		Set("unproven = EXCLUDED.unproven").Set("front = EXCLUDED.front").Set("password_at = EXCLUDED.password_at").Set(updatedAt()).Exec(ctx)
	if isUnique(err) {
		return fault.Wrap(fault.Conflict, "email_taken", "Another account has this e-mail address. Use that account, or another address.", err)
	}
	return err
}

// Account implements account.Store.
func (s *Accounts) Account(ctx context.Context, wanted identity.AccountID) (account.Account, error) {
	var row accountRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = ?", wanted).Scan(ctx)
	return row.account(), missing(err, "account")
}

// AccountByEmail implements account.Store.
func (s *Accounts) AccountByEmail(ctx context.Context, email string) (account.Account, error) {
	var row accountRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("email = ?", email).Scan(ctx)
	return row.account(), missing(err, "account")
}

// ImportedCost implements account.Store.
func (s *Accounts) ImportedCost(ctx context.Context) (int, error) {
	var cost int
	err := s.reader(ctx).NewRaw("SELECT COALESCE(MAX(imported_cost), 0) FROM account").Scan(ctx, &cost)
	return cost, err
}

// SaveAnswers implements account.Store.
func (s *Accounts) SaveAnswers(ctx context.Context, of identity.AccountID, answers account.Answers) error {
	text := ""
	if len(answers) > 0 {
		var err error
		if text, err = structure(answers); err != nil {
			return err
		}
	}
	_, err := s.writer(ctx).NewUpdate().Table("account").Set("answers = ?", text).
		Set("updated_at = CASE WHEN answers = ? THEN updated_at ELSE ? END", text, micros(s.now())).Where("id = ?", of).Exec(ctx)
	return err
}

// Answers implements account.Store.
func (s *Accounts) Answers(ctx context.Context, of identity.AccountID) (account.Answers, error) {
	var text string
	err := s.reader(ctx).NewSelect().Table("account").Column("answers").Where("id = ?", of).Scan(ctx, &text)
	if err != nil {
		return nil, missing(err, "account")
	}
	return restore[account.Answers](text)
}

// Accounts implements account.Lists.
func (s *Accounts) Accounts(ctx context.Context, filter account.AccountFilter, request page.Request) (page.Page[account.Account], error) {
	var rows []accountRow
	query := s.accounts(ctx, filter).Model(&rows).Limit(int64(request.Limit())).Offset(int64(request.Offset()))
	if !sorted(query, request.Order, accountOrders) {
		query.Order("email", "id")
	}
	if filter.State != "" {
		query.Where("state = ?", string(filter.State))
	} else {
		query.Where("state <> ?", string(account.Removed))
	}
	if filter.State == account.Pending || filter.State == account.Invited {
		query.Where("NOT unproven")
	}
	if filter.Unproven {
		query.Where("unproven")
	}
	total, err := query.ScanAndCount(ctx)
	return pageOf(rows, total, accountRow.account), err
}

// accountOrders are the columns that accounts can be sorted by.
var accountOrders = map[string]string{"name": "name", "email": "email", "signed-in": "last_sign_in_at"}

// CountAccounts implements account.Lists.
func (s *Accounts) CountAccounts(ctx context.Context, filter account.AccountFilter) (account.AccountCounts, error) {
	var rows []struct {
		State    account.State
		Unproven bool
		Count    int
	}
	err := s.accounts(ctx, filter).Model((*accountRow)(nil)).Column("state", "unproven").ColumnExpr("COUNT(*) AS count").
		Group("state", "unproven").Scan(ctx, &rows)
	counts := account.AccountCounts{States: make(map[account.State]int, len(rows))}
	for _, row := range rows {
		if row.State != account.Removed {
			counts.All += row.Count
		}
		if row.Unproven {
			counts.Unproven += row.Count
		}
		if !row.Unproven || row.State != account.Pending && row.State != account.Invited {
			counts.States[row.State] += row.Count
		}
	}
	return counts, err
}

// accounts selects the accounts that match a filter apart from its state.
func (s *Accounts) accounts(ctx context.Context, filter account.AccountFilter) *bun.SelectQuery {
	query := s.reader(ctx).NewSelect()
	if len(filter.Staff) > 0 {
		query.Where("staff IN (?)", bun.List(filter.Staff))
	}
	if filter.Search != "" {
		query.Where(`(email LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\')`, containing(filter.Search), containing(filter.Search))
	}
	return query
}

// WaitingSignUps implements account.Lists.
func (s *Accounts) WaitingSignUps(ctx context.Context) (int, error) {
	count, err := s.reader(ctx).NewSelect().Table("account").Where("state = 'pending'").Where("NOT unproven").Count(ctx)
	return int(count), err
}

// containing returns the pattern of LIKE … ESCAPE '\' that finds lower-cased columns containing the text.
func containing(text string) string { return pattern(strings.ToLower(text)) }

// pattern returns the LIKE pattern that finds texts containing this one literally.
func pattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// forgottenAtOnce is how many accounts one transaction deletes.
const forgottenAtOnce = 100

// ForgetUnproven implements account.Store. It skips rows that another transaction has locked, to avoid deadlocks.
func (s *Accounts) ForgetUnproven(ctx context.Context, before, now time.Time) ([]account.Account, error) {
	var over []accountRow
	err := s.unheld(s.writer(ctx).NewSelect().Model(&over).Where("unproven").Where("created_at <= ?", micros(before)).
		Where("NOT EXISTS (SELECT 1 FROM member WHERE member.account = account.id)").
		Where("NOT EXISTS (SELECT 1 FROM invitation WHERE invitation.account = account.id)").
		Where("NOT EXISTS (SELECT 1 FROM link WHERE link.account = account.id AND link.expires_at > ?)", micros(now)).
		Limit(forgottenAtOnce)).Scan(ctx)
	if err != nil || len(over) == 0 {
		return nil, err
	}
	forgotten, ids := make([]account.Account, len(over)), make([]identity.AccountID, len(over))
	for i, row := range over {
		forgotten[i], ids[i] = row.account(), row.ID
	}
	if _, err := s.writer(ctx).NewDelete().Model((*linkRow)(nil)).Where("account IN (?)", bun.List(ids)).Exec(ctx); err != nil {
		return nil, err
	}
	_, err = s.writer(ctx).NewDelete().Model((*accountRow)(nil)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return forgotten, err
}
