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
	router.Get(brandSheet, s.serve(serveBrandSheet))
	router.Get(brandPath+"{place}", s.serve(serveBrandImage))
	router.Get("/terms", s.serve(termsPage))

	router.Get("/", s.serve(home))
	router.Get("/sign-in", s.serve(signInPage))
	router.Post("/sign-in", s.serve(signIn))
	router.Post("/sign-out", s.serve(signOut))
	router.Get("/set-up/{token}", s.serve(setUpPage))
	router.Post("/set-up/{token}", s.serve(setUp))
	router.Get("/sign-up", s.serve(signUpPage))
	router.Post("/sign-up", s.serve(signUp))
	router.Get("/verify-email", s.serve(verifyEmailPage))
	router.Post("/verify-email", s.serve(verifyEmail))
	router.Get("/forgot-password", s.serve(forgotPasswordPage))
	router.Post("/forgot-password", s.serve(forgotPassword))
	router.Get("/reset-password", s.serve(resetPasswordPage))
	router.Post("/reset-password", s.serve(resetPassword))

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
	s.mountPeople(router)
	s.mountApplications(router)

	router.Get(staffRequestsPath, s.serve(inboxPage))
	router.Post(staffRequestsPath, s.serve(decideRequests))
	router.Get(staffRequestsPath+"/{request}", s.serve(requestPage))
	router.Post(staffRequestsPath+"/{request}", s.serve(decideRequest))
	router.Get(staffSubscriptionsPath, s.serve(staffSubscriptionsPage))
	router.Get(staffSubscriptionsPath+"/new", s.serve(grantPage))
	router.Post(staffSubscriptionsPath+"/new", s.serve(grantAccess))
	router.Get(staffSubscriptionsPath+"/{subscription}", s.serve(staffSubscriptionPage))
	router.Get(staffSubscriptionsPath+"/{subscription}/{action}", s.serve(subscriptionChangePage))
	router.Post(staffSubscriptionsPath+"/{subscription}/{action}", s.serve(changeSubscription))
	router.Get(staffKeysPath, s.serve(staffKeysPage))
	router.Get(leakedKeyPath, s.serve(leakedKeyPage))
	router.Post(leakedKeyPath, s.serve(findLeakedKey))
	router.Get(staffKeysPath+"/{credential}", s.serve(staffKeyPage))
	router.Get(staffKeysPath+"/{credential}/{action}", s.serve(keyChangePage))
	router.Post(staffKeysPath+"/{credential}/{action}", s.serve(changeKey))

	router.Get(staffPath+"/catalogue/export", s.serve(downloadExport))

	router.Get(settingsPath, s.serve(settingsPage))
	router.Post(settingsPath, s.serve(changeSettings))
	router.Post(settingsPath+"/preview", s.serve(previewSettings))
	router.Get(settingsPath+"/preview.css", s.serve(previewSheet))
	router.Post(settingsPath+"/{place}", s.serve(changeSiteImage))
	router.Post(settingsPath+"/{place}/remove", s.serve(removeSiteImage))
	s.catalogueRoutes(router)

	s.mountRecords(router)

	router.Get("/profile", s.serve(profilePage))
	router.Post("/profile/team", s.serve(switchTeam))
	router.Get("/profile/password", s.serve(changePasswordPage))
	router.Post("/profile/password", s.serve(changePassword))
	router.Post("/profile/credentials/{credential}/reveal", s.serve(revealCredential))
	router.Get("/profile/credentials/{credential}/regenerate", s.serve(regeneratePage))
	router.Post("/profile/credentials/{credential}/regenerate", s.serve(regenerateCredential))
	return router
}

// mountApplications mounts what members do with their team's applications.
func (s *Site) mountApplications(router chi.Router) {
	router.Get("/apis/{product}/{version}/register", s.serve(registerPage))
	router.Post("/apis/{product}/{version}/register", s.serve(register))
	router.Get(applicationsPath, s.serve(applicationsPage))
	router.Get(applicationsPath+"/new", s.serve(newApplicationPage))
	router.Post(applicationsPath+"/new", s.serve(makeApplication))
	router.Get(requestsPath, s.serve(teamRequestsPage))
	router.Post(requestsPath+"/{request}/withdraw", s.serve(withdrawRequest))
	router.Route(applicationsPath+"/{application}", func(router chi.Router) {
		router.Get("/", s.serve(applicationPage))
		router.Get("/edit", s.serve(editApplicationPage))
		router.Post("/edit", s.serve(editApplication))
		router.Get("/delete", s.serve(deleteApplicationPage))
		router.Post("/delete", s.serve(deleteApplication))
		router.Post("/keys", s.serve(makeKey))
		router.Get("/keys/{credential}/rename", s.serve(renameKeyPage))
		router.Post("/keys/{credential}/rename", s.serve(renameApplicationKey))
		router.Get("/keys/{credential}/regenerate", s.serve(regenerateKeyPage))
		router.Post("/keys/{credential}/regenerate", s.serve(regenerateApplicationKey))
		router.Get("/keys/{credential}/revoke", s.serve(revokeKeyPage))
		router.Post("/keys/{credential}/revoke", s.serve(revokeApplicationKey))
		router.Get("/register", s.serve(registrationChoicesPage))
		router.Get("/registrations/{subscription}/remove", s.serve(unregisterPage))
		router.Post("/registrations/{subscription}/remove", s.serve(unregister))
	})
}

