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

// homeContent is the content of the home page.
type homeContent struct {
	Settings site.Settings
	SignedIn bool
	Keys     bool
	Products []catalog.ProductSummary
}

// Applications reports whether the page links to applications.
func (c homeContent) Applications() bool {
	return slices.Contains(c.Settings.Areas, site.AreaApplications)
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
