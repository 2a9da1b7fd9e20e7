// Package usage owns what the gateway counted: calls and latencies per minute, when a key was last used, and how much of
// each quota is spent.
//
// It takes what the gateway's meter hands over and answers the portal's questions about it. Being the rightmost area that
// the pages of profiles, people and teams touch, it also puts these together. It counts nothing itself and limits nothing:
// the gateway keeps running counts and asks here only for where a quota stood.
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

	// Calls are all authenticated calls; Limited of them were refused by a limit and not forwarded.
	Calls   int64
	Limited int64
	// ClientErrors and ServerErrors are answers of 4xx (limited ones included) and 5xx.
	ClientErrors int64
	ServerErrors int64
	BytesIn      int64
	BytesOut     int64
	// LastAt is when the last of the calls began.
	LastAt time.Time
	// Latency is a mergeable sketch of the forwarded calls' times in milliseconds, encoded; nil where none was forwarded.
	Latency []byte
}

// QuotaKey names one running quota: whose, of which meter, over which window.
type QuotaKey struct {
	// Subject tells whose calls are counted, in tags: a subscription, a credential under one, or a team under a plan.
	Subject string
	// Meter and Window are the limit's, as short texts.
	Meter  string
	Window string
}

// Spent is how much of a quota is used in the window, or for a rolling day in the hour, that began at Start.
type Spent struct {
	Start time.Time
	Used  int64
}

// Increment adds to what is spent of a quota in the window that began at Start.
type Increment struct {
	Key   QuotaKey
	Start time.Time
	Add   int64
}

// Store keeps what was counted.
type Store interface {
	// AddUsage adds minutes and quota increments in one transaction, merging with what is there.
	AddUsage(ctx context.Context, minutes []Minute, increments []Increment) error
	// Spent lists the windows of a quota that began at the time or later, oldest first.
	Spent(ctx context.Context, key QuotaKey, since time.Time) ([]Spent, error)
	// Minutes lists what was counted for a team since the time.
	Minutes(ctx context.Context, team identity.TeamID, since, until time.Time) ([]Minute, error)
	// Calls tells how many calls of a team were counted since the time, by subscription; those without calls are absent.
	Calls(ctx context.Context, team identity.TeamID, since, until time.Time) (map[access.SubscriptionID]int64, error)
	// DailyCalls tells how many calls of each of the teams were counted on each day (UTC) since the time, by the day's
	// start; days without calls are absent.
	DailyCalls(ctx context.Context, teams []identity.TeamID, since, until time.Time) (map[identity.TeamID]map[time.Time]int64, error)
	// CallsOfTeams adds up the calls of each of the teams, CallsOfSubscriptions those of subscriptions of the teams; those
	// without calls are absent.
	CallsOfTeams(ctx context.Context, teams []identity.TeamID, since, until time.Time) (map[identity.TeamID]int64, error)
	CallsOfSubscriptions(ctx context.Context, teams []identity.TeamID, subscriptions []access.SubscriptionID, since, until time.Time) (map[access.SubscriptionID]int64, error)
	// CallsWith adds up the calls with one credential.
	CallsWith(ctx context.Context, credential access.CredentialID, since, until time.Time) (int64, error)
	// ApplicationCounts tells of each of the applications how much it has at the moment.
	ApplicationCounts(ctx context.Context, applications []access.ApplicationID, now time.Time) (map[access.ApplicationID]ApplicationCount, error)
	// LastUsed tells when each of the credentials was last used; unused ones are absent.
	LastUsed(ctx context.Context, credentials []access.CredentialID) (map[access.CredentialID]time.Time, error)
}
