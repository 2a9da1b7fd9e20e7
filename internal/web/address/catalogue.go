package address

import "net/url"

// Lists on which staff edit the catalogue.
const (
	Catalogue       = Staff + "/catalogue"
	StaffProducts   = Catalogue + "/products"
	StaffPlans      = Catalogue + "/plans"
	StaffStrategies = Catalogue + "/strategies"
	// Launch begins to publish an API.
	Launch = Catalogue + "/publish"
)

// StagedSpec returns the page on which an uploaded description becomes an API.
func StagedSpec(digest, file string) string {
	return join(Launch, digest) + "?" + url.Values{"file": {file}}.Encode()
}

// LaunchStep returns the page of a step towards a published version.
func LaunchStep(product, version, step string) string {
	return join(StaffVersion(product, version), "publish", step)
}

// StaffProduct returns the page on which staff edit an API.
func StaffProduct(product string) string { return join(StaffProducts, product) }

// StaffVersion returns the page on which staff edit a version.
func StaffVersion(product, version string) string {
	return join(StaffProduct(product), "versions", version)
}

// StaffDocument returns the page on which staff edit a document.
func StaffDocument(product, document string) string {
	return join(StaffProduct(product), "documents", document)
}

// StaffPlan returns the page on which staff edit a plan.
func StaffPlan(plan string) string { return join(StaffPlans, plan) }

// StaffStrategy returns the page on which staff edit a strategy.
func StaffStrategy(strategy string) string { return join(StaffStrategies, strategy) }
