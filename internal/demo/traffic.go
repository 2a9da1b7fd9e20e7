package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// history is for how long before the first start the demo has traffic.
const history = 30 * 24 * time.Hour

// traffic is how often one key calls one version.
type traffic struct {
	grant       access.Grant
	version     catalog.VersionID
	environment string
	// perDay is the number of calls on a usual working day.
	perDay      float64
	from, until time.Time
}

// byHour is the share of a working day's calls in each hour of UTC. Weekends have less, and morning peaks.
var byHour = [24]float64{
	0.4, 0.3, 0.2, 0.2, 0.4, 1.0, 2.6, 5.2, 7.6, 8.8, 8.4, 7.0, 6.2, 7.4, 7.8, 7.2, 6.0, 5.0, 4.6, 4.4, 3.8, 2.8, 1.7, 1.0,
}

// byWeekday is how busy the days are, from Sunday.
var byWeekday = [7]float64{0.35, 1.1, 1.05, 1, 1, 0.95, 0.45}

// replay makes up calls and counts them as the gateway does. The calls are the same on each first start.
type replay struct {
	services   *app.Services
	rollup     usage.Rollup
	limiter    *limit.Limiter
	random     *rand.Rand
	operations map[catalog.VersionID][]plan.Operation
}

// record writes the traffic of the last 30 days through the product's own sums and limiter.
func record(ctx context.Context, services *app.Services, all []traffic, now time.Time) error {
	r := &replay{
		services: services, limiter: limit.New(services.Usage), operations: map[catalog.VersionID][]plan.Operation{},
		random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // made-up traffic, not a secret
	}
	routes, err := services.Plans.Routes(ctx)
	if err != nil {
		return err
	}
	for _, route := range routes {
		r.operations[route.Version] = route.Operations
	}
	for hour := now.Add(-history).Truncate(time.Hour); hour.Before(now); hour = hour.Add(time.Hour) {
		for _, one := range all {
			if err := r.callInHour(ctx, one, hour, now); err != nil {
				return err
			}
		}
		if hour.Hour() == 23 {
			if err := r.flush(ctx, hour); err != nil {
				return err
			}
		}
	}
	return r.flush(ctx, now)
}

// flush stores what was counted.
func (r *replay) flush(ctx context.Context, at time.Time) error {
	batch := r.rollup.Take()
	if err := r.services.Usage.Record(ctx, batch); err != nil {
		return err
	}
	r.limiter.Stored(ctx, batch.Increments, true, at)
	return nil
}

// callInHour makes the calls of one hour, all within one minute of it, so that the demo's database stays small.
func (r *replay) callInHour(ctx context.Context, of traffic, hour, now time.Time) error {
	minutes := 60
	if hour.Add(time.Hour).After(now) {
		minutes = int(now.Sub(hour) / time.Minute)
	}
	if minutes < 1 || hour.Before(of.from) || !hour.Before(of.until) {
		return nil
	}
	growth := 1 - 0.25*now.Sub(hour).Hours()/history.Hours()
	mean := of.perDay * byHour[hour.Hour()] / 100 * byWeekday[hour.Weekday()] * growth * float64(minutes) / 60
	calls := int(mean*(0.85+0.3*r.random.Float64()) + r.random.Float64())
	minute := hour.Add(time.Duration(r.random.IntN(minutes)) * time.Minute)
	operation := r.operation(of.version) // one an hour, so that the demo's database stays small
	for i := range calls {
		began := minute.Add(time.Minute * time.Duration(i) / time.Duration(calls))
		if err := r.call(ctx, of, operation, began); err != nil {
			return err
		}
	}
	return nil
}

// operation picks an operation of a version; the first ones are called most.
func (r *replay) operation(version catalog.VersionID) string {
	all := r.operations[version]
	if len(all) == 0 {
		return ""
	}
	return all[min(r.random.IntN(len(all)), r.random.IntN(len(all)))].Slug
}

// call counts one call, also against the quotas of its plan.
func (r *replay) call(ctx context.Context, of traffic, operation string, began time.Time) error {
	charged := of.grant.Charge(of.version, began, nil)
	if charged == nil {
		return nil
	}
	call := usage.Call{
		Began: began, Forwarded: true, Operation: operation, Address: "192.0.2.10",
		BytesIn: int64(r.random.IntN(900)), BytesOut: int64(300 + r.random.IntN(2400)),
	}
	call.Status, call.Took = r.outcome()
	call.Upstream = call.Took - time.Millisecond
	charge := usage.Charge{
		Team: of.grant.Team, Application: of.grant.Application, Subscription: charged.ID, Credential: of.grant.Credential,
		Version: of.version, Environment: of.environment,
	}
	holder := gateway.HolderOf(&of.grant, charged)
	for _, bound := range plan.Bounds(charged.Limits, charged.Price) {
		applied := r.limiter.Bound(holder.Subject(bound.Per), bound)
		quota, is := applied.Quota()
		if !is {
			continue
		}
		decision, err := applied.Take(ctx, began)
		if err != nil {
			return err
		}
		if !decision.OK {
			call.Status, call.Forwarded, call.Windows = 429, false, nil
			break
		}
		charge.Quotas = append(charge.Quotas, quota)
		call.Windows = append(call.Windows, decision.Window)
	}
	r.rollup.AddCall(&charge, &call)
	return nil
}

// outcome returns a status and a time: 4 of 1,000 calls fail, half take less than 40 ms, and some much longer.
func (r *replay) outcome() (status int, took time.Duration) {
	took = time.Duration(38 * math.Exp(0.45*r.random.NormFloat64()) * float64(time.Millisecond))
	switch chance := r.random.Float64(); {
	case chance < 0.001:
		return 503, took + 900*time.Millisecond
	case chance < 0.004:
		return 400, took / 2
	case chance < 0.02:
		return 200, took * 6
	}
	return 200, took
}
