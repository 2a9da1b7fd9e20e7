// Package address has every URL of the site.
//
// It builds paths from slugs and IDs, and decides to which paths a form may lead back (Return). It uses no types of the
// domain except IDs, and no requests.
package address

import (
	"net/url"
	"strings"
)

// Paths that belong to no area.
const (
	Search      = "/search"
	APICatalog  = "/.well-known/api-catalog"
	Assets      = "/assets/"
	Brand       = "/brand/"
	BrandColors = Brand + "colors.css"
	Prefetch    = "/prefetch.json"
)

// SignIn returns the sign-in page that leads back to the wanted path, unless that path holds a token.
func SignIn(wanted string) string {
	path, _, _ := strings.Cut(wanted, "?")
	if path == "" || path == "/" || strings.HasPrefix(path, "/sign-in") || HoldsToken(path) {
		return "/sign-in"
	}
	return "/sign-in?return_to=" + url.QueryEscape(wanted)
}

// HoldsToken reports whether the path of a page holds a one-use token.
func HoldsToken(path string) bool {
	return strings.HasPrefix(path, "/set-up/") || path == "/verify-email" || path == "/reset-password"
}

// join appends escaped parts to a path.
func join(base string, parts ...string) string {
	for _, part := range parts {
		base += "/" + url.PathEscape(part)
	}
	return base
}
