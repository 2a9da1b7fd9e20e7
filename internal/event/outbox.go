package event

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// MessageState says how far a message has come.
type MessageState string

// The states of a message: a waiting one will be tried, a failed one will not be tried again by itself.
const (
	MessageWaiting MessageState = "waiting"
	MessageFailed  MessageState = "failed"
	MessageSent    MessageState = "sent"
)

// MessageStates lists every state of a message, the most urgent first.
func MessageStates() []MessageState {
	return []MessageState{MessageFailed, MessageWaiting, MessageSent}
}

// Delivery is a message of the outbox and what became of it.
type Delivery struct {
	Message
	SentAt   time.Time
	Attempts int
	// NextAt is when it will be tried next; zero where it was sent or given up.
	NextAt time.Time
	// Failure is why the last attempt failed.
	Failure string
	// Invited says that the recipient has an account without a password, so that a set-up link can be made for them.
	Invited bool
}

// State is how far the message has come.
func (d Delivery) State() MessageState {
	switch {
	case !d.SentAt.IsZero():
		return MessageSent
	case d.NextAt.IsZero():
		return MessageFailed
	}
	return MessageWaiting
}

// OutboxFilter narrows the outbox; zero fields do not narrow. The search looks at recipients and templates.
type OutboxFilter struct {
	State  MessageState
	Search string
}

// Validate says what cannot be accepted.
func (f OutboxFilter) Validate() error {
	if f.State != "" && !slices.Contains(MessageStates(), f.State) {
		return fault.InvalidFields([]fault.Field{{Name: "state", Reason: "must be failed, waiting or sent"}})
	}
	return nil
}

// OutboxStore keeps the outbox. Loads answer not_found for what is not there.
type OutboxStore interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that name the same thing.
	Lock(ctx context.Context, name string) error
	// Messages lists the newest first.
	Messages(ctx context.Context, filter OutboxFilter, request page.Request) (page.Page[Delivery], error)
	MessageCounts(ctx context.Context) (map[MessageState]int, error)
	Message(ctx context.Context, message MessageID) (Delivery, error)
	// RetryMessage lets a message be tried from the moment on, as if it had not been tried before.
	RetryMessage(ctx context.Context, message MessageID, at time.Time) error
	// RetryFailed does so with every failed message and returns how many there were.
	RetryFailed(ctx context.Context, at time.Time) (int, error)
	DeleteMessage(ctx context.Context, message MessageID) error
}

// OutboxConfig is what an Outbox needs.
type OutboxConfig struct {
	Store  OutboxStore
	Events Recorder
	Now    clock.Func
}

// Outbox shows the messages to people and lets staff try them again or drop them.
type Outbox struct {
	store  OutboxStore
	events Recorder
	now    clock.Func
}

// NewOutbox returns an Outbox.
func NewOutbox(config OutboxConfig) *Outbox {
	return &Outbox{store: config.Store, events: config.Events, now: config.Now}
}

// OutboxList is a page of the outbox, and how many messages of all there are in each state.
type OutboxList struct {
	page.Page[Delivery]
	Counts map[MessageState]int
}

// Messages lists the outbox, the newest message first.
func (o *Outbox) Messages(ctx context.Context, filter OutboxFilter, request page.Request) (OutboxList, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return OutboxList{}, err
	}
	if err := filter.Validate(); err != nil {
		return OutboxList{}, err
	}
	found, err := o.store.Messages(ctx, filter, request)
	if err != nil {
		return OutboxList{}, err
	}
	counts, err := o.store.MessageCounts(ctx)
	return OutboxList{Page: found, Counts: counts}, err
}

// Message returns one message.
func (o *Outbox) Message(ctx context.Context, wanted MessageID) (Delivery, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return Delivery{}, err
	}
	return o.store.Message(ctx, wanted)
}

// Retry lets a message be tried now, also one that was given up.
func (o *Outbox) Retry(ctx context.Context, retried MessageID) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	return o.change(ctx, retried, "outbox.retried", func(ctx context.Context) error {
		return o.store.RetryMessage(ctx, retried, o.now())
	})
}

// RetryFailed lets every message be tried now that was given up, and returns how many there were.
func (o *Outbox) RetryFailed(ctx context.Context) (retried int, err error) {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return 0, err
	}
	err = o.store.InTx(ctx, func(ctx context.Context) error {
		if retried, err = o.store.RetryFailed(ctx, o.now()); err != nil || retried == 0 {
			return err
		}
		return o.events.Audit(ctx, Audit{Action: "outbox.all_retried", Object: "outbox", Details: map[string]string{"messages": strconv.Itoa(retried)}})
	})
	return retried, err
}

// Discard drops a message that was not sent; one that is gone already is no error.
func (o *Outbox) Discard(ctx context.Context, discarded MessageID) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	err := o.change(ctx, discarded, "outbox.discarded", func(ctx context.Context) error {
		return o.store.DeleteMessage(ctx, discarded)
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// change does something to a message that was not sent and that nobody else changes meanwhile.
func (o *Outbox) change(ctx context.Context, changed MessageID, action string, alter func(ctx context.Context) error) error {
	return o.store.InTx(ctx, func(ctx context.Context) error {
		if err := o.store.Lock(ctx, string(TagOf(TagMessage, changed))); err != nil {
			return err
		}
		delivery, err := o.store.Message(ctx, changed)
		if err != nil {
			return err
		}
		if delivery.State() == MessageSent {
			return fault.New(fault.Precondition, "message_sent", "This message has been sent already.")
		}
		if err := alter(ctx); err != nil {
			return err
		}
		return o.events.Audit(ctx, delivery.Audit(action))
	})
}

// Audit is a record of what was done with the message.
func (d Delivery) Audit(action string) Audit {
	return Audit{Action: action, Object: TagOf(TagMessage, d.ID), Details: map[string]string{"email": d.To, "template": d.Template}}
}
