package plan

import (
	"math"
	"slices"
	"sort"
)

// Overage returns how many of a month's calls are beyond those included.
func (p Price) Overage(calls int64) int64 { return max(0, calls-p.Included) }

// Cost returns what the calls of one calendar month cost in minor units: the monthly price and that of the overage. The
// overage is priced as a whole and rounded to the nearest minor unit, a half up. A cost too large for an int64 becomes
// the largest int64.
func (p Price) Cost(calls int64) int64 {
	over := p.Overage(calls)
	thousands, rest := over/1000, over%1000
	if p.PerThousand > 0 && thousands >= (math.MaxInt64-p.Monthly)/p.PerThousand {
		return math.MaxInt64
	}
	return p.Monthly + thousands*p.PerThousand + halfUp(rest, p.PerThousand)
}

// halfUp returns rest/1000 of the price, rounded to the nearest unit. It splits the price so that nothing overflows.
func halfUp(rest, price int64) int64 {
	return price/1000*rest + (price%1000*rest+500)/1000
}

// Affords returns the largest number of calls in a month that costs no more than the amount. bounded is false if no
// number of calls costs more.
func (p Price) Affords(amount int64) (calls int64, bounded bool) {
	unaffordable := sort.Search(MostCalls, func(calls int) bool { return p.Cost(int64(calls)) > amount })
	return max(0, int64(unaffordable)-1), unaffordable < MostCalls
}

// Bound is what the gateway counts for a subscription: a limit, the calls of a month that has a price, or both.
type Bound struct {
	Limit
	// Unlimited means that calls beyond the amount are not refused but cost more.
	Unlimited bool
	// Spending means that the amount is the number of calls that the spending cap pays for.
	Spending bool
}

// Bounds returns what the gateway counts under limits and a price, with at most one bound for each object and window. A
// plan with a price counts the calls of the month even if it does not limit them.
func Bounds(limits []Limit, price Price) []Bound {
	var bounds []Bound
	for _, limit := range limits {
		bounds = append(bounds, Bound{Limit: limit, Unlimited: limit.Overage})
	}
	if price.Currency == "" {
		return bounds
	}
	month := Limit{Meter: Calls, Per: PerSubscription, Window: Window{Kind: Month}}
	at := slices.IndexFunc(bounds, func(b Bound) bool { return b.sameTime(month) })
	if at < 0 {
		at = len(bounds)
		bounds = append(bounds, Bound{Limit: month, Unlimited: true})
	}
	if afforded, capped := price.CallsUntilCap(); capped && (bounds[at].Unlimited || afforded < bounds[at].Amount) {
		bounds[at].Amount, bounds[at].Unlimited, bounds[at].Spending = afforded, false, true
	}
	return bounds
}

// CallsUntilCap returns how many calls of a month the spending cap pays for; capped is false if there is no cap.
func (p Price) CallsUntilCap() (calls int64, capped bool) {
	if p.SpendingCap == 0 {
		return 0, false
	}
	return p.Affords(p.SpendingCap)
}
