package store

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:session,alias:session"`

	ID        account.SessionID `bun:",pk"`
	Account   identity.AccountID
	Team      identity.TeamID
	TokenHash []byte
	Address   string
	UserAgent string
	CreatedAt int64
	SeenAt    int64
	ExpiresAt int64
}

func (row sessionRow) session() account.Session {
	address, _ := netip.ParseAddr(row.Address) // the zero address if unknown
	return account.Session{
		ID: row.ID, Account: row.Account, Team: row.Team, TokenHash: row.TokenHash, Address: address, UserAgent: row.UserAgent,
		CreatedAt: instant(row.CreatedAt), SeenAt: instant(row.SeenAt), ExpiresAt: instant(row.ExpiresAt),
	}
}

// SaveSession implements account.Credentials.
func (s *Accounts) SaveSession(ctx context.Context, saved account.Session) error {
	row := sessionRow{
		ID: saved.ID, Account: saved.Account, Team: saved.Team, TokenHash: saved.TokenHash, UserAgent: saved.UserAgent,
		CreatedAt: micros(saved.CreatedAt), SeenAt: micros(saved.SeenAt), ExpiresAt: micros(saved.ExpiresAt),
	}
	if saved.Address.IsValid() {
		row.Address = saved.Address.String()
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).Exec(ctx)
	return err
}

// SessionByToken implements account.Credentials.
func (s *Accounts) SessionByToken(ctx context.Context, tokenHash []byte) (account.SessionHolder, error) {
	return s.sessionHolder(ctx, func(query *bun.SelectQuery) *bun.SelectQuery {
		return query.Where("session.token_hash = ?", tokenHash)
	})
}

// sessionHolder loads the one session that narrowed selects.
func (s *Accounts) sessionHolder(ctx context.Context, narrowed func(*bun.SelectQuery) *bun.SelectQuery) (account.SessionHolder, error) {
	var row struct {
		sessionRow
		AccountEmail    string
		AccountName     string
		AccountStaff    string
		AccountState    string
		AccountHomeTeam identity.TeamID
		TeamName        string
		TeamDisabled    bool
		TeamCreatedAt   int64
		Role            string
	}
	err := s.reader(ctx).NewSelect().Table("session").
		ColumnExpr("session.*").
		ColumnExpr("account.email AS account_email, account.name AS account_name, account.staff AS account_staff").
		ColumnExpr("account.state AS account_state, account.home_team AS account_home_team").
		ColumnExpr("team.name AS team_name, COALESCE(team.disabled, FALSE) AS team_disabled, COALESCE(team.created_at, 0) AS team_created_at").
		ColumnExpr("member.role AS role").
		Join("JOIN account ON account.id = session.account").
		Join("LEFT JOIN team ON team.id = session.team").
		Join("LEFT JOIN member ON member.account = session.account AND member.team = session.team").
		Apply(narrowed).Scan(ctx, &row)
	if err != nil {
		return account.SessionHolder{}, missing(err, "session")
	}
	return account.SessionHolder{
		Session: row.session(),
		Account: account.Account{
			ID: row.Account, Email: row.AccountEmail, Name: row.AccountName, Staff: identity.StaffRole(row.AccountStaff),
			State: account.State(row.AccountState), HomeTeam: row.AccountHomeTeam,
		},
		Team: account.Team{ID: row.Team, Name: row.TeamName, Disabled: row.TeamDisabled, CreatedAt: instant(row.TeamCreatedAt)},
		Role: identity.Role(row.Role),
	}, nil
}

// Sessions implements account.Lists.
func (s *Accounts) Sessions(ctx context.Context, holder identity.AccountID, now, seenSince time.Time, request page.Request) (page.Page[account.Session], error) {
	var rows []sessionRow
	total, err := s.reader(ctx).NewSelect().Model(&rows).Where("account = ?", holder).
		Where("expires_at > ?", micros(now)).Where("(seen_at > ? OR id IN (SELECT session FROM session_token))", micros(seenSince)).
		Order("seen_at DESC", "id DESC").Limit(int64(request.Limit())).Offset(int64(request.Offset())).ScanAndCount(ctx)
	return pageOf(rows, total, sessionRow.session), err
}

