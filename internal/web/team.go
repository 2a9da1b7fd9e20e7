package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// teamContent is a team as its members and staff see it.
type teamContent struct {
	overview.TeamPage
	Place  teamPlace
	Notice string
	// List is the list of members.
	List listing
	// Self is the visitor.
	Self identity.AccountID
	Rows []subscriptionRow
}

func newTeamContent(place teamPlace, found overview.TeamPage, list listing) teamContent {
	list.Total = found.Members.Total
	shown := teamContent{
		TeamPage: found, Place: place, List: list, Self: place.visit.principal.Account,
		Notice: teamNotice(place.visit.request.URL.Query().Get("done")),
	}
	for _, used := range found.Subscriptions {
		shown.Rows = append(shown.Rows, newSubscriptionRow(used, found.At))
	}
	return shown
}

// mayChange reports whether the visitor may change the role of a member, or remove them: owners are for owners.
func (c teamContent) mayChange(member account.TeamMember) bool {
	if member.Role == identity.Owner {
		return c.Place.may(identity.ManageTeam)
	}
	return c.Place.may(identity.ManageMembers)
}

// memberName is what a member is called; one on another page of the list, or one who has left, has no name here.
func (c teamContent) memberName(wanted identity.AccountID) string {
	for _, member := range c.Members.Items {
		if member.Account == wanted {
			return member.Name
		}
	}
	return "Somebody"
}

// changes reports whether there is anything to change for the visitor, so that the table needs a column for it.
func (c teamContent) changes() bool {
	return c.Place.may(identity.ManageMembers) || !c.Place.Staff
}

// ownTeamContent is the page of the visitor's own team.
type ownTeamContent struct {
	Invitations []account.Invitation
	// Team is nil where they are in none.
	Team    *teamContent
	Notice  string
	Support string
}

func ownTeamPage(v *visit) error {
	list, err := v.listing()
	if err != nil {
		return err
	}
	found, err := v.config.Overview.OwnTeam(v.request.Context(), list.request())
	if err != nil {
		return err
	}
	shown := ownTeamContent{
		Invitations: found.Me.Invitations, Notice: teamNotice(v.request.URL.Query().Get("done")), Support: v.settings.Support,
	}
	if !found.Me.Team.ID.IsZero() {
		team := newTeamContent(teamPlace{Team: found.Me.Team.ID, visit: v}, found.Team, list)
		shown.Team = &team
	}
	return v.render(http.StatusOK, "Team", site.AreaProfile, ownTeamView(shown))
}

// teamNotice words what was done, on the page that a form leads to.
func teamNotice(word string) string {
	return map[string]string{
		"added":         "The team is there. Add its first member.",
		"renamed":       "The team has its new name.",
		"disabled":      "The team is disabled. Its keys are refused.",
		"enabled":       "The team is enabled. Its keys work again.",
		"joined":        "They had an account already and are in the team now.",
		"invited":       "The invitation is made, and a mail tells them. Whoever is invited is in the team once they accept.",
		"invited_again": "They were invited already. Another mail is sent with another link; one sent before no longer works. Whoever is invited is in the team once they accept.",
		"withdrawn":     "The invitation is taken back.",
		"role":          "The role is changed.",
		"removed":       "The member is removed. The keys of applications of their own are refused.",
		"left":          "You have left the team.",
		"accepted":      "You are in the team, and act in it now.",
		"declined":      "You have declined the invitation.",
	}[word]
}

// invitation is the invitation that the address names.
func (v *visit) invitation() account.InvitationID {
	parsed, err := id.Parse[account.InvitationID](v.pathPart("invitation"))
	if err != nil {
		return account.InvitationID{} // no identifier names no invitation
	}
	return parsed
}

func acceptInvitation(v *visit) error {
	if err := v.config.Accounts.AcceptInvitation(v.request.Context(), v.invitation(), v.session.ID); err != nil {
		return err
	}
	return v.redirect(ownTeamPath + "?done=accepted")
}

func declineInvitation(v *visit) error {
	if err := v.config.Accounts.DeclineInvitation(v.request.Context(), v.invitation()); err != nil {
		return err
	}
	return v.redirect(ownTeamPath + "?done=declined")
}
