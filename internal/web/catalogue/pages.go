// Package catalogue is where staff edit what the portal publishes.
//
// It owns the pages on which products, versions, documents, plans and strategies are edited, and the export of all of
// them. Readers see the catalogue in the area reference.
package catalogue

import (
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the pages on which the catalogue is edited.
type Pages struct {
	Visits  *visit.Server
	Catalog *catalog.Service
	Plans   *plan.Service
	Access  *access.Service
	Publish *publish.Service
	// UploadTime is how long a description may take to arrive; zero means ten minutes.
	UploadTime time.Duration
}

// product is the page of one product, below which its versions and documents are.
const product = address.StaffProducts + "/{product}"

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.Catalogue, serve(p.staffProductList))
	router.Get(address.Catalogue+"/export", serve(p.downloadExport))
	p.form(router, address.Catalogue+"/new-product", p.newProductPage, p.createProduct)
	router.Get(product, serve(p.staffProductPage))
	p.form(router, product+"/edit", p.editProductPage, p.updateProduct)
	p.form(router, product+"/publication", p.unpublishProductPage, p.publishProduct)
	p.form(router, product+"/deletion", p.deleteProductPage, p.deleteProduct)
	p.mountVersions(router)
	p.mountDocuments(router)

	router.Get(address.StaffPlans, serve(p.staffPlanList))
	p.form(router, address.Catalogue+"/new-plan", p.staffPlanPage, p.createPlan)
	p.form(router, address.StaffPlans+"/{plan}", p.staffPlanPage, p.updatePlan)
	p.form(router, address.StaffPlans+"/{plan}/publication", p.unpublishPlanPage, p.publishPlan)
	p.form(router, address.StaffPlans+"/{plan}/deletion", p.deletePlanPage, p.deletePlan)

	router.Get(address.StaffStrategies, serve(p.staffStrategyList))
	p.form(router, address.Catalogue+"/new-strategy", p.newStrategyPage, p.createStrategy)
	p.form(router, address.StaffStrategies+"/{strategy}", p.staffStrategyPage, p.updateStrategy)
	p.form(router, address.StaffStrategies+"/{strategy}/deletion", p.deleteStrategyPage, p.deleteStrategy)
}

func (p *Pages) mountVersions(router chi.Router) {
	p.form(router, product+"/new-version", p.newVersionPage, p.createVersion)
	router.Get(product+"/versions/{version}", p.Visits.Serve(p.staffVersionPage))
	p.form(router, product+"/versions/{version}/edit", p.editVersionPage, p.updateVersion)
	router.Post(product+"/versions/{version}/description", p.Visits.ServeUpTo(maxDescription, p.uploadDescription))
	p.form(router, product+"/versions/{version}/publication", p.unpublishVersionPage, p.publishVersion)
	p.form(router, product+"/versions/{version}/deletion", p.deleteVersionPage, p.deleteVersion)
}

func (p *Pages) mountDocuments(router chi.Router) {
	upTo := p.Visits.ServeUpTo
	router.Get(product+"/new-document", p.Visits.Serve(p.staffDocumentPage))
	router.Post(product+"/new-document", upTo(maxDocument, p.saveDocument))
	router.Get(product+"/documents/{document}", p.Visits.Serve(p.staffDocumentPage))
	router.Post(product+"/documents/{document}", upTo(maxDocument, p.saveDocument))
	router.Post(product+"/documents/{document}/move", p.Visits.Serve(p.moveDocument))
	p.form(router, product+"/documents/{document}/deletion", p.deleteDocumentPage, p.deleteDocument)
}

// form mounts the page that shows a form and the handler that it is sent to.
func (p *Pages) form(router chi.Router, path string, shown, sent visit.Handler) {
	router.Get(path, p.Visits.Serve(shown))
	router.Post(path, p.Visits.Serve(sent))
}
