package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
)

type sessionTokenRow struct {
	bun.BaseModel `bun:"table:session_token,alias:session_token"`

	Session         account.SessionID `bun:",pk"`
	Dialect         string
	FamilyHash      []byte
	AccessHash      []byte
	AccessExpiresAt int64
	RefreshHash     []byte
}

// SaveTokens implements account.Tokens.
func (s *Accounts) SaveTokens(ctx context.Context, saved account.SessionTokens) error {
	row := sessionTokenRow{
		Session: saved.Session, Dialect: saved.Dialect, FamilyHash: saved.FamilyHash,
		AccessHash: saved.AccessHash, AccessExpiresAt: micros(saved.AccessExpiresAt), RefreshHash: saved.RefreshHash,
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (session) DO UPDATE").
		Set("access_hash = EXCLUDED.access_hash").Set("access_expires_at = EXCLUDED.access_expires_at").
		Set("refresh_hash = EXCLUDED.refresh_hash").Exec(ctx)
	return err
}

// TokensByFamily implements account.Tokens.
func (s *Accounts) TokensByFamily(ctx context.Context, familyHash []byte) (account.SessionTokens, account.SessionHolder, error) {
	var row sessionTokenRow
	if err := s.reader(ctx).NewSelect().Model(&row).Where("family_hash = ?", familyHash).Scan(ctx); err != nil {
		return account.SessionTokens{}, account.SessionHolder{}, missing(err, "session")
	}
	holder, err := s.sessionHolder(ctx, func(query *bun.SelectQuery) *bun.SelectQuery {
		return query.Where("session.id = ?", row.Session)
	})
	return account.SessionTokens{
		Session: row.Session, Dialect: row.Dialect, FamilyHash: row.FamilyHash,
		AccessHash: row.AccessHash, AccessExpiresAt: instant(row.AccessExpiresAt), RefreshHash: row.RefreshHash,
	}, holder, err
}

// SessionByAccess implements account.Tokens.
func (s *Accounts) SessionByAccess(ctx context.Context, accessHash []byte, now time.Time) (account.SessionHolder, error) {
	return s.sessionHolder(ctx, func(query *bun.SelectQuery) *bun.SelectQuery {
		return query.Join("JOIN session_token ON session_token.session = session.id").
			Where("session_token.access_hash = ?", accessHash).Where("session_token.access_expires_at > ?", micros(now))
	})
}

// EndTokenSessions implements account.Tokens.
func (s *Accounts) EndTokenSessions(ctx context.Context, holder identity.AccountID, dialect string) error {
	_, err := s.writer(ctx).NewDelete().Model((*sessionRow)(nil)).Where("account = ?", holder).
		Where("id IN (SELECT session FROM session_token WHERE dialect = ?)", dialect).Exec(ctx)
	return err
}
