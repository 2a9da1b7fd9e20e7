package view

import (
	"strconv"
	"time"
)

// Stamp writes a time into a hidden input, exactly; see Stamped.
func Stamp(at time.Time) string {
	if at.IsZero() {
		return "0"
	}
	return strconv.FormatInt(at.UnixMicro(), 10)
}

// Stamped reads what stamp wrote; nonsense is a time at which nothing happened.
func Stamped(spelled string) time.Time {
	micros, err := strconv.ParseInt(spelled, 10, 64)
	if err != nil || micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
