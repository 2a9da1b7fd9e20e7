package usage

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
)

func anyID(t *rapid.T) [12]byte {
	return [12]byte(rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "id"))
}

func anyCharge(t *rapid.T) *Charge {
	charge := &Charge{
		Team: identity.TeamID(anyID(t)), Application: access.ApplicationID(anyID(t)), Subscription: access.SubscriptionID(anyID(t)),
		Credential: access.CredentialID(anyID(t)), Version: catalog.VersionID(anyID(t)),
		Environment: rapid.String().Draw(t, "environment"), Visitor: rapid.Bool().Draw(t, "visitor"),
		Uncounted: rapid.Bool().Draw(t, "uncounted"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "quotas") {
		charge.Quotas = append(charge.Quotas, QuotaKey{
			Subject: rapid.String().Draw(t, "subject"), Meter: rapid.String().Draw(t, "meter"), Window: rapid.String().Draw(t, "window"),
		})
	}
	return charge
}

func anyCall(t *rapid.T, charge *Charge) *Call {
	call := &Call{
		Began: time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "began")).UTC(),
		Took:  time.Duration(rapid.Int64Range(0, 1<<40).Draw(t, "took")) * time.Microsecond, Status: rapid.IntRange(100, 999).Draw(t, "status"),
		Upstream: time.Duration(rapid.Int64Range(0, 1<<40).Draw(t, "upstream")) * time.Microsecond, Forwarded: rapid.Bool().Draw(t, "forwarded"),
		BytesIn: rapid.Int64().Draw(t, "in"), BytesOut: rapid.Int64().Draw(t, "out"),
		Operation: rapid.String().Draw(t, "operation"), Address: rapid.String().Draw(t, "address"), Windows: []time.Time{},
	}
	if call.Logged = rapid.Bool().Draw(t, "logged"); call.Logged {
		call.Method, call.Path = rapid.String().Draw(t, "method"), rapid.String().Draw(t, "path")
		call.Reason, call.RequestID = rapid.String().Draw(t, "reason"), rapid.String().Draw(t, "request")
	}
	if rapid.Bool().Draw(t, "counted") {
		for range charge.Quotas {
			call.Windows = append(call.Windows, time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "window")).UTC())
		}
	}
	return call
}

func TestRecordsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var reader decoder
		read := Call{Windows: []time.Time{}}
		for range 3 {
			charge := anyCharge(t)
			call := anyCall(t, charge)
			got, err := reader.decode(AppendRecord(nil, charge.Encode(), call), &read)
			if diff := cmp.Diff(charge, got); err != nil || diff != "" {
				t.Fatal(err, diff)
			}
			if diff := cmp.Diff(call, &read); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// TestMalformedRecords changes and cuts records: they are refused or read, and never crash the reader.
func TestMalformedRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		charge := anyCharge(t)
		record := AppendRecord(nil, charge.Encode(), anyCall(t, charge))
		var rollup Rollup
		rollup.Add(record[:rapid.IntRange(0, len(record)-1).Draw(t, "length")])
		if rollup.Malformed != 1 {
			t.Error("a cut record was read")
		}
		changed := slices.Clone(record)
		changed[rapid.IntRange(0, len(record)-1).Draw(t, "at")] ^= rapid.Byte().Draw(t, "by")
		rollup.Add(changed)
		rollup.Add(rapid.SliceOf(rapid.Byte()).Draw(t, "noise"))
		rollup.Take()
	})
}

