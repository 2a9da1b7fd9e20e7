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

// strategyForm is a strategy that is written.
type strategyForm struct {
	typed
	// Slug is the strategy's, empty for a new one.
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

var kindChoices = []view.Choice{{Value: string(plan.Key), Text: "A key"}, {Value: string(plan.Basic), Text: "User name and password"}}

func planButton(slug string) string {
	if slug == "" {
		return "Make the plan"
	}
	return "Save"
}

func (p *Pages) newStrategyPage(v *visit.Visit) error {
	if err := p.Plans.MayEdit(v.Request.Context()); err != nil {
		return err
	}
	form := strategyForm{typed: typed{Values: url.Values{}}}
	return v.RenderStaff(form.title(), strategyFormView(form))
}

func (p *Pages) staffStrategyPage(v *visit.Visit) error {
	found, err := p.Plans.StaffStrategy(v.Request.Context(), v.PathPart("strategy"))
	if err != nil {
		return err
	}
	stored := found.Strategy
	form := strategyForm{Slug: stored.Slug, Plans: found.Plans, Notice: catalogueNotice(v), typed: typed{
		File: fileOf(stored.ManagedBy, stored.File),
		Values: url.Values{
			seenInput: {view.Stamp(stored.UpdatedAt)}, "name": {stored.Name}, "kind": {string(stored.Kind)}, "headers": {strings.Join(stored.Headers, "\n")},
			"query": {strings.Join(stored.Query, "\n")}, "scopes": {strings.Join(stored.Scopes, "\n")},
		},
	}}
	flagged(form.Values, "default", stored.Default)
	return v.RenderStaff(form.title(), strategyFormView(form))
}

func strategyInput(slug string, form typed) plan.Strategy {
	return plan.Strategy{
		Slug: strings.TrimSpace(slug), Name: form.Values.Get("name"), Kind: plan.Kind(form.Values.Get("kind")),
		Headers: form.lines("headers"), Query: form.lines("query"), Scopes: form.lines("scopes"), Default: form.checked("default"),
		UpdatedAt: form.seen(),
	}
}

func (p *Pages) createStrategy(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	made, err := p.Plans.CreateStrategy(v.Request.Context(), strategyInput(sent.Get("slug"), typed{Values: sent}))
	if err == nil {
		return v.Redirect(address.StaffStrategy(made.Slug) + "?done=saved")
	}
	return strategyAgain(v, "", sent, err)
}

func (p *Pages) updateStrategy(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug := v.PathPart("strategy")
	if _, err = p.Plans.UpdateStrategy(v.Request.Context(), strategyInput(slug, typed{Values: sent})); err == nil {
		return v.Redirect(address.StaffStrategy(slug) + "?done=saved")
	}
	return strategyAgain(v, slug, sent, err)
}

// strategyAgain shows what was sent with why it was refused.
func strategyAgain(v *visit.Visit, slug string, sent url.Values, refused error) error {
	if !view.Correctable(refused) || v.Principal.Anonymous() {
		return refused
	}
	form := strategyForm{Slug: slug, typed: typed{Values: sent}.refusedAs(refused)}
	return v.RenderStaffAs(v.RefusedForm(refused), form.title(), strategyFormView(form))
}

func (p *Pages) deleteStrategyPage(v *visit.Visit) error {
	found, err := p.Plans.StaffStrategy(v.Request.Context(), v.PathPart("strategy"))
	if err != nil {
		return err
	}
	slug := found.Strategy.Slug
	return v.RenderStaff("Delete "+slug, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toStrategies(), {Text: slug, Path: address.StaffStrategy(slug)}}, Title: "Delete the strategy " + slug, Danger: true,
		Text:  "A strategy goes when no plan has it. This cannot be undone.",
		Facts: []view.Fact{{Name: "Plans that have it", Value: view.Number(int64(len(found.Plans)))}}, Action: address.StaffStrategy(slug) + "/deletion",
		Button: "Delete the strategy", Back: address.StaffStrategy(slug),
	}))
}

func (p *Pages) deleteStrategy(v *visit.Visit) error {
	if err := p.Plans.DeleteStrategy(v.Request.Context(), v.PathPart("strategy")); err != nil {
		return err
	}
	return v.Redirect(address.StaffStrategies + "?done=deleted")
}
