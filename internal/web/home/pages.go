// Package home has the home page.
//
// It owns the home page for visitors and for members. The lists behind it belong to the other areas.
package home

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages is the home page.
type Pages struct {
	Visits  *visit.Server
	Catalog *catalog.Service
}

// Mount adds the home page to the router.
func (p *Pages) Mount(router chi.Router) {
	router.Get("/", p.Visits.Serve(p.home))
}
