package web

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/web/address"
)

// inputs returns the form of the settings with only these changes.
func inputs(settings site.Settings, changes url.Values) url.Values {
	form := url.Values{
		"revision": {"0"}, "name": {settings.Name}, "welcome": {settings.Welcome}, "support": {settings.Support},
		"areas": {"home", "apis", "profile"}, "theme": {""},
	}
	for name, values := range changes {
		form[name] = values
	}
	return form
}

func (p *portal) upload(t *testing.T, who identity.Principal, path string, content []byte) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	part, err := parts.CreateFormFile("image", "../../logo.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = parts.Close()
	request := p.as(t, who, http.MethodPost, path, nil)
	signed := httptest.NewRequest(http.MethodPost, "http://portal.example"+path, &body)
	signed.Header = request.Header
	signed.Header.Set("Content-Type", parts.FormDataContentType())
	return p.send(signed)
}

// countedBody counts the bytes of a request that are read.
type countedBody struct {
	io.Reader
	read int
}

func (b *countedBody) Read(into []byte) (int, error) {
	n, err := b.Reader.Read(into)
	b.read += n
	return n, err
}

// TestForbiddenFilesAreNotRead checks that a caller without the permission is refused before the file is read, which
// can be long and slow.
func TestForbiddenFilesAreNotRead(t *testing.T) {
	p := newPortal(t)
	p.stock(t, manifest)
	for _, path := range []string{address.Settings + "/logo", address.StaffVersion("parcels", "1") + "/description"} {
		for caller, want := range map[*identity.Principal]int{&p.Support: http.StatusForbidden, &p.Owner: http.StatusForbidden} {
			const boundary = "mark"
			body := &countedBody{Reader: io.MultiReader(
				strings.NewReader("--"+boundary+"\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"),
				bytes.NewReader(make([]byte, 256<<10)),
			)}
			request := httptest.NewRequest(http.MethodPost, "http://portal.example"+path, body)
			request.Header = p.as(t, *caller, http.MethodPost, path, nil).Header
			request.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
			if answer := p.send(request); answer.Code != want || body.read > 0 {
				t.Errorf("%s answers %d and reads %d bytes, want %d and none", path, answer.Code, body.read, want)
			}
		}
	}
}

func TestSettingsApplyAtOnceAndAreEscaped(t *testing.T) {
	p := newPortal(t)
	hostile := `</title><script>alert(1)</script>"}body{background:url(//evil.example)}`
	answer := p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{
		"name": {hostile[:58]}, "terms": {"Be **kind**.\n\n<script>alert(2)</script>"}, "support": {"help@portal.example"},
		"light_color": {"#0B57A4"}, "theme": {"dark"}, "areas": {"home"},
	}))
	expect(t, answer, http.StatusSeeOther)
	page := p.get(t, p.Visitor, "/sign-in")
	expect(t, page, http.StatusOK, `data-theme="dark"`, `href="/terms"`, "&lt;script&gt;", "help@portal.example", address.BrandColors+"?v=")
	for _, unwanted := range []string{"<script>alert", `href="/apis"`, "style="} {
		if strings.Contains(page.Body.String(), unwanted) {
			t.Errorf("the page contains %q", unwanted)
		}
	}
	expect(t, p.get(t, p.Visitor, "/terms"), http.StatusOK, "<strong>kind</strong>")
	if strings.Contains(p.get(t, p.Visitor, "/terms").Body.String(), "alert(2)") {
		t.Error("the page contains a script of the terms")
	}
	sheet := regexp.MustCompile(`/brand/colors\.css\?v=[0-9a-f]+`).FindString(page.Body.String())
	answer = p.get(t, p.Visitor, sheet)
	expect(t, answer, http.StatusOK, "--accent:#0b57a4;--accent-content:#ffffff;--accent-text:#0b57a4}")
	if kept := answer.Header().Get("Cache-Control"); kept != "public, max-age=31536000, immutable" {
		t.Errorf("with the digest, Cache-Control of the stylesheet is %q", kept)
	}
	if kept := p.get(t, p.Visitor, address.BrandColors+"?v=0").Header().Get("Cache-Control"); kept != "no-store" {
		t.Errorf("with another digest, Cache-Control of the stylesheet is %q", kept)
	}
}

