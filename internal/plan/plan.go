// Package plan owns what one subscribes to: plans with the versions they open, limits, prices and key policies, and the
// strategies by which applications prove themselves.
//
// It also owns the Route, what the gateway must know of one base path, since that takes versions and strategies
// together. Who has subscribed is access's business, what was counted usage's.
package plan

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

type (
	plan     struct{}
	strategy struct{}
)

// ID identifies a plan.
type ID = id.ID[plan]

// StrategyID identifies a strategy.
type StrategyID = id.ID[strategy]

// Kind says how an application proves itself.
type Kind string

// The kinds of strategies. Key and Basic can be chosen; the others are known by name and refused until they are served.
const (
	Key               Kind = "key"
	Basic             Kind = "basic"
	ClientCredentials Kind = "client-credentials"
	SelfManaged       Kind = "self-managed"
	JWT               Kind = "jwt"
	Certificate       Kind = "certificate"
)

// Strategy is how applications prove themselves to the versions that a plan opens.
type Strategy struct {
	ID   StrategyID
	Slug string
	Name string
	Kind Kind
	// Headers are the names a key may come in, in canonical spelling and in the order they are looked at; empty means
	// the gateway's defaults.
	Headers []string
	// Query are the names of query parameters a key may come in, where a plan allows that.
	Query     []string
	Scopes    []string
	Default   bool
	ManagedBy catalog.ManagedBy
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
}

// Issued reports whether the portal makes credentials of the kind, so that an application may choose it.
func (k Kind) Issued() bool { return k == Key || k == Basic }

// Plan is what one subscribes to.
type Plan struct {
	ID          ID
	Slug        string
	Name        string
	Description string
	// Family: a team holds at most one plan of a family; empty means that it stands alone.
	Family      string
	Environment string
	Strategy    StrategyID
	// Opens are the versions that the plan opens, without those that were deleted.
	Opens []catalog.VersionID
	// Scopes are what a subscriber may be granted; empty means that scopes play no part.
	Scopes   []string
	Limits   []Limit
	Price    Price
	Approval Approval
	Keys     KeyPolicy
	// Registrable says that one may ask for it, version by version, without staff.
	Registrable bool
	Published   bool
	ManagedBy   catalog.ManagedBy
	File        string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DeletedAt   time.Time
}

// Approval says who decides about a request for the plan.
type Approval string

// The ways to approve.
const (
	Automatic     Approval = "automatic"
	StaffApproval Approval = "staff"
)

// Meter is what a limit counts.
type Meter string

// Calls counts calls at the gateway; it is the only meter so far.
const Calls Meter = "calls"

// Per is what a limit counts for.
type Per string

// What a limit may count for.
const (
	PerSubscription Per = "subscription"
	PerCredential   Per = "credential"
	PerTeam         Per = "team"
)

// WindowKind says how the time of a limit runs.
type WindowKind string

// The windows. A Rate is smoothed over its seconds and kept in memory; the others are quotas, which are counted in the
// store: per calendar month (UTC), per rolling 24 hours, or per span of seconds from the first use.
const (
	Rate    WindowKind = "rate"
	Month   WindowKind = "month"
	Day     WindowKind = "day"
	Seconds WindowKind = "seconds"
)

// Window is the time that a limit covers.
type Window struct {
	Kind WindowKind
	// Length is used by Rate (at most 300 s) and Seconds.
	Length time.Duration
}

// Limit bounds how much is used within a window.
type Limit struct {
	Meter  Meter
	Per    Per
	Amount int64
	Window Window
}

// Price is what a plan costs, for people to read and for the cost estimate.
type Price struct {
	// Currency is an ISO 4217 code; empty means that nothing is said about the price.
	Currency string
	// Monthly is in the currency's minor units.
	Monthly int64
	// PerThousand is what 1,000 calls beyond Included cost, in minor units.
	PerThousand int64
	Included    int64
}

// KeyFormat says how a key looks.
type KeyFormat string

// Formats of keys: 32 hexadecimal digits as API Management makes them, or "pk_" with the environment and a checksum,
// which secret scanners can tell.
const (
	HexKey      KeyFormat = "hex"
	PrefixedKey KeyFormat = "prefixed"
)

// KeyPolicy says what keys a subscription gets and how they behave.
type KeyPolicy struct {
	Format KeyFormat
	// Pair gives a subscription a primary and a secondary key when it is approved.
	Pair bool
	// Viewable keys may be seen again by the members of their team; it is fixed on a key when it is issued.
	Viewable bool
	// InQuery lets the key come in the query.
	InQuery bool
	// Validity is how long a new key works; 0 means until it is revoked.
	Validity time.Duration
}

// Route is what the gateway must know of one base path.
type Route struct {
	Product  catalog.ProductID
	Version  catalog.VersionID
	Endpoint catalog.Endpoint
	// Headers and Query are where a key may come in, of all the strategies that open the version here. Query is empty
	// unless one of the plans allows it.
	Headers []string
	Query   []string
	Basic   bool
}

// Store keeps plans and strategies. Loads answer not_found for what does not exist; deleted things are not found.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that name the same thing.
	Lock(ctx context.Context, name string) error
	Plans(ctx context.Context) ([]Plan, error)
	Plan(ctx context.Context, plan ID) (Plan, error)
	PlanBySlug(ctx context.Context, slug string) (Plan, error)
	// PlanRows and StrategyRows list what staff see, by name; plans without what they open.
	PlanRows(ctx context.Context, filter Filter, request page.Request) (page.Page[Plan], error)
	StrategyRows(ctx context.Context, filter Filter, request page.Request) (page.Page[Strategy], error)
	SavePlan(ctx context.Context, plan Plan) error
	Strategies(ctx context.Context) ([]Strategy, error)
	SaveStrategy(ctx context.Context, strategy Strategy) error
}
