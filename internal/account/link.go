package account

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// lifetimes are how long links are valid.
var lifetimes = map[Purpose]time.Duration{
	FirstPassword: 48 * time.Hour, FirstPasswordByMail: 48 * time.Hour, VerifyEmail: 48 * time.Hour, ResetPassword: time.Hour,
}

// ExpiredLinksKept is how long expired links are kept, so that a late visitor learns that the link has expired.
const ExpiredLinksKept = 30 * 24 * time.Hour

// newUUIDToken returns a secret of 122 random bits in the form of a UUID, as wire protocols require. Identifiers of the
// product are no substitute: they contain the time and are not secret.
func newUUIDToken() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", raw[0:4], raw[4:6], raw[6:8], raw[8:10], raw[10:16])
}

// refusedToken returns the reason why a token is malformed, or nil if it is well-formed.
func refusedToken(token string) []fault.Field {
	parts := strings.Split(token, "-")
	shaped := len(token) == 36 && len(parts) == 5
	for i, length := range []int{8, 4, 4, 4, 12} {
		shaped = shaped && len(parts[i]) == length
	}
	if _, err := hex.DecodeString(strings.ReplaceAll(token, "-", "")); err != nil || !shaped {
		return []fault.Field{{Name: "token", Reason: "must be the complete token from the link in the email, a UUID"}}
	}
	return nil
}

// mint creates a one-use link to an account and returns its token.
func (s *Service) mint(ctx context.Context, to identity.AccountID, purpose Purpose) (token string, expiresAt time.Time, err error) {
	now, token := s.now(), newUUIDToken()
	link := Link{TokenHash: hashToken(token), Account: to, Purpose: purpose, CreatedAt: now, ExpiresAt: now.Add(lifetimes[purpose])}
	return token, link.ExpiresAt, s.store.SaveLink(ctx, link)
}

// holderOf returns the link with this token and its account. The errors distinguish malformed (invalid), unknown
// (token_unknown) and expired tokens (token_expired). Used tokens, and those for other purposes, are unknown.
func (s *Service) holderOf(ctx context.Context, token string, purposes ...Purpose) (Account, Link, error) {
	if err := fault.InvalidFields(refusedToken(token)); err != nil {
		return Account{}, Link{}, err
	}
	unknown := fault.New(fault.NotFound, "token_unknown", "This link has been used or is invalid. Request another email if you need one.")
	link, err := s.store.LinkByToken(ctx, hashToken(strings.ToLower(token)))
	if fault.Is(err, fault.NotFound) || err == nil && !slices.Contains(purposes, link.Purpose) {
		return Account{}, Link{}, unknown
	}
	if err != nil {
		return Account{}, Link{}, err
	}
	if !s.now().Before(link.ExpiresAt) {
		return Account{}, Link{}, fault.New(fault.NotFound, "token_expired", "This link has expired. Request another email.")
	}
	account, err := s.store.Account(ctx, link.Account)
	if err == nil && !link.Purpose.serves(account) {
		return Account{}, Link{}, unknown
	}
	return account, link, err
}

// serves reports whether the account can still use a link for the purpose.
func (p Purpose) serves(account Account) bool {
	if p == FirstPassword || p == FirstPasswordByMail {
		return account.State == Invited
	}
	return mayChoosePassword(account)
}

// mayChoosePassword reports whether the account may choose a password through a mail.
func mayChoosePassword(account Account) bool {
	return account.State == Pending || account.State == Invited || account.State == Active
}

// LinkHolder returns the account that a mail's link is for.
func (s *Service) LinkHolder(ctx context.Context, token string, purpose Purpose) (Account, error) {
	account, _, err := s.holderOf(ctx, token, purpose)
	return account.withoutSecret(), err
}

// choosePassword sets the password of the account that a link is for. The link works once, even if it is used
// concurrently. All sessions and other links of the account end.
func (s *Service) choosePassword(ctx context.Context, in NewPassword, action string, holderOf func(ctx context.Context, token string) (Account, Link, error)) error {
	holder, link, err := holderOf(ctx, in.Token)
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return err
	}
	return s.change(asHolder(ctx, holder), holder.ID, action, func(ctx context.Context, account *Account) error {
		if _, _, err := holderOf(ctx, in.Token); err != nil { // again, now that the account is locked
			return err
		}
		account.PasswordHash, account.PasswordAt, account.Unproven = hash, s.now(), false
		if link.Purpose != FirstPassword { // staff may have handed it over without a mail
			account.VerifiedAt = s.now()
		}
		if account.State == Invited {
			if err := s.activate(ctx, account); err != nil {
				return err
			}
		}
		if err := s.endOthers(ctx, account.ID, SessionID{}); err != nil {
			return err
		}
		return s.forgetFailures(ctx, account.Email)
	})
}
