package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// Config holds the dependencies of a Service.
type Config struct {
	Store  Store
	Events event.Recorder
	Outbox *event.Outbox
	Site   *site.Service
	Now    clock.Func
}

// Service manages accounts and teams, and decides who may sign in.
type Service struct {
	store  Store
	events event.Recorder
	outbox *event.Outbox
	site   *site.Service
	now    clock.Func
	hasher *hasher
	// deciders are notified of sign-ups.
	deciders Deciders
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, events: config.Events, outbox: config.Outbox, site: config.Site, now: config.Now, hasher: newHasher(),
		deciders: Deciders{Accounts: config.Store, Site: config.Site, Events: config.Events, Now: config.Now},
	}
}

// errUnchanged is returned by a rule that has nothing to change. Then nothing is saved or audited.
var errUnchanged = errors.New("account: nothing to change")

// change locks an account, applies a rule to it, saves it and writes the audit record. The rule may write more in the
// same transaction.
func (s *Service) change(ctx context.Context, changed identity.AccountID, action string, rule func(ctx context.Context, account *Account) error) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.locked(ctx, changed)
		if err != nil {
			return err
		}
		before := account
		err = rule(ctx, &account)
		if errors.Is(err, errUnchanged) {
			return nil
		}
		if err != nil {
			return err
		}
		if account != before {
			if err := s.store.SaveAccount(ctx, account); err != nil {
				return err
			}
		}
		err = s.events.Audit(ctx, event.Audit{Action: action, Object: tagOf(account.ID), Details: differences(before, account)})
		if err != nil || before.waits() || !account.waits() {
			return err
		}
		return s.deciders.Tell(ctx, MessageSignUpWaits, map[string]string{"email": account.Email})
	})
}

// differences returns the audit details of a change to an account.
func differences(before, after Account) map[string]string {
	return event.Note(map[string]string{"email": before.Email},
		event.Difference{Name: "name", Before: before.Name, After: after.Name},
		event.Difference{Name: "staff", Before: string(before.Staff), After: string(after.Staff)},
		event.Difference{Name: "state", Before: string(before.State), After: string(after.State)},
		event.Difference{Name: "home_team", Before: before.HomeTeam.Hex(), After: after.HomeTeam.Hex()},
	)
}

// locked loads an account and locks it for the rest of the transaction. The lock order is address, account, team,
// failures.
func (s *Service) locked(ctx context.Context, wanted identity.AccountID) (Account, error) {
	if err := s.store.Lock(ctx, string(tagOf(wanted))); err != nil {
		return Account{}, err
	}
	account, err := s.store.Account(ctx, wanted)
	if err == nil && account.State == Removed {
		return Account{}, fault.Missing("account")
	}
	return account, err
}

// lockAddress locks an address, so that two transactions cannot both find it unused.
func (s *Service) lockAddress(ctx context.Context, email string) error {
	return s.store.Lock(ctx, "address "+email)
}

func (s *Service) lockedTeam(ctx context.Context, wanted identity.TeamID) (Team, error) {
	if err := s.store.Lock(ctx, string(event.TagOf(event.TagTeam, wanted))); err != nil {
		return Team{}, err
	}
	return s.store.Team(ctx, wanted)
}

func tagOf(account identity.AccountID) event.Tag { return event.TagOf(event.TagAccount, account) }

// newToken returns a random secret.
func newToken() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(secret)
}

// hashToken returns the stored form of a token. A plain hash is safe because tokens are random.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// withoutSecret returns the account without its password hash, as the package returns it to callers.
func (a Account) withoutSecret() Account {
	a.PasswordHash = ""
	return a
}
