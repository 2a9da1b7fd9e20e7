package catalogue

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// launchPlanContent is the page on which staff choose or create the plan that opens a version.
type launchPlanContent struct {
	launchContent
	Form                     editForm
	Environments, Strategies []view.Choice
}

// newPlan is the choice to create a plan rather than to use another one.
const newPlan = "new"

func (p *Pages) launchPlanPage(v *visit.Visit) error { return p.showLaunchPlan(v, view.Form{}) }

func (p *Pages) showLaunchPlan(v *visit.Visit, form view.Form) error {
	return p.showLaunch(v, access.LaunchPlan, func(found launchContent) error {
		if form.Values == nil {
			form = view.Filled(firstPlanValues(found.Launch))
		}
		shown := launchPlanContent{launchContent: found, Form: editForm{Form: form, File: found.File()}, Strategies: strategyChoices(found.Strategies)}
		for _, endpoint := range found.Version.Endpoints {
			shown.Environments = append(shown.Environments, view.Choice{Value: endpoint.Environment, Text: view.Capital(endpoint.Environment)})
		}
		return v.RenderStaff(shown.title(), launchPlanView(shown))
	})
}

// firstPlanValues returns a modest plan for a version, which staff change to their needs.
func firstPlanValues(of access.Launch) url.Values {
	values := url.Values{
		"plan": {newPlan}, "name": {"Standard"}, "slug": {of.Product.Slug + "-standard"}, "approval": {string(plan.StaffApproval)},
		"format": {string(plan.PrefixedKey)}, "strategy": {strategyOf(plan.StaffPlan{Strategies: of.Strategies})},
		"limits.0.calls": {"60"}, "limits.0.per": {string(plan.PerSubscription)}, "limits.0.window": {"1m"},
		"limits.1.calls": {"10000"}, "limits.1.per": {string(plan.PerSubscription)}, "limits.1.window": {"month"},
	}
	for _, environment := range append(of.Planless(), environments(of.Version)...) {
		values.Set("environment", environment)
		break
	}
	if environment := values.Get("environment"); len(of.Plans) > 0 {
		values.Set("name", view.Capital(environment))
		values.Set("slug", of.Product.Slug+"-"+environment)
	}
	registrable := true
	for _, other := range of.Plans {
		registrable = registrable && !other.Registrable
	}
	flagged(values, "registrable", registrable)
	return values
}

func environments(of catalog.Version) []string {
	names := make([]string, len(of.Endpoints))
	for i, endpoint := range of.Endpoints {
		names[i] = endpoint.Environment
	}
	return names
}

func strategyChoices(strategies []plan.Strategy) []view.Choice {
	choices := make([]view.Choice, len(strategies))
	for i, one := range strategies {
		choices[i] = view.Choice{Value: one.Slug, Text: one.Name}
	}
	return choices
}

// setLaunchPlan lets a plan open the version: a chosen one or a new one.
func (p *Pages) setLaunchPlan(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug, name := v.PathPart("product"), v.PathPart("version")
	if sent.Get("preview") != "" {
		return p.showLaunchPlan(v, view.Filled(sent))
	}
	if chosen := sent.Get("plan"); chosen != "" && chosen != newPlan {
		_, err = p.Plans.OpenVersion(v.Request.Context(), chosen, slug+"/"+name)
	} else {
		sent.Set("opens", slug+"/"+name)
		_, err = p.Plans.CreatePlan(v.Request.Context(), planInput(sent.Get("slug"), sent))
	}
	if err != nil {
		return v.Refuse(err, sent, p.showLaunchPlan, "plan", "environment", "opens")
	}
	return v.Redirect(address.LaunchStep(slug, name, string(access.LaunchPublish)))
}

// planPreview is a plan as developers will see it.
type planPreview struct {
	Plan plan.Plan
	// Wrong holds the reasons for rejecting the form, field by field.
	Wrong []string
}

// newPlanPreview reads the plan of a form, which may be unsaved and incomplete.
func newPlanPreview(form view.Form) planPreview {
	in := planInput(form.Value("slug"), cloned(form.Values))
	shown := planPreview{Plan: in.Plan}
	shown.Plan.Published = true
	if shown.Plan.Name = strings.TrimSpace(shown.Plan.Name); shown.Plan.Name == "" {
		shown.Plan.Name = "Name of the plan"
	}
	return shown
}

func cloned(values url.Values) url.Values {
	copied := url.Values{}
	for name, sent := range values {
		copied[name] = append([]string(nil), sent...)
	}
	return copied
}

// previewPlan shows the plan of an unsaved form to a script.
func (p *Pages) previewPlan(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	shown := newPlanPreview(view.Filled(sent))
	if err := p.Plans.CheckPlan(v.Request.Context(), planInput(sent.Get("slug"), cloned(sent))); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		for _, field := range fault.From(err).Fields {
			if sent.Get(field.Name) != "" {
				shown.Wrong = append(shown.Wrong, planFieldText(field))
			}
		}
	}
	return v.RenderPart(http.StatusOK, planPreviewView(shown))
}

// planFieldText says what is wrong with a field of a plan.
func planFieldText(field fault.Field) string {
	name := strings.ReplaceAll(field.Name, "_", " ")
	if parts := strings.Split(field.Name, "."); len(parts) == 3 {
		if row, err := strconv.Atoi(parts[1]); err == nil {
			name = "limit " + strconv.Itoa(row+1) + ": " + parts[2]
		}
	}
	return view.Capital(name) + " " + field.Reason + "."
}
