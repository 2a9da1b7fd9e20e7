package visit

import (
	"github.com/portico-api/portico/internal/web/address"
)

// LinkToCatalog lets programs find the catalogue from other answers.
func (v *Visit) LinkToCatalog() {
	v.Writer.Header().Add("Link", "<"+v.Absolute(address.APICatalog)+`>; rel="api-catalog"`)
}

// Absolute is an address of the portal as one can use it anywhere.
func (v *Visit) Absolute(path string) string { return v.Config.PortalURL + path }
