package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// Sizes of the counted portal. The first team has ten times as many applications as the others.
const (
	countedRows         = 10_000_000
	countedDays         = 90
	countedTeams        = 46
	countedApplications = 500
	countedVersions     = 20
	countedOperations   = 30
	largestCounted      = countedApplications / 10
	countedMinutes      = countedDays * 24 * 60
)

// countedSince is when the counted calls begin: whole minutes before now, so that the range's ends fall into days and
// hours that are not over.
func countedSince(now time.Time) time.Time {
	return now.UTC().Truncate(time.Minute).Add(-countedMinutes * time.Minute)
}

// minuteRow is what is counted in one minute for one series and status.
type minuteRow struct {
	series, minute int32
	status         int16
	requests       int16
}

// counted is a portal with many counted calls.
type counted struct {
	teams        []account.Team
	applications []access.Application
	versions     []catalog.VersionID
	// series are all that have calls; ids are those of their counts and of their distributions.
	series []usage.Series
	ids    [][2]int64
	since  time.Time
	rows   []minuteRow
	random *rand.Rand
	// sketches are distributions that rows share.
	sketches [][4][]byte
}

// fillCounted fills a new SQLite database with the calls of 90 days. The product itself sums up only the last day's
// hours and its day: for all, it would take an hour.
func fillCounted(ctx context.Context, db *store.DB, into sqliteBulk, now time.Time) error {
	c := &counted{random: rand.New(rand.NewPCG(1, 2)), since: countedSince(now)}
	began := clock.Now()
	say := func(what string) {
		_, _ = fmt.Fprintf(os.Stderr, "%6.1f s: %s\n", clock.Now().Sub(began).Seconds(), what)
	}
	if err := db.InTx(ctx, func(ctx context.Context) error { return c.publish(ctx, db, now) }); err != nil {
		return err
	}
	c.draw()
	c.drawSketches()
	say(fmt.Sprintf("%d rows of %d series are drawn", len(c.rows), len(c.series)))
	if err := c.saveSeries(ctx, db.Usage(), into); err != nil {
		return err
	}
	say("the series are stored")
	err := into.without(ctx, []string{"usage_count_at", "usage_spread_at"}, func() error {
		return into.insert(ctx, c.minutes(false), c.minutes(true))
	})
	if err != nil {
		return err
	}
	say("the minutes are stored")
	err = into.without(ctx, sumIndexes, func() error { return c.saveSums(ctx, into, now) })
	say("the hours and days are stored")
	return err
}

// publish creates teams with applications, and products with versions.
func (c *counted) publish(ctx context.Context, db *store.DB, now time.Time) error {
	strategy := plan.Strategy{ID: id.New[plan.StrategyID](now), Slug: "key", Name: "Key", Kind: plan.Key, Default: true, ManagedBy: catalog.Files}
	err := db.Plans().SaveStrategy(ctx, strategy)
	for number := range countedVersions {
		product := catalog.Product{
			ID: id.New[catalog.ProductID](now), Slug: fmt.Sprint("product-", number), Name: fmt.Sprint("Product ", number),
			Audience: catalog.SignedIn, Published: true, ManagedBy: catalog.Files,
		}
		version := catalog.Version{ID: id.New[catalog.VersionID](now), Product: product.ID, Name: "v1", Published: true}
		c.versions = append(c.versions, version.ID)
		err = errors.Join(err, db.Catalog().SaveProduct(ctx, product), db.Catalog().SaveVersion(ctx, version))
	}
	for number := range countedTeams {
		c.teams = append(c.teams, account.Team{ID: id.New[identity.TeamID](now), Name: fmt.Sprint("Team ", number), CreatedAt: now})
		err = errors.Join(err, db.Accounts().SaveTeam(ctx, c.teams[number]))
	}
	for number := range countedApplications {
		team := c.teams[0]
		if number%(countedApplications/largestCounted) != 0 {
			team = c.teams[1+number%(countedTeams-1)]
		}
		made := access.Application{
			ID: id.New[access.ApplicationID](now), Team: team.ID, Name: fmt.Sprint("Application ", number), Strategy: strategy.ID,
			CreatedAt: now, UpdatedAt: now,
		}
		c.applications = append(c.applications, made)
		err = errors.Join(err, db.Access().SaveApplication(ctx, made))
	}
	return err
}

// zipf returns a generator of numbers below n, of which the first are much more frequent.
func (c *counted) zipf(n uint64) func() int {
	drawn := rand.NewZipf(c.random, 1.5, 1, n-1)
	return func() int { return int(drawn.Uint64()) }
}

// draw draws the rows, ordered as they are stored.
func (c *counted) draw() {
	application, version, operation := c.zipf(countedApplications), c.zipf(countedVersions), c.zipf(countedOperations)
	requests := c.zipf(200)
	known := map[[3]int]int32{}
	c.rows = make([]minuteRow, 0, countedRows)
	for minute := range int32(countedMinutes) {
		seen := map[[2]int32]bool{}
		for len(c.rows) < int(int64(countedRows)*int64(minute+1)/countedMinutes) {
			key := [3]int{application(), version(), operation()}
			series, is := known[key]
			if !is {
				series = int32(len(c.series))
				known[key] = series
				c.series = append(c.series, c.seriesOf(key))
			}
			row := minuteRow{series: series, minute: minute, status: c.status(), requests: int16(1 + requests())}
			if once := [2]int32{row.series, int32(row.status)}; !seen[once] {
				seen[once] = true
				c.rows = append(c.rows, row)
			}
		}
	}
	slices.SortFunc(c.rows, func(a, b minuteRow) int {
		return cmp.Or(cmp.Compare(a.series, b.series), cmp.Compare(a.minute, b.minute), cmp.Compare(a.status, b.status))
	})
}

