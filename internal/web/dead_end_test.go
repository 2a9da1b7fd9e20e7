package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// TestTooLargeFormsLeadBack sends forms that exceed their maximum size.
func TestTooLargeFormsLeadBack(t *testing.T) {
	p := newPortalWithVersion(t)
	for _, test := range []struct {
		path, from string
		size       int
		limit      string
	}{
		{address.Catalogue + "/new-product", address.Catalogue + "/new-product?from=list", 65 << 10, "at most 64 KiB"},
		{address.StaffProduct("made") + "/new-document", address.StaffProduct("made") + "/new-document", 4 << 20, "at most 3136 KiB"},
		{address.Settings, address.Settings, 600 << 10, "at most 576 KiB"},
	} {
		request := p.as(t, p.Staff, http.MethodPost, test.path, url.Values{"description": {strings.Repeat("x", test.size)}})
		request.Header.Set("Referer", "http://portal.example"+test.from)
		expect(t, p.send(request), http.StatusRequestEntityTooLarge, test.limit, `href="`+test.from+`">Back to where you were`)
		request = p.as(t, p.Staff, http.MethodPost, test.path, url.Values{"description": {strings.Repeat("x", test.size)}})
		request.Header.Set("Referer", "https://evil.example"+test.from)
		if answer := p.send(request); strings.Contains(answer.Body.String(), "Back to where you were") {
			t.Errorf("%s leads to a page that another site chose", test.path)
		}
	}
	expect(t, p.uploading(t, p.Staff, address.Settings+"/logo", strings.Repeat("x", 600<<10), nil), http.StatusRequestEntityTooLarge,
		"may have at most 512 KiB", `id="name"`)
}

// TestAHiddenAPILooksLikeAnUnknownOne checks that an error page does not reveal which APIs exist.
func TestAHiddenAPILooksLikeAnUnknownOne(t *testing.T) {
	p := newPortal(t)
	p.stock(t, manifest)
	requestID := regexp.MustCompile(`Request <code>[^<]*</code>`)
	page := func(who identity.Principal, product, rest string, texts ...string) string {
		t.Helper()
		answer := p.get(t, who, "/apis/"+product+rest)
		expect(t, answer, http.StatusNotFound, texts...)
		return requestID.ReplaceAllString(strings.ReplaceAll(answer.Body.String(), product, "PRODUCT"), "")
	}
	for _, public := range []bool{false, true} {
		settings, err := p.Site.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		settings.Public = public
		if err := p.Site.ChangeSettings(p.As(p.Staff), settings); err != nil {
			t.Fatal(err)
		}
		for _, rest := range []string{"", "/2", "/2/operations/ask-quote"} {
			signIn := func(product string) string { return address.SignIn("/apis/" + product + rest) }
			hidden := page(p.Visitor, "parcels", rest, "you need to sign in to see it", signIn("parcels"))
			unknown := page(p.Visitor, "nothing", rest, "you need to sign in to see it", signIn("nothing"))
			if hidden != unknown {
				t.Errorf("to a visitor, a hidden API%s differs from an unknown one:\n%s\n%s", rest, hidden, unknown)
			}
			hidden = page(p.OtherOwner, "parcels", rest, "your team may need access: ask help@portal.example")
			if unknown = page(p.OtherOwner, "nothing", rest); hidden != unknown {
				t.Errorf("to another team, a hidden API%s differs from an unknown one:\n%s\n%s", rest, hidden, unknown)
			}
		}
	}
}

// TestPrivatePortalLeadsToSignIn checks the pages that visitors get instead of content that they may not see.
func TestPrivatePortalLeadsToSignIn(t *testing.T) {
	p := newPortal(t)
	p.stock(t, manifest)
	for signUp, text := range map[site.SignUp]string{
		site.SignUpOff: `mailto:help@portal.example`, site.SignUpApproval: "Staff approve each sign-up.", site.SignUpOpen: `href="/sign-up"`,
	} {
		settings, err := p.Site.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		settings.SignUp = signUp
		if err := p.Site.ChangeSettings(p.As(p.Staff), settings); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/", "/apis"} {
			expect(t, p.get(t, p.Visitor, path), http.StatusOK, "Sign in to see our APIs", `href="/sign-in?return_to=%2Fapis"`, "No account yet?", text)
		}
	}
}

func TestRejectedFilterLeadsBack(t *testing.T) {
	p := newPortal(t)
	for _, path := range []string{"/staff/people", "/applications", address.Catalogue} {
		refused := path + "?q=" + strings.Repeat("x", view.LongestFilter+1)
		expect(t, p.get(t, p.Staff, refused), http.StatusUnprocessableEntity, "2000 bytes", `href="`+path+`">Show it without filters`)
		request := p.as(t, p.Staff, http.MethodGet, refused, nil)
		request.Header.Set("Referer", "http://portal.example"+path+"?page=2")
		expect(t, p.send(request), http.StatusUnprocessableEntity, `href="`+path+`?page=2">Back to where you were`)
	}
}

// TestErrorPageShowsTheFailedRequest checks that the page shows the method, the path and the status, and that a path
// brings neither markup nor a secret onto it.
func TestErrorPageShowsTheFailedRequest(t *testing.T) {
	p := newPortal(t)
	ink := regexp.MustCompile(`(?s)<div class="ink">.*?<h1>`)
	for _, test := range []struct {
		method, path string
		status       int
		want         []string
		unwanted     string
	}{
		{http.MethodGet, "/no/such/page?secret=1", http.StatusNotFound, []string{"GET</span> <code>/no/such/page</code>", `answered warn">404 Not Found`, "no_page"}, "secret"},
		{http.MethodGet, "/%3Cscript%3E/%E2%80%AE", http.StatusNotFound, []string{"<code>/%3Cscript%3E/%E2%80%AE</code>"}, "<script>"},
		{http.MethodGet, "/" + strings.Repeat("x", 300), http.StatusNotFound, []string{strings.Repeat("x", 199) + "…</code>"}, strings.Repeat("x", 200)},
		{http.MethodGet, "/set-up/a-secret-token", http.StatusNotFound, []string{"<code>/set-up/{token}</code>"}, "a-secret-token"},
		{http.MethodPost, "/apis", http.StatusMethodNotAllowed, []string{"POST</span> <code>/apis</code>", `answered warn">405 Method Not Allowed`}, ""},
	} {
		answer := p.send(p.as(t, p.Visitor, test.method, test.path, nil))
		expect(t, answer, test.status)
		shown := ink.FindString(answer.Body.String())
		for _, want := range test.want {
			if !strings.Contains(shown, want) {
				t.Errorf("%s %s shows no %s:\n%s", test.method, test.path, want, shown)
			}
		}
		if test.unwanted != "" && strings.Contains(shown, test.unwanted) {
			t.Errorf("%s %s shows %s", test.method, test.path, test.unwanted)
		}
	}
}
