package usage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

func TestMalformedQueriesNameTheField(t *testing.T) {
	now := testkit.Start
	for name, row := range map[string]struct {
		change func(q *usage.Query)
		want   string
	}{
		"valid":              {func(*usage.Query) {}, ""},
		"one moment":         {func(q *usage.Query) { q.Since = q.Until }, ""},
		"ends in the future": {func(q *usage.Query) { q.Until = now.AddDate(1, 0, 0) }, ""},
		"a week of minutes":  {func(q *usage.Query) { q.Since, q.Bucket = q.Until.AddDate(0, 0, -7), time.Minute }, ""},
		"unknown values": {func(q *usage.Query) {
			q.Filters = []usage.Filter{{Dimension: usage.OfStatus, Values: []usage.Value{"999"}}}
		}, ""},
		"no values":            {func(q *usage.Query) { q.Filters = []usage.Filter{{Dimension: usage.OfTeam}} }, ""},
		"in the future":        {func(q *usage.Query) { q.Since, q.Until = now.Add(time.Second), now.Add(time.Minute) }, "since"},
		"inverted":             {func(q *usage.Query) { q.Until = q.Since.Add(-1) }, "until"},
		"no metric":            {func(q *usage.Query) { q.Metrics = nil }, "metrics"},
		"an unknown metric":    {func(q *usage.Query) { q.Metrics = []usage.Metric{"weight"} }, "metrics"},
		"three dimensions":     {func(q *usage.Query) { q.Dimensions = append(q.Dimensions, usage.OfStatus, usage.OfTeam) }, "dimensions"},
		"the same twice":       {func(q *usage.Query) { q.Dimensions = []usage.Dimension{usage.OfStatus, usage.OfStatus} }, "dimensions"},
		"an unknown dimension": {func(q *usage.Query) { q.Dimensions = []usage.Dimension{"country"} }, "dimensions"},
		"short buckets":        {func(q *usage.Query) { q.Bucket = time.Minute - 1 }, "bucket"},
		"too many buckets":     {func(q *usage.Query) { q.Since, q.Bucket = q.Until.AddDate(0, 0, -7).Add(-1), time.Minute }, "bucket"},
		"parts of a day":       {func(q *usage.Query) { q.Bucket, q.Starts = 0, []time.Time{q.Since, q.Since.Add(time.Minute)} }, ""},
		"parts in disorder":    {func(q *usage.Query) { q.Starts = []time.Time{q.Since, q.Since} }, "starts"},
		"a late first part":    {func(q *usage.Query) { q.Starts = []time.Time{q.Since.Add(time.Minute)} }, "starts"},
		"a part of seconds":    {func(q *usage.Query) { q.Starts = []time.Time{q.Since, q.Since.Add(time.Second)} }, "starts"},
		"a filter by time":     {func(q *usage.Query) { q.Filters = []usage.Filter{{Dimension: usage.ByTime}} }, "filters[0]"},
		"a malformed status": {func(q *usage.Query) {
			q.Filters = []usage.Filter{{Dimension: usage.OfStatus, Values: []usage.Value{"4XX"}}}
		}, "filters[0]"},
		"a malformed id": {func(q *usage.Query) {
			q.Filters = []usage.Filter{{Dimension: usage.OfVersion, Values: []usage.Value{"v1"}}}
		}, "filters[0]"},
		"latency by key": {func(q *usage.Query) {
			q.Metrics, q.Dimensions = []usage.Metric{usage.LatencyP99}, []usage.Dimension{usage.OfCredential}
		}, "metrics"},
	} {
		query := usage.Query{
			Since: now.Add(-time.Hour), Until: now, Metrics: []usage.Metric{usage.Requests}, Dimensions: []usage.Dimension{usage.ByTime}, Bucket: time.Hour,
		}
		row.change(&query)
		err := query.Validate(now)
		got := ""
		if err != nil {
			got = fault.From(err).Fields[0].Name
		}
		if got != row.want || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

// TestTheBusiestValuesAreShown queries more values than a result has.
func TestTheBusiestValuesAreShown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		batch, want := usage.Batch{}, []usage.Value{}
		for i := range usage.MostValues + 3 {
			count := someCount(kit)
			count.Requests = int64(1000 - i)
			batch.Counts = append(batch.Counts, count)
			batch.Spreads = append(batch.Spreads, spreadOf(count, float64(i)))
			want = append(want, count.Application.Hex())
		}
		if err := kit.Usage.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		result, err := kit.Usage.Analyse(kit.As(kit.Viewer), usage.Query{
			Since: testkit.Start, Until: testkit.Start, Metrics: []usage.Metric{usage.Requests, usage.LatencyP99}, Dimensions: []usage.Dimension{usage.OfApplication},
		})
		if err != nil {
			t.Fatal(err)
		}
		var rows []usage.Value
		for _, row := range result.Rows {
			rows = append(rows, row.Values[0])
			if _, known := row.Figures[usage.LatencyP99]; !known {
				t.Errorf("%v has no latency", row)
			}
		}
		if want = want[:usage.MostValues]; !result.Truncated || !slices.Equal(rows, want) || !slices.Equal(result.Dimensions[usage.OfApplication], want) {
			t.Errorf("truncated %v, %d rows: %s", result.Truncated, len(rows), cmp.Diff(want, rows))
		}
	})
}

