// Package profile is a member's own page.
//
// It owns the profile with the team's subscriptions and their keys, and reveals and regenerates these keys. Keys of
// other applications belong to package application.
package profile

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the profile and its keys.
type Pages struct {
	Visits   *visit.Server
	Access   *access.Service
	Accounts *account.Service
	Overview *overview.Service
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get("/profile", serve(p.profilePage))
	router.Post("/profile/team", serve(p.switchTeam))
	router.Post("/profile/credentials/{credential}/reveal", serve(p.revealCredential))
	router.Get("/profile/credentials/{credential}/regenerate", serve(p.regeneratePage))
	router.Post("/profile/credentials/{credential}/regenerate", serve(p.regenerateCredential))
}
