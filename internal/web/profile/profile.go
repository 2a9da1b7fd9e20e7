package profile

import (
	"cmp"
	"slices"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// profileContent is the profile page.
type profileContent struct {
	Account       account.Account
	Team          string
	TeamID        identity.TeamID
	Role          identity.Role
	Teams         []account.Membership
	Subscriptions []view.SubscriptionRow
	Notice        string
	Support       string
	// Applications reports whether pages link to applications.
	Applications bool
}

func (p *Pages) profilePage(v *visit.Visit) error {
	found, err := p.Overview.Profile(v.Request.Context())
	if err != nil {
		return err
	}
	shown := profile(v, found)
	query := v.Request.URL.Query()
	shown.Notice = view.AccountNotice(query.Get("done"))
	if subscription, key, ok := found.Key(visit.CredentialID(query.Get("regenerated"))); ok {
		shown.Notice = "The " + view.KeyName(key.Credential) + " key of " + subscription.Detail.Plan.Name + " is replaced. Calls that use the old one now get 401."
	}
	return v.Render("Profile", site.AreaProfile, profileView(shown))
}

func profile(v *visit.Visit, found overview.Profile) profileContent {
	shown := profileContent{
		Account: found.Me.Account, Team: found.Me.Team.Name, TeamID: found.Me.Team.ID, Role: v.Principal.Role,
		Teams: found.Me.Teams, Support: v.Settings.Support,
		Applications: slices.Contains(v.Settings.Areas, site.AreaApplications),
	}
	for _, used := range found.Subscriptions {
		shown.Subscriptions = append(shown.Subscriptions, view.NewSubscriptionRow(used, found.At))
	}
	slices.SortStableFunc(shown.Subscriptions, func(a, b view.SubscriptionRow) int {
		return cmp.Or(cmp.Compare(view.StateRank(a.State), view.StateRank(b.State)), cmp.Compare(a.Plan, b.Plan))
	})
	return shown
}

func (p *Pages) switchTeam(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	team, err := id.Parse[identity.TeamID](sent.Get("team"))
	if err != nil {
		team = identity.TeamID{} // a malformed ID matches no team
	}
	if err := p.Accounts.SwitchTeam(v.Request.Context(), v.Session.ID, team); err != nil {
		return err
	}
	return v.Redirect("/profile?done=team")
}

func roleText(role identity.Role) string {
	return map[identity.Role]string{
		identity.Owner: "Owner", identity.Admin: "Admin", identity.Member: "Member", identity.Viewer: "Viewer (reads only)",
	}[role]
}
