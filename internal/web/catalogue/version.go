package catalogue

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/quantity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) staffVersionPage(v *visit.Visit) error {
	found, err := p.Access.Launch(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	return v.RenderStaff(found.Product.Name+" "+found.Version.Name, staffVersionView(launchContent{Launch: found, Notice: catalogueNotice(v)}))
}

// mostEndpoints is the number of rows of a form that are read.
const mostEndpoints = 50

const endpointRows = "endpoints"

var refusalChoices = []view.Choice{{Value: "apim", Text: "Azure API Management"}}

// endpointValues returns the values of the form of a version.
func endpointValues(version catalog.Version) url.Values {
	values := url.Values{seenInput: {view.Stamp(version.UpdatedAt)}}
	flagged(values, "deprecated", version.Deprecated)
	for i, endpoint := range version.Endpoints {
		set := func(part, text string) { values.Set(inputName(endpointRows, i, part), text) }
		set("environment", endpoint.Environment)
		set("base_path", endpoint.BasePath)
		set("upstream", endpoint.Upstream)
		set("refusals", endpoint.Refusals)
		set("timeout", "")
		if endpoint.Timeout != 0 {
			set("timeout", quantity.Span(endpoint.Timeout))
		}
		set("max_body", "")
		if endpoint.MaxBody != 0 {
			set("max_body", quantity.Size(endpoint.MaxBody))
		}
		flagged(values, inputName(endpointRows, i, "cors_upstream"), endpoint.CORSUpstream)
	}
	return values
}

// versionInput reads a form. A malformed duration or size becomes one that the domain rejects.
func versionInput(product, name string, sent url.Values) catalog.VersionInput {
	compact(sent, mostEndpoints, endpointRows, []string{"environment", "base_path", "upstream"}, "refusals", "timeout", "max_body", "cors_upstream")
	form := view.Filled(sent)
	in := catalog.VersionInput{Product: product, Name: name, Deprecated: form.Checked("deprecated"), Seen: seen(sent)}
	for i := range rows(form, endpointRows, "environment") {
		get := func(part string) string { return sent.Get(inputName(endpointRows, i, part)) }
		endpoint := catalog.Endpoint{
			Environment: get("environment"), BasePath: get("base_path"), Upstream: get("upstream"), Refusals: get("refusals"),
			CORSUpstream: get("cors_upstream") != "",
		}
		if text := get("timeout"); text != "" {
			if span, ok := quantity.ParseSpan(text); ok && span > 0 {
				endpoint.Timeout = span
			} else {
				endpoint.Timeout = -1
			}
		}
		if text := get("max_body"); text != "" {
			if size, ok := quantity.ParseSize(text, catalog.LargestBody); ok {
				endpoint.MaxBody = size
			} else {
				endpoint.MaxBody = -1
			}
		}
		in.Endpoints = append(in.Endpoints, endpoint)
	}
	return in
}

func (p *Pages) newVersionPage(v *visit.Visit) error { return p.showNewVersion(v, view.Form{}) }

func (p *Pages) showNewVersion(v *visit.Visit, form view.Form) error {
	found, err := p.Catalog.StaffProduct(v.Request.Context(), v.PathPart("product"))
	if err != nil {
		return err
	}
	edited := editForm{Form: form, File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.RenderStaff("New version", newVersionView(found.Product.Slug, edited))
}

func (p *Pages) createVersion(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug := v.PathPart("product")
	created, err := p.Catalog.CreateVersion(v.Request.Context(), versionInput(slug, strings.TrimSpace(sent.Get("name")), sent))
	if err != nil {
		return v.Refuse(err, sent, p.showNewVersion)
	}
	return v.Redirect(address.StaffVersion(slug, created.Name) + "?done=created")
}

func (p *Pages) editVersionPage(v *visit.Visit) error { return p.showEditVersion(v, view.Form{}) }

func (p *Pages) showEditVersion(v *visit.Visit, form view.Form) error {
	found, err := p.Catalog.StaffVersion(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(endpointValues(found.Version))
	}
	edited := editForm{Form: form, File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.RenderStaff("Edit version "+found.Version.Name, editVersionView(found.Product.Slug, found.Version.Name, edited))
}

func (p *Pages) updateVersion(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	slug, name := v.PathPart("product"), v.PathPart("version")
	if _, err = p.Catalog.UpdateVersion(v.Request.Context(), versionInput(slug, name, sent)); err != nil {
		return v.Refuse(err, sent, p.showEditVersion)
	}
	return v.Redirect(address.StaffVersion(slug, name) + "?done=saved")
}

func (p *Pages) publishVersion(v *visit.Visit) error {
	published, done, err := publication(v)
	if err != nil {
		return err
	}
	product, name := v.PathPart("product"), v.PathPart("version")
	if _, err := p.Catalog.PublishVersion(v.Request.Context(), product, name, published); err != nil {
		return err
	}
	return v.Redirect(address.StaffVersion(product, name) + done)
}

func (p *Pages) unpublishVersionPage(v *visit.Visit) error {
	product, name := v.PathPart("product"), v.PathPart("version")
	reach, err := p.Access.ReachOfProduct(v.Request.Context(), product, name)
	if err != nil {
		return err
	}
	return confirmVersion(v, "Unpublish", "/publication", reachFacts(reach),
		"Only staff will see it, and its calls get 404. Subscriptions and keys stay, and work again when you publish it again.")
}

func (p *Pages) deleteVersionPage(v *visit.Visit) error {
	product, name := v.PathPart("product"), v.PathPart("version")
	deletion, err := p.Access.DeletionOfProduct(v.Request.Context(), product, name)
	if err != nil {
		return err
	}
	return confirmVersion(v, "Delete", "/deletion", deletionFacts(deletion),
		"Its calls get 404, and its base paths can be used again. "+openNothing)
}

func confirmVersion(v *visit.Visit, verb, action string, facts []view.Fact, text string) error {
	product, name := v.PathPart("product"), v.PathPart("version")
	path := address.StaffVersion(product, name)
	return v.RenderStaff(verb+" "+name, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(product), toVersion(product, name)}, Title: verb + " " + product + " " + name + "?",
		Text: text, Facts: facts, Danger: true, Action: path + action, Button: verb + " " + product + " " + name, Back: path,
	}))
}

func (p *Pages) deleteVersion(v *visit.Visit) error {
	product := v.PathPart("product")
	if err := p.Access.DeleteVersion(v.Request.Context(), product, v.PathPart("version")); err != nil {
		return err
	}
	return v.Redirect(address.StaffProduct(product) + "?done=deleted")
}

func endpointName(row int) string { return "Environment " + strconv.Itoa(row+1) }

// maxDescription and maxDocument are the largest bodies of forms with a description or a page of documentation. In the
// body, a character of the page can take three bytes.
const (
	maxDescription = 32<<20 + visit.MaxForm
	maxDocument    = 3*catalog.LongestPage + visit.MaxForm
)
