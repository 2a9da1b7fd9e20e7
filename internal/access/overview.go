package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Overviews is the part of the store that loads details of many objects at once, for staff pages.
type Overviews interface {
	// Names returns the names of teams, applications and accounts; missing ones are absent.
	Names(ctx context.Context, of Named) (Names, error)
	// ApplicationsByID loads applications, including deleted ones; missing ones are absent.
	ApplicationsByID(ctx context.Context, ids []ApplicationID) (map[ApplicationID]Application, error)
	// OpenEnvironments returns the environments of the plans that an application is approved for at this time.
	OpenEnvironments(ctx context.Context, application ApplicationID, now time.Time) ([]string, error)
	// Holdings counts the subscriptions of teams by plan.
	Holdings(ctx context.Context, filter HoldingFilter) ([]Holding, error)
	// CountSubscriptions counts the subscriptions that match a filter, separately for each state at the filter's time.
	CountSubscriptions(ctx context.Context, filter SubscriptionFilter) (map[SubscriptionState]int, error)
	// CountRequests counts the requests in a state.
	CountRequests(ctx context.Context, state RequestState) (int, error)
	// CredentialByLookup loads the credential with one of the lookup values.
	CredentialByLookup(ctx context.Context, lookups [][]byte) (Credential, error)
	// Serving reports for each credential whether it Serves a subscription that is approved now.
	Serving(ctx context.Context, credentials []CredentialID, now time.Time) (map[CredentialID]bool, error)
	// Readers lists the accounts that were shown the credential's current secret, the latest first.
	Readers(ctx context.Context, credential CredentialID) ([]Reader, error)
}

// Named is the input of Names.
type Named struct {
	Teams        []identity.TeamID
	Applications []ApplicationID
	Accounts     []identity.AccountID
	Plans        []plan.ID
}

// Names holds names by ID. An account's name is its e-mail address; an account without one is absent.
type Names struct {
	Teams        map[identity.TeamID]string
	Applications map[ApplicationID]string
	Accounts     map[identity.AccountID]string
	// Plans has no entry for unpublished plans.
	Plans map[plan.ID]string
}

// HoldingFilter narrows what Holdings counts; empty fields do not narrow.
type HoldingFilter struct {
	Teams  []identity.TeamID
	Plans  []plan.ID
	States []SubscriptionState
	// Except is a subscription that does not count.
	Except SubscriptionID
	// At is the time of the count: subscriptions that have ended by then do not count.
	At time.Time
}

// Holding is the number of a team's subscriptions to a plan.
type Holding struct {
	Team  identity.TeamID
	Plan  plan.ID
	State SubscriptionState
	Count int
}

// Reader is an account that was shown a credential's secret.
type Reader struct {
	Account identity.AccountID
	Email   string
	At      time.Time
}
