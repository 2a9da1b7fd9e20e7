package gateway

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// charge holds the limits and counters for calls of one grant to one version under one subscription. It is stored
// in the grant, so that a call needs no lookup by name.
type charge struct {
	limits []*limit.Limit // rates before quotas, so that a flood never reaches a stored count
	names  []string       // the limits' names in the headers
	policy []string       // the value of RateLimit-Policy
	record []byte         // the encoded usage.Charge, which begins the records of calls; nil if these are not counted

	version catalog.VersionID
	// alive ends when the grant no longer admits the charge, and cancels the open calls.
	alive context.Context
	end   context.CancelFunc
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
	limits := slices.Clone(granted.Limits)
	slices.SortStableFunc(limits, func(a, b plan.Limit) int { return rank(a) - rank(b) })
	charged := usage.Charge{
		Team: grant.Team, Application: grant.Application, Subscription: granted.ID, Credential: grant.Credential,
		Version: route.Version, Environment: route.Endpoint.Environment, Visitor: grant.Visitor,
	}
	var policies []string
	for _, bound := range limits {
		applied := g.limiter.Limit(SubjectOf(bound.Per, &grant.Grant, granted), bound)
		if quota, is := applied.Quota(); is {
			charged.Quotas = append(charged.Quotas, quota)
		}
		created.limits = append(created.limits, applied)
		name := nameOf(bound)
		created.names = append(created.names, name)
		policies = append(policies, name+";q="+strconv.FormatInt(bound.Amount, 10)+windowOf(bound.Window))
	}
	created.policy = []string{strings.Join(policies, ", ")}
	if !charged.Visitor || len(charged.Quotas) > 0 {
		created.record = charged.Encode()
	}
	return created
}

func rank(bound plan.Limit) int {
	if bound.Window.Kind == plan.Rate {
		return 0
	}
	return 1
}

// SubjectOf returns the name of the subject whose calls a limit counts. The name contains the plan, so plans never
// share a count. A change of plan keeps the count, because the subscription and the family stay the same.
func SubjectOf(per plan.Per, grant *access.Grant, granted *access.GrantedSubscription) string {
	subscription := string(event.TagOf(event.TagSubscription, granted.ID))
	switch per {
	case plan.PerCredential:
		return subscription + " " + string(event.TagOf(event.TagCredential, grant.Credential))
	case plan.PerTeam:
		team := string(event.TagOf(event.TagTeam, grant.Team))
		if granted.Family != "" {
			return team + " family:" + granted.Family
		}
		return team + " " + string(event.TagOf(event.TagPlan, granted.Plan))
	default:
		return subscription
	}
}

// nameOf returns a limit's name in the RateLimit headers, quoted as they require.
func nameOf(bound plan.Limit) string {
	switch bound.Window.Kind {
	case plan.Rate, plan.Seconds:
		return `"` + bound.Window.Length.String() + `"`
	default:
		return `"` + string(bound.Window.Kind) + `"`
	}
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
