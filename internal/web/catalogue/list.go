package catalogue

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// catalogueNotices maps the value of done in the address to the notice of the page.
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

var productColumns = []view.Column{
	{Name: "name", Label: "API", Sort: view.LowFirst, Place: view.PlaceName}, {Name: "state", Label: "State", Place: view.PlaceState},
	{Name: "audience", Label: "Who sees it"}, {Name: "versions", Label: "Versions", Place: view.PlaceSecond},
	{Name: "findings", Label: "Findings", Number: true}, {Name: "since", Label: "Created", Sort: view.HighFirst},
	{Name: "by", Label: "Managed by", Place: view.PlaceEnd},
}

var planColumns = []view.Column{
	{Name: "name", Label: "Plan", Sort: view.LowFirst, Place: view.PlaceName}, {Name: "state", Label: "State", Place: view.PlaceState},
	{Name: "environment", Label: "Environment", Sort: view.LowFirst, Place: view.PlaceSecond}, {Name: "limits", Label: "Limits"},
	{Name: "price", Label: "Price", Place: view.PlaceEnd}, {Name: "approval", Label: "Approval"}, {Name: "by", Label: "Managed by"},
}

var strategyColumns = []view.Column{
	{Name: "name", Label: "Strategy", Sort: view.LowFirst, Place: view.PlaceName},
	{Name: "kind", Label: "Kind", Sort: view.LowFirst, Place: view.PlaceState}, {Name: "headers", Label: "Headers", Place: view.PlaceSecond},
	{Name: "by", Label: "Managed by", Place: view.PlaceEnd},
}

// catalogueList is a page of a list.
type catalogueList[T any] struct {
	view.Listing
	Rows   []T
	Counts catalog.PublishedCounts
	Notice string
}

func (c catalogueList[T]) views() []view.ListView {
	counts := map[string]int{
		"": c.Counts.Published + c.Counts.Unpublished, string(catalog.OnlyPublished): c.Counts.Published, string(catalog.OnlyUnpublished): c.Counts.Unpublished,
	}
	return c.Views("state", publishedChoices, counts)
}

func (c catalogueList[T]) toolbar(label string, exports ...view.Link) view.Toolbar {
	return view.Toolbar{
		Label: label, Search: "q", SearchFor: "Name or URL name", Longest: view.LongestFilter, Exports: append(view.CSV(c.Listing), exports...),
		Filters: []view.Filter{{Name: "by", Label: "Managed by", Choices: managedChoices}},
	}
}

// bulk publishes and unpublishes the selected objects; files change their own. It is empty if files manage all rows.
func (c catalogueList[T]) bulk(parameter, things string, by func(T) catalog.ManagedBy) view.Bulk {
	if !slices.ContainsFunc(c.Rows, func(row T) bool { return by(row) != catalog.Files }) {
		return view.Bulk{}
	}
	path := address.Catalogue + "/" + parameter + "-publication"
	return view.Bulk{Parameter: parameter, Things: things, Actions: []view.BulkAction{
		{Link: view.Link{Text: "Publish", Path: path}, Name: "published", Value: "yes"},
		{Link: view.Link{Text: "Unpublish", Path: path}, Name: "published", Value: "no", Danger: true},
	}}
}

func productsBulk(c catalogueList[catalog.ProductRow]) view.Bulk {
	return c.bulk("product", "APIs", func(row catalog.ProductRow) catalog.ManagedBy { return row.Product.ManagedBy })
}

func plansBulk(c catalogueList[plan.Plan]) view.Bulk {
	return c.bulk("plan", "plans", func(row plan.Plan) catalog.ManagedBy { return row.ManagedBy })
}

// archive is the export of the catalogue as files that can be applied. It keeps only one filter: who manages the
// objects.
func (c catalogueList[T]) archive() view.Link {
	whole := view.Listing{Path: address.Catalogue + "/export"}
	return view.Link{Text: "Export files", Path: whole.With("managed_by", c.Filter("by"))}
}

func productListing(v *visit.Visit) (view.Listing, catalog.ProductFilter, error) {
	list, err := v.Table(productColumns, "q", "by", "state")
	list.Path = address.Catalogue
	return list, catalog.ProductFilter{
		Search: list.Filter("q"), ManagedBy: catalog.ManagedBy(list.Filter("by")), Published: catalog.Published(list.Filter("state")),
	}, err
}

func (p *Pages) staffProductsPage(v *visit.Visit) error {
	shown, filter, err := productListing(v)
	if err != nil {
		return err
	}
	found, err := p.Catalog.StaffProducts(v.Request.Context(), filter, shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Catalogue", staffProductListView(catalogueList[catalog.ProductRow]{shown, found.Items, found.Counts, catalogueNotice(v)}))
}

func planListing(v *visit.Visit) (view.Listing, error) {
	list, err := v.Table(planColumns, "q", "by", "state")
	list.Path = address.StaffPlans
	return list, err
}

func (p *Pages) staffPlansPage(v *visit.Visit) error {
	shown, err := planListing(v)
	if err != nil {
		return err
	}
	found, err := p.Plans.StaffPlans(v.Request.Context(), plansIn(shown), shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Plans", staffPlanListView(catalogueList[plan.Plan]{shown, found.Items, found.Counts, catalogueNotice(v)}))
}

func strategyListing(v *visit.Visit) (view.Listing, error) {
	list, err := v.Table(strategyColumns, "q", "by")
	list.Path = address.StaffStrategies
	return list, err
}

func (p *Pages) staffStrategiesPage(v *visit.Visit) error {
	shown, err := strategyListing(v)
	if err != nil {
		return err
	}
	found, err := p.Plans.StaffStrategies(v.Request.Context(), plansIn(shown), shown.Request())
	if err != nil {
		return err
	}
	shown.Total = found.Total
	return v.RenderStaff("Strategies", staffStrategyListView(catalogueList[plan.Strategy]{
		Listing: shown, Rows: found.Items, Notice: catalogueNotice(v),
	}))
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
