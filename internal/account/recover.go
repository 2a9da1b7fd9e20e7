package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// How many mails may be asked for: to one address within the window and within a day, from one machine within the window.
const (
	askingsForEmail      = 3
	askingsForEmailInDay = 20
	askingsOfMachine     = 20
)

// How many invitations may be sent: to one address within the window, by one member within a day.
const (
	invitationsToEmail    = 3
	invitationsOfOneInDay = 30
)

const day = 24 * time.Hour

// countAsking counts that somebody asked for a mail to the address, whether or not anybody is known there.
func (s *Service) countAsking(ctx context.Context, email string) error {
	_, err := s.begin(ctx, attempt{
		at: s.now(),
		counters: append([]counter{
			{subject: hashSubject("mail to:" + email), limit: askingsForEmail, window: failureWindow},
			{subject: hashSubject("mail within a day to:" + email), limit: askingsForEmailInDay, window: day},
		}, machines("mail asked from:", identity.From(ctx).Address, askingsOfMachine)...),
		locked: fault.New(fault.Limited, "mail_limited", "Too many mails were asked for. Look into your mail, also where spam goes, and try again later."),
	})
	return err
}

// countInvitation counts that a member lets the portal write to an address. The counters are separate from countAsking's:
// otherwise one could keep somebody from resetting their password by inviting them.
func (s *Service) countInvitation(ctx context.Context, email string) error {
	_, err := s.begin(ctx, attempt{
		at: s.now(),
		counters: []counter{
			{subject: hashSubject("invitation to:" + email), limit: invitationsToEmail, window: failureWindow},
			{subject: hashSubject("invitations within a day by:" + identity.From(ctx).Account.Hex()), limit: invitationsOfOneInDay, window: day},
		},
		locked: fault.New(fault.Limited, "invitations_limited", "Too many invitations were sent today, or too many to this address. Try again later."),
	})
	return err
}

// ForgotPassword is somebody's wish for a mail by which they choose another password.
type ForgotPassword struct {
	Email string
	// Front is the origin of the pages that the mail's link leads to; empty are the portal's own.
	Front string
}

// ForgotPassword leaves the same message for every address. Whether anybody is there, and may have a password, is looked at
// when it is sent, so that neither the answer nor the work before it tells.
func (s *Service) ForgotPassword(ctx context.Context, in ForgotPassword) error {
	email, valid := normaliseEmail(in.Email)
	if !valid {
		return fault.InvalidFields([]fault.Field{refusedEmail()})
	}
	if err := s.countAsking(ctx, email); err != nil {
		return err
	}
	return s.events.Send(ctx, event.Message{To: email, Template: MessageResetPassword, Params: map[string]string{"front": in.Front}})
}

// Verified is an address that is proved to be the person's. Token lets them choose a password.
type Verified struct {
	Email string
	Token string
}

// VerifyEmail takes the token of a mail as proof that it has arrived, once, and answers the token that a password is chosen
// with.
func (s *Service) VerifyEmail(ctx context.Context, token string) (Verified, error) {
	holder, _, err := s.holderOf(ctx, token, VerifyEmail)
	if err != nil {
		return Verified{}, err
	}
	verified := Verified{Email: holder.Email}
	err = s.change(asHolder(ctx, holder), holder.ID, "account.verified", func(ctx context.Context, account *Account) error {
		if _, _, err := s.holderOf(ctx, token, VerifyEmail); err != nil { // again: the account is locked by now
			return err
		}
		account.VerifiedAt, account.Unproven = s.now(), false
		if err := s.store.DeleteLinks(ctx, account.ID); err != nil {
			return err
		}
		var err error
		verified.Token, _, err = s.mint(ctx, account.ID, ResetPassword)
		return err
	})
	if err != nil {
		return Verified{}, err
	}
	return verified, nil
}

// NewPassword is a password that somebody chooses with the token of a mail.
type NewPassword struct {
	Token    string
	Password string
}

// Validate says what cannot be accepted.
func (in NewPassword) Validate() error {
	return fault.InvalidFields(append(refusedToken(in.Token), refusedPassword("password", in.Password)...))
}

// ResetPassword gives an account its first or another password.
func (s *Service) ResetPassword(ctx context.Context, in NewPassword) error {
	if err := in.Validate(); err != nil {
		return err
	}
	return s.choosePassword(ctx, in, "account.password_reset", func(ctx context.Context, token string) (Account, Link, error) {
		return s.holderOf(ctx, token, ResetPassword)
	})
}

// forgetFailures lets the person in who was locked out by wrong guesses.
func (s *Service) forgetFailures(ctx context.Context, email string) error {
	subject := subjectOfEmail(email)
	if err := s.store.Lock(ctx, subject); err != nil {
		return err
	}
	return s.store.DeleteFailures(ctx, subject)
}

// asHolder acts as the person whose mail it is, so that the audit trail names them.
func asHolder(ctx context.Context, holder Account) context.Context {
	return identity.With(ctx, identity.Principal{Account: holder.ID, Name: holder.Email, Address: identity.From(ctx).Address})
}