// mountPeople mounts people and teams: what staff do to them, and what members do in their own team.
func (s *Site) mountPeople(router chi.Router) {
	router.Get(peoplePath, s.serve(peoplePage))
	router.Get(peoplePath+"/new", s.serve(newPersonPage))
	router.Post(peoplePath+"/new", s.serve(addPerson))
	router.Route(peoplePath+"/{account}", func(router chi.Router) {
		router.Get("/", s.serve(personPage))
		router.Post("/link", s.serve(renewLink))
		router.Get("/block", s.serve(blockPersonPage))
		router.Post("/block", s.serve(blockPerson))
		router.Post("/unblock", s.serve(unblockPerson))
		router.Post("/mail-link", s.serve(mailSetUpLink))
		router.Post("/approve", s.serve(approvePerson))
		router.Get("/reject", s.serve(rejectPersonPage))
		router.Post("/reject", s.serve(rejectPerson))
		router.Get("/remove", s.serve(removePersonPage))
		router.Post("/remove", s.serve(removePerson))
		router.Post("/unlock", s.serve(unlockPerson))
		router.Get("/staff", s.serve(staffRolePage))
		router.Post("/staff", s.serve(setStaffRole))
		router.Get("/sessions/end", s.serve(endSessionsPage))
		router.Post("/sessions/end", s.serve(endSessions))
		router.Post("/sessions/{session}/end", s.serve(endSession))
		router.Get("/join", s.serve(joinTeamPage))
		router.Post("/join", s.serve(joinTeam))
		router.Post("/teams/{team}/home", s.serve(makeHome))
		router.Get("/teams/{team}/move", s.serve(moveMemberPage))
		router.Post("/teams/{team}/move", s.serve(moveMember))
	})

	router.Get(teamsPath, s.serve(teamsPage))
	router.Get(teamsPath+"/new", s.serve(newTeamPage))
	router.Post(teamsPath+"/new", s.serve(addTeam))
	router.Route(teamsPath+"/{team}", func(router chi.Router) {
		router.Get("/", s.serve(staffTeamPage))
		router.Get("/add", s.serve(newMemberPage))
		router.Post("/add", s.serve(addToTeam))
		router.Get("/disable", s.serve(disableTeamPage))
		router.Post("/disable", s.serve(setDisabled(true, "disabled")))
		router.Post("/enable", s.serve(setDisabled(false, "enabled")))
		s.mountTeam(router)
	})
	router.Route(ownTeamPath, func(router chi.Router) {
		router.Get("/", s.serve(ownTeamPage))
		router.Post("/answers/{invitation}/accept", s.serve(acceptInvitation))
		router.Post("/answers/{invitation}/decline", s.serve(declineInvitation))
		s.mountTeam(router)
	})
}

// mountTeam mounts what staff do in any team and members in theirs.
func (s *Site) mountTeam(router chi.Router) {
	router.Get("/rename", s.serve(inPlace(renameTeamPage)))
	router.Post("/rename", s.serve(inPlace(renameTeam)))
	router.Get("/invite", s.serve(inPlace(invitePage)))
	router.Post("/invite", s.serve(inPlace(invite)))
	router.Post("/invitations/{invitation}/withdraw", s.serve(inPlace(withdrawInvitation)))
	router.Get("/members/{account}/role", s.serve(inPlace(memberRolePage)))
	router.Post("/members/{account}/role", s.serve(inPlace(setMemberRole)))
	router.Get("/members/{account}/remove", s.serve(inPlace(removeMemberPage)))
	router.Post("/members/{account}/remove", s.serve(inPlace(removeMember)))
}

// mountRecords mounts what was done and what was sent.
func (s *Site) mountRecords(router chi.Router) {
	router.Get(auditPath, s.serve(auditPage))
	router.Get(auditPath+".csv", s.serve(exportAudit("csv", "text/csv; charset=utf-8", auditCSV)))
	router.Get(auditPath+".jsonl", s.serve(exportAudit("jsonl", "application/jsonl", auditLines)))

	router.Get(outboxPath, s.serve(outboxPage))
	router.Post(outboxPath+"/retry", s.serve(retryFailed))
	router.Get(outboxPath+"/{message}", s.serve(messagePage))
	router.Post(outboxPath+"/{message}/retry", s.serve(retryMessage))
	router.Get(outboxPath+"/{message}/discard", s.serve(discardPage))
	router.Post(outboxPath+"/{message}/discard", s.serve(discardMessage))
	router.Post(outboxPath+"/{message}/link", s.serve(openMessageLink))
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
	page(product+"/edit", editProductPage, updateProduct)
	page(product+"/publication", unpublishProductPage, publishProduct)
	page(product+"/deletion", deleteProductPage, deleteProduct)

	page(product+"/new-version", newVersionPage, createVersion)
	router.Get(version, s.serve(staffVersionPage))
	page(version+"/edit", editVersionPage, updateVersion)
	router.Post(version+"/description", s.serve(uploadDescription))
	page(version+"/publication", unpublishVersionPage, publishVersion)
	page(version+"/deletion", deleteVersionPage, deleteVersion)

	page(product+"/new-document", staffDocumentPage, saveDocument)
	page(document, staffDocumentPage, saveDocument)
	router.Post(document+"/move", s.serve(moveDocument))
	page(document+"/deletion", deleteDocumentPage, deleteDocument)

	router.Get(plansPath, s.serve(staffPlanList))
	page(cataloguePath+"/new-plan", staffPlanPage, createPlan)
	page(offered, staffPlanPage, updatePlan)
	page(offered+"/publication", unpublishPlanPage, publishPlan)
	page(offered+"/deletion", deletePlanPage, deletePlan)

	router.Get(strategiesPath, s.serve(staffStrategyList))
	page(cataloguePath+"/new-strategy", newStrategyPage, createStrategy)
	page(strategy, staffStrategyPage, updateStrategy)
	page(strategy+"/deletion", deleteStrategyPage, deleteStrategy)
}

func serveIcon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(icon) // the visitor has gone
}
