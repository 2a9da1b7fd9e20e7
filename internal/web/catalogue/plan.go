package catalogue

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/quantity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func toPlans() view.Link { return view.Link{Text: "Plans", Path: address.StaffPlans} }

func toPlan(slug string) view.Link { return view.Link{Text: slug, Path: address.StaffPlan(slug)} }

// planForm is the form of a plan.
type planForm struct {
	editForm
	// Slug is empty for a new plan.
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
	approvalChoices  = []view.Choice{{Value: string(plan.StaffApproval), Text: "Staff approve each request"}, {Value: string(plan.Automatic), Text: "Instant"}}
	perChoices       = []view.Choice{{Value: string(plan.PerSubscription), Text: "per subscription"}, {Value: string(plan.PerCredential), Text: "per key"}, {Value: string(plan.PerTeam), Text: "per team"}}
	overageChoices   = []view.Choice{{Value: "", Text: "are refused"}, {Value: "yes", Text: "are charged"}}
	keyFormatChoices = []view.Choice{{Value: string(plan.PrefixedKey), Text: "pk_… with a checksum"}, {Value: string(plan.HexKey), Text: "32 hexadecimal digits (as Azure)"}}
)

func planButton(slug string) string {
	if slug == "" {
		return "Create plan"
	}
	return "Save"
}

func (p *Pages) staffPlanPage(v *visit.Visit) error { return p.showPlan(v, view.Form{}) }

// showPlan shows the form of the plan in the path, or of a new plan if there is none.
func (p *Pages) showPlan(v *visit.Visit, form view.Form) error {
	slug := v.PathPart("plan")
	found, err := p.Plans.StaffPlan(v.Request.Context(), slug)
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(planValues(found))
	}
	shown := planForm{
		editForm: editForm{Form: form, File: fileOf(found.Plan.ManagedBy, found.Plan.File)}, Slug: slug, Published: found.Plan.Published, Notice: catalogueNotice(v),
	}
	shown.Strategies = strategyChoices(found.Strategies)
	return v.RenderStaff(shown.title(), planFormView(shown))
}

// strategyOf returns the slug of the plan's strategy, or of the default one for a new plan.
func strategyOf(found plan.StaffPlan) string {
	slug := ""
	for _, one := range found.Strategies {
		if one.ID == found.Plan.Strategy || found.Plan.ID.IsZero() && one.Default {
			slug = one.Slug
		}
	}
	return slug
}

// planValues returns the values of the form of a plan; a new plan has the usual ones.
func planValues(found plan.StaffPlan) url.Values {
	stored := found.Plan
	if stored.ID.IsZero() {
		return url.Values{"strategy": {strategyOf(found)}, "environment": {catalog.Production}, "approval": {string(plan.StaffApproval)}, "registrable": {"yes"}}
	}
	values := url.Values{
		"strategy": {strategyOf(found)},
		seenInput:  {view.Stamp(stored.UpdatedAt)}, "name": {stored.Name}, "description": {stored.Description}, "environment": {stored.Environment}, "family": {stored.Family},
		"opens": {strings.Join(found.Opens, "\n")}, "scopes": {strings.Join(stored.Scopes, "\n")}, "approval": {string(stored.Approval)},
		"format": {string(stored.Keys.Format)},
	}
	flagged(values, "registrable", stored.Registrable)
	flagged(values, "trial", stored.Trial)
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
		flagged(values, inputName(limitRows, i, "overage"), limit.Overage)
	}
	if price := stored.Price; price.Currency != "" {
		decimals := plan.MinorDigits(price.Currency)
		values.Set("currency", price.Currency)
		values.Set("monthly", quantity.Money(price.Monthly, decimals))
		values.Set("per_thousand", quantity.Money(price.PerThousand, decimals))
		values.Set("included", strconv.FormatInt(price.Included, 10))
		if price.SpendingCap != 0 {
			values.Set("spending_cap", quantity.Money(price.SpendingCap, decimals))
		}
	}
	return values
}

