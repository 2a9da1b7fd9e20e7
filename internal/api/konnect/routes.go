package konnect

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Routes returns the protocol's routes. A test compares them with the document.
func (a *API) Routes() chi.Router {
	router := chi.NewRouter()
	router.Use(a.origins.Share, middleware.GetHead)
	router.NotFound(a.open(noOperation))
	router.MethodNotAllowed(a.open(wrongMethod(router)))
	router.Route("/api/v2", func(router chi.Router) {
		router.Get("/portal", a.open(getPortalContext))
		router.Get("/portal/appearance", a.open(getPortalAppearance))
		router.Get("/portal/logo", a.open(getPortalLogo))
		router.Get("/portal/catalog-cover", a.open(getPortalCover))
		// Not in the document, but on every page of its front end.
		router.Get("/portal/favicon.ico", a.open(getPortalFavicon))
		router.Get("/portal/stylesheet.css", a.open(getStylesheet))
		router.Get("/portal/stylesheet/font.css", a.open(getFontStylesheet))

		router.Post("/developer", a.open(register))
		router.Post("/developer/authenticate", a.open(authenticate))
		router.Post("/developer/verify-email", a.open(verifyEmail))
		router.Post("/developer/forgot-password", a.open(forgotPassword))
		router.Post("/developer/reset-password", a.open(resetPassword))
		router.Post("/developer/refresh", a.open(refresh))
		router.Post("/developer/logout", a.open(logout))
		router.Get("/developer/me", a.signedIn(getMe))

		router.Get("/products", a.viewing(listProducts))
		router.Get("/products/{productId}", a.viewing(getProduct))
		router.Get("/products/{productId}/actions", a.viewing(getProductActions))
		router.Get("/products/{productId}/versions", a.viewing(listProductVersions))
		router.Get("/products/{productId}/versions/{productVersionId}", a.viewing(getProductVersion))
		router.Get("/products/{productId}/versions/{productVersionId}/spec", a.viewing(getVersionSpec))
		router.Get("/products/{productId}/versions/{productVersionId}/spec/operations", a.viewing(getVersionOperations))
		router.Get("/products/{productId}/documents", a.viewing(listProductDocuments))
		router.Get("/products/{productId}/documents/{documentId}", a.viewing(getProductDocument))
		router.Get("/search/{indices}", a.viewing(searchEntities))

		router.Get("/products/{productId}/versions/{productVersionId}/applications", a.private(listVersionApplications))

		router.Get("/applications/auth-strategies", a.private(listAuthStrategies))
		router.Get("/applications", a.private(listApplications))
		router.Post("/applications", a.private(createApplication))
		router.Get("/applications/{applicationId}", a.private(getApplication))
		router.Patch("/applications/{applicationId}", a.private(updateApplication))
		router.Delete("/applications/{applicationId}", a.private(deleteApplication))
		router.Get("/applications/{applicationId}/credentials", a.private(listCredentials))
		router.Post("/applications/{applicationId}/credentials", a.private(createCredential))
		router.Put("/applications/{applicationId}/credentials/{credentialId}", a.private(updateCredential))
		router.Delete("/applications/{applicationId}/credentials/{credentialId}", a.private(deleteCredential))
		router.Post("/applications/{applicationId}/refresh-token", a.private(refreshToken))
		router.Get("/applications/{applicationId}/product-versions/{productVersionId}/granted-scopes", a.private(getVersionScopes))
		router.Get("/applications/{applicationId}/registrations", a.private(listRegistrations))
		router.Post("/applications/{applicationId}/registrations", a.private(createRegistration))
		router.Get("/applications/{applicationId}/registrations/{registrationId}", a.private(getRegistration))
		router.Delete("/applications/{applicationId}/registrations/{registrationId}", a.private(deleteRegistration))
		router.Get("/applications/{applicationId}/registrations/{registrationId}/granted-scopes", a.private(getRegistrationScopes))

		router.Post("/stats", a.private(queryAnalytics))
		router.Get("/stats/config", a.private(getAnalyticsConfig))
	})
	return router
}

var errNoOperation = fault.New(fault.NotFound, "no_operation", "The portal API has no such operation. Check the path.")

func noOperation(*call) error { return errNoOperation }

// wrongMethod answers 405 with the methods that the path has.
func wrongMethod(routes chi.Routes) handler {
	return func(c *call) error {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			if routes.Match(chi.NewRouteContext(), method, c.request.URL.Path) {
				c.writer.Header().Add("Allow", method)
			}
		}
		return fault.New(fault.NotFound, codeWrongMethod, "This path does not support the method. Check the portal API's documentation.")
	}
}
