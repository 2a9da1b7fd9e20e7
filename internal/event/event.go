// Package event is how the domain tells the rest of the product what happened, in the transaction in which it happened.
//
// It owns the audit record and the Trail that lists and verifies them, the entry of the change log by which gateways drop
// cached grants, and the message that waits in the Outbox. It stores nothing and sends nothing itself: a service is given a
// Recorder, which the store implements.
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

// Recorder writes down what happened. Each method joins the transaction that the context carries, so that an effect
// and its record are kept or lost together.
type Recorder interface {
	// Audit appends an audit record; the actor, address and request id are taken from the context.
	Audit(ctx context.Context, record Audit) error
	// Changed appends to the change log that everything under these tags has changed. When the transaction is
	// committed, this process drops them before InTx returns, and every other process as it reads the log.
	Changed(ctx context.Context, tags ...Tag) error
	// Send leaves a message for the outbox.
	Send(ctx context.Context, message Message) error
	// SendOnce is Send, unless a message of the template waits to be sent to the recipient, or was left there after the time.
	SendOnce(ctx context.Context, message Message, after time.Time) error
}

// Audit is one line of the audit trail: who did what to which object. Details never hold a secret.
type Audit struct {
	ID AuditID
	At time.Time
	// Actor is the zero id where the product itself acted; ActorName is the e-mail address or the part that acted.
	Actor     identity.AccountID
	ActorName string
	// Action is noun.verb, such as "credential.regenerated".
	Action string
	// Object is the tag of what it was done to, Team the team that it belongs to.
	Object    Tag
	Team      identity.TeamID
	Address   netip.Addr
	RequestID string
	// Details are what it was about, as short texts by name; Note adds what is different before and after.
	Details map[string]string
}

// Message is a mail that waits to be sent: the name of a template and what it is filled with. A link's token is not
// among the parameters: it is minted when the mail is sent.
type Message struct {
	ID       MessageID
	At       time.Time
	To       string
	Template string
	Params   map[string]string
}

// Claimed is a message that one node is about to send, for the first time where Attempts is 1.
type Claimed struct {
	Message
	Attempts int
}

// Tag names something that cached grants may hang on, as "noun:id".
type Tag string

// TagOf makes the tag of one thing.
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

// Routes is the tag of the gateway's whole route table: which base paths lead where, and under which rules.
const Routes Tag = "routes"

// NewKeys is the tag appended when a credential comes to be, so that "unknown key" is forgotten everywhere.
const NewKeys Tag = "new_keys"

// Change is one entry of the change log.
type Change struct {
	// Position counts up by one and never skips: an entry that is visible has every earlier one visible.
	Position int64
	At       time.Time
	Tags     []Tag
}
