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

// How long a session lasts at most, how many an account may have, and how often its last use is saved.
const (
	sessionLifetime = 30 * day
	maxSessions     = 100
	touchInterval   = time.Minute
)

// SessionIdle is how long a browser's session lasts without being used.
const SessionIdle = 7 * day

// CodeApprovalPending says that the account waits for approval. Only a sign-in with the right password gets it.
const CodeApprovalPending = "approval_pending"

// SignIn is the input of Service.SignIn.
type SignIn struct {
	Email     string
	Password  string
	Address   netip.Addr
	UserAgent string
	// Replaces is the token of the browser's previous session, which ends even if it belongs to another account.
	Replaces string
}

// SignedIn is a new session. Token is the only copy of its token.
type SignedIn struct {
	Token   string
	Session Session
	Account Account
}

// SignIn starts a browser session. Unknown, blocked and invited accounts get the same answer as a wrong password, after
// the same work.
func (s *Service) SignIn(ctx context.Context, in SignIn) (SignedIn, error) {
	return s.signIn(ctx, in, func(context.Context, Session) error { return nil })
}

// signIn starts a session and runs more in the same transaction.
func (s *Service) signIn(ctx context.Context, in SignIn, more func(ctx context.Context, begun Session) error) (SignedIn, error) {
	email, valid := normaliseEmail(in.Email)
	if !valid {
		email = unknownEmail(in.Email)
	}
	attempt, err := s.beginAttempt(ctx, email, in.Address)
	if err != nil {
		return SignedIn{}, err
	}
	verified, err := s.verified(ctx, email, in.Password)
	if err != nil {
		if !fault.Is(err, fault.Unauthenticated) || fault.From(err).Code == CodeApprovalPending {
			s.forgive(ctx, attempt) // the answer revealed nothing about the password
		}
		return SignedIn{}, err
	}
	replacement := ""
	if outdated(verified.PasswordHash) {
		replacement, _ = s.hasher.hash(ctx, in.Password) // if the hasher is busy, the next sign-in tries again
	}
	return s.beginSession(ctx, in, verified, replacement, attempt, more)
}

// unknownEmail cleans an invalid address so that its failures can be counted. It replaces characters that a database
// rejects by one that no valid address contains.
func unknownEmail(sent string) string {
	const replacement = '\uFFFD'
	return strings.Map(func(letter rune) rune {
		if unicode.IsControl(letter) {
			return replacement
		}
		return letter
	}, strings.ToLower(strings.TrimSpace(strings.ToValidUTF8(sent, string(replacement)))))
}

// verified returns the active account with this address and password. It computes a hash even if the account is
// unknown.
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
			"Your sign-up waits for the portal's staff. You will get an email when they decide.")
	}
	return account, nil
}

func refused() error {
	return fault.New(fault.Unauthenticated, "sign_in_refused", "The e-mail address or password is incorrect. Check both and try again.")
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
			return refused() // blocked or given another password in the meantime
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
		if err := s.store.KeepSessions(ctx, account.ID, maxSessions); err != nil {
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

// startingTeam returns the team that a new session acts in: the home team, else the one joined first, else none.
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

// Authenticate returns the Principal of a session token. It reads the store on every call, so that ended sessions are
// refused at once.
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

// touched saves once a minute that a session is in use. It ignores errors, because a full disk must not end every
// session: a session that cannot be saved becomes idle earlier.
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
