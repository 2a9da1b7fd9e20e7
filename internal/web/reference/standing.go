package reference

import (
	"cmp"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// signIn returns the sign-in page that leads back here, or "" if the visitor is signed in.
func signIn(v *visit.Visit) string {
	if v.Principal.Anonymous() {
		return address.SignIn(v.WantedPath())
	}
	return ""
}

// registers reports whether the page offers registration for the version to the visitor. Anonymous visitors sign in
// first.
func registers(standing access.Standing, signIn string, version catalog.Version) bool {
	return (standing.MayRegister || signIn != "") && standing.Registrable(version.ID)
}

// getKeyText is the verb that leads to a key for the version.
func getKeyText(standing access.Standing, version catalog.Version) string {
	if standing.Instant(version.ID) {
		return "Get a key"
	}
	return "Request access"
}

// callable reports whether the versions are more than documentation.
func callable(standing access.Standing, versions ...catalog.Version) bool {
	return len(standing.Offers) > 0 || len(standing.Subscriptions) > 0 || slices.ContainsFunc(versions, func(version catalog.Version) bool {
		return len(version.Endpoints) > 0
	})
}

// sortByState puts working subscriptions first, then sorts by the plans' names.
func sortByState(subscriptions []access.SubscriptionDetail) {
	slices.SortStableFunc(subscriptions, func(a, b access.SubscriptionDetail) int {
		return cmp.Or(cmp.Compare(view.StateRank(a.Subscription.State), view.StateRank(b.Subscription.State)), cmp.Compare(a.Plan.Name, b.Plan.Name))
	})
}

// shownStandings is the maximum number of the team's subscriptions above a version's operations. The product's page
// shows all of them.
const shownStandings = 5

// holderName returns the name of the registered application, or else of the plan.
func holderName(detail access.SubscriptionDetail) string {
	if detail.Application.Default {
		return detail.Plan.Name
	}
	return detail.Application.Name
}
