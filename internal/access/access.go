// Package access owns who may call what: applications, requests for access, subscriptions, credentials, and the rule by
// which a call is charged.
//
// It decides every change of a subscription's state in one place (subscription.go), makes keys and keeps them as keyed
// hashes, assembles the Grant that the gateway enforces, and shows a product with the plans and the access to it. It
// neither forwards nor counts calls (gateway, usage), and it knows no dialect: surfaces translate their words to these.
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

// RequestID identifies an ask for access.
type RequestID = id.ID[request]

// SubscriptionID identifies a subscription.
type SubscriptionID = id.ID[subscription]

// CredentialID identifies a credential.
type CredentialID = id.ID[credential]

// RequestState is how far a request has come.
type RequestState string

// The states of a request. A processed request was recorded after the fact and opens nothing.
const (
	RequestPending   RequestState = "pending"
	RequestApproved  RequestState = "approved"
	RequestRejected  RequestState = "rejected"
	RequestWithdrawn RequestState = "withdrawn"
	RequestProcessed RequestState = "processed"
)

// Request is an ask for access, decided by staff or by itself.
type Request struct {
	ID          RequestID
	Application ApplicationID
	Team        identity.TeamID
	// Wanted and Remove are plan ids as they were sent: what does not exist fails at approval, not before.
	Wanted []string
	Remove []string
	// Version narrows what is asked for to one version; zero asks for all that the plans open.
	Version catalog.VersionID
	// Scopes are what is asked for of the plans' scopes; empty asks for all of them.
	Scopes []string
	// Credential is the key that shall open what is wanted too, zero where none is to be changed. IssueKey asks for a new
	// one with the approval; plans with a pair of keys issue theirs without asking.
	Credential CredentialID
	IssueKey   bool
	// Purpose and Fields are what the person filled in: why they ask, and their answers by label.
	Purpose   string
	Fields    map[string]string
	State     RequestState
	Asker     identity.AccountID
	CreatedAt time.Time
	DecidedAt time.Time
	Decider   identity.AccountID
	Reason    string
}

// SubscriptionState is what a subscription is worth at the gateway: only an approved one lets calls through.
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
	// Request is what it came from, zero where staff granted it outright.
	Request RequestID
	State   SubscriptionState
	// Scopes narrow what the plan grants; empty does not narrow.
	Scopes    []string
	Reason    string
	CreatedAt time.Time
	UpdatedAt time.Time
	// ApprovedAt is when it was first approved; EndsAt, exclusive, when it expires by itself (zero: never).
	ApprovedAt time.Time
	EndsAt     time.Time
	// RemovedAt is when its owner removed it: from then on it is gone for them, and only staff see it.
	RemovedAt time.Time
	// ClearedAt is when staff let the owner of a revoked subscription ask again.
	ClearedAt time.Time
}

// Slot is which of a subscription's pair of keys a credential is; empty for a key that stands alone.
type Slot string

// The slots of a pair.
const (
	NoSlot    Slot = ""
	Primary   Slot = "primary"
	Secondary Slot = "secondary"
)

// Status is what a credential is worth right now. It is derived from its times, never stored.
type Status string

// The statuses of a credential; the last two are refused at the gateway.
const (
	StatusActive   Status = "active"
	StatusExpiring Status = "expiring"
	StatusGrace    Status = "grace"
	StatusExpired  Status = "expired"
	StatusRevoked  Status = "revoked"
)

// Credential is what an application proves itself with.
type Credential struct {
	ID          CredentialID
	Application ApplicationID
	Team        identity.TeamID
	// Subscription is the one that the credential is bound to; zero where it serves all the application's.
	Subscription SubscriptionID
	Environment  string
	Kind         plan.Kind
	Format       plan.KeyFormat
	Slot         Slot
	Name         string
	// Lookup finds the credential: the keyed hash of the key, or of the user name. HashKey is the ring's key version it
	// was made with. Verifier is the keyed hash of the password of a Basic credential.
	Lookup   []byte
	Verifier []byte
	HashKey  int
	// Prefix is the part of the key that may be shown; of a Basic credential it is the whole user name.
	Prefix string
	// Viewable is fixed at issue; only then is Sealed there, the key (or the password) sealed with the credential's id.
	Viewable bool
	Sealed   []byte
	// InQuery lets the key come in the query.
	InQuery bool
	// Scopes narrow what the subscriptions grant; empty does not narrow.
	Scopes    []string
	CreatedAt time.Time
	CreatedBy identity.AccountID
	// RegeneratedAt is when the secret was last replaced in place.
	RegeneratedAt time.Time
	// ExpiresAt and GraceUntil are exclusive; zero is never.
	ExpiresAt   time.Time
	GraceUntil  time.Time
	RevokedAt   time.Time
	RevokedBy   identity.AccountID
	RotatedFrom CredentialID
	ReplacedBy  CredentialID
	// Ticket marks a key of a few minutes that CreatedBy tries the API with: it falls with their membership and is in no
	// list.
	Ticket bool
}

// Grant is all that the gateway must know of one credential: who it is and what it opens. It holds no secret.
type Grant struct {
	Credential  CredentialID
	Application ApplicationID
	Team        identity.TeamID
	// Account is the application's owner where it belongs to one member.
	Account identity.AccountID
	// TeamDisabled and Closed grants open nothing. Closed is a key whose owner is blocked or has left: refuse it as an
	// unknown one.
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
	// Subscriptions are the approved ones, in the order of the charging rule: bound before unbound, narrowed before wide,
	// then the oldest.
	Subscriptions []GrantedSubscription
	// Tags are everything the grant hangs on; a change to any of them makes it stale.
	Tags []event.Tag
}

