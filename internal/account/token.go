package account

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// accessLifetime is how long an access token lasts. A refresh token lasts until its session ends.
const accessLifetime = 15 * time.Minute

// SessionTokens are the access and refresh token of a client's session, stored as hashes. A refresh token consists of
// its family, which stays the same, and a secret, which changes with each use. A known family with a wrong secret is
// therefore a token that was used before. An access token contains a hash of the family, which identifies the session
// and nothing else.
type SessionTokens struct {
	Session         SessionID
	Dialect         string
	FamilyHash      []byte
	AccessHash      []byte
	AccessExpiresAt time.Time
	RefreshHash     []byte
}

// TokenPair is a new access token and a new refresh token. It is the only copy of both.
type TokenPair struct {
	Access           string
	AccessExpiresAt  time.Time
	Refresh          string
	RefreshExpiresAt time.Time
}

// hashFor returns the stored hash of a dialect's token. The hash depends on the dialect, so that no other dialect
// accepts the token.
func hashFor(dialect, kind, token string) []byte {
	return hashToken(dialect + " " + kind + " " + token)
}

// familyOfAccess returns the stored hash of a family from its name in an access token.
func familyOfAccess(dialect, named string) []byte { return hashFor(dialect, "family", named) }

// familyOfRefresh returns the stored hash of a family from the family in a refresh token.
func familyOfRefresh(dialect, family string) []byte {
	return familyOfAccess(dialect, namedFamily(dialect, family))
}

func namedFamily(dialect, family string) string {
	return base64.RawURLEncoding.EncodeToString(hashFor(dialect, "name of family", family))
}

// IssueTokens signs in a dialect's client. It differs from SignIn only in what the client receives.
func (s *Service) IssueTokens(ctx context.Context, in SignIn, dialect string) (TokenPair, error) {
	var issued TokenPair
	_, err := s.signIn(ctx, in, func(ctx context.Context, begun Session) error {
		family := newToken()
		var tokens SessionTokens
		issued, tokens = s.newPair(SessionTokens{Session: begun.ID, Dialect: dialect, FamilyHash: familyOfRefresh(dialect, family)}, family, begun.ExpiresAt)
		return s.store.SaveTokens(ctx, tokens)
	})
	if err != nil {
		return TokenPair{}, err
	}
	return issued, nil
}

func (s *Service) newPair(tokens SessionTokens, family string, ends time.Time) (TokenPair, SessionTokens) {
	access, secret := namedFamily(tokens.Dialect, family)+"."+newToken(), newToken()
	tokens.AccessHash, tokens.AccessExpiresAt = hashFor(tokens.Dialect, "access", access), s.now().Add(accessLifetime)
	tokens.RefreshHash = hashFor(tokens.Dialect, "refresh", secret)
	return TokenPair{
		Access: access, AccessExpiresAt: tokens.AccessExpiresAt, Refresh: family + "." + secret, RefreshExpiresAt: ends,
	}, tokens
}

// RefreshTokens exchanges a refresh token for a new pair and ends the previous access token. A second use of the same
// token ends the session, because two clients hold it.
func (s *Service) RefreshTokens(ctx context.Context, dialect, refresh string) (TokenPair, error) {
	family, secret, _ := strings.Cut(refresh, ".")
	var issued TokenPair
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		tokens, holder, err := s.lockedFamily(ctx, familyOfRefresh(dialect, family))
		if err == nil && !s.goesOn(holder) {
			err = sessionEnded()
		}
		if err != nil {
			return asSessionEnded(err)
		}
		ctx = asHolder(ctx, holder.Account)
		if !bytes.Equal(tokens.RefreshHash, hashFor(dialect, "refresh", secret)) {
			return s.endHeld(ctx, holder, "session.token_reused")
		}
		issued, tokens = s.newPair(tokens, family, holder.Session.ExpiresAt)
		if err := s.store.TouchSession(ctx, tokens.Session, s.now()); err != nil {
			return err
		}
		return s.store.SaveTokens(ctx, tokens)
	})
	if err == nil && issued.Refresh == "" {
		err = sessionEnded()
	}
	if err != nil {
		return TokenPair{}, err
	}
	return issued, nil
}

// lockedFamily loads the tokens of a session and locks the account for the rest of the transaction.
func (s *Service) lockedFamily(ctx context.Context, familyHash []byte) (SessionTokens, SessionHolder, error) {
	_, holder, err := s.store.TokensByFamily(ctx, familyHash)
	if err == nil {
		err = s.store.Lock(ctx, string(tagOf(holder.Account.ID)))
	}
	if err != nil {
		return SessionTokens{}, SessionHolder{}, err
	}
	return s.store.TokensByFamily(ctx, familyHash)
}

// goesOn reports whether a client's session is still valid. Unlike a browser's, it does not end when it is idle.
func (s *Service) goesOn(holder SessionHolder) bool {
	return holder.Account.State == Active && s.now().Before(holder.Session.ExpiresAt)
}

func asSessionEnded(err error) error {
	if fault.Is(err, fault.NotFound) {
		return sessionEnded()
	}
	return err
}

// AuthenticateToken is Authenticate for a dialect's access token.
func (s *Service) AuthenticateToken(ctx context.Context, dialect, access string) (identity.Principal, Session, error) {
	holder, err := s.store.SessionByAccess(ctx, hashFor(dialect, "access", access), s.now())
	if err == nil && !s.goesOn(holder) {
		err = sessionEnded()
	}
	if err != nil {
		return identity.Principal{}, Session{}, asSessionEnded(err)
	}
	return holder.principal(), s.touched(ctx, holder.Session), nil
}

// RevokeTokens ends all sessions of the account in a dialect. An expired or replaced token ends only its own session,
// because a client may hold it after signing out. Browser sessions continue. Either token may be empty, and unknown
// tokens are ignored.
func (s *Service) RevokeTokens(ctx context.Context, dialect, access, refresh string) error {
	named, _, _ := strings.Cut(access, ".")
	family, secret, _ := strings.Cut(refresh, ".")
	accessHash, refreshHash := hashFor(dialect, "access", access), hashFor(dialect, "refresh", secret)
	for _, familyHash := range [][]byte{familyOfAccess(dialect, named), familyOfRefresh(dialect, family)} {
		err := s.store.InTx(ctx, func(ctx context.Context) error {
			tokens, holder, err := s.lockedFamily(ctx, familyHash)
			if err != nil {
				return err
			}
			ctx = asHolder(ctx, holder.Account)
			newest := bytes.Equal(tokens.RefreshHash, refreshHash) ||
				bytes.Equal(tokens.AccessHash, accessHash) && s.now().Before(tokens.AccessExpiresAt)
			if newest && s.goesOn(holder) {
				return s.endDialect(ctx, holder, dialect)
			}
			return s.endHeld(ctx, holder, "session.ended")
		})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// endDialect ends all sessions of an account in a dialect.
func (s *Service) endDialect(ctx context.Context, holder SessionHolder, dialect string) error {
	if err := s.store.EndTokenSessions(ctx, holder.Account.ID, dialect); err != nil {
		return err
	}
	return s.events.Audit(ctx, event.Audit{
		Action: "session.all_ended", Object: tagOf(holder.Account.ID), Team: holder.Session.Team,
		Details: map[string]string{"dialect": dialect},
	})
}
