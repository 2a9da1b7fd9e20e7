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
	found, err := p.Catalog.StaffVersion(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	return v.RenderStaff("Version "+found.Version.Name, staffVersionView(found, catalogueNotice(v)))
}

// mostEndpoints is how many rows of a form are looked at.
const mostEndpoints = 50

const endpointRows = "endpoints"

var refusalChoices = []view.Choice{{Value: "apim", Text: "As API Management does (apim)"}}

// endpointValues writes where a version is called into a form.
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

// versionInput reads a form. What is no span or size becomes one that the rules refuse.
func versionInput(product, name string, form typed) catalog.VersionInput {
	compact(form.Values, mostEndpoints, endpointRows, []string{"environment", "base_path", "upstream"}, "refusals", "timeout", "max_body", "cors_upstream")
	in := catalog.VersionInput{Product: product, Name: name, Deprecated: form.checked("deprecated"), Seen: form.seen()}
	for i := range form.rows(endpointRows, "environment") {
		get := func(part string) string { return form.Values.Get(inputName(endpointRows, i, part)) }
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

func (p *Pages) newVersionPage(v *visit.Visit) error {
	found, err := p.Catalog.StaffProduct(v.Request.Context(), v.PathPart("product"))
	if err != nil {
		return err
	}
	form := typed{Values: url.Values{}, File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.RenderStaff("New version", newVersionView(found.Product.Slug, form))
}

func (p *Pages) createVersion(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	product, form := v.PathPart("product"), typed{Values: sent}
	made, err := p.Catalog.CreateVersion(v.Request.Context(), versionInput(product, strings.TrimSpace(sent.Get("name")), form))
	switch {
	case err == nil:
		return v.Redirect(address.StaffVersion(product, made.Name) + "?done=created")
	case !view.Correctable(err) || v.Principal.Anonymous():
		return err
	}
	return v.RenderStaffAs(v.RefusedForm(err), "New version", newVersionView(product, form.refusedAs(err)))
}

func (p *Pages) editVersionPage(v *visit.Visit) error {
	found, err := p.Catalog.StaffVersion(v.Request.Context(), v.PathPart("product"), v.PathPart("version"))
	if err != nil {
		return err
	}
	form := typed{Values: endpointValues(found.Version), File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.RenderStaff("Edit version "+found.Version.Name, editVersionView(found.Product.Slug, found.Version.Name, form))
}

func (p *Pages) updateVersion(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	product, name, form := v.PathPart("product"), v.PathPart("version"), typed{Values: sent}
	_, err = p.Catalog.UpdateVersion(v.Request.Context(), versionInput(product, name, form))
	switch {
	case err == nil:
		return v.Redirect(address.StaffVersion(product, name) + "?done=saved")
	case !view.Correctable(err) || v.Principal.Anonymous():
		return err
	}
	return v.RenderStaffAs(v.RefusedForm(err), "Edit version "+name, editVersionView(product, name, form.refusedAs(err)))
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
		"Nobody but staff sees the version any more, and the gateway refuses its calls from now on. Subscriptions and keys stay, and work again when you publish it again.")
}

func (p *Pages) deleteVersionPage(v *visit.Visit) error {
	product, name := v.PathPart("product"), v.PathPart("version")
	deletion, err := p.Access.DeletionOfProduct(v.Request.Context(), product, name)
	if err != nil {
		return err
	}
	return confirmVersion(v, "Delete", "/deletion", deletionFacts(deletion),
		"The version goes, its base paths are free, and the gateway refuses its calls from now on. "+openNothing)
}

func confirmVersion(v *visit.Visit, verb, action string, facts []view.Fact, text string) error {
	product, name := v.PathPart("product"), v.PathPart("version")
	path := address.StaffVersion(product, name)
	return v.RenderStaff(verb+" "+name, view.ConfirmView(view.Confirmation{
		Above: []view.Link{toProducts(), toProduct(product), {Text: name, Path: path}}, Title: verb + " version " + name + " of " + product,
		Text: text, Facts: facts, Danger: true, Action: path + action, Button: verb + " the version", Back: path,
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

// What the catalogue takes beside ordinary forms: a description, and a page of documentation every character of which
// is escaped; both with the rest of their form.
const (
	maxDescription = 32<<20 + visit.MaxForm
	maxDocument    = 3*catalog.LongestPage + visit.MaxForm
)
