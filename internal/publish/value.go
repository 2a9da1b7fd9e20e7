package publish

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/spelling"
)

// rule says what is wrong with a text as the end of a sentence that begins with its name, or nothing.
type rule func(text string) string

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

func aSlug(text string) string {
	if len(text) > 60 || !slugPattern.MatchString(text) {
		return "must be up to 60 lower-case letters, digits and single hyphens, such as weather-data"
	}
	return ""
}

var versionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

func aVersionName(text string) string {
	if !versionPattern.MatchString(text) {
		return "must be up to 60 letters, digits, dots and hyphens, such as v1 or 2026-03-01"
	}
	return ""
}

func aName(text string) string {
	switch {
	case strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > 100:
		return "must have 1 to 100 characters"
	case strings.ContainsFunc(text, isUnprintable):
		return "must not hold line breaks, control characters or marks that turn the direction of text"
	}
	return ""
}

func aDescription(text string) string {
	if utf8.RuneCountInString(text) > 10_000 {
		return "must have at most 10,000 characters; put more into documents"
	}
	return ""
}

// isUnprintable is true of what hides or disguises a name: control characters and marks of direction.
func isUnprintable(character rune) bool {
	return unicode.IsControl(character) || character == '\u2028' || character == '\u2029' || character == '\uFEFF' ||
		character >= '\u202A' && character <= '\u202E' || character >= '\u2066' && character <= '\u2069'
}

// isControl is true of characters that no text has a use for; escapes in quotation marks can bring them in.
func isControl(character rune) bool {
	return unicode.IsControl(character) && character != '\n' && character != '\t' && character != '\r'
}

func anything(string) string { return "" }

func oneOf[T ~string](known ...T) rule {
	return func(text string) string {
		if slices.Contains(known, T(text)) {
			return ""
		}
		names := make([]string, len(known))
		for i, name := range known {
			names[i] = string(name)
		}
		if near, ok := spelling.Nearest(text, names); ok {
			return fmt.Sprintf("is not known; perhaps %q is meant", near)
		}
		return "must be " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	}
}

// text reads a text setting; an absent one is the fallback.
func (f fields) text(name, fallback string, check rule) string {
	at, written := f.of[name]
	if !written {
		return fallback
	}
	text, ok := f.scalar(at, name, check)
	if !ok {
		return fallback
	}
	return text
}

// required reads a text setting that must be there.
func (f fields) required(name string, check rule) string {
	if _, written := f.of[name]; !written {
		f.refuse(f.at, fmt.Sprintf("%s has no %s.", upperFirst(f.noun), name), fmt.Sprintf("Add %s: and its value.", name))
		return ""
	}
	return f.text(name, "", check)
}

func (r *reader) scalar(at *yaml.Node, name string, check rule) (string, bool) {
	if at.Kind != yaml.ScalarNode {
		r.refuse(at, fmt.Sprintf("%s must be a single value, not %s.", name, kindOf(at)), "Write it behind the name, on the same line.")
		return "", false
	}
	wrong := check(at.Value)
	if strings.ContainsFunc(at.Value, isControl) {
		wrong = "must not hold control characters"
	}
	if wrong != "" {
		r.refuse(at, fmt.Sprintf("%s: %q %s.", name, clip(at.Value), wrong), "Change the value.")
		return "", false
	}
	return at.Value, true
}

