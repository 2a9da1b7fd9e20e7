package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/identity"
)

const staffPath = "/staff"

// staffSection is a part of the staff side, shown to those who may see something there.
type staffSection struct {
	Text  string
	Path  string
	Needs identity.Permission
}

// staffSections are in the order of the navigation. The service methods behind them refuse everybody else; the list only
// leaves out what would be refused.
var staffSections = []staffSection{
	{"Requests", staffRequestsPath, identity.ViewAnyTeam},
	{"Subscriptions", staffSubscriptionsPath, identity.ViewAnyTeam},
	{"Keys", staffKeysPath, identity.ViewAnyTeam},
	{"People", peoplePath, identity.ViewAnyTeam},
	{"Teams", staffPath + "/teams", identity.ViewAnyTeam},
	{"Catalogue", staffPath + "/catalogue", identity.ManageCatalog},
	{"Audit", auditPath, identity.ReadAudit},
	{"Outbox", outboxPath, identity.ReadAudit},
	{"Settings", staffPath + "/settings", identity.ManageSite},
}

// sections are the parts of the staff side that the principal may see.
func sections(principal identity.Principal) []staffSection {
	if principal.Staff == identity.NotStaff {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(staffSections), func(s staffSection) bool { return !principal.May(s.Needs) })
}

// staffHome leads staff to the first part that they may see.
func staffHome(v *visit) error {
	if _, err := v.config.Overview.Waiting(v.request.Context()); err != nil {
		return err
	}
	return v.redirect(sections(v.principal)[0].Path)
}

// renderStaff sends a page of the staff side, with its navigation; the current part is the one whose path begins the
// page's.
func (v *visit) renderStaff(title string, content templ.Component) error {
	return v.renderStaffAs(http.StatusOK, title, content)
}

// renderStaffAs is renderStaff for a form that comes back with what was refused.
func (v *visit) renderStaffAs(status int, title string, content templ.Component) error {
	waiting, err := v.waitingForStaff()
	if err != nil {
		return err
	}
	var links []link
	for _, section := range sections(v.principal) {
		path := v.request.URL.Path
		current := path == section.Path || strings.HasPrefix(path, section.Path+"/")
		links = append(links, link{Text: section.Text, Path: section.Path, Current: current, Waiting: waiting[section.Path]})
	}
	return v.render(status, title+" · Staff", areaStaff, staffFrame(links, content))
}

// waitingForStaff is how much waits for a decision, by the path of the section where it does.
func (v *visit) waitingForStaff() (map[string]int, error) {
	waiting, err := v.config.Overview.Waiting(v.request.Context())
	return map[string]int{staffRequestsPath: waiting.Requests, peoplePath: waiting.SignUps}, err
}
