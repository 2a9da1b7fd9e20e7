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

// MessageState is whether a message waits, was sent or has failed.
type MessageState string

// The states of a message. A failed message is not retried automatically.
const (
	MessageWaiting MessageState = "waiting"
	MessageFailed  MessageState = "failed"
	MessageSent    MessageState = "sent"
)

// MessageStates returns all states of a message, the most urgent first.
func MessageStates() []MessageState {
	return []MessageState{MessageFailed, MessageWaiting, MessageSent}
}

// Delivery is a message of the outbox with its delivery attempts.
type Delivery struct {
	Message
	SentAt   time.Time
	Attempts int
	// NextAt is the time of the next attempt; zero if the message was sent or has failed.
	NextAt time.Time
	// Failure says why the last attempt failed.
	Failure string
	// Invited reports whether the recipient's account has no password, so that a set-up link can be created for it.
	Invited bool
}

// Queue counts the unsent messages. Oldest is the time of the oldest waiting one, zero if none waits.
type Queue struct {
	Waiting int
	Failed  int
	Oldest  time.Time
}

// Taken reports whether a node is sending the message: its attempt is counted and has not ended.
func (d Delivery) Taken(at time.Time) bool {
	return d.State() == MessageWaiting && d.Attempts > 0 && d.Failure == "" && at.Before(d.NextAt)
}

// State returns the message's state.
func (d Delivery) State() MessageState {
	switch {
	case !d.SentAt.IsZero():
		return MessageSent
	case d.NextAt.IsZero():
		return MessageFailed
	}
	return MessageWaiting
}

// The bounds of the list of messages.
const (
	// ListedMessages is the maximum length of the list.
	ListedMessages = 10_000
	// SearchedMessages is how many messages a search covers: the newest in the filter's state.
	SearchedMessages = 2500
)

// OutboxFilter filters the outbox; zero fields match everything. The search covers recipients and templates. For a
// whole e-mail address it finds every message.
type OutboxFilter struct {
	State  MessageState
	Search string
}

// Validate returns an error for an unknown state.
func (f OutboxFilter) Validate() error {
	if f.State != "" && !slices.Contains(MessageStates(), f.State) {
		return fault.InvalidFields([]fault.Field{{Name: "state", Reason: "must be failed, waiting or sent"}})
	}
	return nil
}

// OutboxStore stores the outbox. Its methods return not_found for an unknown message.
type OutboxStore interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Messages lists the newest first.
	Messages(ctx context.Context, filter OutboxFilter, request page.Request) (OutboxList, error)
	Message(ctx context.Context, message MessageID) (Delivery, error)
	// HoldMessage is Message with a lock: until the transaction ends, no message is claimed or held elsewhere.
	HoldMessage(ctx context.Context, message MessageID) (Delivery, error)
	// RetryMessage resets a message's attempts and makes it due at the given time.
	RetryMessage(ctx context.Context, message MessageID, at time.Time) error
	// RetryFailed does so for every failed message and returns how many there were.
	RetryFailed(ctx context.Context, at time.Time) (int, error)
	DeleteMessage(ctx context.Context, message MessageID) error
	// ForgetSent deletes messages that were sent before a time, in short transactions.
	ForgetSent(ctx context.Context, before time.Time) error
}

// OutboxConfig is what an Outbox needs.
type OutboxConfig struct {
	Store  OutboxStore
	Events Recorder
	Now    clock.Func
}

// Outbox lists the messages and lets staff retry or discard them.
type Outbox struct {
	store  OutboxStore
	events Recorder
	now    clock.Func
}

// NewOutbox returns an Outbox.
func NewOutbox(config OutboxConfig) *Outbox {
	return &Outbox{store: config.Store, events: config.Events, now: config.Now}
}

// OutboxList is a page of the outbox; Failed and Waiting count all messages in these states.
type OutboxList struct {
	page.Page[Delivery]
	Failed, Waiting int
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

// Unsent returns an unsent message and keeps it from being sent until the transaction ends.
func (o *Outbox) Unsent(ctx context.Context, wanted MessageID) (Delivery, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return Delivery{}, err
	}
	delivery, err := o.store.HoldMessage(ctx, wanted)
	switch {
	case err != nil:
		return Delivery{}, err
	case delivery.State() == MessageSent:
		return Delivery{}, fault.New(fault.Precondition, "message_sent", "This message was already sent.")
	case delivery.Taken(o.now()):
		return Delivery{}, fault.New(fault.Precondition, "message_taken", "This message is being sent. Check again in a few minutes.")
	}
	return delivery, nil
}

// Retry makes a message due now, even a failed one. A message that is already due stays unchanged.
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

// RetryFailed makes every failed message due now and returns how many there were.
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

// Discard deletes an unsent message; discarding it again is no error.
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

// Audit returns an audit record about the message.
func (d Delivery) Audit(action string) Audit {
	return Audit{Action: action, Object: TagOf(TagMessage, d.ID), Details: map[string]string{"email": d.To, "template": d.Template}}
}

// SentKept is how long sent messages are kept.
const SentKept = 90 * 24 * time.Hour

// Forget deletes messages that were sent long ago. The product itself calls it periodically.
func (o *Outbox) Forget(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	return o.store.ForgetSent(ctx, o.now().Add(-SentKept))
}
