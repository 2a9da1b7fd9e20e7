// Package event records what happened in the domain, in the transaction in which it happened.
//
// It owns the audit record and the Trail that lists and verifies records, the entry of the change log that makes
// gateways drop cached grants, and the message that waits in the Outbox. It stores and sends nothing itself: services
// get a Recorder, which the store implements.
package event

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
)

type (
	audit   struct{}
	message struct{}
)

// AuditID identifies an audit record.
type AuditID = id.ID[audit]

// MessageID identifies a message of the outbox.
type MessageID = id.ID[message]

// Recorder records what happened. Each method joins the transaction of the context, so that a change and its record are
// saved or lost together.
type Recorder interface {
	// Audit appends an audit record with the actor, address and request id of the context.
	Audit(ctx context.Context, record Audit) error
	// Changed appends to the change log that everything with these tags has changed. After the commit, this process
	// drops the tags before InTx returns; other processes drop them when they read the log.
	Changed(ctx context.Context, tags ...Tag) error
	// Send puts a message into the outbox.
	Send(ctx context.Context, message Message) error
	// SendOnce is like Send, but does nothing if the recipient already has a message of the same template that is
	// unsent or newer than the given time.
	SendOnce(ctx context.Context, message Message, after time.Time) error
}

// Audit is one line of the audit trail: who did what to which object. Details never hold a secret.
type Audit struct {
	ID AuditID
	At time.Time
	// Actor is zero if the product itself acted; ActorName is an e-mail address or the name of the part that acted.
	Actor     identity.AccountID
	ActorName string
	// Action is noun.verb, such as "credential.regenerated".
	Action string
	// Object is the tag of the object that was acted on, Team the team that it belongs to.
	Object    Tag
	Team      identity.TeamID
	Address   netip.Addr
	RequestID string
	// Details has short texts by name; Note adds values from before and after a change.
	Details map[string]string
}

// Message is a mail that waits to be sent: the name of a template and its parameters. A link's token is never a
// parameter: it is created when the mail is sent.
type Message struct {
	ID       MessageID
	At       time.Time
	To       string
	Template string
	Params   map[string]string
}

// Claimed is a message that one node is about to send; Attempts is 1 the first time.
type Claimed struct {
	Message
	Attempts int
}

// Tag identifies an object that cached grants depend on, as "noun:id".
type Tag string

// TagOf returns the tag of an object.
func TagOf(noun string, of fmt.Stringer) Tag { return Tag(noun + ":" + of.String()) }

// Nouns of tags.
const (
	TagAccount      = "account"
	TagTeam         = "team"
	TagApplication  = "application"
	TagSubscription = "subscription"
	TagCredential   = "credential"
	TagPlan         = "plan"
	TagVersion      = "version"
	TagProduct      = "product"
	TagStrategy     = "strategy"
	TagRequest      = "request"
	TagMessage      = "message"
)

// Routes is the tag of the gateway's whole route table.
const Routes Tag = "routes"

// NewKeys is the tag appended when a credential is created, so that all nodes drop their cached unknown keys.
const NewKeys Tag = "new_keys"

// PublicMode is the tag of the setting that decides whether visitors may read the portal.
const PublicMode Tag = "public_mode"

// Change is one entry of the change log.
type Change struct {
	// Position increases by one without gaps: if an entry is visible, all earlier ones are.
	Position int64
	At       time.Time
	Tags     []Tag
}
