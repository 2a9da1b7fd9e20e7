package publish

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/quantity"
)

func anything(string) string { return "" }

// text reads a text setting and returns the fallback if it is missing.
func (f fields) text(name, fallback string, check catalog.Rule) string {
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

// required reads a text setting and rejects a missing one.
func (f fields) required(name string, check catalog.Rule) string {
	if _, written := f.of[name]; !written {
		f.refuse(f.at, fmt.Sprintf("%s has no %s.", upperFirst(f.noun), name), fmt.Sprintf("Add %s: and its value.", name))
		return ""
	}
	return f.text(name, "", check)
}

func (r *reader) scalar(at *yaml.Node, name string, check catalog.Rule) (string, bool) {
	if at.Kind != yaml.ScalarNode {
		r.refuse(at, fmt.Sprintf("%s must be a single value, not %s.", name, kindOf(at)), "Write it after the name, on the same line.")
		return "", false
	}
	wrong := check(at.Value)
	if strings.ContainsFunc(at.Value, catalog.IsControl) {
		wrong = "must not contain control characters"
	}
	if wrong != "" {
		r.refuse(at, fmt.Sprintf("%s: %q %s.", name, clip(at.Value), wrong), "Change the value.")
		return "", false
	}
	return at.Value, true
}

// texts reads a list of distinct texts; a missing or empty list is nil.
func (f fields) texts(name string, most int, check catalog.Rule) []string {
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
			f.refuse(item, fmt.Sprintf("%s names %q twice.", name, clip(text)), "Remove one of them.")
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

// number reads a whole number within bounds; a missing one is 0.
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

// duration reads a duration; a missing one is 0.
func (f fields) duration(name string, least, most time.Duration) time.Duration {
	at, written := f.of[name]
	if !written {
		return 0
	}
	span, ok := quantity.ParseSpan(at.Value)
	if at.Kind != yaml.ScalarNode || !ok || span < least || span > most {
		f.refuse(at, fmt.Sprintf("%s must be a duration from %s to %s, not %s.", name, quantity.Span(least), quantity.Span(most), kindOf(at)),
			"Write a number and a unit: 30s, 5m, 12h, 365d.")
		return 0
	}
	return span
}

// size reads a number of bytes; a missing one is 0.
func (f fields) size(name string, most int64) int64 {
	at, written := f.of[name]
	if !written {
		return 0
	}
	if size, ok := quantity.ParseSize(at.Value, most); ok && at.Kind == yaml.ScalarNode {
		return size
	}
	f.refuse(at, fmt.Sprintf("%s must be a size up to %d GiB, not %s.", name, most>>30, kindOf(at)), "Write a number and a unit, such as 10MiB.")
	return 0
}

// money reads a price into the currency's minor units; a missing one is 0.
func (f fields) money(name, currency string) int64 {
	at, written := f.of[name]
	if !written {
		return 0
	}
	digits := plan.MinorDigits(currency)
	amount, ok := quantity.ParseMoney(at.Value, digits)
	if at.Kind != yaml.ScalarNode || !ok {
		f.refuse(at, fmt.Sprintf("%s must be an amount of money with at most %d decimals, not %s.", name, digits, kindOf(at)),
			"Write it as a price, such as 49.00.")
		return 0
	}
	return amount
}