func TestBadColorsAreRefusedAndNotInjected(t *testing.T) {
	p := newPortal(t)
	for color, want := range map[string]string{
		"red": "must be written as #rrggbb", "#0b57a4}body{color:red": "must be written as #rrggbb",
	} {
		expect(t, p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{"light_color": {color}})), http.StatusUnprocessableEntity, want)
		sheet := p.get(t, p.Staff, address.Settings+"/preview.css?light="+url.QueryEscape(color)).Body.String()
		if strings.Contains(sheet, "body") || strings.Contains(sheet, "red") {
			t.Errorf("the stylesheet of the preview with colour %s is %s", color, sheet)
		}
	}
	preview := p.as(t, p.Staff, http.MethodPost, address.Settings+"/preview", inputs(site.Defaults(), url.Values{"name": {"Not saved"}, "light_color": {"#ff"}}))
	preview.Header.Set("HX-Request", "true")
	expect(t, p.send(preview), http.StatusOK, "Not saved", "must be written as #rrggbb", "preview.css?dark=&amp;light=%23ff")
	expect(t, p.get(t, p.Visitor, "/"), http.StatusOK, "Developer portal")
}

// TestTheTokensHaveTheSurfacesAndTheAccentOfTheDomain compares the stylesheet with the domain: the surfaces that
// accents are derived for, and Portico's own accent.
func TestTheTokensHaveTheSurfacesAndTheAccentOfTheDomain(t *testing.T) {
	text, err := os.ReadFile("styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for at, theme := range []site.Theme{site.ThemeLight, site.ThemeDark} {
		surfaces, own := site.Surfaces(theme), site.AccentOf("", theme)
		for name, want := range map[string]site.Color{
			"--color-base-100": surfaces[0], "--color-base-200": surfaces[1], "--chosen": surfaces[2],
			"--accent": own.Fill, "--accent-text": own.Text,
		} {
			found := regexp.MustCompile(`(?m)^\s*` + name + `: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`).FindSubmatch(text)
			if len(found) != 3 || string(found[1+at]) != string(want) {
				t.Errorf("in the %s theme, %s is %q, want %s", theme, name, found, want)
			}
		}
	}
}

func TestLinksStayReadableInEveryColor(t *testing.T) {
	p := newPortal(t)
	form := inputs(site.Defaults(), url.Values{"light_color": {"#f5e663"}})
	note := regexp.MustCompile(`<p class="state warn" id="light_color-accent"( hx-swap-oob="true")?><svg .+?</svg> *<span>1.2:1 on white. Links will use #7a6900.</span></p>`)
	preview := p.as(t, p.Staff, http.MethodPost, address.Settings+"/preview", form)
	preview.Header.Set("HX-Request", "true")
	shown := p.send(preview).Body.String()
	if found := note.FindStringSubmatch(shown); len(found) != 2 || found[1] == "" || !strings.Contains(shown, `fill="#f5e663"`) {
		t.Errorf("the preview replaces no note: %s", shown)
	}
	expect(t, p.post(t, p.Staff, address.Settings, form), http.StatusSeeOther)
	if found := note.FindStringSubmatch(p.get(t, p.Staff, address.Settings).Body.String()); len(found) != 2 || found[1] != "" {
		t.Errorf("the page has no note: %q", found)
	}
	sheet := regexp.MustCompile(`/brand/colors\.css\?v=[0-9a-f]+`).FindString(p.get(t, p.Visitor, "/").Body.String())
	expect(t, p.get(t, p.Visitor, sheet), http.StatusOK,
		"[data-theme=light]{--accent:#f5e663;--accent-content:#0b0e12;--accent-text:#7a6900}",
		"[data-theme=dark]{--accent:#86b2ff;--accent-content:#0b0e12;--accent-text:#86b2ff}")
}

