package overview

import (
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/usage"
)

// ConcernKind is a kind of thing that needs the reader of the home page.
type ConcernKind int

// The kinds of concerns, the most urgent first. A key in use that is about to stop comes before a refusal, which has
// already happened.
const (
	AccessSuspended ConcernKind = iota
	AccessRevoked
	QuotaUsedUp
	KeyInUseExpires
	AccessRejected
	QuotaNearlyUsed
	KeyExpires
	RequestWaits
)

// Concern is one thing that needs the reader.
type Concern struct {
	Kind ConcernKind
	// Access is the subscription that staff have stopped.
	Access access.TeamSubscription
	// Key is the key that expires, LastUsed when it was last used.
	Key      access.KeyLine
	LastUsed time.Time
	// Use is the subscription with the Quota of which little or nothing is left.
	Use   QuotaUse
	Quota usage.Quota
	// Request is the request that waits.
	Request access.TeamRequest
}

// Stopped reports whether staff have stopped access.
func (c Concern) Stopped() bool {
	return c.Kind == AccessSuspended || c.Kind == AccessRevoked || c.Kind == AccessRejected
}

const (
	// urgentBefore is how long before its end a key in use is urgent, and inUse how recently it was used then.
	urgentBefore = 7 * 24 * time.Hour
	inUse        = 7 * 24 * time.Hour
	// nearlyUsed is the percentage from which a quota needs the reader.
	nearlyUsed = 80
)

var stoppedKinds = map[access.SubscriptionState]ConcernKind{
	access.Suspended: AccessSuspended, access.Revoked: AccessRevoked, access.Rejected: AccessRejected,
}

// concerns returns what needs the reader, the most urgent first.
func concerns(home Home, stopped []access.TeamSubscription) []Concern {
	var found []Concern
	for _, one := range stopped {
		if kind, stops := stoppedKinds[one.Subscription.State]; stops {
			found = append(found, Concern{Kind: kind, Access: one})
		}
	}
	for _, key := range home.Expiring.Items {
		one := Concern{Kind: KeyExpires, Key: key, LastUsed: home.LastUsed[key.Credential.ID]}
		used := !one.LastUsed.IsZero() && home.At.Sub(one.LastUsed) <= inUse
		if used && key.Credential.ExpiresAt.Sub(home.At) <= urgentBefore {
			one.Kind = KeyInUseExpires
		}
		found = append(found, one)
	}
	for _, use := range home.Quotas {
		for _, quota := range use.Quotas {
			switch percent := quota.Percent(); {
			case percent >= 100 && quota.Refuses():
				found = append(found, Concern{Kind: QuotaUsedUp, Use: use, Quota: quota})
			case percent >= nearlyUsed:
				found = append(found, Concern{Kind: QuotaNearlyUsed, Use: use, Quota: quota})
			}
		}
	}
	for _, request := range home.Requests.Items {
		if request.Request.State == access.RequestPending {
			found = append(found, Concern{Kind: RequestWaits, Request: request})
		}
	}
	slices.SortStableFunc(found, func(a, b Concern) int { return int(a.Kind) - int(b.Kind) })
	return found
}
