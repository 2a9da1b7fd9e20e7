package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
)

func productPath(product catalog.Product) string { return "/apis/" + url.PathEscape(product.Slug) }

func documentPath(product catalog.Product, document catalog.Document) string {
	return productPath(product) + "/documents/" + url.PathEscape(document.Slug)
}

func versionPath(product catalog.Product, version catalog.Version) string {
	return productPath(product) + "/" + url.PathEscape(version.Name)
}

func operationPath(product catalog.Product, version catalog.Version, operation catalog.Operation) string {
	return versionPath(product, version) + "/operations/" + url.PathEscape(operation.Slug)
}

func schemaListPath(product catalog.Product, version catalog.Version) string {
	return versionPath(product, version) + "/schemas"
}

func schemaPath(product catalog.Product, version catalog.Version, slug string) string {
	return schemaListPath(product, version) + "/" + url.PathEscape(slug)
}

// examplePath is where an example of the page lies in full.
func examplePath(page string, number int) string { return page + "/examples/" + strconv.Itoa(number) }

func credentialPath(credential access.CredentialID, action string) string {
	return "/profile/credentials/" + credential.Hex() + "/" + action
}

// holdsToken reports whether a page has a one-use token in its address.
func holdsToken(path string) bool {
	return strings.HasPrefix(path, "/set-up/") || path == "/verify-email" || path == "/reset-password"
}

// pathPart is one decoded part of the address; chi leaves those as they were sent that may be spelled in several ways.
func (v *visit) pathPart(name string) string {
	sent := chi.URLParam(v.request, name)
	if v.request.URL.RawPath == "" {
		return sent
	}
	if decoded, err := url.PathUnescape(sent); err == nil {
		return decoded
	}
	return sent
}

// switchPath is where another version shows the same thing, as far as it has it.
type switchPath func(version catalog.Version) string

func switchVersion(product catalog.Product) switchPath {
	return func(version catalog.Version) string { return versionPath(product, version) }
}

func switchOperation(product catalog.Product, operation catalog.Operation) switchPath {
	return func(version catalog.Version) string {
		return versionPath(product, version) + "?operation=" + url.QueryEscape(operation.Slug)
	}
}

func switchSchema(product catalog.Product, schema string) switchPath {
	return func(version catalog.Version) string {
		return schemaListPath(product, version) + "?schema=" + url.QueryEscape(schema)
	}
}
