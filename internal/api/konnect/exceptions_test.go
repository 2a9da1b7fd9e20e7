package konnect_test

import "net/http"

// every stands for every operation, and for paths that are none.
const every = "*"

// exception is an answer that the protocol's document does not declare.
type exception struct {
	operation string
	status    int
	media     string
	why       string
}

// exceptions are all that may deviate from the document.
var exceptions = []exception{
	{"GET /api/v2/portal/favicon.ico", http.StatusOK, "image/svg+xml", "the vendor's front end links to it on every page"},
	{"GET /api/v2/portal/stylesheet.css", http.StatusOK, "text/css", "the vendor's front end links to it on every page"},
	{"GET /api/v2/portal/stylesheet/font.css", http.StatusOK, "text/css", "the vendor's front end links to it on every page"},
	{"GET /api/v2/nothing", http.StatusNotFound, problemMedia, "a path that the protocol does not have"},
	{"DELETE /api/v2/portal", http.StatusMethodNotAllowed, problemMedia, "a method that the path does not have"},

	{"get-portal-context", http.StatusNotFound, problemMedia, "the operator has switched the protocol off"},
	{"list-applications", http.StatusNotFound, problemMedia, "a portal that is open to the public has no applications"},
	{"list-application-auth-strategies", http.StatusNotFound, problemMedia, "a portal that is open to the public has no applications"},
	{"list-credentials", http.StatusUnauthorized, problemMedia, "there is no session"},
	{"get-portal-logo", http.StatusOK, "image/svg+xml", "the picture is sent as staff have uploaded it"},
	{"get-portal-catalog-cover", http.StatusOK, "image/webp", "the picture is sent as staff have uploaded it"},
	{"get-product-document", http.StatusOK, "text/markdown", "the operation's Accept promises it, but the response does not list it"},

	{"register", http.StatusForbidden, problemMedia, "the operator has switched off sign-up"},
	{"register", http.StatusTooManyRequests, problemMedia, "mails may be asked for a few times in a quarter of an hour"},
	{"forgot-password", http.StatusTooManyRequests, problemMedia, "mails may be asked for a few times in a quarter of an hour"},
	{"authenticate", http.StatusTooManyRequests, problemMedia, "passwords may be tried a few times in a quarter of an hour"},
	{every, http.StatusForbidden, problemMedia, "a page of another site asks, or the caller's role in the team does not permit it"},
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

// elsewhere are operations of the document that other capabilities of the portal will answer.
var elsewhere = map[string]string{
	"query-application-analytics":      "usage",
	"get-application-analytics-config": "usage",
	"authenticate-sso":                 "single sign-on",
}
