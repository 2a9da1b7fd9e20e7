package view

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/quantity"
)

// Count formats a number with its noun: "1 call", "1,204 calls".
func Count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// Plural returns the singular for 1 and the plural otherwise.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Number formats a number with thousands separators.
func Number(n int64) string { return quantity.Number(n) }

// Day formats a date as 2 January 2026.
func Day(at time.Time) string { return at.UTC().Format("2 January 2006") }

// Moment formats a time with its date and seconds.
func Moment(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04:05 UTC") }

// MachineTime formats a time as in RFC 3339, for programs.
func MachineTime(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// Ago returns the time since an event in its largest useful unit.
func Ago(at, now time.Time) string {
	past := now.Sub(at)
	switch {
	case past < time.Minute:
		return "just now"
	case past < time.Hour:
		return Count(int64(past.Minutes()), "minute") + " ago"
	case past < 24*time.Hour:
		return Count(int64(past.Hours()), "hour") + " ago"
	case past < 30*24*time.Hour:
		return Count(int64(past.Hours()/24), "day") + " ago"
	default:
		return "on " + Day(at)
	}
}

// Age writes how long ago something was in a narrow column: "12 min", "3 h", "2 days".
func Age(at, now time.Time) string {
	past := now.Sub(at)
	switch {
	case past < time.Minute:
		return "now"
	case past < time.Hour:
		return Number(int64(past.Minutes())) + " min"
	case past < 24*time.Hour:
		return Number(int64(past.Hours())) + " h"
	}
	return Count(int64(past.Hours()/24), "day")
}

// Capital returns the text with a capital first letter.
func Capital(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// CountOf is Count for a noun with an irregular plural.
func CountOf(n int, one, many string) string { return Number(int64(n)) + " " + Plural(n, one, many) }

// TimeOrEmpty formats a time for programs, or returns "" for the zero time.
func TimeOrEmpty(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return MachineTime(at)
}

// DayOr formats a date, or returns a word for the zero time.
func DayOr(at time.Time, none string) string {
	if at.IsZero() {
		return none
	}
	return Day(at)
}

// YesNo returns "Yes" or "No".
func YesNo(yes bool) string {
	if yes {
		return "Yes"
	}
	return "No"
}

// ShareText formats a part of a whole in percent, or a dash if there is none.
func ShareText(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 2, 64) + "%"
}

// Milliseconds formats a time in milliseconds without its unit.
func Milliseconds(value float64) string {
	if value < 10 {
		return strconv.FormatFloat(value, 'f', 1, 64)
	}
	return Number(int64(value + 0.5))
}
