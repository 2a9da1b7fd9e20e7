package view

import (
	"math"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Failure is the content of an error page.
type Failure struct {
	Headline  string
	Text      string
	Fields    []fault.Field
	Wait      string
	RequestID string
	SignIn    string
	// Back is a link to the previous page, empty if that is unknown.
	Back    Link
	Support string
}

// Wait says how long to wait before trying again, rounded up so that the next attempt succeeds.
func Wait(left time.Duration) string {
	switch {
	case left <= 0:
		return ""
	case left <= time.Minute:
		return Count(int64(math.Ceil(left.Seconds())), "second")
	default:
		return Count(int64(math.Ceil(left.Minutes())), "minute")
	}
}
