package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/quantity"
)

func staffPlanPath(slug string) string { return plansPath + "/" + url.PathEscape(slug) }

func toPlans() link { return link{Text: "Plans", Path: plansPath} }

func toPlan(slug string) link { return link{Text: slug, Path: staffPlanPath(slug)} }

// planForm is a plan that is written.
type planForm struct {
	typed
	// Slug is the plan's, empty for a new one.
	Slug       string
	Published  bool
	Strategies []choice
	Notice     string
}

func (f planForm) path() string {
	if f.Slug == "" {
		return cataloguePath + "/new-plan"
	}
	return staffPlanPath(f.Slug)
}

func (f planForm) title() string {
	if f.Slug == "" {
		return "New plan"
	}
	return "Plan " + f.Slug
}

const limitRows = "limits"

var (
	approvalChoices  = []choice{{string(plan.StaffApproval), "Staff look at each request"}, {string(plan.Automatic), "At once, by itself"}}
	perChoices       = []choice{{string(plan.PerSubscription), "Each subscription"}, {string(plan.PerCredential), "Each key"}, {string(plan.PerTeam), "The team altogether"}}
	keyFormatChoices = []choice{{string(plan.PrefixedKey), "pk_… with a checksum"}, {string(plan.HexKey), "32 hexadecimal digits"}}
)

// planForm is the form for the plan that the address names, or for a new one.
func (v *visit) planForm() (planForm, error) {
	form := planForm{Slug: v.pathPart("plan"), Notice: v.catalogueNotice(), typed: typed{Values: url.Values{}}}
	found, err := v.config.Plans.StaffPlan(v.request.Context(), form.Slug)
	if err != nil {
		return form, err
	}
	strategy := ""
	for _, one := range found.Strategies {
		form.Strategies = append(form.Strategies, choice{one.Slug, one.Name})
		if one.ID == found.Plan.Strategy || form.Slug == "" && one.Default {
			strategy = one.Slug
		}
	}
	if form.Slug != "" {
		form.File, form.Published = fileOf(found.Plan.ManagedBy, found.Plan.File), found.Plan.Published
		form.Values = planValues(found)
	}
	form.Values.Set("strategy", strategy)
	return form, nil
}

// planValues writes a plan into a form.
func planValues(found plan.StaffPlan) url.Values {
	stored := found.Plan
	values := url.Values{
		seenInput: {stamp(stored.UpdatedAt)}, "name": {stored.Name}, "description": {stored.Description}, "environment": {stored.Environment}, "family": {stored.Family},
		"opens": {strings.Join(found.Opens, "\n")}, "scopes": {strings.Join(stored.Scopes, "\n")}, "approval": {string(stored.Approval)},
		"format": {string(stored.Keys.Format)},
	}
	flagged(values, "registrable", stored.Registrable)
	flagged(values, "pair", stored.Keys.Pair)
	flagged(values, "viewable", stored.Keys.Viewable)
	flagged(values, "in_query", stored.Keys.InQuery)
	if stored.Keys.Validity != 0 {
		values.Set("validity", quantity.Span(stored.Keys.Validity))
	}
	for i, limit := range stored.Limits {
		values.Set(inputName(limitRows, i, "calls"), strconv.FormatInt(limit.Amount, 10))
		values.Set(inputName(limitRows, i, "per"), string(limit.Per))
		values.Set(inputName(limitRows, i, "window"), limit.Window.String())
	}
	if price := stored.Price; price.Currency != "" {
		decimals := plan.MinorDigits(price.Currency)
		values.Set("currency", price.Currency)
		values.Set("monthly", quantity.Money(price.Monthly, decimals))
		values.Set("per_thousand", quantity.Money(price.PerThousand, decimals))
		values.Set("included", strconv.FormatInt(price.Included, 10))
	}
	return values
}

