package usage

import (
	"context"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/quantity"
)

// MessageQuotaAlert goes to the owners and admins of a team that has used a share of a quota. Its parameters are
// application, empty if the quota is the whole team's, plan, kind, percent, used and amount with their unit, within,
// until, and refuses if further calls are refused. application_id is set if the application has a page.
const MessageQuotaAlert = "quota_alert"

// AlertFrom is the lowest threshold, in percent of a quota, at which teams get an alert.
const AlertFrom = 50

var alertAt = [...]int64{AlertFrom, 80, 90, 100}

// shortestAlerted is the shortest quota window for which teams get alerts.
const shortestAlerted = day

// Alert records that a team was told how much of a quota it had used in one period.
type Alert struct {
	// Subject and Quota identify the quota, Began the period. For a rolling day, the period is the UTC day.
	Subject, Quota string
	Began, Ends    time.Time
	// Percent is the threshold that was reached.
	Percent      int64
	Team         identity.TeamID
	Subscription access.SubscriptionID
	At           time.Time
}

// alert returns the alert about a quota, without its threshold; due is false if the quota needs none.
func (q Quota) alert(of access.Subscription, price plan.Price, now time.Time) (alert Alert, due bool) {
	window := q.Limit.Window
	switch {
	case q.Percent() < AlertFrom || q.Used == 0:
		return Alert{}, false
	case q.Kind == SpendingQuota && price.Overage(q.Used) == 0: // the monthly price alone is no news
		return Alert{}, false
	case window.Kind == plan.Seconds && window.Length < shortestAlerted:
		return Alert{}, false
	}
	alert = Alert{
		Subject: q.Key.Subject, Quota: string(q.Kind) + " " + window.Name(), Began: q.Began, Ends: q.Resets,
		Team: of.Team, Subscription: of.ID, At: now,
	}
	if window.Kind == plan.Day {
		today := Today(now)
		alert.Began, alert.Ends = today.Since, today.Until
	}
	return alert, true
}

// Alert tells each team once per period that it has used 50, 80, 90 or 100 % of a quota. A team that has passed several
// thresholds since the last call is told only the highest. Every node calls it periodically.
func (s *Service) Alert(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	now := s.now()
	told, err := s.told(ctx, identity.TeamID{}, now)
	if err != nil {
		return err
	}
	approved := access.SubscriptionFilter{States: []access.SubscriptionState{access.Approved}, At: now}
	for number := 1; ; number++ {
		found, err := s.access.Subscriptions(ctx, approved, page.Request{Number: number, Size: page.MaxSize})
		if err != nil {
			return err
		}
		if err := s.alert(ctx, found.Items, told, now); err != nil {
			return err
		}
		if number*page.MaxSize >= found.Total {
			return nil
		}
	}
}

// told returns, for each quota, the highest threshold in its present period for which the team got an alert.
func (s *Service) told(ctx context.Context, team identity.TeamID, now time.Time) (map[Alert]int64, error) {
	alerts, err := s.store.Alerts(ctx, team, now)
	told := map[Alert]int64{}
	for _, one := range alerts {
		key := one.period()
		told[key] = max(told[key], one.Percent)
	}
	return told, err
}

// period returns the alert with only the fields that identify a quota and its period.
func (a Alert) period() Alert { return Alert{Subject: a.Subject, Quota: a.Quota, Began: a.Began} }

func (s *Service) alert(ctx context.Context, details []access.SubscriptionDetail, told map[Alert]int64, now time.Time) error {
	charged := make([]Charged, len(details))
	for i, detail := range details {
		charged[i] = ChargedOf(detail)
	}
	standings, err := s.Standings(ctx, charged)
	if err != nil {
		return err
	}
	for i, standing := range standings {
		for _, quota := range standing.Quotas {
			alert, due := quota.alert(details[i].Subscription, standing.Price(), now)
			if !due || quota.Percent() < next(told[alert.period()]) {
				continue
			}
			if err := s.tell(ctx, details[i], quota, alert); err != nil {
				return err
			}
		}
	}
	return nil
}

// next returns the threshold after a told one, or more than all percentages if there is none.
func next(told int64) int64 {
	for _, percent := range alertAt {
		if percent > told {
			return percent
		}
	}
	return 1<<63 - 1
}

// tell saves the thresholds that the quota has reached and queues one mail to each owner and admin, unless all of them
// were told before.
func (s *Service) tell(ctx context.Context, of access.SubscriptionDetail, quota Quota, alert Alert) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		var highest int64
		for _, alert.Percent = range alertAt {
			if quota.Percent() < alert.Percent {
				break
			}
			added, err := s.store.AddAlert(ctx, alert)
			if err != nil {
				return err
			}
			if added {
				highest = alert.Percent
			}
		}
		if highest == 0 {
			return nil
		}
		members, err := s.accounts.Members(ctx, alert.Team)
		if err != nil {
			return err
		}
		for _, member := range members {
			if member.State != account.Active || member.Role != identity.Owner && member.Role != identity.Admin {
				continue
			}
			to, err := s.accounts.Account(ctx, member.Account)
			if err != nil {
				return err
			}
			params := quota.params(of, highest, alert.Ends)
			params["name"], params["front"] = to.Name, to.Front
			if err := s.events.Send(ctx, event.Message{To: to.Email, Template: MessageQuotaAlert, Params: params}); err != nil {
				return err
			}
		}
		return nil
	})
}

// params are the parameters of a message about the quota.
func (q Quota) params(of access.SubscriptionDetail, percent int64, until time.Time) map[string]string {
	params := map[string]string{
		"application": of.Application.Name, "plan": of.Plan.Name, "kind": string(q.Kind), "percent": strconv.FormatInt(percent, 10),
		"used": quantity.Number(q.Used), "amount": quantity.Number(q.Amount) + " calls", "within": "this month",
		"until": until.Format(time.RFC3339),
	}
	if q.Kind == SpendingQuota {
		currency := of.Plan.Price.Currency
		decimals := plan.MinorDigits(currency)
		params["used"], params["amount"] = currency+" "+quantity.Money(q.Cost, decimals), quantity.Money(q.Cap, decimals)
	}
	switch q.Limit.Window.Kind {
	case plan.Day:
		params["within"] = "in the last 24 hours"
	case plan.Seconds:
		params["within"] = "in " + quantity.Span(q.Limit.Window.Length)
	case plan.Month, plan.Rate:
	}
	if q.Limit.Per == plan.PerTeam {
		params["application"] = ""
	} else if !of.Application.Default {
		params["application_id"] = of.Application.ID.Hex()
	}
	if q.Refuses() {
		params["refuses"] = "yes"
	}
	return params
}

// Alerted lists a team's subscriptions that have an alert whose period is not over.
func (s *Service) Alerted(ctx context.Context, team identity.TeamID) ([]access.SubscriptionID, error) {
	if err := requireIn(ctx, team); err != nil {
		return nil, err
	}
	alerts, err := s.store.Alerts(ctx, team, s.now())
	var subscriptions []access.SubscriptionID
	seen := map[access.SubscriptionID]bool{}
	for _, one := range alerts {
		if !seen[one.Subscription] {
			seen[one.Subscription] = true
			subscriptions = append(subscriptions, one.Subscription)
		}
	}
	return subscriptions, err
}
