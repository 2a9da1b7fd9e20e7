package view

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/web/address"
)

// StateText says what a subscription's state means for callers.
func StateText(state access.SubscriptionState) string {
	return map[access.SubscriptionState]string{
		access.Pending:   "Waiting for approval",
		access.Approved:  "Active",
		access.Rejected:  "Rejected",
		access.Cancelled: "Ended",
		access.Suspended: "Suspended",
		access.Revoked:   "Revoked",
		access.Expired:   "Expired",
	}[state]
}

// SubscriptionMark returns a subscription's state as lists show it.
func SubscriptionMark(state access.SubscriptionState) Mark {
	mark := Mark{Tone: "off", Icon: "ban", Text: StateText(state)}
	switch state {
	case access.Approved:
		mark.Tone, mark.Icon = "good", "circle-check"
	case access.Pending:
		mark.Tone, mark.Icon = "warn", "clock"
	case access.Suspended:
		mark.Tone = "bad"
	case access.Rejected:
		mark.Tone, mark.Icon = "bad", "circle-x"
	case access.Expired:
		mark.Icon = "clock"
	case access.Cancelled, access.Revoked:
	}
	return mark
}

// StateRank sorts working subscriptions before pending ones, and these before ended ones.
func StateRank(state access.SubscriptionState) int {
	switch state {
	case access.Approved:
		return 1
	case access.Pending, access.Suspended:
		return 2
	}
	return 3
}

// SinceText says since when a subscription has its state, and until when.
func SinceText(subscription access.Subscription) string {
	switch subscription.State {
	case access.Pending:
		return "Asked for on " + Day(subscription.CreatedAt)
	case access.Expired:
		return "Ended on " + Day(subscription.EndsAt)
	case access.Approved:
		text := "Since " + Day(subscription.ApprovedAt)
		if !subscription.EndsAt.IsZero() {
			text += ", ends on " + Day(subscription.EndsAt)
		}
		return text
	}
	return "On " + Day(subscription.UpdatedAt)
}

// SubscriptionElement returns the ID of a subscription's element on the profile.
func SubscriptionElement(id access.SubscriptionID) string { return "plan-" + id.Hex() }

// KeysPath returns the page with a subscription's keys: the registered application's page, or else the profile.
func KeysPath(detail access.SubscriptionDetail) string {
	if !detail.Application.Default && !detail.Subscription.Version.IsZero() {
		return address.Application(detail.Application.ID)
	}
	return "/profile#" + SubscriptionElement(detail.Subscription.ID)
}
