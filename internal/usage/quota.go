package usage

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Holder is whose calls quotas count.
type Holder struct {
	Team         identity.TeamID
	Subscription access.SubscriptionID
	Credential   access.CredentialID
	Plan         plan.ID
	Family       string
}

// Key returns the key of a quota of the holder. A subject contains the plan, so that plans never share a count. A
// change of plan keeps the count, because the subscription and the family stay the same.
func (h Holder) Key(limit plan.Limit) QuotaKey {
	return QuotaKey{Subject: h.Subject(limit.Per), Meter: string(limit.Meter), Window: limit.Window.Name()}
}

// Subject returns the name of the object that a limit applies to.
func (h Holder) Subject(per plan.Per) string {
	subscription := string(event.TagOf(event.TagSubscription, h.Subscription))
	switch per {
	case plan.PerCredential:
		return subscription + " " + string(event.TagOf(event.TagCredential, h.Credential))
	case plan.PerTeam:
		team := string(event.TagOf(event.TagTeam, h.Team))
		if h.Family != "" {
			return team + " family:" + h.Family
		}
		return team + " " + string(event.TagOf(event.TagPlan, h.Plan))
	default:
		return subscription
	}
}

// QuotaKind is what a quota bounds.
type QuotaKind string

// The kinds of quotas: a limit of the plan, the calls that its price includes, and its spending cap.
const (
	LimitQuota    QuotaKind = "limit"
	IncludedQuota QuotaKind = "included"
	SpendingQuota QuotaKind = "spending"
)

// Quota is how much of something a subscription has used in the present window.
type Quota struct {
	Kind QuotaKind
	Key  QuotaKey
	// Limit is the plan's. That of other kinds is the month's.
	Limit plan.Limit
	// Credential is whose calls a limit per key counts.
	Credential access.CredentialID
	// Used and Amount are calls. The amount of a spending cap is what it pays for.
	Used, Amount int64
	// Cost and Cap are the cost so far and the spending cap, in minor units.
	Cost, Cap int64
	// Began and Resets are those of the window. They are zero if no call has begun a window of seconds. A rolling day
	// resets when its oldest hour no longer counts.
	Began, Resets time.Time
}

// Remaining returns how many calls are left.
func (q Quota) Remaining() int64 { return max(0, q.Amount-q.Used) }

// Refuses reports whether calls beyond the quota are refused rather than charged.
func (q Quota) Refuses() bool {
	return q.Kind == SpendingQuota || q.Kind == LimitQuota && !q.Limit.Overage
}

// Percent returns how much is used, rounded down. It is 100 or more exactly if nothing is left.
func (q Quota) Percent() int64 {
	switch {
	case q.Amount == 0 && q.Kind != SpendingQuota:
		return 100
	case q.Kind == SpendingQuota && q.Used < q.Amount:
		return min(99, percent(q.Cost, q.Cap))
	case q.Kind == SpendingQuota:
		return 100
	}
	return percent(q.Used, q.Amount)
}

// percent does not overflow for any amounts of calls and money.
func percent(part, whole int64) int64 {
	if part <= math.MaxInt64/100 {
		return part * 100 / whole
	}
	return part / (whole/100 + 1)
}

// Bill is what the calls of a subscription cost in the present month.
type Bill struct {
	Price plan.Price
	// Month is the start of the UTC calendar month.
	Month time.Time
	// Calls are the forwarded calls, Overage those beyond the included ones. Cost is in minor units.
	Calls, Overage, Cost int64
}

// Standing is how much of its quotas a subscription has used.
type Standing struct {
	// Quotas has the plan's limits except rates, then the included calls, then the spending cap.
	Quotas []Quota
	// Bill is nil if the plan has no price.
	Bill *Bill
}

// Price returns the plan's price; the zero one if it has none.
func (s Standing) Price() plan.Price {
	if s.Bill == nil {
		return plan.Price{}
	}
	return s.Bill.Price
}

// IsZero reports whether the subscription has neither quotas nor a price.
func (s Standing) IsZero() bool { return len(s.Quotas) == 0 && s.Bill == nil }

// Charged is a subscription with its plan. Credentials are the keys whose limits per key are asked for.
type Charged struct {
	Team         identity.TeamID
	Subscription access.SubscriptionID
	Plan         plan.Plan
	Credentials  []access.CredentialID
}

// ChargedOf returns a subscription with the keys that work for it.
func ChargedOf(detail access.SubscriptionDetail) Charged {
	charged := Charged{Team: detail.Subscription.Team, Subscription: detail.Subscription.ID, Plan: detail.Plan}
	for _, key := range detail.Credentials {
		charged.Credentials = append(charged.Credentials, key.ID)
	}
	return charged
}

func (c Charged) holder(credential access.CredentialID) Holder {
	return Holder{Team: c.Team, Subscription: c.Subscription, Credential: credential, Plan: c.Plan.ID, Family: c.Plan.Family}
}

