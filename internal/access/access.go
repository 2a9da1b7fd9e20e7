// Package access decides which application may call which API.
//
// It owns applications, requests for access, subscriptions, credentials, and the rule by which a call is charged. It
// decides every change of a subscription's state in one place (subscription.go), creates keys and stores them as keyed
// hashes, assembles the Grant that the gateway enforces, and shows a product with its plans and the caller's access. It
// neither forwards nor counts calls (gateway, usage), and it knows no wire protocol.
package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

type (
	application  struct{}
	request      struct{}
	subscription struct{}
	credential   struct{}
)

// ApplicationID identifies an application.
type ApplicationID = id.ID[application]

// RequestID identifies a request for access.
type RequestID = id.ID[request]

// SubscriptionID identifies a subscription.
type SubscriptionID = id.ID[subscription]

// CredentialID identifies a credential.
type CredentialID = id.ID[credential]

// RequestState is the state of a request.
type RequestState string

// The states of a request. A processed request was recorded after it was decided elsewhere, and grants nothing.
const (
	RequestPending   RequestState = "pending"
	RequestApproved  RequestState = "approved"
	RequestRejected  RequestState = "rejected"
	RequestWithdrawn RequestState = "withdrawn"
	RequestProcessed RequestState = "processed"
)

// Request is a request for access. It is approved automatically or decided by staff.
type Request struct {
	ID          RequestID
	Application ApplicationID
	Team        identity.TeamID
	// Wanted and Remove are plan IDs as they were sent. Unknown plans fail at approval, not before.
	Wanted []string
	Remove []string
	// Version narrows the request to one version; zero requests everything that the plans open.
	Version catalog.VersionID
	// Scopes are the requested scopes, out of those of the plans; empty requests all of them.
	Scopes []string
	// Credential is an existing key that gets access to the wanted plans too; zero changes no key. IssueKey requests a new
	// key with the approval. Plans with a pair of keys always issue the pair.
	Credential CredentialID
	IssueKey   bool
	// Purpose is the reason for the request. Fields are the answers to the form's fields, by label.
	Purpose   string
	Fields    map[string]string
	State     RequestState
	Asker     identity.AccountID
	CreatedAt time.Time
	DecidedAt time.Time
	Decider   identity.AccountID
	Reason    string
}

// SubscriptionState is the state of a subscription. The gateway lets only approved ones call.
type SubscriptionState string

// The states of a subscription.
const (
	Pending   SubscriptionState = "pending"
	Approved  SubscriptionState = "approved"
	Rejected  SubscriptionState = "rejected"
	Cancelled SubscriptionState = "cancelled"
	Suspended SubscriptionState = "suspended"
	Revoked   SubscriptionState = "revoked"
	Expired   SubscriptionState = "expired"
)

// Subscription is an application's access under a plan.
type Subscription struct {
	ID          SubscriptionID
	Application ApplicationID
	Team        identity.TeamID
	Plan        plan.ID
	// Version narrows the subscription to one version; zero opens all that the plan opens.
	Version catalog.VersionID
	// Request is the request that created it; zero if staff granted it directly.
	Request RequestID
	State   SubscriptionState
	// Scopes narrow what the plan grants; empty does not narrow.
	Scopes    []string
	Reason    string
	CreatedAt time.Time
	UpdatedAt time.Time
	// ApprovedAt is the time of the first approval. EndsAt, exclusive, is when it expires; zero means never.
	ApprovedAt time.Time
	EndsAt     time.Time
	// RemovedAt is when its owner removed it. From then on only staff see it.
	RemovedAt time.Time
	// ClearedAt is when staff allowed the owner of a revoked subscription to request access again.
	ClearedAt time.Time
}

// Slot is the position of a credential in a subscription's pair of keys; empty for a single key.
type Slot string

// The slots of a pair.
const (
	NoSlot    Slot = ""
	Primary   Slot = "primary"
	Secondary Slot = "secondary"
)

// Status is the status of a credential at a given time. It is derived from its times and never stored.
type Status string

// The statuses of a credential. The gateway refuses the last two.
const (
	StatusActive   Status = "active"
	StatusExpiring Status = "expiring"
	StatusGrace    Status = "grace"
	StatusExpired  Status = "expired"
	StatusRevoked  Status = "revoked"
)

