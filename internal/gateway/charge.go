package gateway

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// charge holds the limits and counters for calls of one grant to one version under one subscription. It is stored
// in the grant, so that a call needs no lookup by name.
type charge struct {
	bounds []bound  // rates before quotas, so that a flood never reaches a stored count
	policy []string // the value of RateLimit-Policy
	record []byte   // the encoded usage.Charge, which begins the records of calls; nil if these are not counted

	version catalog.VersionID
	// alive ends when the grant no longer admits the charge, and cancels the open calls.
	alive context.Context
	end   context.CancelFunc
}

// bound is a limit of a charge. Its name in the headers is empty if it refuses no calls.
type bound struct {
	*limit.Limit

	name   string
	reason Reason // why a call is refused
}

type chargeKey struct {
	subscription access.SubscriptionID
	version      catalog.VersionID
}

// charge returns the charge of the call and creates it at the first call.
func (g *Gateway) charge(grant *grant, route *routed, granted *access.GrantedSubscription) *charge {
	key := chargeKey{granted.ID, route.Version}
	if charges := grant.charges.Load(); charges != nil {
		if found := (*charges)[key]; found != nil {
			return found
		}
	}
	grant.mu.Lock()
	defer grant.mu.Unlock()
	charges := map[chargeKey]*charge{}
	if known := grant.charges.Load(); known != nil {
		if found := (*known)[key]; found != nil {
			return found
		}
		maps.Copy(charges, *known)
	}
	created := g.newCharge(grant, route, granted)
	grant.check(created, g.now())
	charges[key] = created
	grant.charges.Store(&charges)
	return created
}

func (g *Gateway) newCharge(grant *grant, route *routed, granted *access.GrantedSubscription) *charge {
	created := &charge{version: route.Version}
	created.alive, created.end = context.WithCancel(context.Background())
	bounds := plan.Bounds(granted.Limits, granted.Price)
	slices.SortStableFunc(bounds, func(a, b plan.Bound) int { return rank(a) - rank(b) })
	charged := usage.Charge{
		Team: grant.Team, Application: grant.Application, Subscription: granted.ID, Credential: grant.Credential,
		Version: route.Version, Environment: route.Endpoint.Environment, Visitor: grant.Visitor,
	}
	var policies []string
	for _, one := range bounds {
		applied := bound{Limit: g.limiter.Bound(HolderOf(&grant.Grant, granted).Subject(one.Per), one), reason: reasonOf(one)}
		if quota, is := applied.Quota(); is {
			charged.Quotas = append(charged.Quotas, quota)
		}
		if !one.Unlimited {
			applied.name = nameOf(one)
			policies = append(policies, applied.name+";q="+strconv.FormatInt(one.Amount, 10)+windowOf(one.Window))
		}
		created.bounds = append(created.bounds, applied)
	}
	if len(policies) > 0 {
		created.policy = []string{strings.Join(policies, ", ")}
	}
	if !charged.Visitor || len(charged.Quotas) > 0 {
		created.record = charged.Encode()
	}
	return created
}

func rank(bound plan.Bound) int {
	if bound.Window.Kind == plan.Rate {
		return 0
	}
	return 1
}

// HolderOf returns whose calls the quotas of a granted subscription count.
func HolderOf(grant *access.Grant, granted *access.GrantedSubscription) usage.Holder {
	return usage.Holder{
		Team: grant.Team, Subscription: granted.ID, Credential: grant.Credential, Plan: granted.Plan, Family: granted.Family,
	}
}

func reasonOf(bound plan.Bound) Reason {
	switch {
	case bound.Spending:
		return SpendingCapReached
	case bound.Window.Kind == plan.Rate:
		return RateLimited
	}
	return QuotaSpent
}

// nameOf returns a bound's name in the RateLimit headers, quoted as they require, in the style of their specification:
// "permin", "daily". Bounds of other objects than the subscription say so, since names must differ.
func nameOf(bound plan.Bound) string {
	name := "spending"
	if !bound.Spending {
		name = windowName(bound.Window)
	}
	switch bound.Per {
	case plan.PerCredential:
		name += "-key"
	case plan.PerTeam:
		name += "-team"
	case plan.PerSubscription:
	}
	return strconv.Quote(name)
}

func windowName(window plan.Window) string {
	switch window.Kind {
	case plan.Month:
		return "monthly"
	case plan.Day:
		return "daily"
	case plan.Rate, plan.Seconds:
	}
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"day", 24 * time.Hour}, {"hr", time.Hour}, {"min", time.Minute}} {
		switch n := window.Length / unit.length; {
		case window.Length%unit.length != 0:
		case n == 1:
			return "per" + unit.name
		default:
			return "per" + strconv.FormatInt(int64(n), 10) + unit.name
		}
	}
	if window.Length == time.Second {
		return "persec"
	}
	return "per" + strconv.FormatInt(seconds(window.Length), 10) + "sec"
}

// windowOf returns a window's length for RateLimit-Policy, or nothing for a month, whose length varies.
func windowOf(window plan.Window) string {
	switch window.Kind {
	case plan.Month:
		return ""
	case plan.Day:
		return ";w=86400"
	default:
		return ";w=" + strconv.FormatInt(seconds(window.Length), 10)
	}
}
