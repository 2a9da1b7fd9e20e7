package konnect_test

import "net/http"

// every matches all operations, and paths without one.
const every = "*"

// exception is an answer that the protocol's document does not declare.
type exception struct {
	operation string
	status    int
	media     string
	why       string
}

// exceptions are the only responses that may deviate from the document.
var exceptions = []exception{
	{"GET /api/v2/portal/favicon.ico", http.StatusOK, "image/svg+xml", "the vendor's front end links to it on every page"},
	{"GET /api/v2/portal/stylesheet.css", http.StatusOK, "text/css", "the vendor's front end links to it on every page"},
	{"GET /api/v2/portal/stylesheet/font.css", http.StatusOK, "text/css", "the vendor's front end links to it on every page"},
	{"GET /api/v2/nothing", http.StatusNotFound, problemMedia, "a path that the protocol does not have"},
	{"DELETE /api/v2/portal", http.StatusMethodNotAllowed, problemMedia, "a method that the path does not have"},

	{"get-portal-context", http.StatusNotFound, problemMedia, "the operator has switched the protocol off"},
	{"list-applications", http.StatusNotFound, problemMedia, "a public portal has no applications"},
	{"list-application-auth-strategies", http.StatusNotFound, problemMedia, "a public portal has no applications"},
	{"query-application-analytics", http.StatusNotFound, problemMedia, "a public portal has no applications"},
	{"get-application-analytics-config", http.StatusNotFound, problemMedia, "a public portal has no applications"},
	{"list-credentials", http.StatusUnauthorized, problemMedia, "there is no session"},
	{"get-portal-logo", http.StatusOK, "image/svg+xml", "the picture is served in the format that staff uploaded"},
	{"get-portal-catalog-cover", http.StatusOK, "image/webp", "the picture is served in the format that staff uploaded"},
	{"get-product-document", http.StatusOK, "text/markdown", "the operation's Accept promises it, but the response does not list it"},

	{"register", http.StatusForbidden, problemMedia, "the operator has switched off sign-up"},
	{"register", http.StatusTooManyRequests, problemMedia, "requests for mails are limited per 15 minutes"},
	{"forgot-password", http.StatusTooManyRequests, problemMedia, "requests for mails are limited per 15 minutes"},
	{"authenticate", http.StatusTooManyRequests, problemMedia, "password attempts are limited per 15 minutes"},
	{every, http.StatusForbidden, problemMedia, "the request comes from another site, or the caller's role does not permit it"},
}

func isExcepted(operation string, status int, media string) bool {
	for _, one := range exceptions {
		if (one.operation == operation || one.operation == every) && one.status == status && one.media == media {
			passed.exceptions[one] = true
			return true
		}
	}
	return false
}

// elsewhere lists the document's operations that this API does not have, with the feature that they would need.
var elsewhere = map[string]string{
	"authenticate-sso": "single sign-on",
}