func TestConcurrentSettingsChangeIsShown(t *testing.T) {
	p := newPortal(t)
	expect(t, p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{"name": {"First"}})), http.StatusSeeOther)
	late := p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{"name": {"Second"}}))
	expect(t, late, http.StatusConflict, "Another person has changed", "<dd>First</dd>", `value="Second"`, `name="revision" value="1"`)
	again := inputs(site.Defaults(), url.Values{"name": {"Second"}, "revision": {"1"}})
	expect(t, p.post(t, p.Staff, address.Settings, again), http.StatusSeeOther)
	expect(t, p.get(t, p.Visitor, "/"), http.StatusOK, "Second")
}

func TestSettingsOfFilesAreReadOnly(t *testing.T) {
	p := newPortal(t).stocked(t) // with a name and a support contact in the files
	page := p.get(t, p.Staff, address.Settings)
	expect(t, page, http.StatusOK, "Set in portico.yaml", `name="welcome"`)
	if strings.Contains(page.Body.String(), `name="name"`) {
		t.Error("the form has an input for the name, which files own")
	}
	answer := p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{"revision": {"1"}, "name": {"Mine"}, "welcome": {"Hello there"}}))
	expect(t, answer, http.StatusSeeOther)
	expect(t, p.get(t, p.Visitor, "/"), http.StatusOK, "Acme Portal", "Hello there")
}

func TestStaffTurnOffOneDialect(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.Dialects = []site.Dialect{site.Konnect, site.Tyk} })
	before := site.Defaults()
	before.DialectsOff = []site.Dialect{site.Idunox}
	if err := p.Site.ChangeSettings(p.As(p.Staff), before); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Staff, address.Settings), http.StatusOK, `name="dialects" value="konnect" checked`, `name="dialects" value="tyk" checked`)
	answer := p.post(t, p.Staff, address.Settings, inputs(before, url.Values{"revision": {"1"}, "dialects": {"tyk"}}))
	expect(t, answer, http.StatusSeeOther)
	after, err := p.Site.Settings(t.Context())
	if err != nil || after.Speaks(site.Konnect) || !after.Speaks(site.Tyk) || after.Speaks(site.Idunox) {
		t.Errorf("the dialects that are off: %v, %v", after.DialectsOff, err)
	}
}

func TestPartnerHostOpensOnKeys(t *testing.T) {
	p := newPortal(t)
	expect(t, p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{"partner_host": {"Partners.Example"}})), http.StatusSeeOther)
	for host, want := range map[string]int{"partners.example": http.StatusSeeOther, "portal.example": http.StatusOK} {
		request := p.as(t, p.Owner, http.MethodGet, "/", nil)
		request.Host = host
		answer := p.send(request)
		expect(t, answer, want)
		if want == http.StatusSeeOther && answer.Header().Get("Location") != "/profile" {
			t.Errorf("the partner host redirects to %s, want /profile", answer.Header().Get("Location"))
		}
	}
	p.site.server.Config.PortalURL = "https://Partners.example"
	request := p.as(t, p.Owner, http.MethodGet, "/", nil)
	request.Host = "partners.example"
	expect(t, p.send(request), http.StatusOK)
}

