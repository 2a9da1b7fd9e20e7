package catalogue

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/quantity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func toPlans() view.Link { return view.Link{Text: "Plans", Path: address.StaffPlans} }

func toPlan(slug string) view.Link { return view.Link{Text: slug, Path: address.StaffPlan(slug)} }

// planForm is a plan that is written.
type planForm struct {
	typed
	// Slug is the plan's, empty for a new one.
	Slug       string
	Published  bool
	Strategies []view.Choice
	Notice     string
}

func (f planForm) path() string {
	if f.Slug == "" {
		return address.Catalogue + "/new-plan"
	}
	return address.StaffPlan(f.Slug)
}

func (f planForm) title() string {
	if f.Slug == "" {
		return "New plan"
	}
	return "Plan " + f.Slug
}

const limitRows = "limits"

var (
	approvalChoices  = []view.Choice{{Value: string(plan.StaffApproval), Text: "Staff look at each request"}, {Value: string(plan.Automatic), Text: "At once, by itself"}}
	perChoices       = []view.Choice{{Value: string(plan.PerSubscription), Text: "Each subscription"}, {Value: string(plan.PerCredential), Text: "Each key"}, {Value: string(plan.PerTeam), Text: "The team altogether"}}
	keyFormatChoices = []view.Choice{{Value: string(plan.PrefixedKey), Text: "pk_… with a checksum"}, {Value: string(plan.HexKey), Text: "32 hexadecimal digits"}}
)

// planForm is the form for the plan that the address names, or for a new one.
func (p *Pages) planForm(v *visit.Visit) (planForm, error) {
	form := planForm{Slug: v.PathPart("plan"), Notice: catalogueNotice(v), typed: typed{Values: url.Values{}}}
	found, err := p.Plans.StaffPlan(v.Request.Context(), form.Slug)
	if err != nil {
		return form, err
	}
	strategy := ""
	for _, one := range found.Strategies {
		form.Strategies = append(form.Strategies, view.Choice{Value: one.Slug, Text: one.Name})
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
		seenInput: {view.Stamp(stored.UpdatedAt)}, "name": {stored.Name}, "description": {stored.Description}, "environment": {stored.Environment}, "family": {stored.Family},
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

func (p *Pages) staffPlanPage(v *visit.Visit) error {
	form, err := p.planForm(v)
	if err != nil {
		return err
	}
	return v.RenderStaff(form.title(), planFormView(form))
}

func (p *Pages) createPlan(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	input := planInput(sent.Get("slug"), typed{Values: sent})
	made, err := p.Plans.CreatePlan(v.Request.Context(), input)
	if err == nil {
		return v.Redirect(address.StaffPlan(made.Slug) + "?done=created")
	}
	return p.planAgain(v, sent, err)
}

func (p *Pages) updatePlan(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug := v.PathPart("plan")
	if _, err = p.Plans.UpdatePlan(v.Request.Context(), planInput(slug, typed{Values: sent})); err == nil {
		return v.Redirect(address.StaffPlan(slug) + "?done=saved")
	}
	return p.planAgain(v, sent, err)
}

// planAgain shows what was sent with why it was refused.
func (p *Pages) planAgain(v *visit.Visit, sent url.Values, refused error) error {
	if !view.Correctable(refused) || v.Principal.Anonymous() {
		return refused
	}
	form, err := p.planForm(v)
	if err != nil {
		return err
	}
	form.Values = sent
	form.typed = form.refusedAs(refused)
	return v.RenderStaffAs(v.RefusedForm(refused), form.title(), planFormView(form))
}

func (p *Pages) publishPlan(v *visit.Visit) error {
	published, done, err := publication(v)
	if err != nil {
		return err
	}
	slug := v.PathPart("plan")
	if _, err := p.Plans.PublishPlan(v.Request.Context(), slug, published); err != nil {
		return err
	}
	return v.Redirect(address.StaffPlan(slug) + done)
}

func (p *Pages) unpublishPlanPage(v *visit.Visit) error {
	return p.confirmPlan(v, "Unpublish", "/publication", "It is offered to nobody new. Who has subscribed goes on calling.", false)
}

func (p *Pages) deletePlanPage(v *visit.Visit) error {
	return p.confirmPlan(v, "Delete", "/deletion",
		"Every subscription to it ends, and its keys are refused from now on. Usage keeps its name. This cannot be undone.", true)
}

func (p *Pages) confirmPlan(v *visit.Visit, verb, action, text string, danger bool) error {
	slug := v.PathPart("plan")
	reach, err := p.Access.ReachOfPlan(v.Request.Context(), slug)
	if err != nil {
		return err
	}
	return v.RenderStaff(verb+" "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toPlans(), toPlan(slug)}, Title: verb + " the plan " + slug, Text: text, Facts: reachFacts(reach), Danger: danger,
		Action: address.StaffPlan(slug) + action, Button: verb + " the plan", Back: address.StaffPlan(slug),
	}))
}

func (p *Pages) deletePlan(v *visit.Visit) error {
	if err := p.Access.DeletePlan(v.Request.Context(), v.PathPart("plan")); err != nil {
		return err
	}
	return v.Redirect(address.StaffPlans + "?done=deleted")
}
