package usage

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// content is a usage page.
type content struct {
	overview.UsagePage

	List view.Listing
	// Staff reports whether the page is about all teams; InTeam whether the visitor is in a team.
	Staff, InTeam bool
}

const island = "usage.js"

func (p *Pages) usagePage(v *visit.Visit) error {
	list, request, err := read(v)
	if err != nil {
		return err
	}
	list.Path = address.Usage
	found, err := p.Overview.Usage(v.Request.Context(), request)
	if err != nil {
		return err
	}
	shown := content{UsagePage: found, List: list, InTeam: !v.Principal.Team.IsZero()}
	if v.Part() {
		return v.RenderPart(200, figuresView(shown))
	}
	v.Island = island
	return v.Render("Usage", site.AreaUsage, usageView(shown))
}

func (p *Pages) staffUsagePage(v *visit.Visit) error {
	list, request, err := read(v)
	if err != nil {
		return err
	}
	list.Path = address.StaffUsage
	found, err := p.Overview.StaffUsage(v.Request.Context(), request)
	if err != nil {
		return err
	}
	shown := content{UsagePage: found, List: list, Staff: true, InTeam: true}
	if v.Part() {
		return v.RenderPart(200, figuresView(shown))
	}
	v.Island = island
	return v.RenderStaff("Usage", usageView(shown))
}

// lead says whose calls the page counts.
func (c content) lead() string {
	if c.Staff {
		return "Calls by all teams through the gateway."
	}
	return "Calls by " + c.Team + " through the gateway."
}

// chosen returns the chosen period, or the usual one.
func (c content) chosen() overview.PeriodName {
	name := overview.PeriodName(c.List.Filter(rangeParameter))
	known := slices.ContainsFunc(periods, func(p period) bool { return p.name == name })
	if known || name == overview.ChosenDays {
		return name
	}
	return overview.Last30Days
}

// periodPath returns the address of the page with another period.
func (c content) periodPath(name overview.PeriodName) string {
	query := map[string][]string{}
	for one, values := range c.List.Query {
		if one != sinceParameter && one != untilParameter {
			query[one] = values
		}
	}
	return view.Listing{Path: c.List.Path, Query: query}.With(rangeParameter, string(name))
}

// before names the period before.
func (c content) before() string {
	for _, one := range periods {
		if one.name == c.chosen() {
			return one.before
		}
	}
	return "the days before"
}

// toolbar has the filters.
func (c content) toolbar() view.Toolbar {
	bar := view.Toolbar{Label: "Filter usage"}
	for _, one := range filters {
		shown := view.Filter{Name: one.name, Label: one.label, OnlyChip: one.any == ""}
		if named, used := c.Filters[one.dimension]; used {
			shown.Text = nameOf(one.dimension, named)
		}
		if one.any != "" {
			shown.Choices = c.choices(one.dimension, one.any)
		}
		bar.Filters = append(bar.Filters, shown)
	}
	return bar
}

func (c content) choices(dimension usage.Dimension, all string) []view.Choice {
	choices := []view.Choice{{Value: "", Text: all}}
	if dimension == usage.OfStatusClass {
		for _, class := range []string{"2", "3", "4", "5"} {
			choices = append(choices, view.Choice{Value: class, Text: class + "xx"})
		}
		return choices
	}
	used, filtered := c.Filters[dimension]
	for _, one := range c.Choices[dimension] {
		choices = append(choices, view.Choice{Value: one.Value, Text: nameOf(dimension, one)})
		filtered = filtered && one.Value != used.Value
	}
	if filtered {
		choices = append(choices, view.Choice{Value: used.Value, Text: nameOf(dimension, used)})
	}
	return choices
}

// nameOf returns the name of a value, or a word if it has none.
func nameOf(dimension usage.Dimension, named overview.UsageName) string {
	switch {
	case dimension == usage.OfEnvironment:
		return view.Capital(named.Name)
	case dimension == usage.OfOperation && named.Name == "":
		return "No documented operation"
	case named.Name == "":
		return "Unnamed"
	}
	return named.Name
}

// drill returns the address of the page with one more filter.
func (c content) drill(dimension usage.Dimension, value usage.Value) string {
	if dimension == usage.OfStatus {
		return c.List.With(filterName(usage.OfStatusClass), value[:1])
	}
	return c.List.With(filterName(dimension), value)
}

// figure is one of the figures at the top.
type figure struct{ Label, Value, Unit, Note string }

func (c content) figures() []figure {
	figures := []figure{
		{"Calls", view.Number(c.Whole.Calls), "", c.change()},
		{"Error rate", rate(c.Whole), "", c.errorNote()},
	}
	if !c.Timed {
		return figures
	}
	return append(figures,
		duration("Median response", c.Whole.Latency.P50, c.Before.Latency.P50, c.Whole.Latency.Known, c.Before.Latency.Known),
		duration("95th percentile", c.Whole.Latency.P95, c.Before.Latency.P95, c.Whole.Latency.Known, c.Before.Latency.Known),
	)
}

// change compares the calls with those of the period before.
func (c content) change() string {
	switch {
	case c.Before.Calls == 0 && c.Whole.Calls == 0:
		return "None in " + c.before() + " either"
	case c.Before.Calls == 0:
		return "None in " + c.before()
	case c.Whole.Calls > 10*c.Before.Calls:
		return view.Number(c.Before.Calls) + " in " + c.before()
	}
	return signed(100*(float64(c.Whole.Calls)/float64(c.Before.Calls)-1), 1) + "% on " + c.before()
}

func (c content) errorNote() string {
	text := view.Count(c.Whole.Errors, "error")
	if c.Before.Calls > 0 && c.Whole.Calls > 0 {
		text += " · " + signed(share(c.Whole)-share(c.Before), 2) + " points"
	}
	if refused := c.Whole.Refused(); refused > 0 {
		text += " · " + view.Number(refused) + " refused"
	}
	return text
}

// share returns the share of errors in percent.
func share(of overview.UsageFigures) float64 {
	if of.Calls == 0 {
		return 0
	}
	return 100 * float64(of.Errors) / float64(of.Calls)
}

// rate formats the share of errors.
func rate(of overview.UsageFigures) string { return view.ShareText(of.Errors, of.Calls) }

func duration(label string, now, before float64, known, compared bool) figure {
	if !known {
		return figure{Label: label, Value: "–"}
	}
	shown := figure{Label: label, Value: view.Milliseconds(now), Unit: "ms"}
	if compared {
		shown.Note = signed(now-before, 0) + " ms"
	}
	return shown
}

// signed formats a difference with its sign.
func signed(value float64, digits int) string {
	text := strconv.FormatFloat(math.Abs(value), 'f', digits, 64)
	switch {
	case strings.Trim(text, "0.") == "":
		return "±0"
	case value < 0:
		return "−" + text
	}
	return "+" + text
}

// updated says when the figures were counted, on the reader's clock.
func (c content) updated() string {
	return "Updated at " + c.At.In(c.Period.Zone).Format("15:04:05") + "."
}

// each names the parts of the period and the zone.
func (c content) each() string { return fmt.Sprintf("Each %s, %s", c.Period.Part, c.Period.Zone) }
