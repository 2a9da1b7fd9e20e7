package web

import (
	"github.com/portico-api/portico/internal/access"
)

// stateText says what a subscription's state means for those who call.
func stateText(state access.SubscriptionState) string {
	return map[access.SubscriptionState]string{
		access.Pending:   "Waiting for approval",
		access.Approved:  "Active",
		access.Rejected:  "Rejected",
		access.Cancelled: "Cancelled",
		access.Suspended: "Suspended",
		access.Revoked:   "Revoked",
		access.Expired:   "Expired",
	}[state]
}

func stateClass(state access.SubscriptionState) string {
	switch state {
	case access.Approved:
		return "badge-success"
	case access.Pending, access.Suspended:
		return "badge-warning"
	}
	return "badge-neutral"
}

// stateRank puts what works before what waits, and that before what has ended.
func stateRank(state access.SubscriptionState) int {
	switch state {
	case access.Approved:
		return 1
	case access.Pending, access.Suspended:
		return 2
	}
	return 3
}

// sinceText says since when a subscription is in its state, and until when.
func sinceText(subscription access.Subscription) string {
	switch subscription.State {
	case access.Pending:
		return "Asked for on " + day(subscription.CreatedAt)
	case access.Expired:
		return "Ended on " + day(subscription.EndsAt)
	case access.Approved:
		text := "Since " + day(subscription.ApprovedAt)
		if !subscription.EndsAt.IsZero() {
			text += ", ends on " + day(subscription.EndsAt)
		}
		return text
	}
	return "On " + day(subscription.UpdatedAt)
}

// subscriptionElement is where the profile shows a subscription.
func subscriptionElement(id access.SubscriptionID) string { return "plan-" + id.Hex() }

// keysPath is where a subscription's keys are: on the page of the application that is registered, else on the profile.
func keysPath(detail access.SubscriptionDetail) string {
	if !detail.Application.Default && !detail.Subscription.Version.IsZero() {
		return applicationPath(detail.Application.ID)
	}
	return "/profile#" + subscriptionElement(detail.Subscription.ID)
}
