// Package usage owns what the gateway counted: calls per minute, hour and day, how long they took, when a key was last
// used, and how much of each quota is spent.
//
// The gateway writes a record of each call to its ledger (package ledger). A Rollup sums records up by minute; the
// service stores the sums with the position in the ledger up to which they count, so that none is counted twice. RollUp
// sums up hours and days, and Analyse answers queries from the coarsest sums that are exact. The package limits
// nothing: the gateway keeps running counts and asks here only how much of a quota was spent before. Pages that show
// counts beside other things are in overview.
package usage

import (
	"context"
	"errors"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

// Series is what calls are counted by, besides time and status. Deleted objects keep their series.
type Series struct {
	Team        identity.TeamID
	Application access.ApplicationID
	// Subscription and Credential are zero in the series of a Spread.
	Subscription access.SubscriptionID
	Credential   access.CredentialID
	Version      catalog.VersionID
	Environment  string
	// Operation is the slug of the operation, empty if the description has none for the call.
	Operation string
}

// Count is what was counted in one minute for one series and one status.
type Count struct {
	Series

	// At is the minute's start.
	At     time.Time
	Status int
	// Requests counts all authenticated calls. Forwarded counts those that reached the upstream: the others were refused
	// by a limit or for their body.
	Requests  int64
	Forwarded int64
	BytesIn   int64
	BytesOut  int64
}

// Spread holds the distributions of one minute for one series and one status, as encoded sketches. Times are in
// milliseconds and sizes in bytes.
type Spread struct {
	Series

	At     time.Time
	Status int
	// Latency is the time of the whole call, of all requests; Upstream is the part until the upstream's response began,
	// of forwarded calls.
	Latency, Upstream []byte
	// RequestSize and ResponseSize are the sizes of the bodies.
	RequestSize, ResponseSize []byte
}

// Use is the last use of a credential from one address.
type Use struct {
	Credential access.CredentialID
	Address    string
	At         time.Time
}

// Senders are the addresses from which a credential was used in the last week.
type Senders struct {
	// Newest has the addresses of the latest calls, at most MostSenders. Total counts all of them.
	Newest []Use
	Total  int
}

// MostSenders is how many addresses of one credential are listed.
const MostSenders = 20

// QuotaKey identifies one quota by its subject, meter and window.
type QuotaKey struct {
	// Subject says in tags whose calls are counted: a subscription, a credential under one, or a team under a plan.
	Subject string
	// Meter and Window are those of the limit, as short texts.
	Meter  string
	Window string
}

// Spent is how much of a quota was used in the window that began at Start. A rolling day has one window per hour.
type Spent struct {
	Start time.Time
	Used  int64
}

// Increment adds to what was used of a quota in the window that began at Start.
type Increment struct {
	Key   QuotaKey
	Start time.Time
	Add   int64
}

// Batch is the sum of consecutive records of a ledger.
type Batch struct {
	// Ledger is the identity of the ledger. From and To are the positions before the first and after the last record. A
	// batch without a ledger is added in any case.
	Ledger     string
	From, To   int64
	Counts     []Count
	Spreads    []Spread
	Uses       []Use
	Increments []Increment
	Lines      []Line
}

// ErrCounted means that the store has counted the records of a batch before, or not those in front of it.
var ErrCounted = errors.New("the stored position of the ledger is another one")

// Store stores what was counted.
type Store interface {
	// AddUsage adds a batch to the stored counts and moves the ledger's position from From to To, in one transaction. It
	// returns ErrCounted if the stored position is not From; an unknown ledger may begin anywhere.
	AddUsage(ctx context.Context, batch Batch) error
	// LedgerPosition returns the position up to which a ledger is counted; known is false for a new ledger.
	LedgerPosition(ctx context.Context, ledger string) (position int64, known bool, err error)
	// Spent lists the windows of a quota that began at the given time or later, oldest first.
	Spent(ctx context.Context, key QuotaKey, since time.Time) ([]Spent, error)
	// SpentBy returns the windows of all quotas of the subjects that began at the given time or later, oldest first.
	SpentBy(ctx context.Context, subjects []string, since time.Time) (map[QuotaKey][]Spent, error)
	// Counts lists what was counted for a team, ordered by time.
	Counts(ctx context.Context, team identity.TeamID, span Span) ([]Count, error)
	// Spreads lists the distributions of a team's calls, ordered by time.
	Spreads(ctx context.Context, team identity.TeamID, span Span) ([]Spread, error)
	// LastUsed returns when each credential was last used; unused ones are absent.
	LastUsed(ctx context.Context, credentials []access.CredentialID) (map[access.CredentialID]time.Time, error)
	// Senders returns the addresses from which each credential was used since a time, the latest first.
	Senders(ctx context.Context, credentials []access.CredentialID, since time.Time) (map[access.CredentialID]Senders, error)
	Alerts
	Sums
	Lines
}

// Alerts stores of which quotas teams were told.
type Alerts interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// AddAlert saves an alert; added is false if it was saved before.
	AddAlert(ctx context.Context, alert Alert) (added bool, err error)
	// Alerts lists the alerts whose period is not over, of one team or, if it is zero, of all.
	Alerts(ctx context.Context, team identity.TeamID, at time.Time) ([]Alert, error)
}

// Sums stores the sums of hours and days and answers queries.
type Sums interface {
	// ClaimMark claims the first hour or day that begins within the span, changed since it was summed up, and is not
	// claimed. A day waits for its hours.
	ClaimMark(ctx context.Context, grain Grain, span Span, until time.Time) (mark Mark, found bool, err error)
	// SumUp replaces the sums of a claimed hour or day, in short transactions, and deletes its mark unless it changed
	// meanwhile. It changes nothing if another process has claimed the mark since.
	SumUp(ctx context.Context, mark Mark) error
	// Snapshot runs fn with a context in which all reads see the same state. fn must not write.
	Snapshot(ctx context.Context, fn func(ctx context.Context) error) error
	// Forget deletes what expired, in short transactions. Counts whose sums are not complete stay.
	Forget(ctx context.Context, expiry Expiry) error
	// Coverage returns what is stored at each grain.
	Coverage(ctx context.Context) (Coverage, error)
	// Tallies sums up what is selected.
	Tallies(ctx context.Context, selection Selection) ([]Tally, error)
	// Distributions calls fn for each selected distribution. The sketches of other measures are empty, and those given to
	// fn are valid until it returns.
	Distributions(ctx context.Context, selection Selection, measures []Measure, fn func(key TallyKey, sketches [4][]byte) error) error
}
