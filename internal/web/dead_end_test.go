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
