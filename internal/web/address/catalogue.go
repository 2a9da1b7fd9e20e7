package address

import (
	"net/url"
)

func StaffDocument(product, document string) string {
	return StaffProduct(product) + "/documents/" + url.PathEscape(document)
}

const (
	Catalogue       = Staff + "/catalogue"
	StaffProducts   = Catalogue + "/products"
	StaffPlans      = Catalogue + "/plans"
	StaffStrategies = Catalogue + "/strategies"
)

func StaffPlan(slug string) string { return StaffPlans + "/" + url.PathEscape(slug) }

func StaffProduct(slug string) string { return StaffProducts + "/" + url.PathEscape(slug) }

func StaffStrategy(slug string) string { return StaffStrategies + "/" + url.PathEscape(slug) }

func StaffVersion(product, version string) string {
	return StaffProduct(product) + "/versions/" + url.PathEscape(version)
}
