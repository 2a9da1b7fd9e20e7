package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Overviews is the part of the store that answers for many things at once what the pages of staff show beside them.
type Overviews interface {
	// Names tells what teams, applications and accounts are called; those that do not exist are absent.
	Names(ctx context.Context, of Named) (Names, error)
	// ApplicationsByID loads applications, deleted ones too; those that do not exist are absent.
	ApplicationsByID(ctx context.Context, ids []ApplicationID) (map[ApplicationID]Application, error)
	// OpenEnvironments are those of the plans that an application has subscribed to and is approved for at the moment.
	OpenEnvironments(ctx context.Context, application ApplicationID, now time.Time) ([]string, error)
	// Holdings counts what teams hold of plans.
	Holdings(ctx context.Context, filter HoldingFilter) ([]Holding, error)
	// CountRequests counts the requests in a state.
	CountRequests(ctx context.Context, state RequestState) (int, error)
	// CredentialByLookup finds the credential behind the first of the lookup values that there is.
	CredentialByLookup(ctx context.Context, lookups [][]byte) (Credential, error)
	// Serving reports for each credential whether it Serves an approved subscription at the moment.
	Serving(ctx context.Context, credentials []CredentialID, now time.Time) (map[CredentialID]bool, error)
	// Readers lists who was shown the credential's present secret, the latest first.
	Readers(ctx context.Context, credential CredentialID) ([]Reader, error)
}

// Named is what Names is asked about.
type Named struct {
	Teams        []identity.TeamID
	Applications []ApplicationID
	Accounts     []identity.AccountID
	Plans        []plan.ID
}

// Names is what things are called; an account by its address, where it has one still.
type Names struct {
	Teams        map[identity.TeamID]string
	Applications map[ApplicationID]string
	Accounts     map[identity.AccountID]string
	// Plans that are not offered have no name here.
	Plans map[plan.ID]string
}

// HoldingFilter narrows what Holdings counts; empty fields do not narrow.
type HoldingFilter struct {
	Teams  []identity.TeamID
	Plans  []plan.ID
	States []SubscriptionState
	// Aside is a subscription that does not count.
	Aside SubscriptionID
	// At is the moment that it holds for: what has ended by then does not count.
	At time.Time
}

// Holding is how often a team has a plan.
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
