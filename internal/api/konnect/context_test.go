package konnect_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// TestEveryOperationIsMounted checks that the routes and the document list the same operations.
func TestEveryOperationIsMounted(t *testing.T) {
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	mounted := map[string]bool{}
	made, err := konnect.New(konnect.Config{PortalURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	err = chi.Walk(made.Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		mounted[method+" "+route] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for operation, route := range operations(document) {
		if _, others := elsewhere[operation]; mounted[route] == others {
			t.Errorf("%s (%s): mounted is %v, belongs to another capability is %v", operation, route, mounted[route], others)
		}
		delete(mounted, route)
	}
	for _, route := range slices.Sorted(maps.Keys(mounted)) {
		if !isExcepted(route, http.StatusOK, "text/css") && !isExcepted(route, http.StatusOK, "image/svg+xml") {
			t.Errorf("%s is mounted, but is neither in the document nor an exception", route)
		}
	}
}

func TestPortalContext(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.client()
		before := c.want(t, http.StatusOK, "PortalApi.getPortalContext", nil)
		if before.at("is_public") != false || before.at("rbac_enabled") != true || before.at("basic_auth_enabled") != true ||
			before.at("allowed_time_period") != "90d" || before.text("canonical_domain") != strings.TrimPrefix(p.PortalURL, "http://") {
			t.Errorf("the context is %v", before.Body)
		}
		c.cookies["portalaccesstoken"] = &http.Cookie{Value: "expired", Path: "/"}
		p.change(t, func(s *site.Settings) {
			s.KonnectPublic, s.Name, s.CoverText, s.Welcome, s.LightColor = true, "Käse", "Ship from code", "Come in.", "#0a5c36"
		})
		after := c.want(t, http.StatusOK, "PortalApi.getPortalContext", nil)
		if after.text("portal_id") != before.text("portal_id") || after.at("is_public") != true || after.at("rbac_enabled") != false || after.text("name") != "Käse" {
			t.Errorf("the context is %v, was %v", after.Body, before.Body)
		}

		appearance := c.want(t, http.StatusOK, "PortalApi.getPortalAppearance", nil)
		catalog, _ := appearance.at("variables", "catalog").(object)
		if appearance.text("variables", "catalog", "welcome_message", "text") != "Come in." || catalog["cover"] != nil ||
			appearance.text("variables", "catalog", "primary_header", "text") != "Ship from code" ||
			appearance.text("stylesheets", "global", "main", "data", "portico", "text_colors", "link", "value") != "#0a5c36" {
			t.Errorf("the appearance is %v", appearance.Body)
		}
		for _, picture := range []string{"PortalApi.getPortalLogo", "PortalApi.getPortalCatalogCover"} {
			if got := c.want(t, http.StatusOK, picture, nil); got.Headers["content-type"] != "image/png" {
				t.Errorf("%s: %v", picture, got.Headers)
			}
		}
		var drawn bytes.Buffer
		if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
			t.Fatal(err)
		}
		if err := p.Services.Site.ChangeImage(system(), site.NewImage{Slot: site.CoverSlot, Read: reading(drawn.Bytes())}); err != nil {
			t.Fatal(err)
		}
		if appearance := c.want(t, http.StatusOK, "PortalApi.getPortalAppearance", nil); appearance.text("variables", "catalog", "cover", "url") == "" {
			t.Errorf("the appearance is %v", appearance.Body)
		}
		webp := "RIFF\x16\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		for call, picture := range map[string]site.NewImage{
			"PortalApi.getPortalLogo":         {Slot: site.LogoSlot, Read: reading([]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`))},
			"PortalApi.getPortalCatalogCover": {Slot: site.CoverSlot, Read: reading([]byte(webp))},
		} {
			if err := p.Services.Site.ChangeImage(system(), picture); err != nil {
				t.Fatal(err)
			}
			if got := c.want(t, http.StatusOK, call, nil); !strings.HasPrefix(got.Headers["content-security-policy"], "default-src 'none'") {
				t.Errorf("%s: %v", call, got.Headers)
			}
		}
		for path, holds := range map[string]string{
			"portal/stylesheet.css":      "--text_colors-link:#0a5c36;",
			"portal/stylesheet/font.css": "--font-code:",
			"portal/favicon.ico":         "<svg",
		} {
			answer := ask(t, http.MethodGet, p.url+konnect.Prefix+path, nil)
			if answer.status != http.StatusOK || !strings.Contains(answer.body, holds) {
				t.Errorf("%s: %d %q", path, answer.status, answer.body)
			}
		}
		own := `<svg xmlns="http://www.w3.org/2000/svg"><title>own</title></svg>`
		if err := p.Services.Site.ChangeImage(system(), site.NewImage{Slot: site.FaviconSlot, Read: reading([]byte(own))}); err != nil {
			t.Fatal(err)
		}
		if answer := ask(t, http.MethodGet, p.url+konnect.Prefix+"portal/favicon.ico", nil); answer.body != own {
			t.Errorf("the favicon is %q, want %q", answer.body, own)
		}
	})
}

// plain is the response to a request that the library cannot make.
type plain struct {
	status int
	header http.Header
	body   string
}

// reading returns the Read of a picture with this content.
func reading(content []byte) func() ([]byte, error) {
	return func() ([]byte, error) { return content, nil }
}

func ask(t *testing.T, method, address string, headers map[string]string) plain {
	t.Helper()
	return send(t, method, address, "", headers)
}

func send(t *testing.T, method, address, body string, headers map[string]string) plain {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return plain{response.StatusCode, response.Header, string(text)}
}

func TestCrossOriginRequests(t *testing.T) {
	p := startPortalOnSQLite(t)
	const authenticate = konnect.Prefix + "developer/authenticate"
	credentials := `{"username":"` + demo.Developer + `","password":"` + demo.DefaultPassword + `"}`
	from := func(origin string) map[string]string {
		return map[string]string{"Origin": origin, "Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}
	}
	got := send(t, http.MethodPost, p.url+authenticate, credentials, from(front))
	if got.status != http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != front || got.header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("signing in from a trusted origin: %+v", got)
	}
	checkCookies(t, got.header, http.SameSiteNoneMode)
	got = send(t, http.MethodPost, p.url+authenticate, credentials, from("https://evil.example"))
	if got.status != http.StatusForbidden || got.header.Get("Access-Control-Allow-Origin") != "" || len(got.header.Values("Set-Cookie")) > 0 {
		t.Errorf("signing in from another origin: %+v", got)
	}
	preflight := from(front)
	preflight["Access-Control-Request-Method"] = http.MethodPatch
	got = ask(t, http.MethodOptions, p.PortalURL+konnect.Prefix+"applications", preflight)
	if got.status != http.StatusNoContent || !strings.Contains(got.header.Get("Access-Control-Allow-Methods"), http.MethodPatch) {
		t.Errorf("a preflight from a trusted origin: %+v", got)
	}

	alone := startPortalOnSQLite(t, func(c *config.Config) { c.TrustedOrigins = nil })
	got = send(t, http.MethodPost, alone.url+authenticate, credentials, map[string]string{"Content-Type": "application/json"})
	checkCookies(t, got.header, http.SameSiteLaxMode)
}

func checkCookies(t *testing.T, header http.Header, sameSite http.SameSite) {
	t.Helper()
	paths := map[string]string{"portalaccesstoken": "/", "portalrefreshtoken": "/api/v2/developer"}
	for _, line := range header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil || cookie.Path != paths[cookie.Name] || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != sameSite ||
			cookie.Expires.IsZero() || cookie.Domain != "" {
			t.Errorf("%s: %v", line, err)
		}
		delete(paths, cookie.Name)
	}
	if len(paths) > 0 {
		t.Errorf("no cookies %v", paths)
	}
}

func TestUnknownPathsAndMethodsReturnProblems(t *testing.T) {
	p := startPortalOnSQLite(t)
	for call, status := range map[string]int{"GET /api/v2/nothing": http.StatusNotFound, "DELETE /api/v2/portal": http.StatusMethodNotAllowed} {
		method, path, _ := strings.Cut(call, " ")
		if got := ask(t, method, p.url+path, nil); got.status != status || got.header.Get("Content-Type") != problemMedia {
			t.Errorf("%s: %+v", call, got)
		}
	}
	if allowed := ask(t, http.MethodDelete, p.url+"/api/v2/portal", nil).header.Values("Allow"); !slices.Contains(allowed, http.MethodGet) {
		t.Errorf("the Allow header for DELETE is %v", allowed)
	}
	silent := startPortalOnSQLite(t, func(c *config.Config) { c.Dialects = []string{"tyk"} })
	if got := ask(t, http.MethodGet, silent.PortalURL+"/api/v2/portal", nil); got.status != http.StatusNotFound || got.header.Get("Content-Type") == problemMedia {
		t.Errorf("a portal with the protocol switched off: %+v", got)
	}
}

// startPortalOnSQLite starts a portal for tests that do not depend on the database.
func startPortalOnSQLite(t *testing.T, changes ...func(*config.Config)) *portal {
	t.Helper()
	return startPortal(t, testkit.EmptySQLite(t), changes...)
}