// planInput reads a form. What is no number, span or amount becomes one that the rules refuse.
func planInput(slug string, form typed) plan.Input {
	sent := form.Values
	compact(sent, plan.MostLimits+spareRows, limitRows, []string{"calls", "window"}, "per")
	in := plan.Input{Strategy: sent.Get("strategy"), Opens: form.lines("opens"), Plan: plan.Plan{
		Slug: strings.TrimSpace(slug), Name: sent.Get("name"), Description: sent.Get("description"),
		Environment: strings.TrimSpace(sent.Get("environment")), Family: strings.TrimSpace(sent.Get("family")), Scopes: form.lines("scopes"),
		Approval: plan.Approval(sent.Get("approval")), Registrable: form.checked("registrable"), Price: priceInput(sent),
		UpdatedAt: form.seen(),
		Keys: plan.KeyPolicy{
			Format: plan.KeyFormat(sent.Get("format")), Pair: form.checked("pair"), Viewable: form.checked("viewable"), InQuery: form.checked("in_query"),
		},
	}}
	if text := strings.TrimSpace(sent.Get("validity")); text != "" {
		span, ok := quantity.ParseSpan(text)
		if in.Plan.Keys.Validity = span; !ok || span == 0 {
			in.Plan.Keys.Validity = -1
		}
	}
	for i := range form.rows(limitRows, "calls") {
		window, _ := plan.ParseWindow(sent.Get(inputName(limitRows, i, "window"))) // the zero one is refused
		in.Plan.Limits = append(in.Plan.Limits, plan.Limit{
			Meter: plan.Calls, Amount: wholeNumber(sent.Get(inputName(limitRows, i, "calls"))), Window: window,
			Per: plan.Per(sent.Get(inputName(limitRows, i, "per"))),
		})
	}
	return in
}

func priceInput(sent url.Values) plan.Price {
	price := plan.Price{Currency: strings.TrimSpace(sent.Get("currency"))}
	decimals := plan.MinorDigits(price.Currency)
	for name, amount := range map[string]*int64{"monthly": &price.Monthly, "per_thousand": &price.PerThousand} {
		if text := strings.TrimSpace(sent.Get(name)); text != "" {
			read, ok := quantity.ParseMoney(text, decimals)
			if *amount = read; !ok {
				*amount = -1
			}
		}
	}
	if text := strings.TrimSpace(sent.Get("included")); text != "" {
		price.Included = wholeNumber(text)
	}
	return price
}

// wholeNumber reads a number as people write it; what is none is negative.
func wholeNumber(text string) int64 {
	read, err := strconv.ParseInt(strings.NewReplacer(",", "", "_", "", " ", "").Replace(text), 10, 64)
	if err != nil {
		return -1
	}
	return read
}

func staffPlanPage(v *visit) error {
	form, err := v.planForm()
	if err != nil {
		return err
	}
	return v.renderStaff(form.title(), planFormView(form))
}

func createPlan(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	input := planInput(sent.Get("slug"), typed{Values: sent})
	made, err := v.config.Plans.CreatePlan(v.request.Context(), input)
	if err == nil {
		return v.redirect(staffPlanPath(made.Slug) + "?done=created")
	}
	return v.planAgain(sent, err)
}

func updatePlan(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	slug := v.pathPart("plan")
	if _, err = v.config.Plans.UpdatePlan(v.request.Context(), planInput(slug, typed{Values: sent})); err == nil {
		return v.redirect(staffPlanPath(slug) + "?done=saved")
	}
	return v.planAgain(sent, err)
}

// planAgain shows what was sent with why it was refused.
func (v *visit) planAgain(sent url.Values, refused error) error {
	if !correctable(refused) || v.principal.Anonymous() {
		return refused
	}
	form, err := v.planForm()
	if err != nil {
		return err
	}
	form.Values = sent
	form.typed = form.refusedAs(refused)
	return v.renderStaffAs(v.refusedForm(refused), form.title(), planFormView(form))
}

func publishPlan(v *visit) error {
	published, done, err := v.publication()
	if err != nil {
		return err
	}
	slug := v.pathPart("plan")
	if _, err := v.config.Plans.PublishPlan(v.request.Context(), slug, published); err != nil {
		return err
	}
	return v.redirect(staffPlanPath(slug) + done)
}

func unpublishPlanPage(v *visit) error {
	return v.confirmPlan("Unpublish", "/publication", "It is offered to nobody new. Who has subscribed goes on calling.", false)
}

func deletePlanPage(v *visit) error {
	return v.confirmPlan("Delete", "/deletion",
		"Every subscription to it ends, and its keys are refused from now on. Usage keeps its name. This cannot be undone.", true)
}

func (v *visit) confirmPlan(verb, action, text string, danger bool) error {
	slug := v.pathPart("plan")
	reach, err := v.config.Access.ReachOfPlan(v.request.Context(), slug)
	if err != nil {
		return err
	}
	return v.renderStaff(verb+" "+slug, confirmView(confirmation{
		Above: []link{toPlans(), toPlan(slug)}, Title: verb + " the plan " + slug, Text: text, Facts: reachFacts(reach), Danger: danger,
		Action: staffPlanPath(slug) + action, Button: verb + " the plan", Back: staffPlanPath(slug),
	}))
}

func deletePlan(v *visit) error {
	if err := v.config.Access.DeletePlan(v.request.Context(), v.pathPart("plan")); err != nil {
		return err
	}
	return v.redirect(plansPath + "?done=deleted")
}
