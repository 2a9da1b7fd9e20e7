package web

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/web/address"
)

// TestStaleFormIsRefusedAndKept saves a form after another person has changed the same object. The form comes back with
// a message and its values, and can be saved anyway.
func TestStaleFormIsRefusedAndKept(t *testing.T) {
	p := newPortal(t).stocked(t)
	const product = address.StaffProducts + "/made"
	version := versionForm("v1", "/made")
	document := url.Values{"slug": {"begin"}, "title": {"Begin"}, "markdown": {"Text."}}
	strategy := url.Values{"slug": {"own"}, "kind": {"key"}, "name": {"Own"}, "headers": {"X-Own"}}
	plan := url.Values{
		"slug": {"made-plan"}, "name": {"Made"}, "environment": {"production"}, "opens": {"made/v1"}, "strategy": {"key"}, "approval": {"staff"}, "format": {"hex"},
	}
	for _, made := range []struct {
		path string
		form url.Values
	}{
		{address.Catalogue + "/new-product", madeProduct},
		{product + "/new-version", version},
		{product + "/new-document", document},
		{address.Catalogue + "/new-strategy", strategy},
		{address.Catalogue + "/new-plan", plan},
	} {
		if answer := p.post(t, p.Staff, made.path, made.form); answer.Code != 303 {
			t.Fatalf("%s: %d %s", made.path, answer.Code, answer.Body)
		}
	}
	for name, row := range map[string]struct {
		path, input string
		form        url.Values
	}{
		"product":  {product + "/edit", "description", madeProduct},
		"version":  {product + "/versions/v1/edit", "endpoints.1.timeout", version},
		"document": {product + "/documents/begin", "markdown", document},
		"plan":     {address.StaffPlans + "/made-plan", "description", plan},
		"strategy": {address.StaffStrategies + "/own", "name", strategy},
	} {
		t.Run(name, func(t *testing.T) {
			saving := func(text string, seen ...string) url.Values {
				sent := maps.Clone(row.form)
				sent.Set(row.input, text)
				sent["seen"] = seen
				return sent
			}
			first, second := "41s", "42s"
			seen := hidden(t, p.get(t, p.Staff, row.path).Body.String(), "seen")
			p.Clock.Advance(time.Second)
			if answer := p.post(t, p.Staff, row.path, saving(first, seen)); answer.Code != 303 {
				t.Fatalf("the first change: %d %s", answer.Code, answer.Body)
			}
			late := p.post(t, p.Staff, row.path, saving(second, seen))
			expect(t, late, 409, "someone else changed this", second)
			if strings.Contains(late.Body.String(), `name="seen"`) {
				t.Error("the refused form still has the old state, so that it cannot be saved again")
			}
			expect(t, p.get(t, p.Staff, row.path), 200, first)
			if answer := p.post(t, p.Staff, row.path, saving(second)); answer.Code != 303 {
				t.Fatalf("saving the refused form again: %d %s", answer.Code, answer.Body)
			}
			expect(t, p.get(t, p.Staff, row.path), 200, second)
		})
	}
}

// TestDocumentSlugCanChange checks that a change of only a page's slug is saved.
func TestDocumentSlugCanChange(t *testing.T) {
	p := newPortal(t).stocked(t)
	const product = address.StaffProducts + "/made"
	p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct)
	page := url.Values{"slug": {"begin"}, "title": {"Begin"}, "markdown": {"Text."}}
	p.post(t, p.Staff, product+"/new-document", page)
	page.Set("slug", "beginning")
	expectRedirect(t, p.post(t, p.Staff, product+"/documents/begin", page), product+"?done=saved")
	expect(t, p.get(t, p.Staff, product+"/documents/begin"), 404)
	expect(t, p.get(t, p.Staff, product+"/documents/beginning"), 200, "Begin")
}
