package view

import (
	"strconv"
	"time"
)

// Stamp formats a time exactly for a hidden input; see Stamped.
func Stamp(at time.Time) string {
	if at.IsZero() {
		return "0"
	}
	return strconv.FormatInt(at.UnixMicro(), 10)
}

// Stamped parses a time from Stamp. Malformed text is the zero time.
func Stamped(spelled string) time.Time {
	micros, err := strconv.ParseInt(spelled, 10, 64)
	if err != nil || micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