// TestForeignIDsMatchNothing asks as a member for what belongs to others or does not exist.
func TestForeignIDsMatchNothing(t *testing.T) {
	kit := testkit.New(t)
	own, theirs := someCount(kit), someCount(kit)
	theirs.Team = kit.Globex.ID
	if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{own, theirs}}); err != nil {
		t.Fatal(err)
	}
	for i, row := range []struct {
		filter usage.Filter
		want   int
	}{
		{usage.Filter{Dimension: usage.OfApplication, Values: []usage.Value{theirs.Application.Hex()}}, 0},
		{usage.Filter{Dimension: usage.OfApplication, Values: []usage.Value{theirs.Application.Hex(), own.Application.Hex()}}, 7},
		{usage.Filter{Dimension: usage.OfApplication, Values: []usage.Value{id.New[access.ApplicationID](testkit.Start).Hex()}}, 0},
		{usage.Filter{Dimension: usage.OfTeam, Values: []usage.Value{kit.Globex.ID.Hex()}}, 0},
		{usage.Filter{Dimension: usage.OfApplication, Not: true, Values: []usage.Value{theirs.Application.Hex()}}, 7},
		{usage.Filter{Dimension: usage.OfVersion, Not: true, Values: []usage.Value{id.New[catalog.VersionID](testkit.Start).Hex()}}, 7},
	} {
		result, err := kit.Usage.Analyse(kit.As(kit.Viewer), usage.Query{
			Since: testkit.Start, Until: testkit.Start, Metrics: []usage.Metric{usage.Requests}, Filters: []usage.Filter{row.filter},
		})
		got := 0
		for _, one := range result.Rows {
			got += int(one.Figures[usage.Requests])
		}
		if err != nil || got != row.want {
			t.Errorf("%d: %d requests (%v), want %d", i, got, err, row.want)
		}
	}
}

// TestBucketsBeginAtTheStart counts the first minute from its beginning and what starts at the end in the last bucket.
func TestBucketsBeginAtTheStart(t *testing.T) {
	kit := testkit.New(t)
	kit.Clock.Advance(time.Hour)
	since := testkit.Start.Add(30 * time.Second)
	var batch usage.Batch
	for _, minute := range []int{-1, 0, 9, 10, 19, 20, 21} {
		count := someCount(kit)
		count.At = testkit.Start.Add(time.Duration(minute) * time.Minute)
		batch.Counts = append(batch.Counts, count)
	}
	if err := kit.Usage.Record(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	result, err := kit.Usage.Analyse(kit.As(kit.Viewer), usage.Query{
		Since: since, Until: since.Add(20 * time.Minute), Bucket: 10 * time.Minute,
		Metrics: []usage.Metric{usage.Requests, usage.RequestsPerMinute}, Dimensions: []usage.Dimension{usage.ByTime},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range result.Rows {
		got = append(got, fmt.Sprint(row.At.Sub(since), " ", row.Figures[usage.Requests], " ", row.Figures[usage.RequestsPerMinute]))
	}
	if diff := cmp.Diff([]string{"0s 14 1.4", "10m0s 21 2.1"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestQueriesIgnoreDaylightSaving asks for days from a midnight in Berlin, before clocks change there: a bucket is 24
// hours long, whatever the clocks on walls show.
func TestQueriesIgnoreDaylightSaving(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		since := time.Date(2026, time.March, 28, 0, 0, 0, 0, berlin)
		kit.Clock.Advance(since.AddDate(0, 0, 5).Sub(testkit.Start))
		var batch usage.Batch
		for i, after := range []time.Duration{0, 24*time.Hour - time.Minute, 24 * time.Hour, 48*time.Hour - time.Minute, 48 * time.Hour} {
			count := someCount(kit)
			count.At, count.Requests = since.Add(after).UTC(), int64(1)<<i
			batch.Counts = append(batch.Counts, count)
		}
		if err := kit.Usage.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		for _, summed := range []bool{false, true} {
			if summed {
				rollUp(t, kit)
			}
			for _, start := range []time.Time{since, since.UTC()} {
				result, err := kit.Usage.Analyse(kit.As(kit.Viewer), usage.Query{
					Since: start, Until: start.Add(72*time.Hour - time.Second), Bucket: 24 * time.Hour,
					Metrics: []usage.Metric{usage.Requests}, Dimensions: []usage.Dimension{usage.ByTime},
				})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, row := range result.Rows {
					got = append(got, fmt.Sprint(row.At.Sub(since), " ", row.Figures[usage.Requests]))
				}
				if diff := cmp.Diff([]string{"0s 3", "24h0m0s 12", "48h0m0s 16"}, got); diff != "" {
					t.Errorf("from %s, summed up: %v\n%s", start, summed, diff)
				}
			}
		}
	})
}
