package web

import (
	_ "embed"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

//go:embed icon.svg
var icon []byte

// Handler returns everything that the site answers.
func (s *Site) Handler() http.Handler { return s.Routes() }

// Routes mounts every page; the test of who may do what walks it.
func (s *Site) Routes() chi.Router {
	router := chi.NewRouter()
	router.Use(s.secured, s.guarded, middleware.GetHead, compressed)
	router.NotFound(s.serve(notFound))
	router.MethodNotAllowed(s.serve(wrongMethod))

	router.Method(http.MethodGet, assetsPath+"*", s.assets)
	router.Get("/icon.svg", serveIcon)
	router.Post("/theme", s.serve(chooseTheme))

	router.Get("/", s.serve(home))
	router.Get("/sign-in", s.serve(signInPage))
	router.Post("/sign-in", s.serve(signIn))
	router.Post("/sign-out", s.serve(signOut))
	router.Get("/set-up/{token}", s.serve(setUpPage))
	router.Post("/set-up/{token}", s.serve(setUp))

	router.Get("/apis", s.serve(productListPage))
	router.Get("/apis/{product}", s.serve(twinned("product", productPage, productTwin)))
	router.Get("/apis/{product}/documents/{document}", s.serve(twinned("document", documentPage, documentTwin)))
	router.Get("/apis/{product}/{version}", s.serve(twinned("version", versionPage, versionTwin)))
	router.Get("/apis/{product}/{version}/openapi", s.serve(downloadSpec))
	router.Get("/apis/{product}/{version}/operations/{operation}", s.serve(twinned("operation", operationPage, operationTwin)))
	router.Get("/apis/{product}/{version}/operations/{operation}/try", s.serve(tryOperation))
	router.Get("/apis/{product}/{version}/operations/{operation}/examples/{number}", s.serve(operationExample))
	router.Get("/apis/{product}/{version}/schemas", s.serve(schemaListPage))
	router.Get("/apis/{product}/{version}/schemas/{schema}", s.serve(twinned("schema", schemaPage, schemaTwin)))
	router.Get("/apis/{product}/{version}/schemas/{schema}/examples/{number}", s.serve(schemaExample))
	router.Post("/try/tickets", s.serve(issueTicket))
	router.Post("/try/tickets/{credential}/end", s.serve(endTicket))

	router.Get(searchPath, s.serve(searchPage))

	router.Get("/llms.txt", s.serve(llmsText))
	router.Get("/robots.txt", s.serve(robotsText))
	router.Get("/sitemap.xml", s.serve(sitemap))
	router.Get("/sitemap-{part:[1-9][0-9]{0,5}}.xml", s.serve(sitemapPart))
	router.Get(apiCatalogPath, s.serve(apiCatalog))

	router.Get(staffPath, s.serve(staffHome))
	s.catalogueRoutes(router)

	router.Get("/profile", s.serve(profilePage))
	router.Post("/profile/team", s.serve(switchTeam))
	router.Get("/profile/password", s.serve(changePasswordPage))
	router.Post("/profile/password", s.serve(changePassword))
	router.Post("/profile/credentials/{credential}/reveal", s.serve(revealCredential))
	router.Get("/profile/credentials/{credential}/regenerate", s.serve(regeneratePage))
	router.Post("/profile/credentials/{credential}/regenerate", s.serve(regenerateCredential))
	return router
}

// catalogueRoutes mount what admins edit the catalogue on.
func (s *Site) catalogueRoutes(router chi.Router) {
	page := func(path string, shown, sent handler) {
		router.Get(path, s.serve(shown))
		router.Post(path, s.serve(sent))
	}
	const (
		product  = productsPath + "/{product}"
		version  = product + "/versions/{version}"
		document = product + "/documents/{document}"
		offered  = plansPath + "/{plan}"
		strategy = strategiesPath + "/{strategy}"
	)
	router.Get(cataloguePath, s.serve(staffProductList))
	page(cataloguePath+"/new-product", newProductPage, createProduct)
	router.Get(product, s.serve(staffProductPage))
	page(product+"/edit", editProductPage, changeProduct)
	page(product+"/publication", unpublishProductPage, publishProduct)
	page(product+"/deletion", deleteProductPage, deleteProduct)

	page(product+"/new-version", newVersionPage, createVersion)
	router.Get(version, s.serve(staffVersionPage))
	page(version+"/edit", editVersionPage, changeVersion)
	router.Post(version+"/description", s.serve(uploadDescription))
	page(version+"/publication", unpublishVersionPage, publishVersion)
	page(version+"/deletion", deleteVersionPage, deleteVersion)

	page(product+"/new-document", staffDocumentPage, saveDocument)
	page(document, staffDocumentPage, saveDocument)
	router.Post(document+"/move", s.serve(moveDocument))
	page(document+"/deletion", deleteDocumentPage, deleteDocument)

	router.Get(plansPath, s.serve(staffPlanList))
	page(cataloguePath+"/new-plan", staffPlanPage, createPlan)
	page(offered, staffPlanPage, changePlan)
	page(offered+"/publication", unpublishPlanPage, publishPlan)
	page(offered+"/deletion", deletePlanPage, deletePlan)

	router.Get(strategiesPath, s.serve(staffStrategyList))
	page(cataloguePath+"/new-strategy", newStrategyPage, createStrategy)
	page(strategy, staffStrategyPage, changeStrategy)
	page(strategy+"/deletion", deleteStrategyPage, deleteStrategy)
}

func serveIcon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(icon) // the visitor has gone
}
