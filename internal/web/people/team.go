package people

import (
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// teamContent is a team as its members and staff see it.
type teamContent struct {
	overview.TeamPage
	Scope  teamScope
	Notice string
	// List is the list of members.
	List view.Listing
	// Self is the visitor.
	Self identity.AccountID
	Rows []view.SubscriptionRow
}

func newTeamContent(scope teamScope, found overview.TeamPage, list view.Listing) teamContent {
	list.Total = found.Members.Total
	shown := teamContent{
		TeamPage: found, Scope: scope, List: list, Self: scope.visit.Principal.Account,
		Notice: teamNotice(scope.visit.Request.URL.Query().Get("done")),
	}
	for _, used := range found.Subscriptions {
		shown.Rows = append(shown.Rows, view.NewSubscriptionRow(used, found.At))
	}
	return shown
}

// mayChange reports whether the visitor may change the role of a member or remove them. Only owners may change owners.
func (c teamContent) mayChange(member account.TeamMember) bool {
	if member.Role == identity.Owner {
		return c.Scope.may(identity.ManageTeam)
	}
	return c.Scope.may(identity.ManageMembers)
}

// memberName returns a member's name, or a text for members on other pages of the list and for those who have left.
func (c teamContent) memberName(wanted identity.AccountID) string {
	for _, member := range c.Members.Items {
		if member.Account == wanted {
			return member.Name
		}
	}
	return "A member"
}

// changes reports whether the visitor can change any member, so that the table needs a column for it.
func (c teamContent) changes() bool {
	return c.Scope.may(identity.ManageMembers) || !c.Scope.Staff
}

// ownTeamContent is the page of the visitor's own team.
type ownTeamContent struct {
	Invitations []account.Invitation
	// Team is nil if the visitor is in no team.
	Team    *teamContent
	Notice  string
	Support string
}

func (p *Pages) ownTeamPage(v *visit.Visit) error {
	list, err := v.Listing()
	if err != nil {
		return err
	}
	found, err := p.Overview.OwnTeam(v.Request.Context(), list.Request())
	if err != nil {
		return err
	}
	shown := ownTeamContent{
		Invitations: found.Me.Invitations, Notice: teamNotice(v.Request.URL.Query().Get("done")), Support: v.Settings.Support,
	}
	if !found.Me.Team.ID.IsZero() {
		team := newTeamContent(teamScope{Team: found.Me.Team.ID, visit: v}, found.Team, list)
		shown.Team = &team
	}
	return v.Render("Team", site.AreaProfile, ownTeamView(shown))
}

// teamNotice returns the notice for what was done, as in the URL.
func teamNotice(word string) string {
	return map[string]string{
		"added":         "Team added. Next, add its first member.",
		"renamed":       "Team renamed.",
		"disabled":      "Suspended. Its keys no longer work.",
		"enabled":       "Reinstated. Its keys work again.",
		"joined":        "Added to the team. They already had an account.",
		"invited":       "Invitation sent. They join the team when they accept.",
		"invited_again": "Invitation sent again. Earlier links no longer work.",
		"withdrawn":     "Invitation withdrawn.",
		"role":          "Role changed.",
		"removed":       "Removed. The keys of their own applications no longer work.",
		"left":          "You left the team.",
		"log_on":        "Request log switched on. It has the calls from now on.",
		"log_off":       "Request log switched off. Its calls are deleted.",
		"accepted":      "You joined the team.",
		"declined":      "Invitation declined.",
	}[word]
}

// invitation returns the ID of the invitation in the path.
func invitation(v *visit.Visit) account.InvitationID {
	parsed, err := id.Parse[account.InvitationID](v.PathPart("invitation"))
	if err != nil {
		return account.InvitationID{} // a malformed ID matches no invitation
	}
	return parsed
}

func (p *Pages) acceptInvitation(v *visit.Visit) error {
	if err := p.Accounts.AcceptInvitation(v.Request.Context(), invitation(v), v.Session.ID); err != nil {
		return err
	}
	return v.Redirect(address.OwnTeam + "?done=accepted")
}

func (p *Pages) declineInvitation(v *visit.Visit) error {
	if err := p.Accounts.DeclineInvitation(v.Request.Context(), invitation(v)); err != nil {
		return err
	}
	return v.Redirect(address.OwnTeam + "?done=declined")
}