func (c *counted) status() int16 {
	switch chance := c.random.IntN(100); {
	case chance < 1:
		return http.StatusServiceUnavailable
	case chance < 2:
		return http.StatusTooManyRequests
	case chance < 5:
		return http.StatusNotFound
	case chance < 15:
		return http.StatusCreated
	}
	return http.StatusOK
}

// seriesOf returns the series of an application, a version and an operation. Each application has one key.
func (c *counted) seriesOf(key [3]int) usage.Series {
	of := c.applications[key[0]]
	return usage.Series{
		Team: of.Team, Application: of.ID, Subscription: access.SubscriptionID(of.ID), Credential: access.CredentialID(of.ID),
		Version: c.versions[key[1]], Environment: "production", Operation: fmt.Sprintf("operation-%d", key[2]),
	}
}

// drawSketches draws distributions of up to 200 calls.
func (c *counted) drawSketches() {
	for range 5000 {
		var sketches [4]usage.Sketch
		middle := 5 + 200*c.random.ExpFloat64()
		for range 1 + c.random.IntN(40)*c.random.IntN(5) {
			took := middle * (0.5 + c.random.ExpFloat64())
			sketches[usage.OfLatency].Add(took + 1)
			sketches[usage.OfUpstream].Add(took)
			sketches[usage.OfRequestSize].Add(float64(c.random.IntN(2000)))
			sketches[usage.OfResponseSize].Add(200 + 4000*c.random.ExpFloat64())
		}
		c.sketches = append(c.sketches, [4][]byte{sketches[0].Encode(), sketches[1].Encode(), sketches[2].Encode(), sketches[3].Encode()})
	}
}

// saveSeries lets the product store one row of each series, and reads the ids that it gave them.
func (c *counted) saveSeries(ctx context.Context, to *store.Usage, into sqliteBulk) error {
	for some := range slices.Chunk(c.series, 2000) {
		var batch usage.Batch
		for _, series := range some {
			batch.Counts = append(batch.Counts, usage.Count{Series: series, At: c.since, Status: 999})
			batch.Spreads = append(batch.Spreads, usage.Spread{Series: withoutKey(series), At: c.since, Status: 999})
		}
		if err := to.AddUsage(ctx, batch); err != nil {
			return err
		}
	}
	if err := c.readSeries(ctx, into); err != nil {
		return err
	}
	for _, statement := range []string{"DELETE FROM usage_count", "DELETE FROM usage_spread", "DELETE FROM usage_mark"} {
		if _, err := into.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func withoutKey(series usage.Series) usage.Series {
	series.Subscription, series.Credential = access.SubscriptionID{}, access.CredentialID{}
	return series
}

func (c *counted) readSeries(ctx context.Context, from sqliteBulk) error {
	rows, err := from.QueryContext(ctx, "SELECT id, level, application || version || operation FROM usage_series WHERE level <= 1")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	ids := map[string][2]int64{}
	for rows.Next() {
		var (
			number int64
			level  int
			key    string
		)
		if err := rows.Scan(&number, &level, &key); err != nil {
			return err
		}
		pair := ids[key]
		pair[level] = number
		ids[key] = pair
	}
	for _, series := range c.series {
		c.ids = append(c.ids, ids[series.Application.Hex()+series.Version.Hex()+series.Operation])
	}
	return rows.Err()
}

// The columns of counts and distributions.
var (
	countColumns  = []string{"series", "at", "status", "requests", "forwarded", "bytes_in", "bytes_out"}
	spreadColumns = []string{"series", "at", "status", "latency", "upstream", "request_size", "response_size"}
)

// minutes returns the table of counts or of distributions.
func (c *counted) minutes(spreads bool) table {
	key := func(row minuteRow, level int, values []any) {
		values[0], values[1], values[2] = c.ids[row.series][level], c.at(row).UnixMicro(), int64(row.status)
	}
	if !spreads {
		return table{"usage_count", countColumns, len(c.rows), func(number int, values []any) {
			key(c.rows[number], 0, values)
			count := c.count(c.rows[number])
			values[3], values[4], values[5], values[6] = count.Requests, count.Forwarded, count.BytesIn, count.BytesOut
		}}
	}
	return table{"usage_spread", spreadColumns, len(c.rows), func(number int, values []any) {
		key(c.rows[number], 1, values)
		for i, sketch := range c.sketchesOf(c.rows[number]) {
			values[3+i] = sketch
		}
	}}
}

func (c *counted) at(row minuteRow) time.Time {
	return c.since.Add(time.Duration(row.minute) * time.Minute)
}

func (c *counted) count(row minuteRow) usage.Count {
	count := usage.Count{Series: c.series[row.series], Status: int(row.status), Requests: int64(row.requests)}
	if row.status != http.StatusTooManyRequests {
		count.Forwarded = count.Requests
	}
	count.BytesIn, count.BytesOut = count.Requests*700, count.Requests*2400
	return count
}

func (c *counted) sketchesOf(row minuteRow) [4][]byte {
	return c.sketches[(int(row.series)*7+int(row.minute))%len(c.sketches)]
}
