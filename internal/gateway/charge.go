package gateway

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/gateway/meter"
	"github.com/portico-api/portico/internal/plan"
)

// charge is what calls of one grant to one version under one subscription are taken from and counted into. It hangs on
// the grant, so that a call finds it without looking anything up by name.
type charge struct {
	limits []*limit.Limit // rates before quotas: a flood then never reaches a count that is stored
	names  []string       // how each limit is called in the headers
	policy []string       // the value of RateLimit-Policy
	key    meter.Key
	series atomic.Pointer[meter.Series]
	// alive ends when the grant no longer admits what is charged, and with it the calls that are under way.
	alive context.Context
	end   context.CancelFunc
}

type chargeKey struct {
	subscription access.SubscriptionID
	version      catalog.VersionID
}

// charge finds what the call is charged to; the first call under it makes it.
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
	made := g.newCharge(grant, route, granted)
	grant.check(made, g.now())
	charges[key] = made
	grant.charges.Store(&charges)
	return made
}

func (g *Gateway) newCharge(grant *grant, route *routed, granted *access.GrantedSubscription) *charge {
	made := &charge{key: meter.Key{
		Team: grant.Team, Application: grant.Application, Subscription: granted.ID, Credential: grant.Credential,
		Version: route.Version, Environment: route.Endpoint.Environment,
	}}
	made.series.Store(g.meter.Series(made.key))
	made.alive, made.end = context.WithCancel(context.Background())
	limits := slices.Clone(granted.Limits)
	slices.SortStableFunc(limits, func(a, b plan.Limit) int { return rank(a) - rank(b) })
	var policies []string
	for _, bound := range limits {
		made.limits = append(made.limits, g.limiter.Limit(subjectOf(bound.Per, grant, granted), bound))
		name := nameOf(bound)
		made.names = append(made.names, name)
		policies = append(policies, name+";q="+strconv.FormatInt(bound.Amount, 10)+windowOf(bound.Window))
	}
	made.policy = []string{strings.Join(policies, ", ")}
	return made
}

// count counts a call, into the series that took the place of one that was swept where need be.
func (c *charge) count(all *meter.Meter, call meter.Call) {
	for !c.series.Load().Record(call) {
		c.series.Store(all.Series(c.key))
	}
}

func rank(bound plan.Limit) int {
	if bound.Window.Kind == plan.Rate {
		return 0
	}
	return 1
}

// subjectOf is whose calls a limit counts. A limit is its plan's, so what is charged under another plan is not in the same
// count; a change of plan keeps the count, since the subscription stays, and the family where it counts for a team.
func subjectOf(per plan.Per, grant *grant, granted *access.GrantedSubscription) string {
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

// nameOf is a limit's name in the RateLimit headers, quoted as these want it.
func nameOf(bound plan.Limit) string {
	switch bound.Window.Kind {
	case plan.Rate, plan.Seconds:
		return `"` + bound.Window.Length.String() + `"`
	default:
		return `"` + string(bound.Window.Kind) + `"`
	}
}

// windowOf is the length of a window for RateLimit-Policy, nothing for a month, which has none.
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
