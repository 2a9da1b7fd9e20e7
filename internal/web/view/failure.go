package view

import (
	"math"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Failure is what an error page tells.
type Failure struct {
	Headline  string
	Text      string
	Fields    []fault.Field
	Wait      string
	RequestID string
	SignIn    string
	// Back leads to where the visitor was; nowhere where that is unknown.
	Back    Link
	Support string
}

// Wait says how long to wait before trying again, rounded up so that trying then works.
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
