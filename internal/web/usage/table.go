package usage

import (
	"net/http"
	"strconv"

	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// tableRows is how many rows of a table the page shows. The export has all.
const tableRows = 10

// hotShare is the share of errors in percent from which a row is marked.
const hotShare = 1

func hot(of overview.UsageFigures) bool { return share(of) >= hotShare }

// top returns the first rows of a dimension.
func (c content) top(dimension usage.Dimension) []overview.UsageRow {
	rows := c.Tables[dimension]
	return rows[:min(len(rows), tableRows)]
}

// listOf returns the list of what a table names: of the filtered team on the staff side, its page.
func (c content) listOf(dimension usage.Dimension) view.Link {
	team, ofTeam := c.Filters[usage.OfTeam]
	switch {
	case dimension == usage.OfApplication && !c.Staff:
		return view.Link{Text: "All applications", Path: address.Applications}
	case dimension == usage.OfVersion && !c.Staff:
		return view.Link{Text: "All APIs", Path: address.Products}
	case !c.Staff:
	case dimension == usage.OfTeam && ofTeam:
		return view.Link{Text: "Open team", Path: address.StaffTeams + "/" + team.Value}
	case dimension == usage.OfTeam:
		return view.Link{Text: "All teams", Path: address.StaffTeams}
	case dimension == usage.OfCredential:
		return view.Link{Text: "All keys", Path: address.StaffKeys}
	}
	return view.Link{}
}

// shareOf returns the calls of a row as a share of those of the largest one.
func (c content) shareOf(dimension usage.Dimension, row overview.UsageRow) string {
	var largest int64 = 1
	for _, one := range c.Tables[dimension] {
		largest = max(largest, one.Calls)
	}
	return percent(row.Calls, largest)
}

// responseShare is shareOf for all responses with a status.
func (c content) responseShare(row overview.UsageRow) string {
	var largest int64 = 1
	for _, one := range c.Tables[usage.OfStatus] {
		largest = max(largest, one.Responses)
	}
	return percent(row.Responses, largest)
}

func percent(part, whole int64) string {
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + "%"
}

// timeText formats a percentile without its unit, and timeWithUnit with it.
func timeText(times overview.Percentiles, of func(overview.Percentiles) float64) string {
	if !times.Known {
		return "–"
	}
	return view.Milliseconds(of(times))
}

func timeWithUnit(times overview.Percentiles, of func(overview.Percentiles) float64) string {
	if !times.Known {
		return "–"
	}
	return view.Milliseconds(of(times)) + " ms"
}

func (c content) upstreamText() string {
	return "Until the upstream's response began: p50 " + view.Milliseconds(c.Whole.Upstream.P50) + " ms, p95 " + view.Milliseconds(c.Whole.Upstream.P95) +
		" ms, p99 " + view.Milliseconds(c.Whole.Upstream.P99) + " ms. The rest is the gateway and the transfer."
}

// emptyText says why there are no calls.
func (c content) emptyText() string {
	if c.List.Filtered() {
		return "No calls match the filters in this period."
	}
	return "Calls through the gateway show here within seconds."
}

func statusText(value usage.Value) string {
	status, err := strconv.Atoi(value)
	if err != nil {
		return ""
	}
	return http.StatusText(status)
}

func statusTone(value usage.Value) string {
	switch value[0] {
	case '4':
		return "warn"
	case '5':
		return "bad"
	}
	return "good"
}

// mostQuotas is how many subscriptions have their quotas on the page.
const mostQuotas = 4

func (c content) quotas() []overview.QuotaUse { return c.Quotas[:min(len(c.Quotas), mostQuotas)] }

// firstDay and lastDay are the days of the period for its form.
func (c content) firstDay() string { return c.Period.Since().In(c.Period.Zone).Format("2006-01-02") }

func (c content) lastDay() string { return c.Period.Last.In(c.Period.Zone).Format("2006-01-02") }
