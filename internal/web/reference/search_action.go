package reference

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// mostActions is the maximum number of pages that the palette offers.
const mostActions = 4

// action is a page that a search offers.
type action struct {
	view.Link
	// Also are more words that find it.
	Also string
}

// actionsFor returns the pages that the visitor may open and whose names have all words of the query.
func actionsFor(v *visit.Visit, query string) []view.Link {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil
	}
	var found []view.Link
	for _, one := range allowedActions(v.Principal, v.Settings) {
		has := strings.Fields(strings.ToLower(one.Text + " " + one.Also))
		fits := !slices.ContainsFunc(words, func(word string) bool {
			return !slices.ContainsFunc(has, func(name string) bool { return strings.HasPrefix(name, word) })
		})
		if fits && len(found) < mostActions {
			found = append(found, one.Link)
		}
	}
	return found
}

// allowedActions lists the pages that a visitor may open.
func allowedActions(visitor identity.Principal, settings site.Settings) []action {
	if visitor.Anonymous() {
		return []action{{view.Link{Text: "Sign in", Path: address.SignIn("/"), Icon: "arrow-right"}, "log login"}}
	}
	applications := slices.Contains(settings.Areas, site.AreaApplications)
	var list []action
	for _, one := range []struct {
		allowed bool
		action
	}{
		{applications && visitor.May(identity.ManageCredentials), action{view.Link{Text: "Create key", Path: address.Applications, Icon: "plus"}, "new api keys"}},
		{applications && visitor.May(identity.ManageApplications), action{view.Link{Text: "Create application", Path: address.Applications + "/new", Icon: "plus"}, "new app"}},
		{applications, action{view.Link{Text: "Applications", Path: address.Applications, Icon: "layers"}, "my apps"}},
		{applications, action{view.Link{Text: "Requests", Path: address.Requests, Icon: "clock"}, "my access"}},
		{slices.Contains(settings.Areas, site.AreaProfile), action{view.Link{Text: "Profile and keys", Path: "/profile", Icon: "key-round"}, "account"}},
		{true, action{view.Link{Text: "Change password", Path: "/profile/password", Icon: "lock"}, "account"}},
		{true, action{view.Link{Text: "Team", Path: address.OwnTeam, Icon: "users"}, "members invite"}},
	} {
		if one.allowed {
			list = append(list, one.action)
		}
	}
	for _, page := range visit.StaffPages(visitor) {
		also := page.Text
		page.Text = "Staff: " + page.Text
		list = append(list, action{page, also})
	}
	return list
}
