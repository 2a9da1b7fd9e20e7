package view

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Failure is the content of an error page.
type Failure struct {
	// Method, Path, Status and Code are the failed request and its answer. Path is escaped and without secrets.
	Method, Path string
	Status       int
	Code         string
	Headline     string
	Text         string
	Fields       []fault.Field
	Wait         string
	RequestID    string
	SignIn       string
	// Back is a link to the previous page, empty if that is unknown.
	Back    Link
	Support string
}

// statusText returns the status with its name, such as "404 Not Found".
func (f Failure) statusText() string { return strconv.Itoa(f.Status) + " " + http.StatusText(f.Status) }

// tone returns bad if the portal is at fault, warn if not.
func (f Failure) tone() string {
	if f.Status >= http.StatusInternalServerError {
		return "bad"
	}
	return "warn"
}

// Wait says how long to wait before trying again, rounded up so that the next attempt succeeds.
func Wait(left time.Duration) string {
	switch {
	case left <= 0:
		return ""
	case left <= time.Minute:
		return Count(int64(math.Ceil(left.Seconds())), "second")
	case left <= time.Hour-time.Minute:
		return Count(int64(math.Ceil(left.Minutes())), "minute")
	case left <= 24*time.Hour-time.Minute:
		return twoUnits(int64(math.Ceil(left.Minutes())), 60, "hour", "minute")
	default:
		return twoUnits(int64(math.Ceil(left.Hours())), 24, "day", "hour")
	}
}

// twoUnits formats a number of small units with the large ones in it: "1 hour 30 minutes", "5 days".
func twoUnits(small, inLarge int64, large, unit string) string {
	text := Count(small/inLarge, large)
	if rest := small % inLarge; rest > 0 {
		text += " " + Count(rest, unit)
	}
	return text
}
