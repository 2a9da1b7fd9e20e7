package store

import (
	"encoding/json"
	"time"
)

// micros is how a time is stored: microseconds since 1970, 0 for never.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// instant reads what micros stored.
func instant(stored int64) time.Time {
	if stored == 0 {
		return time.Time{}
	}
	return time.UnixMicro(stored).UTC()
}

// structure is how a value without a table of its own is stored.
func structure(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// restore reads what structure stored.
func restore[T any](stored string) (T, error) {
	var value T
	if stored == "" {
		return value, nil
	}
	err := json.Unmarshal([]byte(stored), &value)
	return value, err
}
