package web

import (
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

const auditPath = staffPath + "/audit"

// auditFilters are the filters of the audit trail, on its page and on its exports.
var auditFilters = []string{"q", "actor", "action", "object", "team", "address", "request", "from", "to"}

// auditContent is the audit trail.
type auditContent struct {
	List    listing
	Records []event.Record
	// Refused is why the filters find nothing.
	Refused string
}

// export is the address of what the list shows, all of it, as a file.
func (c auditContent) export(kind string) string {
	whole := listing{Path: auditPath + "." + kind, Query: c.List.Query}
	return whole.path(1)
}

// only is the address of the trail under one filter.
func only(filter, value string) string {
	return auditPath + "?" + url.Values{filter: {value}}.Encode()
}

func auditPage(v *visit) error {
	list, err := v.listing(auditFilters...)
	if err != nil {
		return err
	}
	found, err := v.config.Trail.Records(v.request.Context(), trailFilter(list), list.request())
	if fault.Is(err, fault.Invalid) {
		return v.renderStaffAs(v.refusedForm(err), "Audit", auditView(auditContent{List: list, Refused: refused(err).Text}))
	}
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.renderStaff("Audit", auditView(auditContent{List: list, Records: found.Items}))
}

// trailFilter reads the filters. People and teams are named by what they are called or by their id.
func trailFilter(list listing) event.TrailFilter {
	filter := event.TrailFilter{
		Search: strings.TrimSpace(list.filter("q")), Action: actionOf(list.filter("action")),
		Object: event.Tag(strings.TrimSpace(list.filter("object"))), Address: strings.TrimSpace(list.filter("address")), RequestID: list.filter("request"),
		FirstDay: list.filter("from"), LastDay: list.filter("to"),
	}
	actor, team := strings.TrimSpace(list.filter("actor")), strings.TrimSpace(list.filter("team"))
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
func reach(list listing, one, many string, most int) string {
	if list.Total == most {
		return "The newest " + countOf(most, one, many) + "."
	}
	return countOf(list.Total, one, many) + ", the newest first."
}
