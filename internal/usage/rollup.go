package usage

import (
	"time"

	"github.com/portico-api/portico/internal/access"
)

// Rollup sums records up to a Batch. The zero value is ready to use. It is not safe for concurrent use.
type Rollup struct {
	decoder decoder
	call    Call

	counts  map[countKey]*Count
	spreads map[spreadKey]*spread
	uses    map[useKey]time.Time
	quotas  map[quotaKey]int64
	lines   []Line
	spare   []*spread
	// Malformed counts the records that could not be read.
	Malformed int64
}

type countKey struct {
	series Series
	minute int64
	status int
}

type spreadKey struct {
	series Series
	minute int64
	status int
}

type useKey struct {
	credential access.CredentialID
	address    string
}

type quotaKey struct {
	key   QuotaKey
	start int64 // in microseconds
}

// spread holds the sketches of a Spread: latency, upstream, request size, response size.
type spread [4]Sketch

// Add adds a record.
func (r *Rollup) Add(record []byte) {
	charge, err := r.decoder.decode(record, &r.call)
	if err != nil {
		r.Malformed++
		return
	}
	r.AddCall(charge, &r.call)
}

// AddCall adds a call of a charge.
func (r *Rollup) AddCall(charge *Charge, call *Call) {
	if r.counts == nil {
		r.counts, r.spreads = map[countKey]*Count{}, map[spreadKey]*spread{}
		r.uses, r.quotas = map[useKey]time.Time{}, map[quotaKey]int64{}
	}
	for i, start := range call.Windows[:min(len(call.Windows), len(charge.Quotas))] {
		r.quotas[quotaKey{charge.Quotas[i], start.UnixMicro()}]++
	}
	if call.Logged {
		r.lines = append(r.lines, lineOf(charge, call))
	}
	if charge.Visitor || charge.Uncounted {
		return
	}
	series := Series{
		Team: charge.Team, Application: charge.Application, Subscription: charge.Subscription, Credential: charge.Credential,
		Version: charge.Version, Environment: charge.Environment, Operation: call.Operation,
	}
	minute := call.Began.Unix() / 60
	r.count(countKey{series, minute, call.Status}, call)
	series.Subscription, series.Credential = access.SubscriptionID{}, access.CredentialID{}
	r.spread(spreadKey{series, minute, call.Status}, call)
	use := useKey{charge.Credential, call.Address}
	if call.Began.After(r.uses[use]) {
		r.uses[use] = call.Began
	}
}

func (r *Rollup) count(key countKey, call *Call) {
	count := r.counts[key]
	if count == nil {
		count = &Count{Series: key.series, At: time.Unix(key.minute*60, 0).UTC(), Status: key.status}
		r.counts[key] = count
	}
	count.Requests++
	if call.Forwarded {
		count.Forwarded++
	}
	count.BytesIn += call.BytesIn
	count.BytesOut += call.BytesOut
}

func (r *Rollup) spread(key spreadKey, call *Call) {
	sketches := r.spreads[key]
	if sketches == nil {
		if last := len(r.spare) - 1; last >= 0 {
			sketches, r.spare = r.spare[last], r.spare[:last]
		} else {
			sketches = &spread{}
		}
		r.spreads[key] = sketches
	}
	sketches[0].Add(float64(call.Took) / float64(time.Millisecond))
	if call.Forwarded {
		sketches[1].Add(float64(call.Upstream) / float64(time.Millisecond))
	}
	sketches[2].Add(float64(call.BytesIn))
	sketches[3].Add(float64(call.BytesOut))
}

// Rows returns how many rows the sums change.
func (r *Rollup) Rows() int {
	return len(r.counts) + len(r.spreads) + len(r.uses) + len(r.quotas) + len(r.lines)
}

// Take returns the sums and begins anew.
func (r *Rollup) Take() Batch {
	batch := Batch{
		Counts: make([]Count, 0, len(r.counts)), Spreads: make([]Spread, 0, len(r.spreads)),
		Uses: make([]Use, 0, len(r.uses)), Increments: make([]Increment, 0, len(r.quotas)),
	}
	for _, count := range r.counts {
		batch.Counts = append(batch.Counts, *count)
	}
	for key, sketches := range r.spreads {
		batch.Spreads = append(batch.Spreads, Spread{
			Series: key.series, At: time.Unix(key.minute*60, 0).UTC(), Status: key.status,
			Latency: sketches[0].Encode(), Upstream: sketches[1].Encode(),
			RequestSize: sketches[2].Encode(), ResponseSize: sketches[3].Encode(),
		})
		for i := range sketches {
			sketches[i].Clear()
		}
		if len(r.spare) < maxSpare {
			r.spare = append(r.spare, sketches)
		}
	}
	for key, at := range r.uses {
		batch.Uses = append(batch.Uses, Use{Credential: key.credential, Address: key.address, At: at})
	}
	for key, add := range r.quotas {
		batch.Increments = append(batch.Increments, Increment{Key: key.key, Start: time.UnixMicro(key.start).UTC(), Add: add})
	}
	batch.Lines, r.lines = r.lines, nil
	clear(r.counts)
	clear(r.spreads)
	clear(r.uses)
	clear(r.quotas)
	return batch
}

// maxSpare limits the sketches that are kept for reuse.
const maxSpare = 256
