package catalogue

import (
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// catalogueParts returns links to the lists of the catalogue.
func catalogueParts(current string) []view.Link {
	parts := []view.Link{{Text: "Products", Path: address.Catalogue}, {Text: "Plans", Path: address.StaffPlans}, {Text: "Strategies", Path: address.StaffStrategies}}
	for i := range parts {
		parts[i].Current = parts[i].Path == current
	}
	return parts
}

// catalogueNotices maps what was done, as in the address, to the notice of the page.
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

func catalogueNotice(v *visit.Visit) string {
	return catalogueNotices[v.Request.URL.Query().Get("done")]
}

var managedChoices = []view.Choice{{Value: "", Text: "Everybody's"}, {Value: string(catalog.Files), Text: "Managed by files"}, {Value: string(catalog.Staff), Text: "Managed by staff"}}

// catalogueList is a page of a list.
type catalogueList[T any] struct {
	view.Listing
	Rows   []T
	Notice string
}

func (p *Pages) staffProductsPage(v *visit.Visit) error {
	shown, err := v.Listing("q", "by")
	if err != nil {
		return err
	}
	found, err := p.Catalog.StaffProducts(v.Request.Context(),
		catalog.ProductFilter{Search: shown.Filter("q"), ManagedBy: catalog.ManagedBy(shown.Filter("by"))}, shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Products", staffProductListView(catalogueList[catalog.ProductRow]{shown, found.Items, catalogueNotice(v)}))
}

func (p *Pages) staffPlansPage(v *visit.Visit) error {
	shown, err := v.Listing("q", "by")
	if err != nil {
		return err
	}
	found, err := p.Plans.StaffPlans(v.Request.Context(), plansIn(shown), shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Plans", staffPlanListView(catalogueList[plan.Plan]{shown, found.Items, catalogueNotice(v)}))
}

func (p *Pages) staffStrategiesPage(v *visit.Visit) error {
	shown, err := v.Listing("q", "by")
	if err != nil {
		return err
	}
	found, err := p.Plans.StaffStrategies(v.Request.Context(), plansIn(shown), shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Strategies", staffStrategyListView(catalogueList[plan.Strategy]{shown, found.Items, catalogueNotice(v)}))
}

// plansIn returns the filter of a list of plans or strategies.
func plansIn(l view.Listing) plan.Filter {
	return plan.Filter{Search: l.Filter("q"), ManagedBy: catalog.ManagedBy(l.Filter("by"))}
}

// managedText describes who manages an object.
func managedText(by catalog.ManagedBy, file string) string {
	if by == catalog.Files {
		return "The file " + file
	}
	return "Staff"
}

// fileOf returns the file that manages an object, or "" if staff manage it.
func fileOf(by catalog.ManagedBy, file string) string {
	if by != catalog.Files {
		return ""
	}
	if file == "" {
		return "of its folder"
	}
	return file
}
