package konnect

import (
	"time"
)

// timestamp is a time as the protocol spells it: UTC, to the millisecond.
type timestamp time.Time

// MarshalText implements encoding.TextMarshaler.
func (t timestamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}
