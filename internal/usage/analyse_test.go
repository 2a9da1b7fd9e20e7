package usage_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// rawCall is a call as the gateway records it.
type rawCall struct {
	charge *usage.Charge
	usage.Call
}

// value returns the value of a dimension of the call.
func (c rawCall) value(dimension usage.Dimension) usage.Value {
	switch dimension {
	case usage.OfTeam:
		return c.charge.Team.Hex()
	case usage.OfApplication:
		return c.charge.Application.Hex()
	case usage.OfSubscription:
		return c.charge.Subscription.Hex()
	case usage.OfCredential:
		return c.charge.Credential.Hex()
	case usage.OfVersion:
		return c.charge.Version.Hex()
	case usage.OfOperation:
		return usage.OperationValue(c.charge.Version, c.Operation)
	case usage.OfEnvironment:
		return c.charge.Environment
	case usage.OfStatus:
		return strconv.Itoa(c.Status)
	case usage.OfStatusClass:
		return strconv.Itoa(c.Status / 100)
	case usage.ByTime:
	}
	return ""
}

// group is what a brute-force count finds for one row.
type group struct {
	requests, forwarded, failed, bytesIn, bytesOut    int64
	latencies, upstreams, requestSizes, responseSizes []float64
}

type groupKey struct {
	at            time.Time
	first, second usage.Value
}

// count counts calls without any sums.
func count(calls []rawCall, query usage.Query) map[groupKey]*group {
	groups := map[groupKey]*group{}
	first := query.Since.Truncate(time.Minute)
	var dimensions []usage.Dimension
	buckets := int64(1)
	for _, dimension := range query.Dimensions {
		if dimension != usage.ByTime {
			dimensions = append(dimensions, dimension)
		} else {
			buckets = max(1, int64(math.Ceil(float64(query.Until.Sub(query.Since))/float64(query.Bucket))))
		}
	}
	for i := range calls {
		call := &calls[i]
		minute := call.Began.Truncate(time.Minute)
		if minute.Before(first) || minute.After(query.Until) || !query.AllTeams && call.charge.Team != query.Team {
			continue
		}
		if slices.ContainsFunc(query.Filters, func(filter usage.Filter) bool {
			return slices.Contains(filter.Values, call.value(filter.Dimension)) == filter.Not
		}) {
			continue
		}
		key := groupKey{at: query.Since}
		if parts := query.Starts; len(parts) > 0 && slices.Contains(query.Dimensions, usage.ByTime) {
			for _, start := range parts {
				if !minute.Before(start) {
					key.at = start
				}
			}
		} else if buckets > 1 {
			key.at = query.Since.Add(query.Bucket * time.Duration(min(int64(minute.Sub(first)/query.Bucket), buckets-1)))
		}
		for i, into := range []*usage.Value{&key.first, &key.second}[:len(dimensions)] {
			*into = call.value(dimensions[i])
		}
		if groups[key] == nil {
			groups[key] = &group{}
		}
		groups[key].add(call)
	}
	return groups
}

func (g *group) add(call *rawCall) {
	g.requests++
	g.bytesIn += call.BytesIn
	g.bytesOut += call.BytesOut
	g.latencies = append(g.latencies, call.Took.Seconds()*1000)
	if call.Forwarded {
		g.forwarded++
		if call.Status >= 400 {
			g.failed++
		}
		g.upstreams = append(g.upstreams, call.Upstream.Seconds()*1000)
	}
	g.requestSizes = append(g.requestSizes, float64(call.BytesIn))
	g.responseSizes = append(g.responseSizes, float64(call.BytesOut))
}

// near reports whether a figure is within 1 % of the quantile of the values.
func near(figure float64, known bool, values []float64, share float64) bool {
	if len(values) == 0 {
		return !known
	}
	slices.Sort(values)
	want := values[int(share*float64(len(values)-1))]
	return known && math.Abs(figure-want) <= want*0.01+1e-9
}

// counted is a portal with random calls, of which some are recorded.
type counted struct {
	kit      *testkit.Kit
	nodes    []*recorder
	base     time.Time
	charges  []*usage.Charge
	recorded []rawCall
}

func newCounted(r *rapid.T, kit *testkit.Kit, base time.Time) *counted {
	drawn := &counted{kit: kit, base: base}
	versions := []catalog.VersionID{id.New[catalog.VersionID](base), id.New[catalog.VersionID](base)}
	for i := range rapid.IntRange(1, 4).Draw(r, "applications") {
		team := kit.Acme.ID
		if i == 1 {
			team = kit.Globex.ID
		}
		application := id.New[access.ApplicationID](base)
		for range rapid.IntRange(1, 2).Draw(r, "credentials") {
			drawn.charges = append(drawn.charges, &usage.Charge{
				Team: team, Application: application, Subscription: id.New[access.SubscriptionID](base), Credential: id.New[access.CredentialID](base),
				Version: rapid.SampledFrom(versions).Draw(r, "version"), Environment: rapid.SampledFrom([]string{"production", "sandbox"}).Draw(r, "environment"),
			})
		}
	}
	return drawn
}

