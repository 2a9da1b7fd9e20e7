package web

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// subscriptionMove is one thing that staff do to a subscription.
type subscriptionMove struct {
	// Word names it in addresses and notices.
	Word   string
	Button string
	Title  string
	Text   string
	Danger bool
	// Reasoned moves take a reason that the team reads.
	Reasoned bool
	from     []access.SubscriptionState
	do       func(ctx context.Context, s *access.Service, subscription access.SubscriptionID, reason string) error
}

// moved makes a move's action of a method that answers the changed subscription.
func moved(method func(*access.Service, context.Context, access.SubscriptionID) (access.Subscription, error)) func(context.Context, *access.Service, access.SubscriptionID, string) error {
	return func(ctx context.Context, s *access.Service, subscription access.SubscriptionID, _ string) error {
		_, err := method(s, ctx, subscription)
		return err
	}
}

// subscriptionMoves are in the order of the buttons. The service refuses what the state does not allow; the page only
// leaves it out.
var subscriptionMoves = []subscriptionMove{
	{
		Word: "suspend", Button: "Suspend", Title: "Suspend this subscription?", Danger: true, Reasoned: true,
		Text: "Its keys are refused at once, until staff reinstate it. Nothing is lost: the same keys work again then.",
		from: []access.SubscriptionState{access.Approved},
		do: func(ctx context.Context, s *access.Service, subscription access.SubscriptionID, reason string) error {
			_, err := s.SuspendSubscription(ctx, subscription, reason)
			return err
		},
	},
	{
		Word: "reinstate", Button: "Reinstate", Title: "Reinstate this subscription?",
		Text: "Its keys work again at once.",
		from: []access.SubscriptionState{access.Suspended}, do: moved((*access.Service).ReinstateSubscription),
	},
	{
		Word: "cancel", Button: "Cancel", Title: "Cancel this subscription?", Danger: true,
		Text: "Its keys are refused at once and for good. The team may ask for the same plan again.",
		from: []access.SubscriptionState{access.Pending, access.Approved, access.Suspended}, do: moved((*access.Service).CancelSubscription),
	},
	{
		Word: "revoke", Button: "Revoke", Title: "Revoke this subscription?", Danger: true, Reasoned: true,
		Text: "Its keys are refused at once and for good, and the team cannot ask for the same plan again until staff clear it.",
		from: []access.SubscriptionState{access.Approved, access.Suspended},
		do: func(ctx context.Context, s *access.Service, subscription access.SubscriptionID, reason string) error {
			_, err := s.RevokeSubscription(ctx, subscription, reason)
			return err
		},
	},
	{
		Word: "expire", Button: "End now", Title: "End this subscription now?", Danger: true,
		Text: "It counts as expired from now on, and its keys are refused.",
		from: []access.SubscriptionState{access.Approved, access.Suspended}, do: moved((*access.Service).ExpireSubscription),
	},
	{
		Word: "clear", Button: "Clear", Title: "Let the team ask again?",
		Text: "The subscription stays revoked; the team may ask for the same plan again.",
		from: []access.SubscriptionState{access.Revoked}, do: moved((*access.Service).ClearSubscription),
	},
}

// movesOf are the moves that the subscription's state allows.
func movesOf(subscription access.Subscription) []subscriptionMove {
	return slices.DeleteFunc(slices.Clone(subscriptionMoves), func(m subscriptionMove) bool {
		cleared := m.Word == "clear" && !subscription.ClearedAt.IsZero()
		return cleared || !slices.Contains(m.from, subscription.State)
	})
}

// move is the one that the address names.
func (v *visit) move() (subscriptionMove, error) {
	at := slices.IndexFunc(subscriptionMoves, func(m subscriptionMove) bool { return m.Word == v.pathPart("move") })
	if at < 0 {
		return subscriptionMove{}, notFound(v)
	}
	return subscriptionMoves[at], nil
}

func moveSubscriptionPage(v *visit) error {
	move, err := v.move()
	if err != nil {
		return err
	}
	found, err := v.config.Usage.SubscriptionPage(v.request.Context(), v.subscription())
	if err != nil {
		return err
	}
	if !slices.Contains(move.from, found.Detail.Subscription.State) {
		return fault.Newf(fault.Conflict, "state_conflict", "The subscription is %s: somebody else was quicker, or this page is old.", found.Detail.Subscription.State)
	}
	return v.renderStaff(move.Button, confirmView(moveQuestion(move, found)))
}

func moveQuestion(move subscriptionMove, found usage.SubscriptionPage) confirmation {
	detail := found.Detail
	path := staffSubscriptionPath(detail.Subscription.ID)
	asked := confirmation{
		Above: []link{{Text: "Subscriptions", Path: subscriptionsPath}, {Text: detail.Plan.Name + " of " + detail.Team.Name, Path: path}},
		Title: move.Title, Text: move.Text, Danger: move.Danger, Button: move.Button, Action: path + "/" + move.Word, Back: path,
		Facts: []fact{
			{"Team", detail.Team.Name}, {"Plan", detail.Plan.Name}, {"Keys", number(int64(len(found.Keys)))},
			{"Calls today", number(found.CallsToday)},
		},
	}
	if move.Reasoned {
		asked.Entries = []entry{{Name: "reason", Label: "Reason", Kind: "text", Optional: true, Hint: "The team reads it on its profile."}}
	}
	return asked
}

func moveSubscription(v *visit) error {
	move, err := v.move()
	if err != nil {
		return err
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := move.do(v.request.Context(), v.config.Access, v.subscription(), sent.Get("reason")); err != nil {
		return err
	}
	return v.redirect(staffSubscriptionPath(v.subscription()) + "?done=" + move.Word)
}

// changePlanContent asks which plan a subscription shall be moved under.
type changePlanContent struct {
	usage.SubscriptionPage
	Refused refusals
}

func changePlanPage(v *visit) error {
	found, err := v.config.Usage.SubscriptionPage(v.request.Context(), v.subscription())
	if err != nil {
		return err
	}
	return v.renderStaff("Change plan", changePlanView(changePlanContent{SubscriptionPage: found}))
}

func changePlan(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	wanted, err := id.Parse[plan.ID](sent.Get("plan"))
	if err != nil {
		wanted = plan.ID{} // no identifier names no plan
	}
	_, err = v.config.Access.ChangePlan(v.request.Context(), access.ChangePlan{Subscription: v.subscription(), Plan: wanted})
	if err != nil {
		return err
	}
	return v.redirect(staffSubscriptionPath(v.subscription()) + "?done=plan")
}
