package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
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

// onPartnerHost reports whether the visitor came by the partner host. Where somebody has named the portal's own host as it,
// nobody has: there would be no way to the first page.
func (v *visit) onPartnerHost() bool {
	partner := v.settings.PartnerHost
	_, own, _ := strings.Cut(v.config.PortalURL, "://")
	return partner != "" && strings.EqualFold(partner, v.request.Host) && !strings.EqualFold(partner, own)
}

func home(v *visit) error {
	if v.onPartnerHost() {
		return v.redirect(partnerStart)
	}
	products, err := v.config.Catalog.Products(v.request.Context())
	if err != nil && (!v.principal.Anonymous() || !fault.Is(err, fault.Unauthenticated)) {
		return err
	}
	v.linkToCatalog()
	return v.render(http.StatusOK, "Home", site.AreaHome, homeView(homeContent{
		Settings: v.settings, SignedIn: !v.principal.Anonymous(),
		Keys: v.principal.May(identity.RevealCredentials), Products: products,
	}))
}