// moments draws times of three days, many of them at the edges of hours and days.
func moments(base time.Time) *rapid.Generator[time.Time] {
	return rapid.Custom(func(r *rapid.T) time.Time {
		hour := base.Add(time.Duration(rapid.IntRange(0, 3*24).Draw(r, "hour")) * time.Hour)
		switch rapid.IntRange(0, 3).Draw(r, "edge") {
		case 0:
			return hour
		case 1:
			return hour.Add(-time.Second)
		case 2:
			return hour.Add(time.Duration(rapid.IntRange(0, 59).Draw(r, "minute")) * time.Minute)
		}
		return hour.Add(time.Duration(rapid.IntRange(0, 3599).Draw(r, "second")) * time.Second)
	})
}

// recorder is a node with its ledger. waiting are batches that it has not stored yet, with the calls in them.
type recorder struct {
	*usage.Service

	ledger  string
	end     int64
	waiting []waitingBatch
}

type waitingBatch struct {
	usage.Batch

	calls []rawCall
}

// record lets a node sum up random calls, and lets a node store all that it has summed up: late if it is another one.
func (c *counted) record(r *rapid.T) {
	c.sumUp(r, rapid.SampledFrom(c.nodes).Draw(r, "node"))
	c.store(r, rapid.SampledFrom(c.nodes).Draw(r, "storing node"))
}

// store stores what waits in a node, and stores some of it again, as after a lost answer.
func (c *counted) store(r *rapid.T, by *recorder) {
	for _, one := range by.waiting {
		if err := by.Record(context.Background(), one.Batch); err != nil {
			r.Fatal(err)
		}
		c.recorded = append(c.recorded, one.calls...)
		if rapid.Bool().Draw(r, "again") {
			if err := by.Record(context.Background(), one.Batch); !errors.Is(err, usage.ErrCounted) {
				r.Fatalf("a batch was counted twice: %v", err)
			}
		}
	}
	by.waiting = nil
}

func (c *counted) sumUp(r *rapid.T, by *recorder) {
	var rollup usage.Rollup
	var calls []rawCall
	for range rapid.IntRange(1, 12).Draw(r, "calls") {
		status := rapid.SampledFrom([]int{101, 200, 200, 200, 201, 404, 429, 503}).Draw(r, "status")
		call := rawCall{charge: rapid.SampledFrom(c.charges).Draw(r, "charge"), Call: usage.Call{
			Began: moments(c.base).Draw(r, "began"), Took: time.Duration(rapid.IntRange(1, 5_000_000).Draw(r, "took")) * time.Microsecond,
			Status: status, Forwarded: status != 429, BytesIn: int64(rapid.IntRange(0, 5).Draw(r, "in")), BytesOut: int64(rapid.IntRange(0, 1<<20).Draw(r, "out")),
			Operation: rapid.SampledFrom([]string{"", "list", "get"}).Draw(r, "operation"), Address: "192.0.2.1",
		}}
		call.Upstream = call.Took / 2
		rollup.AddCall(call.charge, &call.Call)
		calls = append(calls, call)
	}
	batch := rollup.Take()
	batch.Ledger, batch.From, batch.To = by.ledger, by.end, by.end+int64(len(calls))
	by.end = batch.To
	by.waiting = append(by.waiting, waitingBatch{batch, calls})
}

func (c *counted) rollUp(r *rapid.T) {
	if err := c.kit.Usage.RollUp(c.kit.As(identity.SystemPrincipal("test"))); err != nil {
		r.Fatal(err)
	}
}

var everyDimension = []usage.Dimension{
	usage.ByTime, usage.OfTeam, usage.OfApplication, usage.OfSubscription, usage.OfCredential, usage.OfVersion, usage.OfOperation,
	usage.OfEnvironment, usage.OfStatus, usage.OfStatusClass,
}

