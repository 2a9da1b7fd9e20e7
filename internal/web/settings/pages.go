// Package settings has the page on which staff change the site, and serves the brand and the terms to visitors.
//
// It owns the form of the settings with its preview, the pictures and colours of the brand, and the terms of use. It
// does not own the rules for settings: those are in package site.
package settings

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the settings and the brand.
type Pages struct {
	Visits *visit.Server
	Site   *site.Service
	// Dialects are the wire protocols that this node speaks if the settings allow it.
	Dialects []site.Dialect
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.BrandColors, serve(serveBrandSheet))
	router.Get(address.Brand+"{slot}", serve(p.serveBrandImage))
	router.Get("/terms", serve(termsPage))

	upTo := p.Visits.ServeUpTo
	router.Get(address.Settings, serve(p.settingsPage))
	router.Post(address.Settings, upTo(maxSettings, p.changeSettings))
	router.Post(address.Settings+"/preview", upTo(maxSettings, p.previewSettings))
	router.Get(address.Settings+"/preview.css", serve(p.previewSheet))
	router.Post(address.Settings+"/{slot}", upTo(maxSettings, p.changeImage))
	router.Post(address.Settings+"/{slot}/remove", serve(p.removeImage))
}
