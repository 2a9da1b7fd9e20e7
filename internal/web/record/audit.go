package record

import (
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// auditFilters are the filters of the page and the exports of the audit trail.
var auditFilters = []string{"q", "actor", "action", "object", "team", "address", "request", "from", "to"}

// auditContent is the page of the audit trail.
type auditContent struct {
	List    view.Listing
	Records []event.Record
	// Refused says why the filters were refused.
	Refused string
}

// exportURL returns the address of a file with all records that match the filters.
func (c auditContent) exportURL(kind string) string {
	return view.Listing{Path: address.Audit + "." + kind, Query: c.List.Query}.With(view.ColumnParameter, "")
}

var auditColumns = []view.Column{
	{Name: "when", Label: "When", Place: view.PlaceState}, {Name: "who", Label: "Who", Place: view.PlaceSecond},
	{Name: "action", Label: "Action", Place: view.PlaceName}, {Name: "object", Label: "Object", Place: view.PlaceEnd}, {Name: "details", Label: "Details", Place: view.PlaceBelow},
}

func (c auditContent) toolbar() view.Toolbar {
	bar := view.Toolbar{
		Label: "Audit", Search: "q", SearchFor: "A word in the details", Longest: 200,
		Filters: []view.Filter{
			{Name: "actor", Label: "Person (email)", Longest: 320}, {Name: "action", Label: "Action, such as key revoked", Longest: 60},
			{Name: "team", Label: "Team", Longest: 100}, {Name: "from", Label: "From", Day: true}, {Name: "to", Label: "Until", Day: true},
			{Name: "object", Label: "Object", OnlyChip: true}, {Name: "address", Label: "Address", OnlyChip: true}, {Name: "request", Label: "Request", OnlyChip: true},
		},
		Exports: []view.Link{{Text: "CSV", Path: c.exportURL("csv")}, {Text: "JSON lines", Path: c.exportURL("jsonl")}},
	}
	for i, one := range bar.Filters {
		bar.Filters[i].Text = c.chipText(one.Name, c.List.Filter(one.Name))
	}
	return bar
}

// chipText returns the value of a filter as people read it.
func (c auditContent) chipText(name, value string) string {
	if name == "action" {
		return view.ActionText(value)
	}
	if len(c.Records) == 0 {
		return value
	}
	first := c.Records[0]
	switch {
	case name == "object" && first.ObjectName != "":
		return view.ObjectText(first)
	case name == "team" && value == first.Team.Hex() && first.TeamName != "":
		return first.TeamName
	case name == "actor" && value == first.Actor.Hex():
		return first.ActorName
	}
	return value
}

func (p *Pages) auditPage(v *visit.Visit) error {
	list, err := v.Table(auditColumns, auditFilters...)
	if err != nil {
		return err
	}
	found, err := p.Trail.Records(v.Request.Context(), trailFilter(list), list.Request())
	if err != nil {
		return v.Refuse(err, nil, func(v *visit.Visit, form view.Form) error {
			return v.RenderStaff("Audit", auditView(auditContent{List: list, Refused: form.Refused.Text}))
		})
	}
	list.Total = found.Total
	return v.RenderStaff("Audit", auditView(auditContent{List: list, Records: found.Items}))
}

// trailFilter reads the filters. People and teams are given by name or by ID.
func trailFilter(list view.Listing) event.TrailFilter {
	filter := event.TrailFilter{
		Search: strings.TrimSpace(list.Filter("q")), Action: actionOf(list.Filter("action")),
		Object: event.Tag(strings.TrimSpace(list.Filter("object"))), Address: strings.TrimSpace(list.Filter("address")), RequestID: list.Filter("request"),
		FirstDay: list.Filter("from"), LastDay: list.Filter("to"),
	}
	actor, team := strings.TrimSpace(list.Filter("actor")), strings.TrimSpace(list.Filter("team"))
	var err error
	if filter.Actor, err = id.Parse[identity.AccountID](actor); err != nil {
		filter.ActorName = strings.ToLower(actor)
	}
	if filter.Team, err = id.Parse[identity.TeamID](team); err != nil {
		filter.TeamName = team
	}
	return filter
}

// actionOf parses an action as it is recorded or as view.ActionText writes it. The first word is the noun.
func actionOf(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == '.' })
	if len(words) > 0 && words[0] == "key" {
		words[0] = event.TagCredential
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return words[0] + "." + strings.Join(words[1:], "_")
}

// countText describes how many items a list has. A filtered list counts at most this many.
func countText(list view.Listing, one, many string, most int) string {
	if list.Total == most {
		return "The newest " + view.CountOf(most, one, many) + "."
	}
	return view.CountOf(list.Total, one, many) + ", the newest first."
}
