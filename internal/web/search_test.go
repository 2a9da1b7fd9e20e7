package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/identity"
)

// list requests results as the field does while the visitor types.
func (p *portal) list(t *testing.T, who identity.Principal, query string) *httptest.ResponseRecorder {
	t.Helper()
	request := p.as(t, who, http.MethodGet, "/search?q="+url.QueryEscape(query), nil)
	request.Header.Set("HX-Request", "true")
	return p.send(request)
}

func TestSearchLinksToResults(t *testing.T) {
	p := newPortal(t).stocked(t)
	for query, want := range map[string]string{
		"parcels": `href="/apis/parcels"`, "begin": `href="/apis/parcels/documents/begin"`, "parcels 2": `href="/apis/parcels/2"`,
		"quote": `href="/apis/parcels/2/operations/ask-quote"`, "get id": `href="/apis/parcels/1/operations/read-parcel"`,
	} {
		page := p.get(t, p.Owner, "/search?q="+url.QueryEscape(query))
		expect(t, page, http.StatusOK, `<ol class="results">`, want, `value="`+query+`"`)
		list := p.list(t, p.Owner, query)
		expect(t, list, http.StatusOK, `role="listbox"`, `role="option"`, want)
		if strings.Contains(list.Body.String(), "<html") {
			t.Errorf("%q: the list is a whole page", query)
		}
	}
	expect(t, p.get(t, p.Owner, "/search?q=parcels&kind=document"), http.StatusOK, "Nothing matches “parcels”", `href="/search?q=parcels"`)
	expect(t, p.get(t, p.Owner, "/search?q=key"), http.StatusOK, "With a <mark>key</mark>", `<h2 id="found-document">Documents</h2>`)
}

func TestSearchLinksToFields(t *testing.T) {
	p := newPortal(t)
	p.described(t, []byte(zoo))
	const page = "/apis/described/1/operations/admit"
	for query, want := range map[string]string{
		"lock": page + "#Cat.home.cage.door.lock", "photo": page + "?example=multipart%2Fform-data#photo", "tags": page + "#query.tags",
	} {
		for _, answer := range []*httptest.ResponseRecorder{p.list(t, p.Owner, query), p.get(t, p.Owner, "/search?kind=field&q="+query)} {
			expect(t, answer, http.StatusOK, `href="`+want+`"`, "<code>", "Admit an animal · ")
		}
		address, anchor, _ := strings.Cut(want, "#")
		expect(t, p.get(t, p.Owner, address), http.StatusOK, `id="`+anchor+`"`)
	}
}

var optionOfAction = regexp.MustCompile(`id="search-action-\d+"[^>]* href="([^"]+)"`)

// TestActionsAreAllowed opens every page that a search offers.
func TestActionsAreAllowed(t *testing.T) {
	p := newPortal(t)
	offered := map[string][]string{}
	for name, who := range map[string]identity.Principal{
		"visitor": p.Visitor, "viewer": p.Viewer, "member": p.Member, "support": p.Support, "approver": p.Approver, "staff": p.Staff,
	} {
		for _, query := range []string{"sign", "create", "app", "re", "pro", "pass", "team", "staff", "key", "people", "audit", "settings"} {
			for _, found := range optionOfAction.FindAllStringSubmatch(p.list(t, who, query).Body.String(), -1) {
				offered[name] = append(offered[name], found[1])
				if answer := p.get(t, who, found[1]); answer.Code != http.StatusOK {
					t.Errorf("a %s who searches for %q is led to %s: %d", name, query, found[1], answer.Code)
				}
			}
		}
	}
	for _, test := range []struct {
		who, path string
		want      bool
	}{
		{"visitor", "/profile", false}, {"visitor", "/sign-in", true}, {"viewer", "/applications/new", false}, {"viewer", "/profile", true},
		{"member", "/applications/new", true}, {"member", "/staff/audit", false}, {"support", "/staff/settings", false}, {"support", "/staff/people", true},
		{"staff", "/staff/settings", true},
	} {
		if slices.Contains(offered[test.who], test.path) != test.want {
			t.Errorf("a %s is offered %v", test.who, offered[test.who])
		}
	}
}

