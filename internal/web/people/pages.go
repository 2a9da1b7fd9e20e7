// Package people has the pages on which people and teams are managed.
//
// It owns the staff pages about people and teams, and the members' pages about their own team: invitations, roles and
// leaving. Sign-in and sign-up belong to package signin.
package people

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the pages of people and teams.
type Pages struct {
	Visits   *visit.Server
	Accounts *account.Service
	Overview *overview.Service
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	p.mountPeople(router)
	p.mountTeams(router)
	serve := p.Visits.Serve
	router.Route(address.OwnTeam, func(router chi.Router) {
		router.Get("/", serve(p.ownTeamPage))
		router.Get("/request-log", serve(p.requestLogPage))
		router.Post("/request-log", serve(p.setRequestLog(true, "log_on")))
		router.Post("/request-log/stop", serve(p.setRequestLog(false, "log_off")))
		router.Post("/answers/{invitation}/accept", serve(p.acceptInvitation))
		router.Post("/answers/{invitation}/decline", serve(p.declineInvitation))
		p.mountTeam(router)
	})
}

// mountPeople adds the staff pages about people.
func (p *Pages) mountPeople(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.People, serve(p.accountsPage))
	router.Get(address.People+".csv", serve(p.exportAccounts))
	router.Get(address.People+"/new", serve(p.addAccountPage))
	router.Post(address.People+"/new", serve(p.addAccount))
	router.Route(address.People+"/{account}", func(router chi.Router) {
		router.Get("/", serve(p.personPage))
		router.Post("/link", serve(p.renewLink))
		router.Get("/block", serve(p.blockPage))
		router.Post("/block", serve(toPerson("blocked", p.block)))
		router.Post("/unblock", serve(toPerson("unblocked", p.unblock)))
		router.Post("/mail-link", serve(toPerson("link-mailed", p.sendSetUpLink)))
		router.Post("/approve", serve(toPerson("approved", p.approve)))
		router.Get("/reject", serve(p.rejectPage))
		router.Post("/reject", serve(p.reject))
		router.Get("/remove", serve(p.removePage))
		router.Post("/remove", serve(p.remove))
		router.Post("/unlock", serve(toPerson("unlocked", p.unlock)))
		router.Get("/staff", serve(p.setStaffPage))
		router.Post("/staff", serve(p.setStaff))
		router.Get("/sessions/end", serve(p.endSessionsPage))
		router.Post("/sessions/end", serve(toPerson("all-ended", p.endSessions)))
		router.Post("/sessions/{session}/end", serve(toPerson("ended", p.endSession)))
		router.Get("/join", serve(p.addMemberByNamePage))
		router.Post("/join", serve(p.addMemberByName))
		router.Post("/teams/{team}/home", serve(toPerson("home", p.setHomeTeam)))
		router.Get("/teams/{team}/move", serve(p.moveMemberPage))
		router.Post("/teams/{team}/move", serve(p.moveMember))
	})
}

// mountTeams adds the staff pages about teams.
func (p *Pages) mountTeams(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.StaffTeams, serve(p.teamsPage))
	router.Get(address.StaffTeams+".csv", serve(p.exportTeams))
	router.Get(address.StaffTeams+"/new", serve(p.addTeamPage))
	router.Post(address.StaffTeams+"/new", serve(p.addTeam))
	router.Route(address.StaffTeams+"/{team}", func(router chi.Router) {
		router.Get("/", serve(p.teamPage))
		router.Get("/add", serve(p.addToTeamPage))
		router.Post("/add", serve(p.addToTeam))
		router.Get("/disable", serve(p.disableTeamPage))
		router.Post("/disable", serve(p.setTeamDisabled(true, "disabled")))
		router.Post("/enable", serve(p.setTeamDisabled(false, "enabled")))
		p.mountTeam(router)
	})
}

// mountTeam adds the pages that staff use for any team and members for their own.
func (p *Pages) mountTeam(router chi.Router) {
	serve := p.Visits.Serve
	router.Get("/rename", serve(p.inScope(p.renameTeamPage)))
	router.Post("/rename", serve(p.inScope(p.renameTeam)))
	router.Get("/invite", serve(p.inScope(p.invitePage)))
	router.Post("/invite", serve(p.inScope(p.invite)))
	router.Post("/invitations/{invitation}/withdraw", serve(p.inScope(p.withdrawInvitation)))
	router.Get("/members/{account}/role", serve(p.inScope(p.setRolePage)))
	router.Post("/members/{account}/role", serve(p.inScope(p.setRole)))
	router.Get("/members/{account}/remove", serve(p.inScope(p.removeMemberPage)))
	router.Post("/members/{account}/remove", serve(p.inScope(p.removeMember)))
}
