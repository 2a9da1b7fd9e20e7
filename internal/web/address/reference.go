package address

import (
	"net/url"
	"strconv"
)

// Products is the list of APIs.
const Products = "/apis"

// Product returns the page of an API.
func Product(product string) string { return join(Products, product) }

// Document returns the page of one of an API's documents.
func Document(product, document string) string { return join(Product(product), "documents", document) }

// Version returns the page of one version of an API.
func Version(product, version string) string { return join(Product(product), version) }

// Operation returns the page of an operation.
func Operation(product, version, operation string) string {
	return join(Version(product, version), "operations", operation)
}

// Schemas returns the list of a version's schemas.
func Schemas(product, version string) string { return join(Version(product, version), "schemas") }

// Schema returns the page of a schema.
func Schema(product, version, schema string) string { return join(Schemas(product, version), schema) }

// Tree returns the part of the navigation that lists a version's operations.
func Tree(product, version string) string { return join(Version(product, version), "tree") }

// Register returns the form that registers an application for a version.
func Register(product, version string) string { return join(Version(product, version), "register") }

// GetKey returns the form that registers an application for a version and creates its key in one step.
func GetKey(product, version string) string { return join(Version(product, version), "key") }

// VisitorKey returns the URL that issues a temporary key for a version to a visitor.
func VisitorKey(product, version, environment string) string {
	return "/try/visitor-keys?" + url.Values{"product": {product}, "version": {version}, "environment": {environment}}.Encode()
}

// Example returns the whole text of an example on a page.
func Example(page string, number int) string { return join(page, "examples", strconv.Itoa(number)) }

// Switch returns the page of another version that shows the same thing, or the nearest to it.
type Switch func(version string) string

// SwitchVersion returns the switch from a version's page to another version's.
func SwitchVersion(product string) Switch {
	return func(version string) string { return Version(product, version) }
}

// SwitchOperation returns the switch from an operation to the same one in another version.
func SwitchOperation(product, operation string) Switch {
	return func(version string) string {
		return Version(product, version) + "?operation=" + url.QueryEscape(operation)
	}
}

// SwitchSchema returns the switch from a schema to the same one in another version.
func SwitchSchema(product, schema string) Switch {
	return func(version string) string { return Schemas(product, version) + "?schema=" + url.QueryEscape(schema) }
}