// Credential is what an application authenticates with.
type Credential struct {
	ID          CredentialID
	Application ApplicationID
	Team        identity.TeamID
	// Subscription is the subscription that the credential is bound to; zero if it serves all of the application's.
	Subscription SubscriptionID
	Environment  string
	Kind         plan.Kind
	Format       plan.KeyFormat
	Slot         Slot
	Name         string
	// Lookup finds the credential: the keyed hash of the key, or of the user name. HashKey is the version of the ring's
	// key that it was hashed with. Verifier is the keyed hash of a Basic credential's password.
	Lookup   []byte
	Verifier []byte
	HashKey  int
	// Prefix is the part of the key that lists may show; for a Basic credential it is the whole user name.
	Prefix string
	// Viewable is fixed at issue. If it is set, Sealed is the key (or the password), sealed with the credential's ID.
	Viewable bool
	Sealed   []byte
	// InQuery allows the key in the query string.
	InQuery bool
	// Scopes narrow what the subscriptions grant; empty does not narrow.
	Scopes    []string
	CreatedAt time.Time
	CreatedBy identity.AccountID
	// RegeneratedAt is when the secret was last replaced in place.
	RegeneratedAt time.Time
	// ExpiresAt and GraceUntil are exclusive; zero means never.
	ExpiresAt   time.Time
	GraceUntil  time.Time
	RevokedAt   time.Time
	RevokedBy   identity.AccountID
	RotatedFrom CredentialID
	ReplacedBy  CredentialID
	// Ticket marks a key that lets CreatedBy try out the API for a few minutes. It ends when they leave the team. Lists
	// leave it out unless CredentialFilter.TicketsToo is set.
	Ticket bool
}

// Grant is what the gateway needs to know about one credential: its owner and what it opens. It holds no secret.
type Grant struct {
	Credential  CredentialID
	Application ApplicationID
	Team        identity.TeamID
	// Account is the application's owner if it belongs to one member.
	Account identity.AccountID
	// A grant that is TeamDisabled or Closed admits no call. Closed means that the key's owner is blocked or has left:
	// refuse it like an unknown key.
	TeamDisabled bool
	Closed       bool
	Environment  string
	Kind         plan.Kind
	Slot         Slot
	InQuery      bool
	Verifier     []byte
	HashKey      int
	Scopes       []string
	ExpiresAt    time.Time
	GraceUntil   time.Time
	// Logged means that the team's request log holds its calls.
	Logged bool
	// Visitor marks the key of a visitor. Its calls are limited, but no team is charged for them.
	Visitor bool
	// Subscriptions are the approved ones in the order of the charging rule: bound before unbound, narrowed before
	// wide, then the oldest.
	Subscriptions []GrantedSubscription
	// Tags are everything that the grant depends on. A change to any of them makes it stale.
	Tags []event.Tag
}

// GrantedSubscription is an approved subscription with the parts of its plan that the gateway needs.
type GrantedSubscription struct {
	ID   SubscriptionID
	Plan plan.ID
	// Family is the plan's. If a plan of the same family replaces it, the team's counts toward its limits continue.
	Family string
	Bound  bool
	Opens  []catalog.VersionID
	// Scoped reports whether scopes matter. If so, exactly Scopes are granted: those that plan, subscription and
	// credential have in common, possibly none.
	Scoped bool
	Scopes []string
	Limits []plan.Limit
	Price  plan.Price
	EndsAt time.Time
}

// ApplicationFilter narrows a list of applications; zero fields do not narrow.
type ApplicationFilter struct {
	Team     identity.TeamID
	Account  identity.AccountID
	Defaults bool // includes default applications
	// KeyedDefaults includes default applications that have a key.
	KeyedDefaults bool
	Search        string
	// Name finds applications by name, ignoring case; Strategy finds those with the strategy.
	Name     string
	Strategy plan.StrategyID
	// Reader excludes what other members own.
	Reader identity.AccountID
}

// RequestFilter narrows a list of requests; zero fields do not narrow.
type RequestFilter struct {
	Team        identity.TeamID
	Application ApplicationID
	State       RequestState
	// Plan finds requests with a subscription under it. Search matches the names of team, application and asker.
	Plan   plan.ID
	Search string
	// Decided leaves out pending requests.
	Decided bool
	// PendingFirst sorts pending requests first, the oldest of them at the top.
	PendingFirst bool
	// Reader excludes what other members own.
	Reader identity.AccountID
}

// SubscriptionFilter narrows a list of subscriptions; zero fields do not narrow.
type SubscriptionFilter struct {
	Team        identity.TeamID
	Application ApplicationID
	Plan        plan.ID
	// Version finds subscriptions to this single version.
	Version catalog.VersionID
	Request RequestID
	States  []SubscriptionState
	// At applies States to the states at this time: a subscription that has ended by then is expired. Zero uses the
	// stored states.
	At time.Time
	// Environment is the plan's. Search matches the names of team and application.
	Environment string
	Search      string
	// Account narrows to one member's applications.
	Account identity.AccountID
	// Opening narrows to subscriptions to one of the versions, or to a whole plan that opens one of them.
	Opening []catalog.VersionID
	// OnlyRegistrations finds only the registrations of listed applications. NoRegistrations leaves them out, because a
	// team can have thousands.
	OnlyRegistrations, NoRegistrations bool
	// Removed includes those that their owner removed; members never see them.
	Removed bool
	// Among narrows to any of them; nil does not narrow.
	Among []SubscriptionID
	// Reader excludes what other members own.
	Reader identity.AccountID
}