func (c *counted) query(r *rapid.T) usage.Query {
	query := usage.Query{
		Since: moments(c.base).Draw(r, "since"), Until: moments(c.base).Draw(r, "until"),
		Metrics: []usage.Metric{usage.Requests, usage.Forwarded, usage.Failed, usage.BytesIn, usage.BytesOut},
		Bucket:  rapid.SampledFrom([]time.Duration{time.Minute, 7 * time.Minute, time.Hour, 90 * time.Minute, 24 * time.Hour, 25 * time.Hour}).Draw(r, "bucket"),
	}
	if query.Until.Before(query.Since) {
		query.Since, query.Until = query.Until, query.Since
	}
	if rapid.Bool().Draw(r, "parts of any length") {
		query.Since = query.Since.Truncate(time.Minute)
		query.Starts = []time.Time{query.Since}
		for range rapid.IntRange(0, 5).Draw(r, "parts") {
			length := rapid.SampledFrom([]time.Duration{time.Hour, 23 * time.Hour, 24 * time.Hour, 24*time.Hour + 30*time.Minute}).Draw(r, "length")
			query.Starts = append(query.Starts, query.Starts[len(query.Starts)-1].Add(length))
		}
	}
	dimensions := rapid.SliceOfNDistinct(rapid.SampledFrom(everyDimension), 0, 2, rapid.ID[usage.Dimension]).Draw(r, "dimensions")
	query.Dimensions = dimensions
	finest := func(one usage.Dimension) bool { return one == usage.OfSubscription || one == usage.OfCredential }
	byKey := slices.ContainsFunc(dimensions, finest)
	for range rapid.IntRange(0, 2).Draw(r, "filters") {
		filter := usage.Filter{Dimension: rapid.SampledFrom(everyDimension[1:]).Draw(r, "filter"), Not: rapid.Bool().Draw(r, "not")}
		for range rapid.IntRange(0, 2).Draw(r, "values") {
			filter.Values = append(filter.Values, rapid.SampledFrom(c.recorded).Draw(r, "of").value(filter.Dimension))
		}
		query.Filters = append(query.Filters, filter)
		byKey = byKey || finest(filter.Dimension)
	}
	if !byKey {
		query.Metrics = append(query.Metrics, usage.LatencyP50, usage.LatencyP99, usage.UpstreamP95, usage.RequestSizeP50, usage.ResponseSizeP95)
	}
	switch rapid.IntRange(0, 2).Draw(r, "scope") {
	case 0:
		query.AllTeams = true
	case 1:
		query.Team = c.kit.Globex.ID
	default:
		query.Team = c.kit.Acme.ID
	}
	return query
}

func (c *counted) compare(r *rapid.T) {
	query := c.query(r)
	asked := query
	principal := c.kit.Staff
	if query.Team == c.kit.Acme.ID && rapid.Bool().Draw(r, "as member") {
		principal, asked.Team = c.kit.Viewer, identity.TeamID{}
	}
	result, err := c.kit.Usage.Analyse(c.kit.As(principal), asked)
	if err != nil {
		r.Fatal(err)
	}
	want := count(c.recorded, query)
	for i, row := range result.Rows {
		if i > 0 && row.At.Before(result.Rows[i-1].At) {
			r.Fatal("the rows are not ordered by time")
		}
		key := groupKey{at: row.At}
		for i, into := range []*usage.Value{&key.first, &key.second}[:len(row.Values)] {
			*into = row.Values[i]
		}
		group := want[key]
		if group == nil {
			r.Fatalf("%+v: nothing was called, got %+v", key, row)
		}
		delete(want, key)
		got := [5]float64{row.Figures[usage.Requests], row.Figures[usage.Forwarded], row.Figures[usage.Failed], row.Figures[usage.BytesIn], row.Figures[usage.BytesOut]}
		if wanted := [5]float64{float64(group.requests), float64(group.forwarded), float64(group.failed), float64(group.bytesIn), float64(group.bytesOut)}; got != wanted {
			r.Fatalf("%+v: %v, want %v", key, got, wanted)
		}
		for _, one := range []struct {
			metric usage.Metric
			values []float64
			share  float64
		}{
			{usage.LatencyP50, group.latencies, 0.5}, {usage.LatencyP99, group.latencies, 0.99}, {usage.UpstreamP95, group.upstreams, 0.95},
			{usage.RequestSizeP50, group.requestSizes, 0.5}, {usage.ResponseSizeP95, group.responseSizes, 0.95},
		} {
			figure, known := row.Figures[one.metric]
			if slices.Contains(query.Metrics, one.metric) && !near(figure, known, one.values, one.share) {
				r.Fatalf("%+v: %s is %v (%v), of %v", key, one.metric, figure, known, one.values)
			}
		}
	}
	for key, group := range want {
		r.Fatalf("%+v: no row, want %d requests", key, group.requests)
	}
}

// TestAnalysesAgreeWithABruteForceCount lets two nodes record random calls in any order, late and repeatedly, sums them
// up at random moments, and compares random queries with the calls themselves.
func TestAnalysesAgreeWithABruteForceCount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		checks, other := 0, kit.Another(t)
		rapid.Check(t, func(r *rapid.T) {
			checks++
			if kit.Postgres && checks > 25 {
				return
			}
			// Each check uses different days, so that it does not see the calls of the others.
			kit.Clock.Advance(kit.Clock.Now().Truncate(24*time.Hour).AddDate(0, 0, 2).Sub(kit.Clock.Now()))
			drawn := newCounted(r, kit, kit.Clock.Now())
			for i, node := range []*testkit.Kit{kit, other} {
				drawn.nodes = append(drawn.nodes, &recorder{Service: node.Usage, ledger: fmt.Sprint("ledger ", i, " of check ", checks)})
			}
			drawn.record(r)
			drawn.store(r, drawn.nodes[0])
			drawn.store(r, drawn.nodes[1])
			kit.Clock.Advance(3*24*time.Hour + time.Hour)
			for range rapid.IntRange(1, 6).Draw(r, "steps") {
				switch rapid.IntRange(0, 2).Draw(r, "step") {
				case 0:
					drawn.record(r)
				case 1:
					drawn.rollUp(r)
				default:
					kit.Clock.Advance(12 * time.Hour)
				}
				drawn.compare(r)
				drawn.compare(r)
			}
		})
	})
}
