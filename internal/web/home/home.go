package home

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/visit"
)

// homeContent is what the first page shows.
type homeContent struct {
	Settings site.Settings
	SignedIn bool
	Keys     bool
	Products []catalog.ProductSummary
}

// Applications reports whether visitors are led to applications.
func (c homeContent) Applications() bool {
	return slices.Contains(c.Settings.Areas, site.AreaApplications)
}

// partnerStart is where the portal opens on the partner host.
const partnerStart = "/profile"

// onPartnerHost reports whether the visitor came by the partner host. If that is set to the portal's own host, it
// returns false for everyone, so that the home page stays reachable.
func onPartnerHost(v *visit.Visit) bool {
	partner := v.Settings.PartnerHost
	_, own, _ := strings.Cut(v.Config.PortalURL, "://")
	return partner != "" && strings.EqualFold(partner, v.Request.Host) && !strings.EqualFold(partner, own)
}

func (p *Pages) home(v *visit.Visit) error {
	if onPartnerHost(v) {
		return v.Redirect(partnerStart)
	}
	products, err := p.Catalog.Products(v.Request.Context())
	if err != nil && (!v.Principal.Anonymous() || !fault.Is(err, fault.Unauthenticated)) {
		return err
	}
	v.LinkToCatalog()
	return v.Render("Home", site.AreaHome, homeView(homeContent{
		Settings: v.Settings, SignedIn: !v.Principal.Anonymous(),
		Keys: v.Principal.May(identity.RevealCredentials), Products: products,
	}))
}
