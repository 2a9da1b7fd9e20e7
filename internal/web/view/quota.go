package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// nearlyUsed is the percentage from which a quota is shown as a warning.
const nearlyUsed = 90

// soon is how close a moment must be to be shown with its hour.
const soon = 48 * time.Hour

// QuotaName says what a quota bounds: "Calls per month", "Included calls".
func QuotaName(quota usage.Quota) string {
	switch quota.Kind {
	case usage.IncludedQuota:
		return "Included calls"
	case usage.SpendingQuota:
		return "Spending cap"
	case usage.LimitQuota:
	}
	name := "Calls "
	switch window := quota.Limit.Window; window.Kind {
	case plan.Month:
		name += "per month"
	case plan.Day, plan.Seconds, plan.Rate:
		name += "in " + windowLength(window)
	}
	if quota.Limit.Per != plan.PerSubscription {
		name += " " + perText(quota.Limit.Per)
	}
	return name
}

func windowLength(window plan.Window) string {
	if window.Kind == plan.Day {
		return "24 hours"
	}
	return spanText(window.Length)
}

// QuotaFigures says how much is used: "426,180 of 600,000", "EUR 12.40 of 50.00".
func QuotaFigures(quota usage.Quota, price plan.Price) string {
	if quota.Kind == usage.SpendingQuota {
		return money(quota.Cost, price.Currency) + " of " + amount(quota.Cap, price.Currency)
	}
	return Number(quota.Used) + " of " + Number(quota.Amount)
}

// QuotaShare says how much of what is used: "93% of its calls per month".
func QuotaShare(quota usage.Quota) string {
	name := QuotaName(quota)
	return strconv.FormatInt(quota.Percent(), 10) + "% of its " + strings.ToLower(name[:1]) + name[1:]
}

// QuotaNote says what happens next: what follows if the quota is used up, when it will be, or when it resets.
func QuotaNote(quota usage.Quota, now time.Time) string {
	forecast, known := quota.Forecast(now)
	switch {
	case quota.Percent() >= 100 && quota.Refuses():
		return "Used up. Calls are refused until " + aboutTime(quota.Resets, now) + "."
	case quota.Percent() >= 100:
		return "Used up. Further calls are charged."
	case !forecast.RunsOut.IsZero():
		return "Runs out " + onTime(forecast.RunsOut, now)
	case known && quota.Kind != usage.SpendingQuota:
		return "Forecast: " + strconv.FormatInt(forecastPercent(quota, forecast), 10) + "% on " + Day(quota.Resets.Add(-time.Microsecond))
	case quota.Resets.IsZero():
		return "Begins with the first call"
	case quota.Limit.Window.Kind == plan.Day:
		return "" // its name says it
	}
	return "Resets on " + Day(quota.Resets)
}

func forecastPercent(quota usage.Quota, forecast usage.Forecast) int64 {
	expected := quota
	expected.Used = forecast.Used
	return expected.Percent()
}

// onTime formats a day, or a day and its hour if it is soon.
func onTime(at, now time.Time) string {
	if at.Sub(now) > soon {
		return "on " + Day(at)
	}
	return "on " + aboutTime(at, now)
}

func aboutTime(at, now time.Time) string {
	if at.Sub(now) > soon {
		return Day(at)
	}
	return at.UTC().Format("2 January at about 15:04 UTC")
}

// quotaFinding is what the bar shows, in words.
func quotaFinding(quota usage.Quota, now time.Time) string {
	finding := strconv.FormatInt(quota.Percent(), 10) + "% used"
	if forecast, known := quota.Forecast(now); known && quota.Kind != usage.SpendingQuota {
		finding += ", " + strconv.FormatInt(forecastPercent(quota, forecast), 10) + "% forecast"
	}
	return finding
}

// quotaWidths returns how much of the bar is used and how much will be, from 0 to 100.
func quotaWidths(quota usage.Quota, now time.Time) (used, forecast string) {
	share := min(quota.Percent(), 100)
	if share == 0 && quota.Used > 0 {
		share = 1 // visible
	}
	expected := share
	if known, is := quota.Forecast(now); is && quota.Kind != usage.SpendingQuota {
		expected = max(share, min(forecastPercent(quota, known), 100))
	}
	return strconv.FormatInt(share, 10), strconv.FormatInt(expected, 10)
}

// BillText says what a month's calls cost so far: "EUR 50.20 this month, 1,000 calls beyond the included".
func BillText(bill usage.Bill) string {
	text := money(bill.Cost, bill.Price.Currency) + " this month"
	if bill.Overage > 0 && bill.Price.Included > 0 {
		return text + ", " + Count(bill.Overage, "call") + " beyond those included"
	}
	return text
}

// AccessName names what a subscription opens: its version, or else its plan.
func AccessName(of access.TeamSubscription) string {
	switch {
	case of.Release.Product.Name != "":
		return of.Release.Product.Name + " " + of.Release.Version.Name
	case of.Plan != "":
		return of.Plan
	}
	return "an API that is no longer shown"
}

// quotaTitle names a quota in a list of several subscriptions.
func quotaTitle(of overview.QuotaUse, quota usage.Quota) string {
	title := AccessName(of.TeamSubscription)
	if !of.Application.Default {
		title = of.Application.Name + ", " + title
	}
	return title + ": " + strings.ToLower(QuotaName(quota)[:1]) + QuotaName(quota)[1:]
}
