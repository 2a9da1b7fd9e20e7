// Package catalogue has the pages on which staff edit the catalogue.
//
// It owns the pages on which products, versions, documents, plans and strategies are edited, and the export of all of
// them. It does not own the pages that readers see: those are in package reference.
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

// productPath is the page of a product, with its versions and documents below.
const productPath = address.StaffProducts + "/{product}"

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get(address.Catalogue, serve(p.staffProductsPage))
	router.Get(address.Catalogue+"/export", serve(p.export))
	router.Get(address.Catalogue+".csv", serve(p.exportProducts))
	router.Get(address.StaffPlans+".csv", serve(p.exportPlans))
	router.Get(address.StaffStrategies+".csv", serve(p.exportStrategies))
	p.form(router, address.Catalogue+"/product-publication", p.bulkPage("product"), p.publishMany("product"))
	p.form(router, address.Catalogue+"/plan-publication", p.bulkPage("plan"), p.publishMany("plan"))
	p.form(router, address.Catalogue+"/new-product", p.newProductPage, p.createProduct)
	router.Get(productPath, serve(p.staffProductPage))
	p.form(router, productPath+"/edit", p.editProductPage, p.updateProduct)
	p.form(router, productPath+"/publication", p.unpublishProductPage, p.publishProduct)
	p.form(router, productPath+"/deletion", p.deleteProductPage, p.deleteProduct)
	p.mountLaunch(router)
	p.mountVersions(router)
	p.mountDocuments(router)

	router.Get(address.StaffPlans, serve(p.staffPlansPage))
	p.form(router, address.Catalogue+"/new-plan", p.staffPlanPage, p.createPlan)
	router.Post(address.Catalogue+"/plan-preview", serve(p.previewPlan))
	p.form(router, address.StaffPlans+"/{plan}", p.staffPlanPage, p.updatePlan)
	p.form(router, address.StaffPlans+"/{plan}/publication", p.unpublishPlanPage, p.publishPlan)
	p.form(router, address.StaffPlans+"/{plan}/deletion", p.deletePlanPage, p.deletePlan)

	router.Get(address.StaffStrategies, serve(p.staffStrategiesPage))
	p.form(router, address.Catalogue+"/new-strategy", p.newStrategyPage, p.createStrategy)
	p.form(router, address.StaffStrategies+"/{strategy}", p.staffStrategyPage, p.updateStrategy)
	p.form(router, address.StaffStrategies+"/{strategy}/deletion", p.deleteStrategyPage, p.deleteStrategy)
}

// mountLaunch mounts the steps from a description to a published version.
func (p *Pages) mountLaunch(router chi.Router) {
	serve, draft := p.Visits.Serve, productPath+"/versions/{version}/publish"
	router.Get(address.Launch, serve(p.launchUploadPage))
	router.Post(address.Launch, p.Visits.ServeUpTo(maxDescription, p.stageSpec))
	p.form(router, address.Launch+"/{digest}", p.newAPIPage, p.createAPI)
	router.Get(draft+"/description", serve(p.launchDescriptionPage))
	p.form(router, draft+"/address", p.launchAddressPage, p.setLaunchAddress)
	p.form(router, draft+"/plan", p.launchPlanPage, p.setLaunchPlan)
	p.form(router, draft+"/publish", p.launchPage, p.launch)
}

func (p *Pages) mountVersions(router chi.Router) {
	p.form(router, productPath+"/new-version", p.newVersionPage, p.createVersion)
	router.Get(productPath+"/versions/{version}", p.Visits.Serve(p.staffVersionPage))
	p.form(router, productPath+"/versions/{version}/edit", p.editVersionPage, p.updateVersion)
	router.Post(productPath+"/versions/{version}/description", p.Visits.ServeUpTo(maxDescription, p.uploadSpec))
	p.form(router, productPath+"/versions/{version}/publication", p.unpublishVersionPage, p.publishVersion)
	p.form(router, productPath+"/versions/{version}/deletion", p.deleteVersionPage, p.deleteVersion)
}

func (p *Pages) mountDocuments(router chi.Router) {
	upTo := p.Visits.ServeUpTo
	router.Get(productPath+"/new-document", p.Visits.Serve(p.staffDocumentPage))
	router.Post(productPath+"/new-document", upTo(maxDocument, p.saveDocument))
	router.Get(productPath+"/documents/{document}", p.Visits.Serve(p.staffDocumentPage))
	router.Post(productPath+"/documents/{document}", upTo(maxDocument, p.saveDocument))
	router.Post(productPath+"/documents/{document}/move", p.Visits.Serve(p.moveDocument))
	p.form(router, productPath+"/documents/{document}/deletion", p.deleteDocumentPage, p.deleteDocument)
}

// form mounts the page of a form and the handler that it is sent to.
func (p *Pages) form(router chi.Router, path string, shown, sent visit.Handler) {
	router.Get(path, p.Visits.Serve(shown))
	router.Post(path, p.Visits.Serve(sent))
}