// GrantedSubscription is an approved subscription with what the gateway needs of its plan.
type GrantedSubscription struct {
	ID   SubscriptionID
	Plan plan.ID
	// Family is the plan's: what its limits count for a team goes on when a plan of the same family takes its place.
	Family string
	Bound  bool
	Opens  []catalog.VersionID
	// Scoped says that scopes play a part: then exactly Scopes are granted, what plan, subscription and credential have in
	// common, and that may be none.
	Scoped bool
	Scopes []string
	Limits []plan.Limit
	EndsAt time.Time
}

// ApplicationFilter narrows a list of applications; zero fields do not narrow.
type ApplicationFilter struct {
	Team     identity.TeamID
	Account  identity.AccountID
	Defaults bool // also the default ones
	Search   string
	// Name finds the applications of that name, whatever its capitals; Strategy those that are bound to it.
	Name     string
	Strategy plan.StrategyID
	// Reader leaves out what belongs to other members than this one.
	Reader identity.AccountID
}

// RequestFilter narrows a list of requests; zero fields do not narrow.
type RequestFilter struct {
	Team        identity.TeamID
	Application ApplicationID
	State       RequestState
	// Plan finds the requests with a subscription under it, Search looks at the names of team, application and asker.
	Plan   plan.ID
	Search string
	// Decided leaves out what waits.
	Decided bool
	// PendingFirst puts what waits first, the oldest of it first.
	PendingFirst bool
	// Reader leaves out what belongs to other members than this one.
	Reader identity.AccountID
}

// SubscriptionFilter narrows a list of subscriptions; zero fields do not narrow.
type SubscriptionFilter struct {
	Team        identity.TeamID
	Application ApplicationID
	Plan        plan.ID
	// Version finds what is narrowed to it.
	Version catalog.VersionID
	Request RequestID
	States  []SubscriptionState
	// At lets States mean those of this moment: what has ended by then is expired. Zero takes them as they are stored.
	At time.Time
	// Environment is the plan's; Search looks at the names of team and application.
	Environment string
	Search      string
	// Account narrows to the applications of one member.
	Account identity.AccountID
	// Opening narrows to what is for one of the versions: narrowed to it, or wide under a plan that opens it.
	Opening []catalog.VersionID
	// OnlyRegistrations and NoRegistrations tell apart what listed applications are registered for, of which a team may
	// have thousands, and all else.
	OnlyRegistrations, NoRegistrations bool
	// Removed are those that their owner removed too; members never see them.
	Removed bool
	// Reader leaves out what belongs to other members than this one.
	Reader identity.AccountID
}

// CredentialFilter narrows a list of credentials; zero fields do not narrow.
type CredentialFilter struct {
	Team         identity.TeamID
	Application  ApplicationID
	Subscription SubscriptionID
	// Prefix finds the keys that begin so, or whose display prefix the text begins with.
	Prefix string
	// Environment is the key's.
	Environment string
	// TicketsToo leaves tickets in the list.
	TicketsToo bool
	// CreatedBy finds the keys that a leaving member issued.
	CreatedBy identity.AccountID
	// KnownTo finds the keys whose present secret this account was shown.
	KnownTo identity.AccountID
	// Unrevoked leaves out revoked keys; expired ones stay.
	Unrevoked bool
	// WorkingAt leaves out those that the gateway refuses at the time; zero does not narrow.
	WorkingAt time.Time
	// Tickets finds tickets and nothing else; without it they are left out.
	Tickets bool
	// Applications narrows to any of them; nil does not narrow.
	Applications []ApplicationID
	// TeamOwned leaves out the keys of members' own applications.
	TeamOwned bool
	// Reader leaves out what belongs to other members than this one.
	Reader identity.AccountID
}

// Store keeps applications, requests, subscriptions and credentials. Loads answer not_found for what does not exist;
// the tombstones of deleted applications are loaded but not listed. Lists are the newest first.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that name the same thing.
	Lock(ctx context.Context, name string) error

	// SaveApplication inserts or replaces; a doubled default or reference id is a conflict.
	SaveApplication(ctx context.Context, application Application) error
	// DefaultApplication is the team's, or with an account that member's in the team.
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
	Overviews
	Registrations
}

// Keys is the part of the store that holds credentials.
type Keys interface {
	// SaveCredential inserts or replaces; a doubled lookup value is a conflict.
	SaveCredential(ctx context.Context, credential Credential) error
	Credential(ctx context.Context, credential CredentialID) (Credential, error)
	Credentials(ctx context.Context, filter CredentialFilter, request page.Request) (page.Page[Credential], error)
	// GrantMaterial loads, in one consistent read, everything a Grant is made of for whichever of the lookup values
	// exists; not_found where none does.
	GrantMaterial(ctx context.Context, lookups [][]byte) (GrantMaterial, error)
	// SaveReader notes that an account was shown a credential's secret, ForgetReaders that the secret has changed.
	SaveReader(ctx context.Context, credential CredentialID, account identity.AccountID, at time.Time) error
	ForgetReaders(ctx context.Context, credential CredentialID) error
}

// GrantMaterial is a credential with everything that decides what it is worth.
type GrantMaterial struct {
	Credential   Credential
	Application  Application
	TeamDisabled bool
	// OwnerActive is false where one of the Holders is blocked, removed or no longer a member, or has a ticket and a role
	// that is not given one.
	OwnerActive bool
	// Subscriptions are all the application's that are not over, Plans theirs where they still exist.
	Subscriptions []Subscription
	Plans         []plan.Plan
	Strategies    []plan.Strategy
}
