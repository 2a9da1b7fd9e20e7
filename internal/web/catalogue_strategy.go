package web

import (
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/plan"
)

func staffStrategyPath(slug string) string { return strategiesPath + "/" + url.PathEscape(slug) }

func toStrategies() link { return link{Text: "Strategies", Path: strategiesPath} }

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
		return cataloguePath + "/new-strategy"
	}
	return staffStrategyPath(f.Slug)
}

func (f strategyForm) title() string {
	if f.Slug == "" {
		return "New strategy"
	}
	return "Strategy " + f.Slug
}

var kindChoices = []choice{{string(plan.Key), "A key"}, {string(plan.Basic), "User name and password"}}

func planButton(slug string) string {
	if slug == "" {
		return "Make the plan"
	}
	return "Save"
}

func headersText(strategy plan.Strategy) string {
	if !strategy.TakesNames() {
		return "Authorization"
	}
	return strings.Join(strategy.KeyHeaders(), ", ")
}

func newStrategyPage(v *visit) error {
	if err := v.config.Plans.MayEdit(v.request.Context()); err != nil {
		return err
	}
	form := strategyForm{typed: typed{Values: url.Values{}}}
	return v.renderStaff(form.title(), strategyFormView(form))
}

func staffStrategyPage(v *visit) error {
	found, err := v.config.Plans.StaffStrategy(v.request.Context(), v.pathPart("strategy"))
	if err != nil {
		return err
	}
	stored := found.Strategy
	form := strategyForm{Slug: stored.Slug, Plans: found.Plans, Notice: v.catalogueNotice(), typed: typed{
		File: fileOf(stored.ManagedBy, stored.File),
		Values: url.Values{
			seenInput: {stamp(stored.UpdatedAt)}, "name": {stored.Name}, "kind": {string(stored.Kind)}, "headers": {strings.Join(stored.Headers, "\n")},
			"query": {strings.Join(stored.Query, "\n")}, "scopes": {strings.Join(stored.Scopes, "\n")},
		},
	}}
	flagged(form.Values, "default", stored.Default)
	return v.renderStaff(form.title(), strategyFormView(form))
}

func strategyInput(slug string, form typed) plan.Strategy {
	return plan.Strategy{
		Slug: strings.TrimSpace(slug), Name: form.Values.Get("name"), Kind: plan.Kind(form.Values.Get("kind")),
		Headers: form.lines("headers"), Query: form.lines("query"), Scopes: form.lines("scopes"), Default: form.checked("default"),
		UpdatedAt: form.seen(),
	}
}

func createStrategy(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	made, err := v.config.Plans.CreateStrategy(v.request.Context(), strategyInput(sent.Get("slug"), typed{Values: sent}))
	if err == nil {
		return v.redirect(staffStrategyPath(made.Slug) + "?done=saved")
	}
	return v.strategyAgain("", sent, err)
}

func updateStrategy(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	slug := v.pathPart("strategy")
	if _, err = v.config.Plans.UpdateStrategy(v.request.Context(), strategyInput(slug, typed{Values: sent})); err == nil {
		return v.redirect(staffStrategyPath(slug) + "?done=saved")
	}
	return v.strategyAgain(slug, sent, err)
}

// strategyAgain shows what was sent with why it was refused.
func (v *visit) strategyAgain(slug string, sent url.Values, refused error) error {
	if !correctable(refused) || v.principal.Anonymous() {
		return refused
	}
	form := strategyForm{Slug: slug, typed: typed{Values: sent}.refusedAs(refused)}
	return v.renderStaffAs(v.refusedForm(refused), form.title(), strategyFormView(form))
}

func deleteStrategyPage(v *visit) error {
	found, err := v.config.Plans.StaffStrategy(v.request.Context(), v.pathPart("strategy"))
	if err != nil {
		return err
	}
	slug := found.Strategy.Slug
	return v.renderStaff("Delete "+slug, confirmView(confirmation{
		Above: []link{toStrategies(), {Text: slug, Path: staffStrategyPath(slug)}}, Title: "Delete the strategy " + slug, Danger: true,
		Text:  "A strategy goes when no plan has it. This cannot be undone.",
		Facts: []fact{{"Plans that have it", number(int64(len(found.Plans)))}}, Action: staffStrategyPath(slug) + "/deletion",
		Button: "Delete the strategy", Back: staffStrategyPath(slug),
	}))
}

func deleteStrategy(v *visit) error {
	if err := v.config.Plans.DeleteStrategy(v.request.Context(), v.pathPart("strategy")); err != nil {
		return err
	}
	return v.redirect(strategiesPath + "?done=deleted")
}
