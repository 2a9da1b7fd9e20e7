package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// The templates of mails about accounts. Their messages carry the account's id. Those that a stranger can cause
// carry the address alone, so that the outbox does not tell whether an account has it.
const (
	MessageSetUp         = "set_up"
	MessageVerifyEmail   = "verify_email"
	MessageAccountExists = "account_exists"
	MessageResetPassword = "reset_password"
	MessageApproved      = "approved"
	MessageRejected      = "rejected"
)

// Letter is what a message of the outbox says at the moment when it is sent.
type Letter struct {
	// Template is the message's own, or another where things have changed.
	Template string
	// Purpose, Token and ExpiresAt make the one-use link; they are zero where the letter needs none.
	Purpose   Purpose
	Token     string
	ExpiresAt time.Time
	// Unwanted says that nobody is to get the message any more.
	Unwanted bool
}

// Letter decides what a message says now, and mints the token of its link. It knows nothing of templates of other areas,
// whose messages need no more than they carry. Only the product itself and the portal's admins may ask.
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

// askedMailKept is how long a mail that somebody has asked for may wait: they will have asked again, or it was not them.
const askedMailKept = day

// tooLate reports whether what a message was left for is over.
func (s *Service) tooLate(account Account, message event.Message) bool {
	switch message.Template {
	case MessageResetPassword:
		return !s.now().Before(message.At.Add(askedMailKept)) || message.At.Before(account.PasswordAt)
	case MessageVerifyEmail:
		return !s.now().Before(message.At.Add(askedMailKept))
	}
	return false
}

// addressee is the account that a message is for, which must still have the address.
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

// letters decide what an account is written, by the template of the message.
var letters = map[string]func(account Account) Letter{
	MessageSetUp: func(account Account) Letter {
		return Letter{Purpose: FirstPasswordByMail, Unwanted: account.State != Invited}.orNothing()
	},
	MessageVerifyEmail: func(account Account) Letter {
		if account.PasswordHash != "" && mayChoosePassword(account) {
			return Letter{Template: MessageAccountExists}
		}
		if account.State == Rejected {
			return Letter{Template: MessageRejected} // the owner of the address may ask staff, and nobody else reads it
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

// orNothing takes the link out of a letter that nobody is to get.
func (l Letter) orNothing() Letter {
	if l.Unwanted {
		l.Purpose = ""
	}
	return l
}
