// Package usage has the pages that show how much was called.
//
// It owns the page of a team and that of staff over all teams, with their charts, tables and exports. The domain's
// package usage counts, and overview composes what a page shows.
package usage

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the pages of usage.
type Pages struct {
	Visits   *visit.Server
	Overview *overview.Service
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.Usage, serve(p.usagePage))
	router.Get(address.Usage+".csv", serve(p.exportUsage))
	p.mountRequestLog(router, address.RequestLog)
	p.mountRequestLog(router, address.StaffRequestLog)
	router.Get(address.StaffUsage, serve(p.staffUsagePage))
	router.Get(address.StaffUsage+".csv", serve(p.exportStaffUsage))
}
