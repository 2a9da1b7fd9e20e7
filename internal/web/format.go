package web

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// count writes a number with its noun: "1 call", "1,204 calls".
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// plural chooses the word for as many.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// number writes a number with thousands set apart.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	first := len(digits) % 3
	if n < 0 {
		return digits
	}
	var grouped strings.Builder
	grouped.WriteString(digits[:first])
	for at := first; at < len(digits); at += 3 {
		if at > 0 {
			grouped.WriteByte(',')
		}
		grouped.WriteString(digits[at : at+3])
	}
	return grouped.String()
}

// day writes a date as 2 January 2026.
func day(at time.Time) string { return at.UTC().Format("2 January 2006") }

// moment writes a time in full, for those who want to know exactly.
func moment(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04:05 UTC") }

func machineTime(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// ago writes how long something is past, as exactly as one cares.
func ago(at, now time.Time) string {
	past := now.Sub(at)
	switch {
	case past < time.Minute:
		return "just now"
	case past < time.Hour:
		return count(int64(past.Minutes()), "minute") + " ago"
	case past < 24*time.Hour:
		return count(int64(past.Hours()), "hour") + " ago"
	case past < 30*24*time.Hour:
		return count(int64(past.Hours()/24), "day") + " ago"
	default:
		return "on " + day(at)
	}
}

// capital begins a text with a capital letter.
func capital(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// countOf is count for a noun whose plural is another word.
func countOf(n int, one, many string) string { return number(int64(n)) + " " + plural(n, one, many) }

// dayOr writes a date, or a word where there is none.
func dayOr(at time.Time, none string) string {
	if at.IsZero() {
		return none
	}
	return day(at)
}
