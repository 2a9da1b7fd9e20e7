package web

import (
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

const (
	cataloguePath  = staffPath + "/catalogue"
	productsPath   = cataloguePath + "/products"
	plansPath      = cataloguePath + "/plans"
	strategiesPath = cataloguePath + "/strategies"
)

// catalogueParts lead between the lists of the catalogue.
func catalogueParts(current string) []link {
	parts := []link{{Text: "Products", Path: cataloguePath}, {Text: "Plans", Path: plansPath}, {Text: "Strategies", Path: strategiesPath}}
	for i := range parts {
		parts[i].Current = parts[i].Path == current
	}
	return parts
}

// catalogueNotices say what has been done, by the word in the address.
var catalogueNotices = map[string]string{
	"created":     "Made. It is hidden until you publish it.",
	"saved":       "Saved. It holds from now on.",
	"published":   "Published.",
	"unpublished": "Unpublished.",
	"deleted":     "Deleted.",
	"uploaded":    "The description is stored, and the version shows it.",
	"same":        "The version has exactly this description already, so nothing has changed.",
	"moved":       "The order has changed.",
}

func (v *visit) catalogueNotice() string { return catalogueNotices[v.request.URL.Query().Get("done")] }

var managedChoices = []choice{{"", "Everybody's"}, {string(catalog.Files), "Managed by files"}, {string(catalog.Staff), "Managed by staff"}}

// catalogueList is a page of one of the lists.
type catalogueList[T any] struct {
	listing
	Rows   []T
	Notice string
}

func staffProductList(v *visit) error {
	shown, err := v.listing("q", "by")
	if err != nil {
		return err
	}
	found, err := v.config.Catalog.StaffProducts(v.request.Context(),
		catalog.ProductFilter{Search: shown.filter("q"), ManagedBy: catalog.ManagedBy(shown.filter("by"))}, shown.request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.renderStaff("Products", staffProductListView(catalogueList[catalog.ProductRow]{shown, found.Items, v.catalogueNotice()}))
}

func staffPlanList(v *visit) error {
	shown, err := v.listing("q", "by")
	if err != nil {
		return err
	}
	found, err := v.config.Plans.StaffPlans(v.request.Context(), shown.ofPlans(), shown.request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.renderStaff("Plans", staffPlanListView(catalogueList[plan.Plan]{shown, found.Items, v.catalogueNotice()}))
}

func staffStrategyList(v *visit) error {
	shown, err := v.listing("q", "by")
	if err != nil {
		return err
	}
	found, err := v.config.Plans.StaffStrategies(v.request.Context(), shown.ofPlans(), shown.request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.renderStaff("Strategies", staffStrategyListView(catalogueList[plan.Strategy]{shown, found.Items, v.catalogueNotice()}))
}

func (l listing) ofPlans() plan.Filter {
	return plan.Filter{Search: l.filter("q"), ManagedBy: catalog.ManagedBy(l.filter("by"))}
}

// managedText says who manages something.
func managedText(by catalog.ManagedBy, file string) string {
	if by == catalog.Files {
		return "The file " + file
	}
	return "Staff"
}

// fileOf is the file that manages something, empty where staff may change it.
func fileOf(by catalog.ManagedBy, file string) string {
	if by != catalog.Files {
		return ""
	}
	if file == "" {
		return "of its folder"
	}
	return file
}
