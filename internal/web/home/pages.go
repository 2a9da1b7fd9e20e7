// Package home has the home page.
//
// It owns the home page for visitors and for members. The lists behind it belong to the other areas.
package home

import (
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages is the home page.
type Pages struct {
	Visits   *visit.Server
	Overview *overview.Service
}

// Mount adds the home page to the router.
func (p *Pages) Mount(router chi.Router) {
	router.Get("/", p.Visits.Serve(p.home))
}

// partnerStart is the first page on the partner host.
const partnerStart = "/profile"

// onPartnerHost reports whether the request was sent to the partner host. It returns false if the partner host is also
// the portal's host, so that the home page stays reachable.
func onPartnerHost(v *visit.Visit) bool {
	partner := v.Settings.PartnerHost
	_, own, _ := strings.Cut(v.Config.PortalURL, "://")
	return partner != "" && strings.EqualFold(partner, v.Request.Host) && !strings.EqualFold(partner, own)
}

func (p *Pages) home(v *visit.Visit) error {
	if onPartnerHost(v) {
		return v.Redirect(partnerStart)
	}
	v.LinkToCatalog()
	if v.Principal.Anonymous() {
		return p.front(v)
	}
	return p.ownHome(v)
}
