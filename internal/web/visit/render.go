package visit

import (
	"github.com/portico-api/portico/internal/web/address"
)

// LinkToCatalog adds a Link header by which programs find the catalogue.
func (v *Visit) LinkToCatalog() {
	v.Writer.Header().Add("Link", "<"+v.Absolute(address.APICatalog)+`>; rel="api-catalog"`)
}

// Absolute returns the absolute URL of a path of the portal.
func (v *Visit) Absolute(path string) string { return v.Config.PortalURL + path }
