package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// How many mails may be requested: to one address per window and per day, and by one machine per window.
const (
	mailsToEmail       = 3
	mailsToEmailPerDay = 20
	mailsByMachine     = 20
)

// How many invitations may be sent: to one address per window, and by one member per day.
const (
	invitationsToEmail        = 3
	invitationsByMemberPerDay = 30
)

const day = 24 * time.Hour

// countMailRequest counts a request for a mail to an address, whether or not it has an account.
func (s *Service) countMailRequest(ctx context.Context, email string) error {
	_, err := begin(ctx, s.store, attempt{
		at: s.now(),
		counters: append([]counter{
			{subject: hashSubject("mail to:" + email), limit: mailsToEmail, window: failureWindow},
			{subject: hashSubject("mail within a day to:" + email), limit: mailsToEmailPerDay, window: day},
		}, machines("mail asked from:", identity.From(ctx).Address, mailsByMachine)...),
		locked: fault.New(fault.Limited, "mail_limited", "Too many emails were requested. Check your inbox and spam folder, or try again later."),
	})
	return err
}

// countInvitation counts an invitation to an address. Its counters are separate from those of countMailRequest, so that
// invitations cannot keep a person from resetting their password.
func (s *Service) countInvitation(ctx context.Context, email string) error {
	_, err := begin(ctx, s.store, attempt{
		at: s.now(),
		counters: []counter{
			{subject: hashSubject("invitation to:" + email), limit: invitationsToEmail, window: failureWindow},
			{subject: hashSubject("invitations within a day by:" + identity.From(ctx).Account.Hex()), limit: invitationsByMemberPerDay, window: day},
		},
		locked: fault.New(fault.Limited, "invitations_limited", "You have sent too many invitations today, or too many to this address. Try again later."),
	})
	return err
}

// ForgotPassword is the input of Service.ForgotPassword.
type ForgotPassword struct {
	Email string
	// Front is the origin of the pages that the mail's link leads to; empty means the portal's own.
	Front string
}

// ForgotPassword asks for a password-reset mail. It queues the same message for every address and looks up the account
// only when the mail is sent, so that neither answer nor timing reveals whether it exists.
func (s *Service) ForgotPassword(ctx context.Context, in ForgotPassword) error {
	email, valid := normaliseEmail(in.Email)
	if !valid {
		return fault.InvalidFields([]fault.Field{refusedEmail()})
	}
	if err := s.countMailRequest(ctx, email); err != nil {
		return err
	}
	return s.events.Send(ctx, event.Message{To: email, Template: MessageResetPassword, Params: map[string]string{"front": in.Front}})
}

// Verified is a confirmed e-mail address. Token lets its owner choose a password.
type Verified struct {
	Email string
	Token string
}

// VerifyEmail confirms an address with the one-use token of a mail and returns a token for choosing a password.
func (s *Service) VerifyEmail(ctx context.Context, token string) (Verified, error) {
	holder, _, err := s.holderOf(ctx, token, VerifyEmail)
	if err != nil {
		return Verified{}, err
	}
	verified := Verified{Email: holder.Email}
	err = s.change(asHolder(ctx, holder), holder.ID, "account.verified", func(ctx context.Context, account *Account) error {
		if _, _, err := s.holderOf(ctx, token, VerifyEmail); err != nil { // again, now that the account is locked
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

// NewPassword is the input of ResetPassword. Token is the token of the link in the mail.
type NewPassword struct {
	Token    string
	Password string
}

// Validate rejects a malformed token and an unusable password.
func (in NewPassword) Validate() error {
	return fault.InvalidFields(append(refusedToken(in.Token), refusedPassword("password", in.Password)...))
}

// ResetPassword sets an account's password with the token of a mail.
func (s *Service) ResetPassword(ctx context.Context, in NewPassword) error {
	if err := in.Validate(); err != nil {
		return err
	}
	return s.choosePassword(ctx, in, "account.password_reset", func(ctx context.Context, token string) (Account, Link, error) {
		return s.holderOf(ctx, token, ResetPassword)
	})
}

// forgetFailures deletes the failed sign-ins of an address, so that its owner can sign in at once.
func (s *Service) forgetFailures(ctx context.Context, email string) error {
	subject := subjectOfEmail(email)
	if err := s.store.Lock(ctx, subject); err != nil {
		return err
	}
	return s.store.DeleteFailures(ctx, subject)
}

// asHolder returns a context whose Principal is the link's holder, so that the audit trail names them.
func asHolder(ctx context.Context, holder Account) context.Context {
	return identity.With(ctx, identity.Principal{Account: holder.ID, Name: holder.Email, Address: identity.From(ctx).Address})
}
