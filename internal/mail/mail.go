// Package mail sends the messages of the outbox over SMTP.
//
// It owns the texts of the mails, the addresses of their links, and the retries. It does not know who may get which
// mail: account decides that, and creates the token of a link, when the message is about to be sent. Every message
// is sent at least once: if a node is killed after sending and before recording it, another sends the message
// again, with the same Message-ID. It is called by app, and only if a mail server is configured.
package mail

import (
	"context"
	"log/slog"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/clock"
)

// A node that claims a message has the lease to send it. The waits between attempts grow.
const (
	lease       = 10 * time.Minute
	pollEvery   = 15 * time.Second
	firstWait   = time.Minute
	longestWait = 6 * time.Hour
	mostTries   = 10
)

// Outbox stores the messages.
type Outbox interface {
	// ClaimMessage claims the message that is due first for the lease. It returns false if none is due.
	ClaimMessage(ctx context.Context, lease time.Duration) (event.Claimed, bool, error)
	MessageSent(ctx context.Context, sent event.MessageID) error
	// MessageFailed records the failure and when to try again; the zero time means never.
	MessageFailed(ctx context.Context, failed event.MessageID, why string, again time.Time) error
	DropMessage(ctx context.Context, dropped event.MessageID) error
}

// Letters decides what a message says at the moment when it is sent.
type Letters interface {
	Letter(ctx context.Context, message event.Message) (account.Letter, error)
}

// Brand is the portal's name and its colours in the two themes, such as #1f5fd0.
type Brand struct {
	Name        string
	Light, Dark Accent
}

// Accent has the colours of a theme: of buttons, of text on buttons, and of links.
type Accent struct{ Fill, Content, Text string }

// Config configures a Sender.
type Config struct {
	Outbox  Outbox
	Letters Letters
	Server  Server
	// Brand returns the portal's current name and colours.
	Brand func(ctx context.Context) (Brand, error)
	// PortalURL is the portal's public address, without a trailing slash.
	PortalURL string
	// Fronts are the origins of other front ends that links may lead to.
	Fronts []string
	Logger *slog.Logger
	Now    clock.Func
}

// Sender sends the messages of the outbox.
type Sender struct {
	config Config
	wake   chan struct{}
}

// New returns a Sender. Run starts it.
func New(config Config) *Sender { return &Sender{config: config, wake: make(chan struct{}, 1)} }

// Wake makes Run check the outbox now.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it will check anyway
	}
}

// Run sends due messages until the context ends. The context carries the principal that asks for letters.
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
	// A started delivery is finished, so that a mail that was sent is recorded as sent.
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
		log.ErrorContext(ctx, "recording the result of a mail", "error", err)
	}
}

// nextTry returns when to try again after this many attempts, or the zero time for never.
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
