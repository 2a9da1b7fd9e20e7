package meter

import (
	"time"

	"github.com/portico-api/portico/internal/usage"
)

// minute holds the counts of one minute.
type minute struct {
	unix         int64 // minutes since 1970
	calls        int64
	limited      int64
	clientErrors int64
	serverErrors int64
	bytesIn      int64
	bytesOut     int64
	lastAt       time.Time
	latencies    usage.Latencies // of the forwarded calls
}

func (m *minute) add(call Call) {
	m.calls++
	switch {
	case call.Status >= 500:
		m.serverErrors++
	case call.Status >= 400:
		m.clientErrors++
	}
	if call.Limited {
		m.limited++
	}
	m.bytesIn += call.BytesIn
	m.bytesOut += call.BytesOut
	if call.Began.After(m.lastAt) {
		m.lastAt = call.Began
	}
	if call.Forwarded {
		m.latencies.Add(call.Took)
	}
}

func (m *minute) merge(other *minute) {
	m.calls += other.calls
	m.limited += other.limited
	m.clientErrors += other.clientErrors
	m.serverErrors += other.serverErrors
	m.bytesIn += other.bytesIn
	m.bytesOut += other.bytesOut
	if other.lastAt.After(m.lastAt) {
		m.lastAt = other.lastAt
	}
	m.latencies.Merge(&other.latencies)
}

// clear empties the minute and keeps the memory of its sketch.
func (m *minute) clear() {
	m.latencies.Clear()
	*m = minute{latencies: m.latencies}
}

func (m *minute) usage(key Key) usage.Minute {
	return usage.Minute{
		At: time.Unix(m.unix*60, 0).UTC(), Team: key.Team, Application: key.Application, Subscription: key.Subscription,
		Credential: key.Credential, Version: key.Version, Environment: key.Environment,
		Calls: m.calls, Limited: m.limited, ClientErrors: m.clientErrors, ServerErrors: m.serverErrors,
		BytesIn: m.bytesIn, BytesOut: m.bytesOut, LastAt: m.lastAt, Latency: m.latencies.Encode(),
	}
}
