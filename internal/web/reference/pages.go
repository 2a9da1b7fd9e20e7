// Package reference is the published catalogue as readers see it.
//
// It owns the pages of APIs, versions, operations, schemas and documents, their twins in Markdown, search, Try it, and
// the files that list them for programs. Editing the catalogue is the area catalogue.
package reference

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the pages of the published catalogue.
type Pages struct {
	Visits  *visit.Server
	Catalog *catalog.Service
	Access  *access.Service
	// SitemapSize is the number of URLs in a file of the sitemap; zero means the maximum of the protocol.
	SitemapSize int
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get("/apis", serve(p.productListPage))
	router.Get("/apis/{product}", serve(twinned("product", p.productPage, p.productTwin)))
	router.Get("/apis/{product}/documents/{document}", serve(twinned("document", p.documentPage, p.documentTwin)))
	router.Get("/apis/{product}/documents/{document}/{picture}", serve(p.documentPicture))
	router.Get("/apis/{product}/{version}", serve(twinned("version", p.versionPage, p.versionTwin)))
	router.Get("/apis/{product}/{version}/tree", serve(p.operationTree))
	router.Get("/apis/{product}/{version}/openapi", serve(p.downloadSpec))
	router.Get("/apis/{product}/{version}/operations/{operation}", serve(twinned("operation", p.operationPage, p.operationTwin)))
	router.Get("/apis/{product}/{version}/operations/{operation}/try", serve(p.tryOperation))
	router.Get("/apis/{product}/{version}/operations/{operation}/examples/{number}", serve(p.operationExample))
	router.Get("/apis/{product}/{version}/schemas", serve(p.schemaListPage))
	router.Get("/apis/{product}/{version}/schemas/{schema}", serve(twinned("schema", p.schemaPage, p.schemaTwin)))
	router.Get("/apis/{product}/{version}/schemas/{schema}/examples/{number}", serve(p.schemaExample))
	router.Post("/try/sample", p.Visits.ServeUpTo(longestRequest, p.writeSample))
	router.Post("/try/tickets", serve(p.issueTicket))
	router.Post("/try/tickets/{credential}/end", serve(p.endTicket))
	router.Post("/try/visitor-keys", serve(p.issueVisitorKey))
	router.Get(address.Search, serve(p.searchPage))

	router.Get("/llms.txt", serve(p.llmsText))
	router.Get("/robots.txt", serve(robotsText))
	router.Get("/sitemap.xml", serve(p.sitemap))
	router.Get("/sitemap-{part:[1-9][0-9]{0,5}}.xml", serve(p.sitemapPart))
	router.Get(address.APICatalog, serve(p.apiCatalog))
}
