package address

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
)

func Product(product catalog.Product) string { return "/apis/" + url.PathEscape(product.Slug) }

func Document(product catalog.Product, document catalog.Document) string {
	return Product(product) + "/documents/" + url.PathEscape(document.Slug)
}

func Version(product catalog.Product, version catalog.Version) string {
	return Product(product) + "/" + url.PathEscape(version.Name)
}

func Operation(product catalog.Product, version catalog.Version, operation catalog.Operation) string {
	return Version(product, version) + "/operations/" + url.PathEscape(operation.Slug)
}

func Schemas(product catalog.Product, version catalog.Version) string {
	return Version(product, version) + "/schemas"
}

func Schema(product catalog.Product, version catalog.Version, slug string) string {
	return Schemas(product, version) + "/" + url.PathEscape(slug)
}

// Example is where an example of the page lies in full.
func Example(page string, number int) string { return page + "/examples/" + strconv.Itoa(number) }

func ProfileKey(credential access.CredentialID, action string) string {
	return "/profile/credentials/" + credential.Hex() + "/" + action
}

// HoldsToken reports whether a page has a one-use token in its address.
func HoldsToken(path string) bool {
	return strings.HasPrefix(path, "/set-up/") || path == "/verify-email" || path == "/reset-password"
}

// SwitchPath is where another version shows the same thing, as far as it has it.
type SwitchPath func(version catalog.Version) string

func SwitchVersion(product catalog.Product) SwitchPath {
	return func(version catalog.Version) string { return Version(product, version) }
}

func SwitchOperation(product catalog.Product, operation catalog.Operation) SwitchPath {
	return func(version catalog.Version) string {
		return Version(product, version) + "?operation=" + url.QueryEscape(operation.Slug)
	}
}

func SwitchSchema(product catalog.Product, schema string) SwitchPath {
	return func(version catalog.Version) string {
		return Schemas(product, version) + "?schema=" + url.QueryEscape(schema)
	}
}

const APICatalog = "/.well-known/api-catalog"

const Assets = "/assets/"

const (
	Brand       = "/brand/"
	BrandColors = Brand + "colors.css"
)

// SignIn is the page to sign in on, and from there back. Addresses that hold a token stay where they are.
func SignIn(wanted string) string {
	path, _, _ := strings.Cut(wanted, "?")
	if path == "" || path == "/" || strings.HasPrefix(path, "/sign-in") || HoldsToken(path) {
		return "/sign-in"
	}
	return "/sign-in?return_to=" + url.QueryEscape(wanted)
}

const Search = "/search"