// EndSession implements account.Credentials.
func (s *Accounts) EndSession(ctx context.Context, holder identity.AccountID, session account.SessionID) error {
	result, err := s.writer(ctx).NewDelete().Model((*sessionRow)(nil)).Where("id = ?", session).Where("account = ?", holder).Exec(ctx)
	return missingUnlessOne(result, err, "session")
}

// missingUnlessOne returns not_found if a statement changed no row.
func missingUnlessOne(result sql.Result, err error, noun string) error {
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 1 {
		return err
	}
	return fault.Missing(noun)
}

// EndSessions implements account.Credentials.
func (s *Accounts) EndSessions(ctx context.Context, holder identity.AccountID, keep account.SessionID) error {
	query := s.writer(ctx).NewDelete().Model((*sessionRow)(nil)).Where("account = ?", holder)
	if !keep.IsZero() {
		query.Where("id <> ?", keep)
	}
	_, err := query.Exec(ctx)
	return err
}

// KeepSessions implements account.Credentials.
func (s *Accounts) KeepSessions(ctx context.Context, holder identity.AccountID, kept int) error {
	newest := s.reader(ctx).NewSelect().Model((*sessionRow)(nil)).Column("id").Where("account = ?", holder).
		Order("seen_at DESC", "id DESC").Limit(int64(kept))
	_, err := s.writer(ctx).NewDelete().Model((*sessionRow)(nil)).Where("account = ?", holder).Where("id NOT IN (?)", newest).Exec(ctx)
	return err
}

// TouchSession implements account.Credentials.
func (s *Accounts) TouchSession(ctx context.Context, session account.SessionID, seenAt time.Time) error {
	_, err := s.writer(ctx).NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", micros(seenAt)).
		Where("id = ?", session).Where("seen_at < ?", micros(seenAt)).Exec(ctx)
	return err
}

// SwitchSession implements account.Credentials.
func (s *Accounts) SwitchSession(ctx context.Context, session account.SessionID, holder identity.AccountID, team identity.TeamID) error {
	result, err := s.writer(ctx).NewUpdate().Model((*sessionRow)(nil)).Set("team = ?", team).
		Where("id = ?", session).Where("account = ?", holder).Exec(ctx)
	return missingUnlessOne(result, err, "session")
}

// MoveSessions implements account.Credentials.
func (s *Accounts) MoveSessions(ctx context.Context, holder identity.AccountID, from, to identity.TeamID) error {
	_, err := s.writer(ctx).NewUpdate().Model((*sessionRow)(nil)).Set("team = ?", to).
		Where("account = ?", holder).Where("team = ?", from).Exec(ctx)
	return err
}

type linkRow struct {
	bun.BaseModel `bun:"table:link,alias:link"`

	TokenHash []byte `bun:",pk"`
	Account   identity.AccountID
	Purpose   string
	CreatedAt int64
	ExpiresAt int64
}

// SaveLink implements account.Credentials.
func (s *Accounts) SaveLink(ctx context.Context, saved account.Link) error {
	row := linkRow{
		TokenHash: saved.TokenHash, Account: saved.Account, Purpose: string(saved.Purpose),
		CreatedAt: micros(saved.CreatedAt), ExpiresAt: micros(saved.ExpiresAt),
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).Exec(ctx)
	return err
}

// LinkByToken implements account.Credentials.
func (s *Accounts) LinkByToken(ctx context.Context, tokenHash []byte) (account.Link, error) {
	var row linkRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("token_hash = ?", tokenHash).Scan(ctx)
	return account.Link{
		TokenHash: row.TokenHash, Account: row.Account, Purpose: account.Purpose(row.Purpose),
		CreatedAt: instant(row.CreatedAt), ExpiresAt: instant(row.ExpiresAt),
	}, missing(err, "link")
}

