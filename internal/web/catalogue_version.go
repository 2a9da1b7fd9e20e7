package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/quantity"
)

func staffVersionPath(product, version string) string {
	return staffProductPath(product) + "/versions/" + url.PathEscape(version)
}

func staffVersionPage(v *visit) error {
	found, err := v.config.Catalog.StaffVersion(v.request.Context(), v.pathPart("product"), v.pathPart("version"))
	if err != nil {
		return err
	}
	return v.renderStaff("Version "+found.Version.Name, staffVersionView(found, v.catalogueNotice()))
}

// mostEndpoints is how many rows of a form are looked at.
const mostEndpoints = 50

const endpointRows = "endpoints"

var refusalChoices = []choice{{"apim", "As API Management does (apim)"}}

// endpointValues writes where a version is called into a form.
func endpointValues(version catalog.Version) url.Values {
	values := url.Values{seenInput: {stamp(version.UpdatedAt)}}
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

func newVersionPage(v *visit) error {
	found, err := v.config.Catalog.StaffProduct(v.request.Context(), v.pathPart("product"))
	if err != nil {
		return err
	}
	form := typed{Values: url.Values{}, File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.renderStaff("New version", newVersionView(found.Product.Slug, form))
}

func createVersion(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	product, form := v.pathPart("product"), typed{Values: sent}
	made, err := v.config.Catalog.CreateVersion(v.request.Context(), versionInput(product, strings.TrimSpace(sent.Get("name")), form))
	switch {
	case err == nil:
		return v.redirect(staffVersionPath(product, made.Name) + "?done=created")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	return v.renderStaffAs(v.refusedForm(err), "New version", newVersionView(product, form.refusedAs(err)))
}

func editVersionPage(v *visit) error {
	found, err := v.config.Catalog.StaffVersion(v.request.Context(), v.pathPart("product"), v.pathPart("version"))
	if err != nil {
		return err
	}
	form := typed{Values: endpointValues(found.Version), File: fileOf(found.Product.ManagedBy, found.Product.File)}
	return v.renderStaff("Edit version "+found.Version.Name, editVersionView(found.Product.Slug, found.Version.Name, form))
}

func updateVersion(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	product, name, form := v.pathPart("product"), v.pathPart("version"), typed{Values: sent}
	_, err = v.config.Catalog.UpdateVersion(v.request.Context(), versionInput(product, name, form))
	switch {
	case err == nil:
		return v.redirect(staffVersionPath(product, name) + "?done=saved")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	return v.renderStaffAs(v.refusedForm(err), "Edit version "+name, editVersionView(product, name, form.refusedAs(err)))
}

func publishVersion(v *visit) error {
	published, done, err := v.publication()
	if err != nil {
		return err
	}
	product, name := v.pathPart("product"), v.pathPart("version")
	if _, err := v.config.Catalog.PublishVersion(v.request.Context(), product, name, published); err != nil {
		return err
	}
	return v.redirect(staffVersionPath(product, name) + done)
}

func unpublishVersionPage(v *visit) error {
	product, name := v.pathPart("product"), v.pathPart("version")
	reach, err := v.config.Access.ReachOfProduct(v.request.Context(), product, name)
	if err != nil {
		return err
	}
	return v.confirmVersion("Unpublish", "/publication", reachFacts(reach),
		"Nobody but staff sees the version any more, and the gateway refuses its calls from now on. Subscriptions and keys stay, and work again when you publish it again.")
}

func deleteVersionPage(v *visit) error {
	product, name := v.pathPart("product"), v.pathPart("version")
	deletion, err := v.config.Access.DeletionOfProduct(v.request.Context(), product, name)
	if err != nil {
		return err
	}
	return v.confirmVersion("Delete", "/deletion", deletionFacts(deletion),
		"The version goes, its base paths are free, and the gateway refuses its calls from now on. "+openNothing)
}

func (v *visit) confirmVersion(verb, action string, facts []fact, text string) error {
	product, name := v.pathPart("product"), v.pathPart("version")
	path := staffVersionPath(product, name)
	return v.renderStaff(verb+" "+name, confirmView(confirmation{
		Above: []link{toProducts(), toProduct(product), {Text: name, Path: path}}, Title: verb + " version " + name + " of " + product,
		Text: text, Facts: facts, Danger: true, Action: path + action, Button: verb + " the version", Back: path,
	}))
}

func deleteVersion(v *visit) error {
	product := v.pathPart("product")
	if err := v.config.Access.DeleteVersion(v.request.Context(), product, v.pathPart("version")); err != nil {
		return err
	}
	return v.redirect(staffProductPath(product) + "?done=deleted")
}

func endpointName(row int) string { return "Environment " + strconv.Itoa(row+1) }

// largeForms are what is sent to the catalogue that is larger than a form: descriptions, and pages of documentation.
func largeForms(r *http.Request) int64 {
	const (
		around       = 64 << 10 // what a form has around its file
		largestSpec  = 32<<20 + around
		largestPages = 3*catalog.LongestPage + around // every character of it escaped
	)
	path, ofProducts := strings.CutPrefix(r.URL.Path, productsPath+"/")
	switch {
	case r.Method != http.MethodPost || !ofProducts:
		return maxForm
	case strings.HasSuffix(path, "/description"):
		return largestSpec
	case strings.HasSuffix(path, "/new-document") || strings.Contains(path, "/documents/"):
		return largestPages
	}
	return maxForm
}