// TestPartnerHostHasItsOwnSessions signs a person in there and sends a form, as browsers do over plain HTTP.
func TestPartnerHostHasItsOwnSessions(t *testing.T) {
	p := newPortal(t)
	expect(t, p.post(t, p.Staff, address.Settings, inputs(site.Defaults(), url.Values{"partner_host": {"partners.example"}})), http.StatusSeeOther)
	send := func(path, origin string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
		request := p.as(t, p.Visitor, http.MethodPost, path, form)
		request.Host = "partners.example"
		request.Header.Set("Origin", origin)
		for _, cookie := range cookies {
			request.AddCookie(cookie)
		}
		return p.send(request)
	}
	signIn := credentials(p.Owner.Name, testkit.Password)
	expect(t, send("/sign-in", "http://portal.example", signIn), http.StatusForbidden)
	answer := send("/sign-in", "http://partners.example", signIn)
	expect(t, answer, http.StatusSeeOther)
	cookies := answer.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Domain != "" {
		t.Fatalf("cookies: %v, want one without a domain", cookies)
	}
	expect(t, send("/sign-out", "http://portal.example", url.Values{}, cookies...), http.StatusForbidden)
	expectRedirect(t, send("/sign-out", "http://partners.example", url.Values{}, cookies...), "/sign-in?done=signed-out")
}

