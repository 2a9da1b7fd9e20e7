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

// Taken reports whether a node is sending the message: it has counted the attempt, which has neither failed nor ended yet.
func (d Delivery) Taken(at time.Time) bool {
	return d.State() == MessageWaiting && d.Attempts > 0 && d.Failure == "" && at.Before(d.NextAt)
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

// How far the list of messages reaches back.
const (
	// ListedMessages is how many messages it has.
	ListedMessages = 10_000
	// SearchedMessages is how many messages a search looks through: the newest in the state that the filter names.
	SearchedMessages = 2500
)

// OutboxFilter narrows the outbox; zero fields do not narrow. The search looks at recipients and templates; for a whole
// address it finds every message.
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
	// Messages lists the newest first.
	Messages(ctx context.Context, filter OutboxFilter, request page.Request) (OutboxList, error)
	Message(ctx context.Context, message MessageID) (Delivery, error)
	// HoldMessage is Message; until the transaction ends, no node takes a message to send it and nobody else holds one.
	HoldMessage(ctx context.Context, message MessageID) (Delivery, error)
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

// OutboxList is a page of the outbox, and how many messages of all have failed.
type OutboxList struct {
	page.Page[Delivery]
	Failed int
}

// Messages lists the outbox, the newest message first.
func (o *Outbox) Messages(ctx context.Context, filter OutboxFilter, request page.Request) (OutboxList, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return OutboxList{}, err
	}
	if err := filter.Validate(); err != nil {
		return OutboxList{}, err
	}
	return o.store.Messages(ctx, filter, request)
}

// Message returns one message.
func (o *Outbox) Message(ctx context.Context, wanted MessageID) (Delivery, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return Delivery{}, err
	}
	return o.store.Message(ctx, wanted)
}

// MessageToDiscard returns a message that the caller may discard.
func (o *Outbox) MessageToDiscard(ctx context.Context, wanted MessageID) (Delivery, error) {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return Delivery{}, err
	}
	return o.Message(ctx, wanted)
}

// Unsent holds a message that was not sent until the transaction ends, so that it is not sent meanwhile.
func (o *Outbox) Unsent(ctx context.Context, wanted MessageID) (Delivery, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return Delivery{}, err
	}
	delivery, err := o.store.HoldMessage(ctx, wanted)
	switch {
	case err != nil:
		return Delivery{}, err
	case delivery.State() == MessageSent:
		return Delivery{}, fault.New(fault.Precondition, "message_sent", "This message has been sent already.")
	case delivery.Taken(o.now()):
		return Delivery{}, fault.New(fault.Precondition, "message_taken", "This message is being sent at this moment. Look again in some minutes.")
	}
	return delivery, nil
}

// Retry lets a message be tried now, also one that was given up. One that is due already stays as it is.
func (o *Outbox) Retry(ctx context.Context, retried MessageID) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	return o.store.InTx(ctx, func(ctx context.Context) error {
		delivery, err := o.Unsent(ctx, retried)
		if err != nil || delivery.State() == MessageWaiting && !o.now().Before(delivery.NextAt) {
			return err
		}
		if err := o.store.RetryMessage(ctx, retried, o.now()); err != nil {
			return err
		}
		return o.events.Audit(ctx, delivery.Audit("outbox.retried"))
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
	err := o.store.InTx(ctx, func(ctx context.Context) error {
		delivery, err := o.Unsent(ctx, discarded)
		if err != nil {
			return err
		}
		if err := o.store.DeleteMessage(ctx, discarded); err != nil {
			return err
		}
		return o.events.Audit(ctx, delivery.Audit("outbox.discarded"))
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Audit is a record of what was done with the message.
func (d Delivery) Audit(action string) Audit {
	return Audit{Action: action, Object: TagOf(TagMessage, d.ID), Details: map[string]string{"email": d.To, "template": d.Template}}
}