// TestRollup compares the sums with those of a loop over the calls.
func TestRollup(t *testing.T) {
	charge := &Charge{Team: identity.TeamID{1}, Credential: access.CredentialID{2}, Environment: "production", Quotas: []QuotaKey{{Window: "month"}}}
	visitor := &Charge{Visitor: true, Quotas: []QuotaKey{{Window: "day"}}}
	start := time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
	var rollup Rollup
	for _, call := range []Call{
		{Began: start.Add(20 * time.Second), Took: time.Millisecond, Upstream: time.Microsecond, Status: 200, Forwarded: true, BytesIn: 10, BytesOut: 100, Windows: []time.Time{start}, Address: "a"},
		{Began: start.Add(10 * time.Second), Took: time.Second, Status: 200, Forwarded: true, BytesOut: 1, Windows: []time.Time{start}, Address: "a"},
		{Began: start.Add(15 * time.Second), Took: time.Microsecond, Status: 429, Address: "b"},
		{Began: start.Add(59 * time.Second), Took: time.Minute, Status: 101, Forwarded: true, Operation: "stream", Windows: []time.Time{start.Add(time.Hour)}}, // ended in the next minute
	} {
		rollup.Add(AppendRecord(nil, charge.Encode(), &call))
	}
	rollup.Add(AppendRecord(nil, visitor.Encode(), &Call{Began: start, Status: 200, Forwarded: true, Windows: []time.Time{start}}))
	batch := rollup.Take()
	series := Series{Team: charge.Team, Credential: charge.Credential, Environment: "production"}
	streaming := series
	streaming.Operation = "stream"
	byStatus := cmp.Transformer("ByStatus", func(counts []Count) map[int]Count {
		found := map[int]Count{}
		for _, count := range counts {
			found[count.Status] = count
		}
		return found
	})
	want := []Count{
		{Series: series, At: start, Status: 200, Requests: 2, Forwarded: 2, BytesIn: 10, BytesOut: 101},
		{Series: series, At: start, Status: 429, Requests: 1},
		{Series: streaming, At: start, Status: 101, Requests: 1, Forwarded: 1},
	}
	if diff := cmp.Diff(want, batch.Counts, byStatus); diff != "" || len(batch.Counts) != 3 {
		t.Error(diff)
	}
	increments := map[Increment]bool{}
	for _, increment := range batch.Increments {
		increments[increment] = true
	}
	for _, want := range []Increment{
		{Key: charge.Quotas[0], Start: start, Add: 2}, {Key: charge.Quotas[0], Start: start.Add(time.Hour), Add: 1},
		{Key: visitor.Quotas[0], Start: start, Add: 1},
	} {
		if !increments[want] {
			t.Errorf("no %+v in %+v", want, batch.Increments)
		}
	}
	for _, spread := range batch.Spreads {
		var latency, upstream Sketch
		if err := latency.Merge(spread.Latency); err != nil {
			t.Fatal(err)
		}
		if err := upstream.Merge(spread.Upstream); err != nil {
			t.Fatal(err)
		}
		want := map[int][2]int64{101: {1, 1}, 200: {2, 2}, 429: {1, 0}}[spread.Status]
		if got := [2]int64{latency.Count(), upstream.Count()}; got != want || !spread.Credential.IsZero() {
			t.Errorf("status %d has %v latencies and upstreams", spread.Status, got)
		}
	}
	if len(batch.Spreads) != 3 || len(batch.Uses) != 3 || rollup.Rows() != 0 || len(rollup.Take().Counts) != 0 {
		t.Errorf("%d spreads, uses %+v, then %d rows", len(batch.Spreads), batch.Uses, rollup.Rows())
	}
}

func BenchmarkRollup(b *testing.B) {
	charge := &Charge{Team: identity.TeamID{1}, Environment: "production", Quotas: []QuotaKey{{Subject: "team:000000000000000000000000", Meter: "calls", Window: "month"}}}
	encoded := charge.Encode()
	start := time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
	call := Call{Began: start, Took: time.Millisecond, Status: 200, Forwarded: true, Operation: "list-things", Windows: []time.Time{start}, Address: "192.0.2.1"}
	var rollup Rollup
	var record []byte
	b.ReportAllocs()
	before := usedCPU()
	for b.Loop() {
		record = AppendRecord(record[:0], encoded, &call)
		rollup.Add(record)
	}
	b.ReportMetric(float64(usedCPU()-before)/float64(b.N), "cpu-ns/op")
}

func usedCPU() int64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return used.Utime.Nano() + used.Stime.Nano()
}
