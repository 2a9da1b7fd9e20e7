// Package usage owns what the gateway counted: calls and latencies per minute, when a key was last used, and how much
// of each quota is spent.
//
// It stores what the gateway's meter reports and answers questions about it. It limits nothing: the gateway keeps
// running counts and asks here only how much of a quota was spent before. Pages that show counts beside other things
// are in overview.
package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

// Minute is what was counted within one minute for one credential under one subscription at one version.
type Minute struct {
	// At is the minute's start.
	At           time.Time
	Team         identity.TeamID
	Application  access.ApplicationID
	Subscription access.SubscriptionID
	Credential   access.CredentialID
	Version      catalog.VersionID
	Environment  string

	// Calls counts all authenticated calls, Limited those of them that a limit refused.
	Calls   int64
	Limited int64
	// ClientErrors and ServerErrors count the answers with 4xx (limited ones included) and 5xx.
	ClientErrors int64
	ServerErrors int64
	BytesIn      int64
	BytesOut     int64
	// LastAt is when the last call began.
	LastAt time.Time
	// Latency is the encoded sketch of the forwarded calls' latencies, nil if none was forwarded.
	Latency []byte
}

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

// Store stores what was counted.
type Store interface {
	// AddUsage merges minutes and quota increments with the stored ones in one transaction.
	AddUsage(ctx context.Context, minutes []Minute, increments []Increment) error
	// Spent lists the windows of a quota that began at the given time or later, oldest first.
	Spent(ctx context.Context, key QuotaKey, since time.Time) ([]Spent, error)
	// Minutes lists what was counted for a team.
	Minutes(ctx context.Context, team identity.TeamID, span Span) ([]Minute, error)
	// Calls counts the calls of a team by subscription; those without calls are absent.
	Calls(ctx context.Context, team identity.TeamID, span Span) (map[access.SubscriptionID]int64, error)
	// DailyCalls counts the calls of each team by the start of the UTC day; days without calls are absent.
	DailyCalls(ctx context.Context, teams []identity.TeamID, span Span) (map[identity.TeamID]map[time.Time]int64, error)
	// CallsOfTeams counts the calls of each team; teams without calls are absent.
	CallsOfTeams(ctx context.Context, teams []identity.TeamID, span Span) (map[identity.TeamID]int64, error)
	// CallsOfSubscriptions counts the calls of subscriptions that belong to the teams; those without calls are absent.
	CallsOfSubscriptions(ctx context.Context, teams []identity.TeamID, subscriptions []access.SubscriptionID, span Span) (map[access.SubscriptionID]int64, error)
	// CallsWith counts the calls with one credential.
	CallsWith(ctx context.Context, credential access.CredentialID, span Span) (int64, error)
	// LastUsed returns when each credential was last used; unused ones are absent.
	LastUsed(ctx context.Context, credentials []access.CredentialID) (map[access.CredentialID]time.Time, error)
}