// DeleteLinks implements account.Credentials.
func (s *Accounts) DeleteLinks(ctx context.Context, holder identity.AccountID, purposes ...account.Purpose) error {
	query := s.writer(ctx).NewDelete().Model((*linkRow)(nil)).Where("account = ?", holder)
	if len(purposes) > 0 {
		query.Where("purpose IN (?)", bun.List(purposes))
	}
	_, err := query.Exec(ctx)
	return err
}

type failuresRow struct {
	bun.BaseModel `bun:"table:sign_in_failure,alias:failures"`

	Subject     string `bun:",pk"`
	FailedAt    string
	LockedUntil int64
	ForgetAt    int64
}

// Failures implements account.Credentials.
func (s *Accounts) Failures(ctx context.Context, subject string) (account.Failures, error) {
	var row failuresRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("subject = ?", subject).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return account.Failures{Subject: subject}, nil
	}
	if err != nil {
		return account.Failures{}, err
	}
	stored, err := restore[[]int64](row.FailedAt)
	failures := account.Failures{Subject: subject, LockedUntil: instant(row.LockedUntil)}
	for _, at := range stored {
		failures.At = append(failures.At, instant(at))
	}
	return failures, err
}

// SaveFailures implements account.Credentials.
func (s *Accounts) SaveFailures(ctx context.Context, saved account.Failures) error {
	failedAt := make([]int64, len(saved.At))
	for i, at := range saved.At {
		failedAt[i] = micros(at)
	}
	text, err := structure(failedAt)
	if err != nil {
		return err
	}
	row := failuresRow{Subject: saved.Subject, FailedAt: text, LockedUntil: micros(saved.LockedUntil), ForgetAt: micros(saved.ForgetAt())}
	_, err = s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (subject) DO UPDATE").
		Set("failed_at = EXCLUDED.failed_at").Set("locked_until = EXCLUDED.locked_until").Set("forget_at = EXCLUDED.forget_at").Exec(ctx)
	return err
}

// DeleteFailures implements account.Credentials.
func (s *Accounts) DeleteFailures(ctx context.Context, subject string) error {
	_, err := s.writer(ctx).NewDelete().Model((*failuresRow)(nil)).Where("subject = ?", subject).Exec(ctx)
	return err
}

// Forget implements account.Credentials.
func (s *Accounts) Forget(ctx context.Context, now time.Time) error {
	const sessionsOver = "(expires_at <= ? OR seen_at <= ? AND id NOT IN (SELECT session FROM session_token))"
	return errors.Join(
		s.forget(ctx, (*sessionRow)(nil), "id", sessionsOver, micros(now), micros(now.Add(-account.SessionIdle))),
		s.forget(ctx, (*linkRow)(nil), "token_hash", "expires_at <= ?", micros(now.Add(-account.ExpiredLinksKept))),
		s.forget(ctx, (*invitationRow)(nil), "id", "expires_at <= ?", micros(now)),
		s.forget(ctx, (*failuresRow)(nil), "subject", "forget_at <= ?", micros(now)),
	)
}

// forget deletes expired rows. It skips rows that another transaction has locked, to avoid deadlocks.
func (s *Accounts) forget(ctx context.Context, model any, key, over string, args ...any) error {
	rows := s.unheld(s.writer(ctx).NewSelect().Model(model).Column(key).Where(over, args...))
	_, err := s.writer(ctx).NewDelete().Model(model).Where("? IN (?)", bun.Ident(key), rows).Exec(ctx)
	return err
}

func (s *Accounts) unheld(query *bun.SelectQuery) *bun.SelectQuery {
	if s.postgres {
		query.For("UPDATE SKIP LOCKED")
	}
	return query
}