// texts reads a list of texts, each once; an absent or empty list is nil.
func (f fields) texts(name string, most int, check rule) []string {
	items := f.items(f.of[name], name)
	if len(items) > most {
		f.refuse(f.of[name], fmt.Sprintf("%s has %d items; at most %d are allowed.", name, len(items), most), "Shorten the list.")
		return nil
	}
	var texts []string
	for _, item := range items {
		text, ok := f.scalar(f.follow(item), name, check)
		if !ok {
			continue
		}
		if slices.Contains(texts, text) {
			f.refuse(item, fmt.Sprintf("%s names %q twice.", name, clip(text)), "Keep one of the two.")
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// flag reads true or false.
func (f fields) flag(name string, fallback bool) bool {
	at, written := f.of[name]
	if !written {
		return fallback
	}
	if at.Kind != yaml.ScalarNode || at.ShortTag() != "!!bool" {
		f.refuse(at, fmt.Sprintf("%s must be true or false, not %s.", name, kindOf(at)), "Write true or false without quotation marks.")
		return fallback
	}
	return strings.EqualFold(at.Value, "true")
}

// number reads a whole number within bounds; an absent one is 0.
func (f fields) number(name string, least, most int64) int64 {
	at, written := f.of[name]
	if !written {
		return 0
	}
	number, err := strconv.ParseInt(strings.ReplaceAll(at.Value, "_", ""), 10, 64)
	if at.Kind != yaml.ScalarNode || err != nil || number < least || number > most {
		f.refuse(at, fmt.Sprintf("%s must be a whole number from %d to %d, not %s.", name, least, most, kindOf(at)), "Change the value.")
		return 0
	}
	return number
}

// duration reads a span of time; an absent one is 0.
func (f fields) duration(name string, least, most time.Duration) time.Duration {
	at, written := f.of[name]
	if !written {
		return 0
	}
	span, ok := parseDuration(at.Value)
	if at.Kind != yaml.ScalarNode || !ok || span < least || span > most {
		f.refuse(at, fmt.Sprintf("%s must be a span of time from %s to %s, not %s.", name, spell(least), spell(most), kindOf(at)),
			"Write a number and a unit: 30s, 5m, 12h, 365d.")
		return 0
	}
	return span
}

const day = 24 * time.Hour

var daysPattern = regexp.MustCompile(`^[0-9]{1,5}d$`)

// parseDuration reads Go's spelling, and days.
func parseDuration(text string) (time.Duration, bool) {
	if daysPattern.MatchString(text) {
		days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
		return time.Duration(days) * day, err == nil
	}
	span, err := time.ParseDuration(text)
	return span, err == nil && !strings.HasPrefix(text, "-")
}

// spell writes a span as the apply format does.
func spell(span time.Duration) string {
	if span >= day && span%day == 0 {
		return strconv.Itoa(int(span/day)) + "d"
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

// size reads a number of bytes; an absent one is 0.
func (f fields) size(name string, most int64) int64 {
	at, written := f.of[name]
	if !written {
		return 0
	}
	if parts := sizePattern.FindStringSubmatch(at.Value); parts != nil && at.Kind == yaml.ScalarNode {
		count, err := strconv.ParseInt(parts[1], 10, 64)
		unit := sizeUnits[parts[2]]
		if err == nil && count > 0 && count <= most/unit {
			return count * unit
		}
	}
	f.refuse(at, fmt.Sprintf("%s must be a size up to %d GiB, not %s.", name, most>>30, kindOf(at)), "Write a number and a unit, such as 10MiB.")
	return 0
}

var moneyPattern = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]+))?$`)

// money reads an amount as people write prices, into the currency's minor units; an absent one is 0.
func (f fields) money(name, currency string) int64 {
	at, written := f.of[name]
	if !written {
		return 0
	}
	digits := plan.MinorDigits(currency)
	parts := moneyPattern.FindStringSubmatch(at.Value)
	if at.Kind != yaml.ScalarNode || parts == nil || len(parts[2]) > digits {
		f.refuse(at, fmt.Sprintf("%s must be an amount of money with at most %d decimals, not %s.", name, digits, kindOf(at)),
			"Write it as a price, such as 49.00.")
		return 0
	}
	whole, _ := strconv.ParseInt(parts[1], 10, 64) // nine digits at most
	minor, _ := strconv.ParseInt("0"+parts[2]+strings.Repeat("0", digits-len(parts[2])), 10, 64)
	return whole*int64(math.Pow10(digits)) + minor
}