// month is the limit whose count the price and the spending cap are about.
var month = plan.Limit{Meter: plan.Calls, Per: plan.PerSubscription, Window: plan.Window{Kind: plan.Month}}

// quotas lists the quotas of a subscription, without what is used.
func (c Charged) quotas() (quotas []Quota) {
	price, told := c.Plan.Price, false
	for _, limit := range c.Plan.Limits {
		if limit.Window.Kind == plan.Rate {
			continue
		}
		told = told || limit.Overage && limit.Amount == price.Included
		holders := []access.CredentialID{{}}
		if limit.Per == plan.PerCredential {
			holders = c.Credentials
		}
		for _, one := range holders {
			quotas = append(quotas, Quota{Kind: LimitQuota, Key: c.holder(one).Key(limit), Limit: limit, Credential: one, Amount: limit.Amount})
		}
	}
	key := c.holder(access.CredentialID{}).Key(month)
	if price.Included > 0 && !told { // a limit with overage says the same
		quotas = append(quotas, Quota{Kind: IncludedQuota, Key: key, Limit: month, Amount: price.Included})
	}
	if afforded, capped := price.CallsUntilCap(); capped {
		quotas = append(quotas, Quota{Kind: SpendingQuota, Key: key, Limit: month, Amount: afforded, Cap: price.SpendingCap})
	}
	return quotas
}

// standing fills in what is used.
func (c Charged) standing(counts map[QuotaKey][]Spent, now time.Time) Standing {
	standing := Standing{Quotas: c.quotas()}
	price := c.Plan.Price
	for i := range standing.Quotas {
		quota := &standing.Quotas[i]
		quota.count(counts[quota.Key], now)
		if quota.Kind == SpendingQuota {
			quota.Cost = price.Cost(quota.Used)
		}
	}
	if price.Currency != "" {
		counted := Quota{Limit: month}
		counted.count(counts[c.holder(access.CredentialID{}).Key(month)], now)
		standing.Bill = &Bill{
			Price: price, Month: counted.Began, Calls: counted.Used, Overage: price.Overage(counted.Used), Cost: price.Cost(counted.Used),
		}
	}
	return standing
}

// count sums the counts that matter now, oldest first, and sets the window.
func (q *Quota) count(spent []Spent, now time.Time) {
	window := q.Limit.Window
	if window.Kind == plan.Month {
		q.Began = window.Start(now)
		q.Resets = window.End(q.Began)
	}
	for _, one := range spent {
		ends := window.End(one.Start)
		if !ends.After(now) {
			continue
		}
		if q.Resets.IsZero() {
			q.Began, q.Resets = one.Start, ends
		}
		q.Used += one.Used
	}
}

// newest returns, for each window, the larger of two counts. The gateway of this process may know calls that are not
// stored yet, and the store those of other nodes. Their sum could have calls twice.
func newest(stored, live []Spent) []Spent {
	for _, one := range live {
		at, found := slices.BinarySearchFunc(stored, one.Start, func(s Spent, start time.Time) int { return s.Start.Compare(start) })
		if !found {
			stored = slices.Insert(stored, at, one)
		}
		stored[at].Used = max(stored[at].Used, one.Used)
	}
	return stored
}

// Standings returns how much of its quotas each of the subscriptions has used, in the same order. Calls that the
// gateway of this process has let through count even if they are not stored yet.
func (s *Service) Standings(ctx context.Context, of []Charged) ([]Standing, error) {
	for _, one := range of {
		if err := requireIn(ctx, one.Team); err != nil {
			return nil, err
		}
	}
	now := s.now()
	counts, err := s.counts(ctx, of, now)
	if err != nil {
		return nil, err
	}
	standings := make([]Standing, len(of))
	for i, one := range of {
		standings[i] = one.standing(counts, now)
	}
	return standings, nil
}

// counts returns what the subscriptions have used of all their quotas.
func (s *Service) counts(ctx context.Context, of []Charged, now time.Time) (map[QuotaKey][]Spent, error) {
	keys := map[QuotaKey]bool{}
	since := month.Window.Since(now)
	for _, one := range of {
		if one.Plan.Price.Currency != "" {
			keys[one.holder(access.CredentialID{}).Key(month)] = true
		}
		for _, quota := range one.quotas() {
			keys[quota.Key] = true
			if earlier := quota.Limit.Window.Since(now); earlier.Before(since) {
				since = earlier
			}
		}
	}
	var subjects []string
	for key := range keys {
		subjects = append(subjects, key.Subject)
	}
	slices.Sort(subjects)
	counts, err := s.store.SpentBy(ctx, slices.Compact(subjects), since)
	if err != nil || s.live == nil {
		return counts, err
	}
	for key := range keys {
		counts[key] = newest(counts[key], s.live(key))
	}
	return counts, nil
}