func TestSearchDoesNotRevealHiddenProducts(t *testing.T) {
	p := newPortal(t).stocked(t)
	for name, who := range map[string]identity.Principal{"a visitor": p.Visitor, "another team": p.OtherOwner} {
		for _, answer := range []*httptest.ResponseRecorder{p.list(t, who, "parcels"), p.get(t, who, "/search?q=parcels")} {
			expect(t, answer, http.StatusOK, "Nothing matches “parcels”")
			if strings.Contains(answer.Body.String(), "/apis/parcels") {
				t.Errorf("%s finds the product of a team", name)
			}
		}
	}
	if list := p.list(t, p.Owner, "id").Body.String(); !strings.Contains(list, "#path.id") {
		t.Errorf("the team does not find the field: %s", list)
	}
	if list := p.list(t, p.OtherOwner, "id").Body.String(); strings.Contains(list, "/apis/parcels") {
		t.Error("another team finds the field")
	}
	expect(t, p.get(t, p.Visitor, "/search?q=parcels"), http.StatusOK, `href="/sign-in?return_to=%2Fsearch%3Fq%3Dparcels"`)
}

func TestVisitorsFindPublicProducts(t *testing.T) {
	p := newPortal(t)
	public := strings.NewReplacer("{teams: [Acme]}", "public", "site: {", "site: {public: true, ").Replace(manifest)
	p.stock(t, public)
	expect(t, p.get(t, p.Visitor, "/search?q=quotes"), http.StatusOK, `href="/apis/parcels/2/operations/ask-quote"`)
}

func TestSearchIsPaged(t *testing.T) {
	p := newPortal(t)
	var paths strings.Builder
	for n := range 60 {
		paths.WriteString("  /boxes/" + strings.Repeat("x", n+1) + ": {get: {responses: {'200': {description: A box.}}}}\n")
	}
	p.publish(t, fstest.MapFS{
		"portico.yaml": {Data: []byte("products: [{slug: boxes, name: Crates, versions: [{name: v1, spec: spec.yaml}]}]")},
		"spec.yaml":    {Data: []byte("openapi: 3.0.3\ninfo: {title: Boxes, version: '1'}\npaths:\n" + paths.String())},
	})
	expect(t, p.get(t, p.Owner, "/search?q=get"), http.StatusOK, `href="/search?kind=operation&amp;q=get" aria-label="All 60 results: Operations"`)
	first := p.get(t, p.Owner, "/search?q=get&kind=operation")
	expect(t, first, http.StatusOK, "60 results", "1–25 of 60", `rel="next" href="/search?kind=operation&amp;page=2&amp;q=get"`)
	if strings.Contains(first.Body.String(), `rel="prev"`) {
		t.Error("the first page links to a previous one")
	}
	expect(t, p.get(t, p.Owner, "/search?q=get&kind=operation&page=3"), http.StatusOK, "51–60 of 60", `rel="prev" href="/search?kind=operation&amp;page=2&amp;q=get"`)
	expect(t, p.get(t, p.Owner, "/search?q=get&kind=operation&page=4"), http.StatusOK, "The results end before this page", `href="/search?kind=operation&amp;q=get"`)
	expect(t, p.list(t, p.Owner, "get"), http.StatusOK, `data-announce="60 results. Choose with the arrow keys."`, "All 60 results", `href="/search?q=get"`)
	for _, bad := range []string{"0", "-1", "x", "99999999999999999999"} {
		expect(t, p.get(t, p.Owner, "/search?q=get&page="+bad), http.StatusUnprocessableEntity, "Pages are numbered")
	}
}

func TestSearchAcceptsAnyText(t *testing.T) {
	p := newPortal(t).stocked(t)
	for _, text := range []string{
		"", "*", `"`, "' OR 1=1", "NEAR(", ":*", "%", "<script>alert(1)</script>", `"><svg onload=alert(1)>`, "{{7*7}}",
	} {
		for _, answer := range []*httptest.ResponseRecorder{p.list(t, p.Owner, text), p.get(t, p.Owner, "/search?q="+url.QueryEscape(text))} {
			expect(t, answer, http.StatusOK)
			if found := activeMarkup(answer.Body.String()); found != "" {
				t.Errorf("%q: the response contains %s", text, found)
			}
		}
	}
	expect(t, p.get(t, p.Owner, "/search"), http.StatusOK, "What are you looking for?")
	long := strings.Repeat("x", 10_000)
	expect(t, p.get(t, p.Owner, "/search?q="+long), http.StatusUnprocessableEntity, "at most 200 characters")
	expect(t, p.list(t, p.Owner, long), http.StatusUnprocessableEntity, "at most 200 characters")
}

func TestEveryPageHasOneSearchField(t *testing.T) {
	p := newPortal(t).stocked(t)
	for _, path := range []string{"/", "/apis", "/search", "/search?q=parcels", "/profile", "/nothing"} {
		if n := strings.Count(p.get(t, p.Viewer, path).Body.String(), "data-search"); n != 1 {
			t.Errorf("%s has %d search fields", path, n)
		}
	}
}
