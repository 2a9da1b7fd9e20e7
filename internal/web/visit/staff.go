package visit

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// staffSection is a section of the staff side. Staff see it if they have one of its permissions.
type staffSection struct {
	Group, Text, Icon string
	Path              string
	Needs             identity.Permission
}

// staffSections are in the order of the navigation. The services check the permissions; the navigation only hides
// sections that the visitor may not use.
var staffSections = []staffSection{
	{Text: "Overview", Icon: "layout-dashboard", Path: address.Staff, Needs: identity.ViewAnyTeam},
	{Text: "Requests", Icon: "inbox", Path: address.StaffRequests, Needs: identity.ViewAnyTeam},
	{Text: "Usage", Icon: "chart-line", Path: address.StaffUsage, Needs: identity.ViewAnyTeam},
	{Group: "Access", Text: "Subscriptions", Icon: "layers", Path: address.StaffSubscriptions, Needs: identity.ViewAnyTeam},
	{Group: "Access", Text: "Keys", Icon: "key-round", Path: address.StaffKeys, Needs: identity.ViewAnyTeam},
	{Group: "Access", Text: "People", Icon: "user", Path: address.People, Needs: identity.ViewAnyTeam},
	{Group: "Access", Text: "Teams", Icon: "users", Path: address.Staff + "/teams", Needs: identity.ViewAnyTeam},
	{Group: "Publish", Text: "Catalogue", Icon: "book-open", Path: address.Catalogue, Needs: identity.ManageCatalog},
	{Group: "Publish", Text: "Plans", Icon: "scroll-text", Path: address.StaffPlans, Needs: identity.ManageCatalog},
	{Group: "Publish", Text: "Strategies", Icon: "shield-check", Path: address.StaffStrategies, Needs: identity.ManageCatalog},
	{Group: "Govern", Text: "Audit", Icon: "history", Path: address.Audit, Needs: identity.ReadAudit},
	{Group: "Govern", Text: "Outbox", Icon: "mail", Path: address.Outbox, Needs: identity.ReadAudit},
	{Group: "Govern", Text: "Settings", Icon: "settings", Path: address.Staff + "/settings", Needs: identity.ManageSite},
}

// sections returns the sections of the staff side that the principal may see.
func sections(principal identity.Principal) []staffSection {
	if principal.Staff == identity.NotStaff {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(staffSections), func(s staffSection) bool { return !principal.May(s.Needs) })
}

// StaffPages returns the sections of the staff side that the principal may see.
func StaffPages(principal identity.Principal) []view.Link {
	var pages []view.Link
	for _, section := range sections(principal) {
		pages = append(pages, view.Link{Text: section.Text, Path: section.Path, Icon: section.Icon})
	}
	return pages
}

// EnterStaff rejects visitors who are not staff. It calls no service, so that a handler can still make its one call.
func (v *Visit) EnterStaff() error {
	return identity.Require(v.Request.Context(), identity.ViewAnyTeam)
}

// currentSection returns the longest path of a section that is a prefix of the page's path.
func currentSection(shown []staffSection, path string) string {
	longest := ""
	for _, section := range shown {
		within := path == section.Path || strings.HasPrefix(path, section.Path+"/")
		if within && len(section.Path) > len(longest) {
			longest = section.Path
		}
	}
	return longest
}

// RenderStaff sends a page of the staff side with its navigation.
func (v *Visit) RenderStaff(title string, content templ.Component) error {
	waiting, err := v.waitingForStaff()
	if err != nil {
		return err
	}
	shown := sections(v.Principal)
	current := currentSection(shown, v.Request.URL.Path)
	var groups []view.LinkGroup
	for _, section := range shown {
		if len(groups) == 0 || groups[len(groups)-1].Title != section.Group {
			groups = append(groups, view.LinkGroup{Title: section.Group})
		}
		last := &groups[len(groups)-1]
		last.Links = append(last.Links, view.Link{
			Text: section.Text, Path: section.Path, Icon: section.Icon, Current: section.Path == current, Waiting: waiting[section.Path],
		})
	}
	page := v.page(title+" · Staff", view.AreaStaff)
	page.Frame, page.Sections = view.FrameFull, groups
	return v.renderPage(v.status, page, view.StaffFrame(groups, content))
}

// waitingForStaff returns the number of pending decisions by the path of their section.
func (v *Visit) waitingForStaff() (map[string]int, error) {
	waiting, err := v.Config.Source.Waiting(v.Request.Context())
	return map[string]int{address.StaffRequests: waiting.Requests, address.People: waiting.SignUps}, err
}

// RenderSetUpLink shows staff the link with which a new person chooses a password.
func (v *Visit) RenderSetUpLink(added account.Added) error {
	return v.RenderStaff("Set-up link", view.SetUpLinkView(view.SetUpLink{
		Person: added.Account, Address: v.Config.PortalURL + "/set-up/" + added.Token, Expires: added.ExpiresAt,
	}))
}
