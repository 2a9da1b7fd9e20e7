package catalogue

import (
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// catalogueNotices maps what was done, as in the address, to the notice of the page.
var catalogueNotices = map[string]string{
	"created":     "Created. Only staff see it until you publish it.",
	"drafted":     "Draft created. You can leave and come back: only staff see it until you publish it.",
	"saved":       "Saved. Changes apply now.",
	"published":   "Published. Developers can see it now.",
	"unpublished": "Unpublished. Only staff see it now.",
	"deleted":     "Deleted.",
	"uploaded":    "Description uploaded.",
	"same":        "Nothing changed: the version has this description already.",
	"moved":       "Order changed.",
}

func catalogueNotice(v *visit.Visit) string {
	return catalogueNotices[v.Request.URL.Query().Get("done")]
}

var managedChoices = []view.Choice{{Value: "", Text: "Files and staff"}, {Value: string(catalog.Files), Text: "Files"}, {Value: string(catalog.Staff), Text: "Staff"}}

var publishedChoices = []view.Choice{{Value: "", Text: "All"}, {Value: string(catalog.OnlyPublished), Text: "Published"}, {Value: string(catalog.OnlyUnpublished), Text: "Unpublished"}}

// catalogueList is a page of a list.
type catalogueList[T any] struct {
	view.Listing
	Rows   []T
	Notice string
}

func (p *Pages) staffProductsPage(v *visit.Visit) error {
	shown, err := v.Listing("q", "by", "state")
	if err != nil {
		return err
	}
	found, err := p.Catalog.StaffProducts(v.Request.Context(),
		catalog.ProductFilter{
			Search: shown.Filter("q"), ManagedBy: catalog.ManagedBy(shown.Filter("by")), Published: catalog.Published(shown.Filter("state")),
		}, shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Catalogue", staffProductListView(catalogueList[catalog.ProductRow]{shown, found.Items, catalogueNotice(v)}))
}

func (p *Pages) staffPlansPage(v *visit.Visit) error {
	shown, err := v.Listing("q", "by", "state")
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
	return plan.Filter{Search: l.Filter("q"), ManagedBy: catalog.ManagedBy(l.Filter("by")), Published: catalog.Published(l.Filter("state"))}
}

// managedText describes who manages an object.
func managedText(by catalog.ManagedBy, file string) string {
	if by == catalog.Files {
		return "File " + file
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

// choiceText returns the text of a choice by its value.
func choiceText(choices []view.Choice, value string) string {
	for _, one := range choices {
		if one.Value == value {
			return one.Text
		}
	}
	return value
}

// versionsText says how many versions of a product are published.
func versionsText(row catalog.ProductRow) string {
	switch row.Versions {
	case 0:
		return "None"
	case row.Published:
		return view.Number(int64(row.Versions)) + " published"
	}
	return view.Number(int64(row.Published)) + " of " + view.Number(int64(row.Versions)) + " published"
}

// limitsText lists the limits of a plan.
func limitsText(of plan.Plan) string {
	if len(of.Limits) == 0 {
		return "None"
	}
	return strings.Join(view.LimitsOf(of), ", ")
}

// planSummary describes a plan on one line.
func planSummary(of plan.Plan) string {
	facts := []string{view.Capital(of.Environment)}
	if price := view.PriceText(of.Price); price != "" {
		facts = append(facts, price)
	}
	return strings.Join(append(facts, view.LimitsOf(of)...), " · ")
}

// asPublished returns the plan as it looks once it is published.
func asPublished(of plan.Plan) plan.Plan {
	of.Published = true
	return of
}