// planInput reads a form. A malformed number, duration or amount becomes one that the domain rejects.
func planInput(slug string, sent url.Values) plan.Input {
	form := view.Filled(sent)
	compact(sent, plan.MostLimits+spareRows, limitRows, []string{"calls", "window"}, "per", "overage")
	in := plan.Input{Strategy: sent.Get("strategy"), Opens: form.Lines("opens"), Plan: plan.Plan{
		Slug: strings.TrimSpace(slug), Name: sent.Get("name"), Description: sent.Get("description"),
		Environment: strings.TrimSpace(sent.Get("environment")), Family: strings.TrimSpace(sent.Get("family")), Scopes: form.Lines("scopes"),
		Approval: plan.Approval(sent.Get("approval")), Registrable: form.Checked("registrable"), Trial: form.Checked("trial"), Price: priceInput(sent),
		UpdatedAt: seen(sent),
		Keys: plan.KeyPolicy{
			Format: plan.KeyFormat(sent.Get("format")), Pair: form.Checked("pair"), Viewable: form.Checked("viewable"), InQuery: form.Checked("in_query"),
		},
	}}
	if text := strings.TrimSpace(sent.Get("validity")); text != "" {
		span, ok := quantity.ParseSpan(text)
		if in.Plan.Keys.Validity = span; !ok || span == 0 {
			in.Plan.Keys.Validity = -1
		}
	}
	for i := range rows(form, limitRows, "calls") {
		window, _ := plan.ParseWindow(sent.Get(inputName(limitRows, i, "window"))) // the zero one is refused
		in.Plan.Limits = append(in.Plan.Limits, plan.Limit{
			Meter: plan.Calls, Amount: wholeNumber(sent.Get(inputName(limitRows, i, "calls"))), Window: window,
			Per: plan.Per(sent.Get(inputName(limitRows, i, "per"))), Overage: sent.Get(inputName(limitRows, i, "overage")) == "yes",
		})
	}
	return in
}

func priceInput(sent url.Values) plan.Price {
	price := plan.Price{Currency: strings.TrimSpace(sent.Get("currency"))}
	decimals := plan.MinorDigits(price.Currency)
	for name, amount := range map[string]*int64{
		"monthly": &price.Monthly, "per_thousand": &price.PerThousand, "spending_cap": &price.SpendingCap,
	} {
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

// wholeNumber parses a number with separators; a malformed one becomes -1.
func wholeNumber(text string) int64 {
	read, err := strconv.ParseInt(strings.NewReplacer(",", "", "_", "", " ", "").Replace(text), 10, 64)
	if err != nil {
		return -1
	}
	return read
}

func (p *Pages) createPlan(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if sent.Get("preview") != "" {
		return p.showPlan(v, view.Filled(sent))
	}
	created, err := p.Plans.CreatePlan(v.Request.Context(), planInput(sent.Get("slug"), sent))
	if err != nil {
		return v.Refuse(err, sent, p.showPlan)
	}
	return v.Redirect(address.StaffPlan(created.Slug) + "?done=created")
}

func (p *Pages) updatePlan(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if sent.Get("preview") != "" {
		return p.showPlan(v, view.Filled(sent))
	}
	slug := v.PathPart("plan")
	if _, err = p.Plans.UpdatePlan(v.Request.Context(), planInput(slug, sent)); err != nil {
		return v.Refuse(err, sent, p.showPlan)
	}
	return v.Redirect(address.StaffPlan(slug) + "?done=saved")
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
	return p.confirmPlan(v, "Unpublish", "/publication", "Developers can no longer request it. Existing subscriptions keep working.", false)
}

func (p *Pages) deletePlanPage(v *visit.Visit) error {
	return p.confirmPlan(v, "Delete", "/deletion",
		"Its subscriptions end, and their keys are revoked. You can't undo this.", true)
}

func (p *Pages) confirmPlan(v *visit.Visit, verb, action, text string, danger bool) error {
	slug := v.PathPart("plan")
	reach, err := p.Access.ReachOfPlan(v.Request.Context(), slug)
	if err != nil {
		return err
	}
	return v.RenderStaff(verb+" "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toPlans(), toPlan(slug)}, Title: verb + " " + slug + "?", Text: text, Facts: reachFacts(reach), Danger: danger,
		Action: address.StaffPlan(slug) + action, Button: verb + " " + slug, Back: address.StaffPlan(slug),
	}))
}

func (p *Pages) deletePlan(v *visit.Visit) error {
	if err := p.Access.DeletePlan(v.Request.Context(), v.PathPart("plan")); err != nil {
		return err
	}
	return v.Redirect(address.StaffPlans + "?done=deleted")
}
