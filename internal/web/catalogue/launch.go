package catalogue

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// launchContent is a page on the way to a published version.
type launchContent struct {
	access.Launch
	// Step is the current step.
	Step   access.LaunchStep
	Notice string
}

// Begun reports whether the API exists as a draft.
func (c launchContent) Begun() bool { return c.Version.Name != "" }

func (c launchContent) title() string {
	if !c.Begun() {
		return "Publish an API"
	}
	return "Publish " + c.Product.Name + " " + c.Version.Name
}

// path returns the page of a step.
func (c launchContent) path(step access.LaunchStep) string {
	return address.LaunchStep(c.Product.Slug, c.Version.Name, string(step))
}

// File is the file that manages the product, or "".
func (c launchContent) File() string { return fileOf(c.Product.ManagedBy, c.Product.File) }

func stepText(step access.LaunchStep) string { return view.Capital(string(step)) }

// lackText says what follows if nothing is done at a step.
func lackText(step access.LaunchStep) string {
	switch step {
	case access.LaunchDescription:
		return "No description yet. Developers have nothing to read."
	case access.LaunchAddress:
		return "No address yet. Without one, the version is documentation only."
	case access.LaunchPlan:
		return "No plan opens it yet, so developers can't get a key."
	case access.LaunchPublish:
		return "Not published yet. Only staff see it."
	}
	return ""
}

// lackButton is the link that leads to what is missing at a step.
func lackButton(step access.LaunchStep) string {
	switch step {
	case access.LaunchDescription:
		return "Add description"
	case access.LaunchAddress:
		return "Add address"
	case access.LaunchPlan:
		return "Add plan"
	case access.LaunchPublish:
		return "Publish"
	}
	return ""
}

// haveText says what is there at a step.
func (c launchContent) haveText(step access.LaunchStep) string {
	switch step {
	case access.LaunchDescription:
		return c.Version.File + ", " + view.Count(int64(len(c.Findings)), "finding")
	case access.LaunchAddress:
		var paths []string
		for _, endpoint := range c.Version.Endpoints {
			paths = append(paths, endpoint.BasePath)
		}
		return strings.Join(paths, ", ")
	case access.LaunchPlan:
		var names []string
		for _, one := range c.Plans {
			names = append(names, one.Name)
		}
		return spelling.List(names)
	case access.LaunchPublish:
		return "Published"
	}
	return ""
}

// audienceText says who sees the API once it is published.
func (c launchContent) audienceText() string {
	switch {
	case c.Product.Audience == catalog.Public && c.PublicPortal:
		return "Everyone, without signing in"
	case c.Product.Audience == catalog.Teams:
		return view.Plural(len(c.TeamNames), "The team ", "The teams ") + spelling.List(c.TeamNames)
	}
	return "Everyone who has signed in"
}

// unpublished lists the plans that staff can publish together with the version.
func (c launchContent) unpublished() []plan.Plan {
	var plans []plan.Plan
	for _, one := range c.Plans {
		if !one.Published && one.ManagedBy != catalog.Files {
			plans = append(plans, one)
		}
	}
	return plans
}

// showLaunch loads the version in the path and shows it.
func (p *Pages) showLaunch(v *visit.Visit, step access.LaunchStep, show func(launchContent) error) error {
	found, err := p.Access.Launch(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	return show(launchContent{Launch: found, Step: step, Notice: catalogueNotice(v)})
}

// launchDescriptionPage replaces the description of a draft.
func (p *Pages) launchDescriptionPage(v *visit.Visit) error {
	return p.showLaunch(v, access.LaunchDescription, func(shown launchContent) error {
		return v.RenderStaff(shown.title(), launchDescriptionView(shown))
	})
}

func (p *Pages) launchAddressPage(v *visit.Visit) error { return p.showLaunchAddress(v, view.Form{}) }

func (p *Pages) showLaunchAddress(v *visit.Visit, form view.Form) error {
	return p.showLaunch(v, access.LaunchAddress, func(shown launchContent) error {
		if form.Values == nil {
			filled := shown.Version
			filled.Endpoints = shown.Endpoints
			form = view.Filled(endpointValues(filled))
		}
		return v.RenderStaff(shown.title(), launchAddressView(shown, editForm{Form: form, File: shown.File()}))
	})
}

func (p *Pages) setLaunchAddress(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug, name := v.PathPart("product"), v.PathPart("version")
	if _, err = p.Catalog.UpdateVersion(v.Request.Context(), versionInput(slug, name, sent)); err != nil {
		return v.Refuse(err, sent, p.showLaunchAddress)
	}
	return v.Redirect(address.LaunchStep(slug, name, string(access.LaunchPlan)))
}

// launchPage shows what is missing and who will see the version, before it is published.
func (p *Pages) launchPage(v *visit.Visit) error { return p.showLaunchReview(v, view.Form{}) }

func (p *Pages) showLaunchReview(v *visit.Visit, form view.Form) error {
	return p.showLaunch(v, access.LaunchPublish, func(shown launchContent) error {
		return v.RenderStaff(shown.title(), launchReviewView(shown, form))
	})
}

func (p *Pages) launch(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug, name := v.PathPart("product"), v.PathPart("version")
	err = p.Access.PublishVersion(v.Request.Context(), access.Publication{Product: slug, Version: name, Plans: sent["plans"]})
	if err != nil {
		return v.Refuse(err, sent, p.showLaunchReview)
	}
	return v.Redirect(address.StaffVersion(slug, name) + "?done=published")
}

func holds(texts []string, text string) bool { return slices.Contains(texts, text) }

// listed joins names for a sentence.
func listed(names []string) string { return strings.Join(names, " and ") }
