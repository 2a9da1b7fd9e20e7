package catalogue

import (
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func toStrategies() view.Link { return view.Link{Text: "Strategies", Path: address.StaffStrategies} }

// strategyForm is the form of a strategy.
type strategyForm struct {
	editForm
	// Slug is empty for a new strategy.
	Slug   string
	Plans  []plan.Plan
	Notice string
}

func (f strategyForm) path() string {
	if f.Slug == "" {
		return address.Catalogue + "/new-strategy"
	}
	return address.StaffStrategy(f.Slug)
}

func (f strategyForm) title() string {
	if f.Slug == "" {
		return "New strategy"
	}
	return "Strategy " + f.Slug
}

func (f strategyForm) button() string {
	if f.Slug == "" {
		return "Create strategy"
	}
	return "Save"
}

var kindChoices = []view.Choice{{Value: string(plan.Key), Text: "API key"}, {Value: string(plan.Basic), Text: "User name and password"}}

func (p *Pages) newStrategyPage(v *visit.Visit) error { return p.showNewStrategy(v, view.Form{}) }

func (p *Pages) showNewStrategy(v *visit.Visit, form view.Form) error {
	if err := p.Plans.MayEdit(v.Request.Context()); err != nil {
		return err
	}
	shown := strategyForm{editForm: editForm{Form: form}}
	return v.RenderStaff(shown.title(), strategyFormView(shown))
}

func (p *Pages) staffStrategyPage(v *visit.Visit) error { return p.showStrategy(v, view.Form{}) }

func (p *Pages) showStrategy(v *visit.Visit, form view.Form) error {
	found, err := p.Plans.StaffStrategy(v.Request.Context(), v.PathPart("strategy"))
	if err != nil {
		return err
	}
	stored := found.Strategy
	if form.Values == nil {
		form = view.Filled(strategyValues(stored))
	}
	shown := strategyForm{
		editForm: editForm{Form: form, File: fileOf(stored.ManagedBy, stored.File)}, Slug: stored.Slug, Plans: found.Plans, Notice: catalogueNotice(v),
	}
	return v.RenderStaff(shown.title(), strategyFormView(shown))
}

func strategyValues(stored plan.Strategy) url.Values {
	values := url.Values{
		seenInput: {view.Stamp(stored.UpdatedAt)}, "name": {stored.Name}, "kind": {string(stored.Kind)}, "headers": {strings.Join(stored.Headers, "\n")},
		"query": {strings.Join(stored.Query, "\n")}, "scopes": {strings.Join(stored.Scopes, "\n")},
	}
	flagged(values, "default", stored.Default)
	return values
}

func strategyInput(slug string, sent url.Values) plan.Strategy {
	form := view.Filled(sent)
	return plan.Strategy{
		Slug: strings.TrimSpace(slug), Name: form.Value("name"), Kind: plan.Kind(form.Value("kind")),
		Headers: form.Lines("headers"), Query: form.Lines("query"), Scopes: form.Lines("scopes"), Default: form.Checked("default"),
		UpdatedAt: seen(sent),
	}
}

func (p *Pages) createStrategy(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	created, err := p.Plans.CreateStrategy(v.Request.Context(), strategyInput(sent.Get("slug"), sent))
	if err != nil {
		return v.Refuse(err, sent, p.showNewStrategy)
	}
	return v.Redirect(address.StaffStrategy(created.Slug) + "?done=saved")
}

func (p *Pages) updateStrategy(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug := v.PathPart("strategy")
	if _, err = p.Plans.UpdateStrategy(v.Request.Context(), strategyInput(slug, sent)); err != nil {
		return v.Refuse(err, sent, p.showStrategy)
	}
	return v.Redirect(address.StaffStrategy(slug) + "?done=saved")
}

func (p *Pages) deleteStrategyPage(v *visit.Visit) error {
	found, err := p.Plans.StaffStrategy(v.Request.Context(), v.PathPart("strategy"))
	if err != nil {
		return err
	}
	slug := found.Strategy.Slug
	return v.RenderStaff("Delete "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toStrategies(), {Text: slug, Path: address.StaffStrategy(slug)}}, Title: "Delete " + slug + "?", Danger: true,
		Text:  "You can delete a strategy that no plan uses. You can't undo this.",
		Facts: []view.Fact{{Name: "Plans that use it", Value: view.Number(int64(len(found.Plans)))}}, Action: address.StaffStrategy(slug) + "/deletion",
		Button: "Delete " + slug, Back: address.StaffStrategy(slug),
	}))
}

func (p *Pages) deleteStrategy(v *visit.Visit) error {
	if err := p.Plans.DeleteStrategy(v.Request.Context(), v.PathPart("strategy")); err != nil {
		return err
	}
	return v.Redirect(address.StaffStrategies + "?done=deleted")
}
