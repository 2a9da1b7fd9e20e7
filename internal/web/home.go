package web

import (
	"net/http"
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

// partnerStart is where the portal opens on the partner host.
const partnerStart = "/profile"

func home(v *visit) error {
	if host := v.settings.PartnerHost; host != "" && strings.EqualFold(host, v.request.Host) {
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
