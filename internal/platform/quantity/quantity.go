// Package quantity parses and formats durations, sizes and amounts of money as people write them: 30s, 365d, 10MiB,
// 49.00.
//
// Files and forms use the same spellings. Callers check the bounds.
package quantity

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Day is 24 hours.
const Day = 24 * time.Hour

var daysPattern = regexp.MustCompile(`^[0-9]{1,5}d$`)

// ParseSpan parses a duration in Go's spelling or in days.
func ParseSpan(text string) (time.Duration, bool) {
	if daysPattern.MatchString(text) {
		days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
		return time.Duration(days) * Day, err == nil
	}
	span, err := time.ParseDuration(text)
	return span, err == nil && !strings.HasPrefix(text, "-")
}

// Span formats a duration for ParseSpan.
func Span(span time.Duration) string {
	if span >= Day && span%Day == 0 {
		return strconv.Itoa(int(span/Day)) + "d"
	}
	text := span.String()
	for _, empty := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, empty) {
			text = text[:len(text)-2]
		}
	}
	return text
}

var sizePattern = regexp.MustCompile(`^([0-9]{1,12}) ?(B|KB|MB|GB|KiB|MiB|GiB)?$`)

var sizeUnits = map[string]int64{
	"": 1, "B": 1, "KB": 1000, "MB": 1000_000, "GB": 1000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
}

// ParseSize parses a number of bytes from 1 to most.
func ParseSize(text string, most int64) (int64, bool) {
	parts := sizePattern.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	count, err := strconv.ParseInt(parts[1], 10, 64)
	unit := sizeUnits[parts[2]]
	if err != nil || count <= 0 || count > most/unit {
		return 0, false
	}
	return count * unit, true
}

// Size formats a number of bytes for ParseSize.
func Size(bytes int64) string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if bytes > 0 && bytes%sizeUnits[unit] == 0 {
			return strconv.FormatInt(bytes/sizeUnits[unit], 10) + unit
		}
	}
	return strconv.FormatInt(bytes, 10)
}

var moneyPattern = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]+))?$`)

// ParseMoney parses a price with the given number of decimals into minor units.
func ParseMoney(text string, decimals int) (int64, bool) {
	parts := moneyPattern.FindStringSubmatch(text)
	if len(parts) != 3 || len(parts[2]) > decimals {
		return 0, false
	}
	whole, _ := strconv.ParseInt(parts[1], 10, 64) // nine digits at most
	minor, _ := strconv.ParseInt("0"+parts[2]+strings.Repeat("0", decimals-len(parts[2])), 10, 64)
	return whole*int64(math.Pow10(decimals)) + minor, true
}

// Money formats an amount for ParseMoney.
func Money(minor int64, decimals int) string {
	digits := strconv.FormatInt(minor, 10)
	if decimals == 0 {
		return digits
	}
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - decimals
	return digits[:at] + "." + digits[at:]
}

// Number formats a number with thousands separators.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if n < 0 {
		return digits
	}
	var grouped strings.Builder
	for at, digit := range digits {
		if at > 0 && (len(digits)-at)%3 == 0 {
			grouped.WriteByte(',')
		}
		grouped.WriteRune(digit)
	}
	return grouped.String()
}
