// Package plan owns what applications subscribe to: plans with their versions, limits, prices and key policies, and the
// strategies by which applications authenticate.
//
// Route, which tells the gateway about one base path, is also here because it combines versions and strategies.
// Subscriptions belong to package access, and counted calls to package usage.
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

// Kind says how an application authenticates.
type Kind string

// The kinds of strategies. Only Key and Basic are supported; validation rejects the others.
const (
	Key               Kind = "key"
	Basic             Kind = "basic"
	ClientCredentials Kind = "client-credentials"
	SelfManaged       Kind = "self-managed"
	JWT               Kind = "jwt"
	Certificate       Kind = "certificate"
)

// Strategy is how applications authenticate to the versions that a plan opens.
type Strategy struct {
	ID   StrategyID
	Slug string
	Name string
	Kind Kind
	// Headers are the headers that may hold a key, in canonical spelling and in the order of lookup. Empty means the
	// gateway's defaults.
	Headers []string
	// Query are the query parameters that may hold a key, if the plan allows keys in the query.
	Query     []string
	Scopes    []string
	Default   bool
	ManagedBy catalog.ManagedBy
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
}

// Issued reports whether the portal issues credentials of the kind, so that an application may choose it.
func (k Kind) Issued() bool { return k == Key || k == Basic }

// Plan is what an application subscribes to.
type Plan struct {
	ID          ID
	Slug        string
	Name        string
	Description string
	// Family groups plans of which a team holds at most one; empty means that the plan is in no family.
	Family      string
	Environment string
	Strategy    StrategyID
	// Opens are the versions that the plan opens, without deleted ones.
	Opens []catalog.VersionID
	// Scopes are the scopes that a subscriber may be granted; empty means that the plan does not use scopes.
	Scopes   []string
	Limits   []Limit
	Price    Price
	Approval Approval
	Keys     KeyPolicy
	// Registrable reports whether teams can register applications for single versions of the plan.
	Registrable bool
	// Trial says that visitors may try the plan out without an account.
	Trial     bool
	Published bool
	ManagedBy catalog.ManagedBy
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
}

// Approval says who decides on a request for the plan.
type Approval string

// The ways to approve.
const (
	Automatic     Approval = "automatic"
	StaffApproval Approval = "staff"
)

// Meter is what a limit counts.
type Meter string

// Calls counts calls at the gateway. It is the only meter.
const Calls Meter = "calls"

// Per is the object that a limit applies to.
type Per string

// The objects that a limit may apply to.
const (
	PerSubscription Per = "subscription"
	PerCredential   Per = "credential"
	PerTeam         Per = "team"
)

// WindowKind says when a limit's window starts and ends.
type WindowKind string

// The kinds of windows. A Rate is smoothed over its seconds and kept in memory. The others are quotas counted in the
// store: per calendar month (UTC), per rolling 24 hours, or per number of seconds from the first use.
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

// Limit bounds the usage within a window.
type Limit struct {
	Meter  Meter
	Per    Per
	Amount int64
	Window Window
	// Overage lets calls beyond the amount go on, at the plan's price. Without it they are refused.
	Overage bool
}

// Price is what a plan costs. The portal shows it and estimates costs from it.
type Price struct {
	// Currency is an ISO 4217 code; empty means that the plan has no price.
	Currency string
	// Monthly is in the currency's minor units.
	Monthly int64
	// PerThousand is what 1,000 calls beyond Included cost, in minor units.
	PerThousand int64
	Included    int64
	// SpendingCap is what the calls of one subscription in one month may cost, in minor units, the monthly price
	// included. Calls that would cost more are refused. 0 means that there is no cap.
	SpendingCap int64
}

// KeyFormat says how a key looks.
type KeyFormat string

// The formats of keys: 32 hexadecimal digits as in API Management, or "pk_" with the environment and a checksum, which
// secret scanners recognise.
const (
	HexKey      KeyFormat = "hex"
	PrefixedKey KeyFormat = "prefixed"
)

// KeyPolicy says which keys a subscription gets and how they behave.
type KeyPolicy struct {
	Format KeyFormat
	// Pair gives a subscription a primary and a secondary key when it is approved.
	Pair bool
	// Viewable lets members of the team view a key again. A key keeps the value that applied when it was issued.
	Viewable bool
	// InQuery allows the key in the query.
	InQuery bool
	// Validity is how long a new key is valid; 0 means until it is revoked.
	Validity time.Duration
}

// Route is what the gateway needs to know about one base path.
type Route struct {
	Product  catalog.ProductID
	Version  catalog.VersionID
	Endpoint catalog.Endpoint
	// ProductSlug and VersionName name the route in metrics, traces and the access log.
	ProductSlug string
	VersionName string
	// Headers and Query may hold a key; they combine all strategies that open the version here. Query is empty unless one
	// of the plans allows keys in the query.
	Headers []string
	Query   []string
	Basic   bool
	// Operations are those of the version's description, without webhooks. They are shared: do not change them.
	Operations []Operation
}

// Operation is an operation of a version, as the gateway recognises it.
type Operation struct {
	// Method is in upper case. Path is as in the description, with parameters in braces.
	Method, Path string
	Slug         string
}

// Store keeps plans and strategies. Loads return not_found if the object does not exist or is deleted.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that lock the same name.
	Lock(ctx context.Context, name string) error
	Plans(ctx context.Context) ([]Plan, error)
	Plan(ctx context.Context, plan ID) (Plan, error)
	PlanBySlug(ctx context.Context, slug string) (Plan, error)
	// PlanRows and StrategyRows return pages for staff, sorted by name. The plans come without the versions that they
	// open.
	PlanRows(ctx context.Context, filter Filter, request page.Request) (page.Page[Plan], error)
	CountPlans(ctx context.Context, filter Filter) (catalog.PublishedCounts, error)
	StrategyRows(ctx context.Context, filter Filter, request page.Request) (page.Page[Strategy], error)
	SavePlan(ctx context.Context, plan Plan) error
	Strategies(ctx context.Context) ([]Strategy, error)
	SaveStrategy(ctx context.Context, strategy Strategy) error
}
