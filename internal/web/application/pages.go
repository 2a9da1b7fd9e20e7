// Package application has the pages of a team's applications.
//
// It owns the pages of applications, of their keys and registrations, and of the team's requests. Staff decide on
// requests in package desk.
package application

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the pages of applications.
type Pages struct {
	Visits   *visit.Server
	Access   *access.Service
	Overview *overview.Service
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get("/apis/{product}/{version}/register", serve(p.registerPage))
	router.Post("/apis/{product}/{version}/register", serve(p.register))
	router.Get("/apis/{product}/{version}/key", serve(p.getKeyPage))
	router.Post("/apis/{product}/{version}/key", serve(p.registerWithKey))
	router.Get(address.Applications, serve(p.applicationsPage))
	router.Get(address.Applications+"/new", serve(p.newApplicationPage))
	router.Post(address.Applications+"/new", serve(p.createApplication))
	router.Get(address.Requests, serve(p.teamRequestsPage))
	router.Post(address.Requests+"/{request}/withdraw", serve(p.withdrawRequest))
	router.Route(address.Applications+"/{application}", func(router chi.Router) {
		router.Get("/", serve(p.applicationPage))
		router.Get("/edit", serve(p.editApplicationPage))
		router.Post("/edit", serve(p.updateApplication))
		router.Get("/delete", serve(p.deleteApplicationPage))
		router.Post("/delete", serve(p.deleteApplication))
		router.Post("/keys", serve(p.issueApplicationKey))
		router.Get("/keys/{credential}/rename", serve(p.renameKeyPage))
		router.Post("/keys/{credential}/rename", serve(p.renameApplicationCredential))
		router.Get("/keys/{credential}/rotate", serve(p.rotateKeyPage))
		router.Post("/keys/{credential}/rotate", serve(p.rotateApplicationKey))
		router.Get("/keys/{credential}/extend", serve(p.extendOverlapPage))
		router.Post("/keys/{credential}/extend", serve(p.extendApplicationOverlap))
		router.Get("/keys/{credential}/regenerate", serve(p.regenerateKeyPage))
		router.Post("/keys/{credential}/regenerate", serve(p.regenerateApplicationKey))
		router.Get("/keys/{credential}/revoke", serve(p.revokeKeyPage))
		router.Post("/keys/{credential}/revoke", serve(p.revokeApplicationCredential))
		router.Get("/register", serve(p.registrationChoicesPage))
		router.Get("/registrations/{subscription}/remove", serve(p.unregisterPage))
		router.Post("/registrations/{subscription}/remove", serve(p.unregister))
	})
}