func TestPicturesAreServedWithoutScripts(t *testing.T) {
	p := newPortal(t)
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	polyglot := append(drawn.Bytes(), "<script>alert(1)</script>"...)
	for name, test := range map[string]struct {
		content []byte
		media   string
	}{
		"PNG": {polyglot, "image/png"},
		"SVG": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`), "image/svg+xml"},
	} {
		expect(t, p.upload(t, p.Staff, address.Settings+"/logo", test.content), http.StatusSeeOther)
		path := regexp.MustCompile(`/brand/logo\?v=[0-9a-f]{64}`).FindString(p.get(t, p.Visitor, "/sign-in").Body.String())
		answer := p.get(t, p.Visitor, path)
		expect(t, answer, http.StatusOK)
		for header, want := range map[string]string{
			"Content-Type": test.media, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable",
		} {
			if got := answer.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if name == "PNG" && strings.Contains(answer.Body.String(), "script") {
			t.Error("data after the pixels is served")
		}
	}
	for range 2 {
		expect(t, p.post(t, p.Staff, address.Settings+"/logo/remove", nil), http.StatusSeeOther)
	}
	expect(t, p.get(t, p.Visitor, "/brand/logo"), http.StatusNotFound)
}

func TestInvalidPicturesAreRefused(t *testing.T) {
	p := newPortal(t)
	expect(t, p.upload(t, p.Owner, address.Settings+"/logo", []byte("GIF89a")), http.StatusForbidden)
	expect(t, p.upload(t, p.Staff, address.Settings+"/none", []byte("GIF89a")), http.StatusNotFound)
	expect(t, p.upload(t, p.Staff, address.Settings+"/cover", []byte("GIF89a")), http.StatusUnprocessableEntity, "is neither PNG, JPEG, WebP nor SVG")
	expect(t, p.upload(t, p.Staff, address.Settings+"/cover", nil), http.StatusUnprocessableEntity, "choose a file")
	expect(t, p.upload(t, p.Staff, address.Settings+"/cover", make([]byte, site.MaxImage+1)), http.StatusUnprocessableEntity, "more than 512 KiB")
	expect(t, p.upload(t, p.Staff, address.Settings+"/cover", make([]byte, site.MaxImage+64<<10)), http.StatusRequestEntityTooLarge, "at most 512 KiB")
}

func TestPublicSettingAppliesAtOnce(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.Dialects = site.Dialects() })
	p.stock(t, strings.Replace(manifest, "{teams: [Acme]}", "public", 1))
	for revision, public := range []string{"yes", "no"} {
		form := inputs(site.Defaults(), url.Values{"revision": {[]string{"1", "2"}[revision]}, "public": {public}, "konnect_public": {public}})
		expect(t, p.post(t, p.Staff, address.Settings, form), http.StatusSeeOther)
		if settings, err := p.Site.Settings(t.Context()); err != nil || settings.KonnectPublic != (public == "yes") {
			t.Errorf("with konnect_public set to %s, clients are told %v, %v", public, settings.KonnectPublic, err)
		}
		for path, text := range map[string]string{
			"/apis": "Parcels", "/search?q=parcels": "/apis/parcels", "/sitemap.xml": "/apis/parcels", "/llms.txt": "/apis/parcels",
		} {
			if seen := strings.Contains(p.get(t, p.Visitor, path).Body.String(), text); seen != (public == "yes") {
				t.Errorf("with public set to %s, a visitor sees the API in %s: %v", public, path, seen)
			}
		}
	}
}

// TestBrandHasALogoOfEachThemeAndAFavicon checks what every page links to once staff have uploaded the pictures.
func TestBrandHasALogoOfEachThemeAndAFavicon(t *testing.T) {
	p := newPortal(t)
	expect(t, p.get(t, p.Visitor, "/sign-in"), http.StatusOK, `<link rel="icon" href="/icon.svg" type="image/svg+xml">`)
	for _, slot := range site.ImageSlots() {
		drawn := `<svg xmlns="http://www.w3.org/2000/svg"><title>` + string(slot) + `</title></svg>`
		expect(t, p.upload(t, p.Staff, address.Settings+"/"+string(slot), []byte(drawn)), http.StatusSeeOther)
		expect(t, p.get(t, p.Visitor, "/brand/"+string(slot)), http.StatusOK, "<title>"+string(slot)+"</title>")
	}
	page := p.get(t, p.Visitor, "/sign-in").Body.String()
	for _, want := range []string{
		`<link rel="icon" href="/brand/favicon\?v=[0-9a-f]{64}" type="image/svg\+xml">`,
		`<span class="for-light"><img src="/brand/logo\?v=[0-9a-f]{64}" alt="Developer portal"`,
		`<span class="for-dark"><img src="/brand/logo_dark\?v=[0-9a-f]{64}" alt="Developer portal"`,
	} {
		if !regexp.MustCompile(want).MatchString(page) {
			t.Errorf("the page has no %s:\n%s", want, page)
		}
	}
}

func TestUnsavedSettingsAreCounted(t *testing.T) {
	p := newPortal(t)
	saved := site.Defaults()
	saved.Welcome = "As files write it.\n" // forms drop the line break
	if err := p.Site.ChangeSettings(p.As(p.Staff), saved); err != nil {
		t.Fatal(err)
	}
	if page := p.get(t, p.Staff, address.Settings).Body.String(); strings.Contains(page, "unsaved change<") || strings.Contains(page, "data-changed") {
		t.Error("the saved settings have unsaved changes")
	}
	form := inputs(saved, url.Values{"revision": {"1"}, "areas": {"home", "apis", "applications", "usage", "profile"}, "staff_mail": {"yes"}, "support": {"nobody"}, "name": {"Mine"}})
	refused := p.post(t, p.Staff, address.Settings, form)
	expect(t, refused, http.StatusUnprocessableEntity, "2 unsaved changes")
	if n := strings.Count(refused.Body.String(), "data-changed"); n != 2 {
		t.Errorf("%d settings are marked as changed, want 2", n)
	}
}

func TestMailToStaffCanBeTurnedOff(t *testing.T) {
	p := newPortal(t)
	saved := func() site.Settings {
		settings, err := p.Site.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return settings
	}
	expect(t, p.get(t, p.Staff, address.Settings), http.StatusOK, `id="staff_mail" name="staff_mail" value="yes" checked`)
	expect(t, p.post(t, p.Staff, address.Settings, inputs(saved(), nil)), http.StatusSeeOther)
	if !saved().StaffMailOff {
		t.Error("mail to staff is still on")
	}
	form := inputs(saved(), url.Values{"staff_mail": {"yes"}, "revision": {strconv.FormatInt(saved().Revision, 10)}})
	expect(t, p.post(t, p.Staff, address.Settings, form), http.StatusSeeOther)
	if saved().StaffMailOff {
		t.Error("mail to staff is still off")
	}
}
