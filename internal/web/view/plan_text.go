package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/plan"
)

// LimitText describes a limit: "10 calls per second per subscription".
func LimitText(limit plan.Limit) string {
	text := Count(limit.Amount, "call") + " " + windowText(limit.Window) + " " + perText(limit.Per)
	if limit.Overage {
		text += ", then charged"
	}
	return text
}

// SpendingCapText describes the spending cap of a price: "EUR 100.00 per month".
func SpendingCapText(price plan.Price) string {
	return money(price.SpendingCap, price.Currency) + " per month"
}

// RateText describes a limit in short: "600 per minute".
func RateText(limit plan.Limit) string {
	return Number(limit.Amount) + " " + strings.TrimSuffix(windowText(limit.Window), ",")
}

func windowText(window plan.Window) string {
	switch window.Kind {
	case plan.Month:
		return "per calendar month"
	case plan.Day:
		return "in 24 hours"
	case plan.Seconds:
		return "in " + spanText(window.Length) + " from the first one on,"
	case plan.Rate:
	}
	if unit, is := strings.CutPrefix(spanText(window.Length), "1 "); is {
		return "per " + unit
	}
	return "per " + spanText(window.Length)
}

func perText(per plan.Per) string {
	switch per {
	case plan.PerCredential:
		return "per key"
	case plan.PerTeam:
		return "per team"
	case plan.PerSubscription:
	}
	return "per subscription"
}

// spanText formats a duration in the largest unit that divides it.
func spanText(span time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		noun   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if span%unit.length == 0 {
			return Count(int64(span/unit.length), unit.noun)
		}
	}
	return span.String()
}

// PriceText describes a plan's price, or returns "" if it has none.
func PriceText(price plan.Price) string {
	if price.Currency == "" {
		return ""
	}
	monthly, calls := money(price.Monthly, price.Currency)+" per month", ""
	if price.PerThousand != 0 {
		calls = money(price.PerThousand, price.Currency) + " per 1,000 calls"
	}
	switch {
	case calls != "" && price.Included > 0:
		calls += " after " + Number(price.Included) + " included"
	case price.Monthly != 0 && price.Included > 0:
		monthly += " with " + Count(price.Included, "call") + " included"
	}
	switch {
	case price.Monthly == 0 && calls == "":
		return "Free"
	case price.Monthly == 0:
		return calls
	case calls == "":
		return monthly
	}
	return monthly + ", then " + calls
}

// money formats an amount of minor units with its currency.
func money(minor int64, currency string) string { return currency + " " + amount(minor, currency) }

// amount formats an amount of minor units with the decimals of its currency.
func amount(minor int64, currency string) string {
	digits := plan.MinorDigits(currency)
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	text := Number(minor / unit)
	if digits > 0 {
		text += fmt.Sprintf(".%0*d", digits, minor%unit)
	}
	return text
}

// ApprovalText says who approves requests for the plan.
func ApprovalText(approval plan.Approval) string {
	if approval == plan.Automatic {
		return "Instant"
	}
	return "Staff approve each request"
}

// LimitsOf returns one text for each limit of a plan.
func LimitsOf(under plan.Plan) []string {
	var texts []string
	for _, limit := range under.Limits {
		texts = append(texts, LimitText(limit))
	}
	return texts
}

// shortestFirst sorts limits by the length of their window, so that all plans have the same order.
func shortestFirst(limits []plan.Limit) []plan.Limit {
	span := func(limit plan.Limit) time.Duration {
		switch limit.Window.Kind {
		case plan.Month:
			return 30 * 24 * time.Hour
		case plan.Day:
			return 24 * time.Hour
		}
		return limit.Window.Length
	}
	return slices.SortedStableFunc(slices.Values(limits), func(a, b plan.Limit) int { return cmp.Compare(span(a), span(b)) })
}
