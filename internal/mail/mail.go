// Package mail sends what waits in the outbox over SMTP.
//
// It owns the words of the mails, the addresses of their links, and when a message is tried again. It does not know who may
// get what: account decides that when the message is about to leave, and mints the token of its link then. Every message is
// sent at least once: a node that is killed between sending and writing it down leaves it to be sent again, under the same
// Message-ID. It is called by app, and only where a mail server is configured.
package mail

import (
	"context"
	"log/slog"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/clock"
)

// How a message is tried: a node that has taken it has the lease to send it, and the waits between tries grow.
const (
	lease       = 10 * time.Minute
	pollEvery   = 15 * time.Second
	firstWait   = time.Minute
	longestWait = 6 * time.Hour
	mostTries   = 10
)

// Outbox is where messages wait.
type Outbox interface {
	// ClaimMessage takes the message that is due first for as long as the lease; it answers false where none is.
	ClaimMessage(ctx context.Context, lease time.Duration) (event.Claimed, bool, error)
	MessageSent(ctx context.Context, sent event.MessageID) error
	// MessageFailed writes down why, and when to try again: never where that is zero.
	MessageFailed(ctx context.Context, failed event.MessageID, why string, again time.Time) error
	DropMessage(ctx context.Context, dropped event.MessageID) error
}

// Letters decide what a message says at the moment when it is sent.
type Letters interface {
	Letter(ctx context.Context, message event.Message) (account.Letter, error)
}

// Config is what a Sender needs.
type Config struct {
	Outbox  Outbox
	Letters Letters
	Server  Server
	// PortalName is what the portal is called now.
	PortalName func(ctx context.Context) (string, error)
	// PortalURL is where browsers reach the portal, without a slash at the end.
	PortalURL string
	// Fronts are the origins of other pages to which links may lead.
	Fronts []string
	Logger *slog.Logger
	Now    clock.Func
}

// Sender empties the outbox.
type Sender struct {
	config Config
	wake   chan struct{}
}

// New returns a Sender, which does nothing before Run.
func New(config Config) *Sender { return &Sender{config: config, wake: make(chan struct{}, 1)} }

// Wake lets Run look into the outbox now.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look in any case
	}
}

// Run sends what is due until the context ends. The context carries the principal that letters are asked for as.
func (s *Sender) Run(ctx context.Context) error {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		for s.deliverNext(ctx) && ctx.Err() == nil {
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.wake:
		case <-poll.C:
		}
	}
}

// deliverNext tries the message that is due first and reports whether there was one.
func (s *Sender) deliverNext(ctx context.Context) bool {
	claimed, found, err := s.config.Outbox.ClaimMessage(ctx, lease)
	if err != nil {
		if ctx.Err() == nil {
			s.config.Logger.ErrorContext(ctx, "looking into the outbox", "error", err)
		}
		return false
	}
	if !found {
		return false
	}
	// What has begun is brought to its end, so that a mail that has left is known to have.
	s.deliver(context.WithoutCancel(ctx), claimed)
	return true
}

func (s *Sender) deliver(ctx context.Context, claimed event.Claimed) {
	log := s.config.Logger.With("message", claimed.ID.Hex(), "template", claimed.Template, "attempt", claimed.Attempts)
	letter, err := s.config.Letters.Letter(ctx, claimed.Message)
	if err == nil && !letter.Unwanted {
		err = s.send(ctx, claimed, letter)
	}
	switch {
	case err != nil:
		again := s.nextTry(claimed.Attempts, err)
		log.WarnContext(ctx, "mail not sent", "again", again, "error", logged(err))
		err = s.config.Outbox.MessageFailed(ctx, claimed.ID, reason(err), again)
	case letter.Unwanted:
		log.InfoContext(ctx, "mail dropped")
		err = s.config.Outbox.DropMessage(ctx, claimed.ID)
	default:
		log.InfoContext(ctx, "mail sent")
		err = s.config.Outbox.MessageSent(ctx, claimed.ID)
	}
	if err != nil {
		log.ErrorContext(ctx, "writing down what became of a mail", "error", err)
	}
}

// nextTry is when to try again after so many tries, zero for never.
func (s *Sender) nextTry(tries int, err error) time.Time {
	if tries >= mostTries || isFinal(err) {
		return time.Time{}
	}
	wait := firstWait
	for range tries - 1 {
		wait = min(3*wait, longestWait)
	}
	return s.config.Now().Add(wait)
}
