package record

import (
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// auditFilters are the filters of the audit trail, on its page and on its exports.
var auditFilters = []string{"q", "actor", "action", "object", "team", "address", "request", "from", "to"}

// auditContent is the audit trail.
type auditContent struct {
	List    view.Listing
	Records []event.Record
	// Refused is why the filters find nothing.
	Refused string
}

// export is the address of what the list shows, all of it, as a file.
func (c auditContent) export(kind string) string {
	whole := view.Listing{Path: address.Audit + "." + kind, Query: c.List.Query}
	return whole.PageURL(1)
}

func (p *Pages) auditPage(v *visit.Visit) error {
	list, err := v.Listing(auditFilters...)
	if err != nil {
		return err
	}
	found, err := p.Trail.Records(v.Request.Context(), trailFilter(list), list.Request())
	if fault.Is(err, fault.Invalid) {
		return v.RenderStaffAs(v.RefusedForm(err), "Audit", auditView(auditContent{List: list, Refused: view.Refused(err).Text}))
	}
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.RenderStaff("Audit", auditView(auditContent{List: list, Records: found.Items}))
}

// trailFilter reads the filters. People and teams are named by what they are called or by their id.
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

// actionOf reads an action as it is recorded, or as actionText words it: the first word is its noun.
func actionOf(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == '.' })
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return words[0] + "." + strings.Join(words[1:], "_")
}

// reach says how many things a list has; at most so many are counted under a filter.
func reach(list view.Listing, one, many string, most int) string {
	if list.Total == most {
		return "The newest " + view.CountOf(most, one, many) + "."
	}
	return view.CountOf(list.Total, one, many) + ", the newest first."
}
