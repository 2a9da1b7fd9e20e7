package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// The templates of mails about accounts. Their messages carry the account's id, except for those that a stranger can
// trigger: these carry only the address, so that the outbox does not reveal whether it has an account.
const (
	MessageSetUp         = "set_up"
	MessageVerifyEmail   = "verify_email"
	MessageAccountExists = "account_exists"
	MessageResetPassword = "reset_password"
	MessageApproved      = "approved"
	MessageRejected      = "rejected"
)

// Letter is the content of a message at the moment when it is sent.
type Letter struct {
	// Template is the message's own template, or another one if the account has changed since.
	Template string
	// Purpose, Token and ExpiresAt describe the one-use link; they are zero if the letter has none.
	Purpose   Purpose
	Token     string
	ExpiresAt time.Time
	// Unwanted reports whether the message must no longer be sent.
	Unwanted bool
}

// Letter decides what a message says now and creates the token of its link. Messages of other areas' templates are
// returned unchanged. Only the product itself and admins of the portal may call it.
func (s *Service) Letter(ctx context.Context, message event.Message) (letter Letter, err error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Letter{}, err
	}
	decide, ours := letters[message.Template]
	if !ours {
		return Letter{Template: message.Template}, nil
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.addressee(ctx, message)
		if fault.Is(err, fault.NotFound) {
			letter.Unwanted = true
			return nil
		}
		if err != nil {
			return err
		}
		if s.tooLate(account, message) {
			letter.Unwanted = true
			return nil
		}
		if letter = decide(account); letter.Template == "" {
			letter.Template = message.Template
		}
		if letter.Purpose != "" {
			letter.Token, letter.ExpiresAt, err = s.mint(ctx, account.ID, letter.Purpose)
		}
		return err
	})
	return letter, err
}

// askedMailKept is how long a mail that a visitor requested may wait in the outbox. After that it is not sent.
const askedMailKept = day

// tooLate reports whether a requested mail has waited too long, or a password was chosen after the request for a reset.
func (s *Service) tooLate(account Account, message event.Message) bool {
	switch message.Template {
	case MessageResetPassword:
		return !s.now().Before(message.At.Add(askedMailKept)) || message.At.Before(account.PasswordAt)
	case MessageVerifyEmail:
		return !s.now().Before(message.At.Add(askedMailKept))
	}
	return false
}

// addressee returns the account that a message is for. It returns not_found if the account no longer has the address.
func (s *Service) addressee(ctx context.Context, message event.Message) (Account, error) {
	named, byID := message.Params["account"]
	if !byID {
		known, err := s.store.AccountByEmail(ctx, message.To)
		if err != nil {
			return Account{}, err
		}
		return s.locked(ctx, known.ID)
	}
	wanted, err := id.Parse[identity.AccountID](named)
	if err != nil {
		return Account{}, fault.Missing("account")
	}
	account, err := s.locked(ctx, wanted)
	if err == nil && account.Email != message.To {
		return Account{}, fault.Missing("account")
	}
	return account, err
}

// letters decides, by template, what a message to an account says.
var letters = map[string]func(account Account) Letter{
	MessageSetUp: func(account Account) Letter {
		return Letter{Purpose: FirstPasswordByMail, Unwanted: account.State != Invited}.orNothing()
	},
	MessageVerifyEmail: func(account Account) Letter {
		if account.PasswordHash != "" && mayChoosePassword(account) {
			return Letter{Template: MessageAccountExists}
		}
		if account.State == Rejected {
			return Letter{Template: MessageRejected} // only the owner of the address reads it, and may ask staff
		}
		return Letter{Purpose: VerifyEmail, Unwanted: account.State != Pending && account.State != Invited}.orNothing()
	},
	MessageResetPassword: func(account Account) Letter {
		return Letter{Purpose: ResetPassword, Unwanted: !mayChoosePassword(account)}.orNothing()
	},
	MessageApproved: func(account Account) Letter {
		if account.State == Invited {
			return Letter{Purpose: VerifyEmail}
		}
		return Letter{Unwanted: account.State != Active}
	},
	MessageRejected: func(account Account) Letter {
		return Letter{Unwanted: account.State != Rejected}
	},
	MessageInvitation: func(account Account) Letter {
		if account.State == Invited {
			return Letter{Purpose: FirstPasswordByMail}
		}
		return Letter{Unwanted: account.State != Active}
	},
}

// orNothing removes the link from a letter that is unwanted.
func (l Letter) orNothing() Letter {
	if l.Unwanted {
		l.Purpose = ""
	}
	return l
}