// CredentialFilter narrows a list of credentials; zero fields do not narrow.
type CredentialFilter struct {
	Team         identity.TeamID
	Application  ApplicationID
	Subscription SubscriptionID
	// Prefix is the beginning of a key, or a whole key. It is compared with the display prefixes of keys, as far as the
	// shorter of the two goes.
	Prefix string
	// Search finds what Prefix finds, and matches the names of key, team and application.
	Search string
	// Part narrows to a part of the staff's list at At.
	Part KeyPart
	At   time.Time
	// Environment is the key's.
	Environment string
	// TicketsToo includes tickets in the list.
	TicketsToo bool
	// CreatedBy finds the keys that a leaving member issued.
	CreatedBy identity.AccountID
	// KnownTo finds keys whose current secret this account was shown.
	KnownTo identity.AccountID
	// Unrevoked leaves out revoked keys; expired ones stay.
	Unrevoked bool
	// WorkingAt leaves out keys that the gateway refuses at this time; zero does not narrow.
	WorkingAt time.Time
	// Tickets finds only tickets.
	Tickets bool
	// Applications narrows to any of them; nil does not narrow.
	Applications []ApplicationID
	// TeamOwned leaves out the keys of members' own applications.
	TeamOwned bool
	// Reader excludes what other members own.
	Reader identity.AccountID
}

// Store stores applications, requests, subscriptions and credentials. Loads return not_found for missing objects.
// Deleted applications can be loaded but are not listed. Lists are the newest first.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serializes transactions that name the same lock.
	Lock(ctx context.Context, name string) error

	// SaveApplication inserts or replaces; a duplicate default or reference ID is a conflict.
	SaveApplication(ctx context.Context, application Application) error
	// DefaultApplication returns the default application of the team, or of this member of the team.
	DefaultApplication(ctx context.Context, team identity.TeamID, account identity.AccountID) (Application, error)
	Application(ctx context.Context, application ApplicationID) (Application, error)
	Applications(ctx context.Context, filter ApplicationFilter, request page.Request) (page.Page[Application], error)

	SaveRequest(ctx context.Context, request Request) error
	DeleteRequest(ctx context.Context, request RequestID) error
	Request(ctx context.Context, request RequestID) (Request, error)
	Requests(ctx context.Context, filter RequestFilter, request page.Request) (page.Page[Request], error)

	SaveSubscription(ctx context.Context, subscription Subscription) error
	Subscription(ctx context.Context, subscription SubscriptionID) (Subscription, error)
	Subscriptions(ctx context.Context, filter SubscriptionFilter, request page.Request) (page.Page[Subscription], error)
	// Reach counts the open subscriptions to what the filter names, their teams, and the keys that work for them.
	Reach(ctx context.Context, filter ReachFilter, now time.Time) (Reach, error)

	Keys
	VisitorKeys
	Overviews
	Registrations
	Landings
}

// Keys is the part of the store that stores credentials.
type Keys interface {
	// SaveCredential inserts or replaces; a duplicate lookup value is a conflict.
	SaveCredential(ctx context.Context, credential Credential) error
	Credential(ctx context.Context, credential CredentialID) (Credential, error)
	Credentials(ctx context.Context, filter CredentialFilter, request page.Request) (page.Page[Credential], error)
	CountCredentials(ctx context.Context, filter CredentialFilter) (int, error)
	// GrantMaterial loads the credential with one of the lookup values and everything that its Grant consists of, in
	// one consistent read. It returns not_found if no credential matches.
	GrantMaterial(ctx context.Context, lookups [][]byte) (GrantMaterial, error)
	// SaveReader records that an account was shown a credential's secret. ForgetReaders deletes these records when the
	// secret changes.
	SaveReader(ctx context.Context, credential CredentialID, account identity.AccountID, at time.Time) error
	ForgetReaders(ctx context.Context, credential CredentialID) error
	// ForgetTickets deletes tickets that expired before a time, in short transactions.
	ForgetTickets(ctx context.Context, before time.Time) error
}

// GrantMaterial is a credential with everything that decides what it grants.
type GrantMaterial struct {
	Credential   Credential
	Application  Application
	TeamDisabled bool
	// Logged means that the team's request log is on.
	Logged bool
	// OwnerActive is false if one of the Holders is blocked, removed or no longer a member, or holds a ticket in a role
	// that may not have one.
	OwnerActive bool
	// Subscriptions are those of the application that have not ended. Plans are their plans, without deleted ones.
	Subscriptions []Subscription
	Plans         []plan.Plan
	Strategies    []plan.Strategy
}
