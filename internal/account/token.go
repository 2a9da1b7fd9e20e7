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

// accessLifetime is how long an access token lasts. A refresh token lasts as long as its session at most.
const accessLifetime = 15 * time.Minute

// SessionTokens are the two tokens by which the client of a dialect proves a session, kept as hashes. A refresh token names its
// family, which stays, and a secret, which is another after each use: who comes with the family and another secret has one
// that was replaced. An access token names the family by a hash of it, which tells no more than whose session it is.
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

// hashFor is what is kept of a token of a dialect. Another dialect's hash of the same text is another one, so that a token of
// one is unknown to all others.
func hashFor(dialect, kind, token string) []byte {
	return hashToken(dialect + " " + kind + " " + token)
}

// familyOfAccess is what is kept of a family, from how an access token names it.
func familyOfAccess(dialect, named string) []byte { return hashFor(dialect, "family", named) }

// familyOfRefresh is the same from the family itself, which refresh tokens begin with.
func familyOfRefresh(dialect, family string) []byte {
	return familyOfAccess(dialect, namedFamily(dialect, family))
}

func namedFamily(dialect, family string) string {
	return base64.RawURLEncoding.EncodeToString(hashFor(dialect, "name of family", family))
}

// IssueTokens signs somebody in whose client speaks a dialect; it is SignIn but for what the client gets.
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

// RefreshTokens takes a refresh token, once, for a new pair; the access token before it ends too. One that was replaced
// already is in two hands, so that its session ends, whoever came first.
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

// lockedFamily loads the tokens of a session for the rest of the transaction.
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

// goesOn reports whether a session of a client, which need not be used every week, still lets its holder in.
func (s *Service) goesOn(holder SessionHolder) bool {
	return holder.Account.State == Active && s.now().Before(holder.Session.ExpiresAt)
}

func asSessionEnded(err error) error {
	if fault.Is(err, fault.NotFound) {
		return sessionEnded()
	}
	return err
}

// AuthenticateToken is Authenticate for the access token of a dialect.
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

// RevokeTokens signs somebody out of a dialect: of all their sessions there. An expired or replaced token ends only the session
// that it belongs to, because a client may still hold one after its session is over. Sessions of the portal's pages go on.
// Either token may be empty, and what is unknown is no error.
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

// endDialect ends all sessions of somebody in a dialect.
func (s *Service) endDialect(ctx context.Context, holder SessionHolder, dialect string) error {
	if err := s.store.EndTokenSessions(ctx, holder.Account.ID, dialect); err != nil {
		return err
	}
	return s.events.Audit(ctx, event.Audit{
		Action: "session.all_ended", Object: tagOf(holder.Account.ID), Team: holder.Session.Team,
		Details: map[string]string{"dialect": dialect},
	})
}
