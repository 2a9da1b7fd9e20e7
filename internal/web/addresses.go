package web

import (
	"net/url"

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

func credentialPath(credential access.CredentialID, action string) string {
	return "/profile/credentials/" + credential.Hex() + "/" + action
}

// part is one decoded part of the address; chi leaves them as they were sent.
func (v *visit) pathPart(name string) string {
	sent := chi.URLParam(v.request, name)
	if decoded, err := url.PathUnescape(sent); err == nil {
		return decoded
	}
	return sent
}

// switchPath leads to another version, and there to the operation of the same name where it has one.
func switchPath(product catalog.Product, version catalog.Version, operation string) string {
	if operation == "" {
		return versionPath(product, version)
	}
	return versionPath(product, version) + "?operation=" + url.QueryEscape(operation)
}
