package account

import (
	"context"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// How long a session lasts at most, and how many of an account go on at once.
const (
	sessionLifetime = 30 * day
	sessionsOfOne   = 100
	touchInterval   = time.Minute
)

// SessionIdle is how long a session of a browser lasts without being used.
const SessionIdle = 7 * day

// CodeApprovalPending tells who knows the password, and nobody else, that the account waits for staff.
const CodeApprovalPending = "approval_pending"

// SignIn is somebody's attempt to sign in.
type SignIn struct {
	Email     string
	Password  string
	Address   netip.Addr
	UserAgent string
	// Replaces is the token of the session that the same browser had until now; it ends, whoever's it was.
	Replaces string
}

// SignedIn is a new session. Token is the only copy of what proves it.
type SignedIn struct {
	Token   string
	Session Session
	Account Account
}

// SignIn begins a session of a browser. Unknown, blocked and invited people get the same answer as a wrong password, after the same work.
func (s *Service) SignIn(ctx context.Context, in SignIn) (SignedIn, error) {
	return s.signIn(ctx, in, func(context.Context, Session) error { return nil })
}

// signIn begins a session and does more in the same transaction.
func (s *Service) signIn(ctx context.Context, in SignIn, more func(ctx context.Context, begun Session) error) (SignedIn, error) {
	email, valid := normaliseEmail(in.Email)
	if !valid {
		email = nobodys(in.Email)
	}
	attempt, err := s.beginAttempt(ctx, email, in.Address)
	if err != nil {
		return SignedIn{}, err
	}
	verified, err := s.verified(ctx, email, in.Password)
	if err != nil {
		if !fault.Is(err, fault.Unauthenticated) || fault.From(err).Code == CodeApprovalPending {
			s.forgive(ctx, attempt) // nothing was learned from it
		}
		return SignedIn{}, err
	}
	replacement := ""
	if outdated(verified.PasswordHash) {
		replacement, _ = s.hasher.hash(ctx, in.Password) // where nobody has time for it, the next sign-in does it
	}
	return s.beginSession(ctx, in, verified, replacement, attempt, more)
}

// nobodys is an address that no account can have, to be counted like everybody's. What a database would stumble over is
// replaced by a sign that no address holds.
func nobodys(sent string) string {
	const replacement = '\uFFFD'
	return strings.Map(func(letter rune) rune {
		if unicode.IsControl(letter) {
			return replacement
		}
		return letter
	}, strings.ToLower(strings.TrimSpace(strings.ToValidUTF8(sent, string(replacement)))))
}

// verified returns the active account that the address and the password belong to. The hash is computed for everybody.
func (s *Service) verified(ctx context.Context, email, password string) (Account, error) {
	account, err := s.store.AccountByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	importedCost, err := s.store.ImportedCost(ctx)
	if err != nil {
		return Account{}, err
	}
	if utf8.RuneCountInString(password) > longestPassword {
		password = "" // matches nothing: no password is that short
	}
	hash := account.PasswordHash
	if account.State != Active && account.State != Pending {
		hash = ""
	}
	matched, err := s.hasher.matches(ctx, hash, password, importedCost)
	if err != nil {
		return Account{}, err
	}
	if !matched {
		return Account{}, refused()
	}
	if account.State == Pending {
		return Account{}, fault.New(fault.Unauthenticated, CodeApprovalPending,
			"Your sign-up waits for the portal's staff. You get a mail when they have decided.")
	}
	return account, nil
}

func refused() error {
	return fault.New(fault.Unauthenticated, "sign_in_refused", "The e-mail address or the password is not right. Please check both and try again.")
}

func (s *Service) beginSession(ctx context.Context, in SignIn, verified Account, replacement string, attempt attempt, more func(ctx context.Context, begun Session) error) (SignedIn, error) {
	now, token := s.now(), newToken()
	begun := SignedIn{Token: token, Session: Session{
		ID: id.New[SessionID](now), Account: verified.ID, TokenHash: hashToken(token), Address: in.Address, UserAgent: clip(in.UserAgent),
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLifetime),
	}}
	ctx = identity.With(ctx, identity.Principal{Account: verified.ID, Name: verified.Email, Address: in.Address})
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.locked(ctx, verified.ID)
		if err != nil {
			return err
		}
		if account.State != Active || account.PasswordHash != verified.PasswordHash {
			return refused() // blocked, or given another password, while this one was being checked
		}
		if replacement != "" {
			account.PasswordHash = replacement
		}
		account.LastSignInAt = now
		if begun.Session.Team, err = s.startingTeam(ctx, account); err != nil {
			return err
		}
		begun.Account = account.withoutSecret()
		if err := s.store.SaveAccount(ctx, account); err != nil {
			return err
		}
		if err := s.store.SaveSession(ctx, begun.Session); err != nil {
			return err
		}
		if err := s.store.KeepSessions(ctx, account.ID, sessionsOfOne); err != nil {
			return err
		}
		if err := more(ctx, begun.Session); err != nil {
			return err
		}
		if err := s.succeeded(ctx, attempt); err != nil {
			return err
		}
		if err := s.SignOut(ctx, in.Replaces); err != nil {
			return err
		}
		return s.events.Audit(ctx, event.Audit{Action: "session.started", Object: tagOf(account.ID), Team: begun.Session.Team})
	})
	if err != nil {
		return SignedIn{}, err
	}
	return begun, nil
}

// startingTeam is the team that a new session acts in: the home team, else the one joined first, else none.
func (s *Service) startingTeam(ctx context.Context, account Account) (identity.TeamID, error) {
	memberships, err := s.store.Memberships(ctx, account.ID)
	if err != nil || len(memberships) == 0 {
		return identity.TeamID{}, err
	}
	for _, membership := range memberships {
		if membership.Team.ID == account.HomeTeam {
			return account.HomeTeam, nil
		}
	}
	return memberships[0].Team.ID, nil
}

// Authenticate says who a session's token acts as. It reads the store once, so that what has ended since is refused at
// once; that the session is in use is written down once a minute.
func (s *Service) Authenticate(ctx context.Context, token string) (identity.Principal, Session, error) {
	holder, err := s.store.SessionByToken(ctx, hashToken(token))
	if fault.Is(err, fault.NotFound) {
		return identity.Principal{}, Session{}, sessionEnded()
	}
	if err != nil {
		return identity.Principal{}, Session{}, err
	}
	now, session := s.now(), holder.Session
	if holder.Account.State != Active || !now.Before(session.ExpiresAt) || !now.Before(session.SeenAt.Add(SessionIdle)) {
		return identity.Principal{}, Session{}, sessionEnded()
	}
	return holder.principal(), s.touched(ctx, session), nil
}

// touched writes down once a minute that a session is in use. A full disk must not end every session: one that cannot be
// touched merely goes idle earlier.
func (s *Service) touched(ctx context.Context, session Session) Session {
	if now := s.now(); !now.Before(session.SeenAt.Add(touchInterval)) {
		_ = s.store.TouchSession(ctx, session.ID, now)
		session.SeenAt = now
	}
	return session
}

func (h SessionHolder) principal() identity.Principal {
	principal := identity.Principal{Account: h.Account.ID, Name: h.Account.Email, Staff: h.Account.Staff, Role: h.Role}
	if h.Role != "" {
		principal.Team = h.Session.Team
	}
	return principal
}

func sessionEnded() error {
	return fault.New(fault.Unauthenticated, "session_ended", "Your session has ended. Please sign in again.")
}
