package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// registrable adds plans to the manifest: version 2 is approved automatically, version 1 by staff.
const registrable = manifest + `
  - slug: two
    name: Two
    environment: production
    strategy: key
    opens: [parcels/2]
    approval: automatic
    registrable: true
    price: {currency: EUR, monthly: "5.00"}
    limits: [{calls: 10, per: team, window: 1m}]
  - slug: one
    name: One
    environment: production
    strategy: key
    opens: [parcels/1]
    approval: staff
    registrable: true
`

func openCounter(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	p.stock(t, registrable)
	return p
}

// hidden returns the value of a hidden input.
func hidden(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no hidden %s:\n%s", name, page)
	}
	return found[1]
}

// made creates an application on the page and returns its path.
func (p *portal) made(t *testing.T, as identity.Principal, name string) string {
	t.Helper()
	answer := p.post(t, as, "/applications/new", url.Values{"name": {name}})
	path, _, _ := strings.Cut(answer.Header().Get("Location"), "?")
	expectRedirect(t, answer, path+"?done=made")
	return path
}

// registers registers the application on the version's page.
func (p *portal) registers(t *testing.T, application, version string) string {
	t.Helper()
	path := "/apis/parcels/" + version + "/register"
	form := p.get(t, p.Member, path).Body.String()
	answer := p.post(t, p.Member, path, url.Values{
		"application": {strings.TrimPrefix(application, "/applications/")}, "version": {hidden(t, form, "version")},
	})
	return answer.Header().Get("Location")
}

func TestCreateAndChangeApplication(t *testing.T) {
	p := openCounter(t)
	expect(t, p.get(t, p.OtherOwner, "/applications"), http.StatusOK, "No applications yet", `href="/applications/new"`)
	lacks(t, p.get(t, p.Viewer, "/applications").Body.String(), `href="/applications/new"`)
	expect(t, p.get(t, p.Staff, "/applications"), http.StatusOK, "You aren&#39;t in a team")
	path := p.made(t, p.Member, "Till")
	expect(t, p.get(t, p.Viewer, path+"?done=made"), http.StatusOK, "Application created. Next, add an API.", "API key", "No APIs yet", "No keys yet")
	page := p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, "For production.", "Create key")
	lacks(t, page.Body.String(), `name="environment"`)

	again := p.post(t, p.Member, "/applications/new", url.Values{"name": {" till"}, "description": {hostile}})
	expect(t, again, http.StatusConflict, "An application with this name already exists", `value=" till"`)
	if found := activeMarkup(again.Body.String()); found != "" {
		t.Errorf("the form contains %s", found)
	}
	expect(t, p.post(t, p.Member, "/applications/new", url.Values{"name": {""}, "redirect_uri": {"back"}}), http.StatusUnprocessableEntity,
		"Name must not be empty", "Redirect address must be an absolute web address", `value="back"`)

	expect(t, p.get(t, p.Member, path+"/edit"), http.StatusOK, `value="Till"`)
	expectRedirect(t, p.post(t, p.Member, path+"/edit", url.Values{"name": {"Till 2"}, "description": {hostile}, "reference_id": {"till-2"}}), path+"?done=changed")
	page = p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, "Till 2", "till-2")
	if found := activeMarkup(page.Body.String()); found != "" {
		t.Errorf("the page contains %s", found)
	}
	doubled := url.Values{"name": {"Till 3"}, "reference_id": {"till-2"}}
	expect(t, p.post(t, p.Member, "/applications/new", doubled), http.StatusConflict, `value="till-2"`, "Reference is taken.", "Another application has this reference id.")
	expect(t, p.get(t, p.Member, "/applications?q=TILL"), http.StatusOK, "1 application", "Till 2")
	expect(t, p.get(t, p.Member, "/applications?q=none"), http.StatusOK, "No application matches")
	expect(t, p.get(t, p.OtherOwner, path), http.StatusNotFound)
	for _, unknown := range []string{"000000000000000000000000", "typo"} { // not the default application either
		expect(t, p.post(t, p.Member, "/applications/"+unknown+"/keys", url.Values{"name": {"A"}}), http.StatusNotFound)
	}
}

func TestRegisterOnPage(t *testing.T) {
	p := openCounter(t)
	product := p.get(t, p.Member, "/apis/parcels")
	expect(t, product, http.StatusOK, `href="/apis/parcels/2/key" aria-label="Get a key for version 2"`, `href="/apis/parcels/1/key" aria-label="Request access for version 1"`,
		`aria-label="Get a key with the plan Two"`)
	expect(t, p.get(t, p.Member, "/apis/parcels/1"), http.StatusOK, `href="/apis/parcels/1/key"`, "Request access", "Acme Production")
	for _, path := range []string{"/apis/parcels", "/apis/parcels/1"} {
		lacks(t, p.get(t, p.Viewer, path).Body.String(), "/key\"")
	}
	expectRedirect(t, p.get(t, p.Visitor, "/apis/parcels/2/key"), "/sign-in?return_to=%2Fapis%2Fparcels%2F2%2Fkey")
	empty := p.get(t, p.Member, "/apis/parcels/2/key")
	expect(t, empty, http.StatusOK, "Get a key for Parcels 2", "Application name", `href="/apis/parcels/1/key">Parcels 1<`)
	lacks(t, empty.Body.String(), "<select")
	made := p.post(t, p.Member, "/applications/new", url.Values{"name": {"Till"}, "return_to": {"/apis/parcels/2/key"}})
	expectRedirect(t, made, "/apis/parcels/2/key")
	expectRedirect(t, p.post(t, p.Member, "/applications/new", url.Values{"name": {"Elsewhere"}, "return_to": {"//evil.example"}}),
		p.path(t, "Elsewhere")+"?done=made")

	form := p.get(t, p.Member, "/apis/parcels/2/register")
	expect(t, form, http.StatusOK, "Approved at once", "Production", ">Till<", ">New application<", "<strong>Two</strong>", "API key", "EUR 5.00 per month", "10 calls per minute per team")
	path := p.path(t, "Till")
	if got := p.registers(t, path, "2"); got != path+"?done=registered" {
		t.Errorf("registering leads to %s", got)
	}
	if got := p.registers(t, path, "1"); got != path+"?done=waiting" {
		t.Errorf("asking leads to %s", got)
	}
	expect(t, p.get(t, p.Member, "/apis/parcels/1"), http.StatusOK, `href="`+path+`">Till</a>`, "Waiting for approval")
	page := p.get(t, p.Viewer, path)
	expect(t, page, http.StatusOK, "Parcels 2", "Parcels 1", ">Active<", "Waiting for approval", `data-label="Calls today">0`)
	lacks(t, page.Body.String(), "/remove", "Create key", "/edit")
	expect(t, p.post(t, p.Member, "/apis/parcels/2/register", url.Values{
		"application": {strings.TrimPrefix(path, "/applications/")}, "version": {hidden(t, form.Body.String(), "version")},
	}), http.StatusConflict, "The application already has a registration for this version")

	requests := p.get(t, p.Member, "/applications/requests")
	expect(t, requests, http.StatusOK, "2 requests", "Parcels 1", "Waiting for approval", "/withdraw", p.Member.Name)
	lacks(t, p.get(t, p.Viewer, "/applications/requests").Body.String(), "/withdraw")
	expect(t, p.get(t, p.OtherOwner, "/applications/requests"), http.StatusOK, "No requests yet")
	expect(t, p.get(t, p.Member, "/applications/requests?state=rejected"), http.StatusOK, "No request matches")
	withdrawal := regexp.MustCompile(`/applications/requests/[0-9a-f]{24}/withdraw`).FindString(requests.Body.String())
	expectRedirect(t, p.post(t, p.Member, withdrawal, nil), "/applications/requests?done=withdrawn")
	expect(t, p.post(t, p.Member, withdrawal, nil), http.StatusConflict)
	lacks(t, p.get(t, p.Member, path).Body.String(), "Parcels 1")
	lacks(t, p.get(t, p.Member, "/profile").Body.String(), ">Two<")
	expect(t, p.get(t, p.Member, "/apis/parcels"), http.StatusOK, `href="`+path+`" aria-label="Keys of Two"`)
}

// TestTheAccessRequestForm sets a question as staff, and follows the answer from the form to both sides' pages.
func TestTheAccessRequestForm(t *testing.T) {
	p := openCounter(t)
	expectRedirect(t, p.post(t, p.Member, "/applications/new", url.Values{"name": {"Till"}}), p.path(t, "Till")+"?done=made")
	settings, err := p.Site.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changed := inputs(settings, url.Values{
		"revision": {strconv.FormatInt(settings.Revision, 10)}, "request_field_label_0": {"Volume"}, "request_field_kind_0": {"choice"},
		"request_field_choices_0": {"little\r\nmuch"}, "request_field_required_0": {"yes"}, "request_field_label_1": {" "},
	})
	expect(t, p.post(t, p.Staff, address.Settings, changed), http.StatusSeeOther)
	expect(t, p.get(t, p.Staff, address.Settings), http.StatusOK, `value="Volume"`, ">little\nmuch</textarea>", `id="request_field_required_0" name="request_field_required_0" value="yes" checked`)
	changed.Set("revision", strconv.FormatInt(settings.Revision+1, 10))
	changed.Set("request_field_choices_0", "")
	expect(t, p.post(t, p.Staff, address.Settings, changed), http.StatusUnprocessableEntity, "Questions for access requests of the kind choice need")

	lacks(t, p.get(t, p.Member, "/apis/parcels/2/register").Body.String(), "Volume", "purpose") // approved at once
	form := p.get(t, p.Member, "/apis/parcels/1/register")
	expect(t, form, http.StatusOK, `<option value="much">`, `name="field_1_label" value="Volume"`, `id="purpose"`)
	sent := url.Values{
		"application": {strings.TrimPrefix(p.path(t, "Till"), "/applications/")}, "version": {hidden(t, form.Body.String(), "version")},
		"purpose": {"A <b>till</b>"}, "field_1_label": {"Volume"}, "field_1": {""},
	}
	expect(t, p.post(t, p.Member, "/apis/parcels/1/register", sent), http.StatusUnprocessableEntity, "Volume is required.", "A &lt;b&gt;till&lt;/b&gt;</textarea>")
	sent.Set("field_1", "much")
	expectRedirect(t, p.post(t, p.Member, "/apis/parcels/1/register", sent), p.path(t, "Till")+"?done=waiting")
	for path, reader := range map[string]identity.Principal{p.path(t, "Till"): p.Member, address.Requests: p.Viewer, address.StaffRequests: p.Staff} {
		expect(t, p.get(t, reader, path), http.StatusOK, "A &lt;b&gt;till&lt;/b&gt;", "Purpose", "Volume", "much")
	}
}

// An application that is registered from its own page need not be chosen again.
func TestRegisterFromApplicationPage(t *testing.T) {
	p := openCounter(t)
	till := p.made(t, p.Member, "Till")
	p.made(t, p.Member, "Another")
	choose := `href="` + till + `/register"`
	expect(t, p.get(t, p.Member, till), http.StatusOK, "No APIs yet", choose)
	lacks(t, p.get(t, p.Viewer, till).Body.String(), choose)
	toTwo := "/apis/parcels/2/register?application=" + strings.TrimPrefix(till, "/applications/")
	offered := p.get(t, p.Member, till+"/register")
	expect(t, offered, http.StatusOK, "2 of 2", "At once", "Staff approve", `href="`+toTwo+`"`, "Parcels 1")
	expect(t, p.get(t, p.Member, till+"/register?q=harbour"), http.StatusOK, "No API matches")

	form := p.get(t, p.Member, toTwo)
	expect(t, form, http.StatusOK, "Add Parcels 2 to Till", `href="`+till+`">Cancel`)
	lacks(t, form.Body.String(), ">Another<", "Create key")
	p.registers(t, till, "2")
	expect(t, p.get(t, p.Member, toTwo), http.StatusOK, ">Another<")
	offered = p.get(t, p.Member, till+"/register")
	expect(t, offered, http.StatusOK, "1 of 1")
	lacks(t, offered.Body.String(), "Parcels 2")
	p.registers(t, till, "1")
	expect(t, p.get(t, p.Member, till), http.StatusOK, choose)
	expect(t, p.get(t, p.Member, till+"/register"), http.StatusOK, "No API to add")
}

// path returns the path of the application with this name.
func (p *portal) path(t *testing.T, name string) string {
	t.Helper()
	found, err := p.Access.Applications(p.As(p.Staff), access.ApplicationFilter{Name: name}, view.Listing{}.Request())
	if err != nil || found.Total != 1 {
		t.Fatal(found.Total, err)
	}
	return address.Application(found.Items[0].ID)
}

func TestApplicationKeys(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	once := hidden(t, p.get(t, p.Member, path).Body.String(), "once")
	made := p.post(t, p.Member, path+"/keys", url.Values{"once": {once}, "name": {"Counter"}})
	expect(t, made, http.StatusOK, "You can't see it again", "pk_prod_", "Counter", "Production")
	expect(t, p.post(t, p.Member, path+"/keys", url.Values{"once": {once}, "name": {"Counter"}}), http.StatusConflict, "already created")
	page := p.get(t, p.Member, path).Body.String()
	lacks(t, page, secretOn(t, made))
	ofKey := regexp.MustCompile(path + `/keys/[0-9a-f]{24}`).FindString(page)

	expect(t, p.get(t, p.Member, ofKey+"/rename"), http.StatusOK, `value="Counter"`)
	expect(t, p.post(t, p.Member, ofKey+"/rename", url.Values{"name": {strings.Repeat("x", 256)}}), http.StatusUnprocessableEntity, "at most 255")
	expectRedirect(t, p.post(t, p.Member, ofKey+"/rename", url.Values{"name": {"Desk"}}), path+"?done=renamed")
	other := strings.Replace(ofKey, path, p.made(t, p.Member, "Another"), 1)
	expect(t, p.post(t, p.Member, other+"/revoke", nil), http.StatusNotFound)
	expect(t, p.get(t, p.Member, other+"/revoke"), http.StatusNotFound)
	expect(t, p.get(t, p.Member, ofKey+"/regenerate"), http.StatusOK, "Regenerate Desk?", "stops working now")
	expect(t, p.post(t, p.Member, other+"/regenerate", nil), http.StatusNotFound)
	regenerated := p.post(t, p.Member, ofKey+"/regenerate", nil)
	expect(t, regenerated, http.StatusOK, "You can't see it again", "pk_prod_")
	lacks(t, regenerated.Body.String(), secretOn(t, made))
	expect(t, p.get(t, p.Member, ofKey+"/revoke"), http.StatusOK, "Revoke Desk?", "Never")
	expectRedirect(t, p.post(t, p.Member, ofKey+"/revoke", nil), path+"?done=revoked")
	expect(t, p.post(t, p.Member, ofKey+"/revoke", nil), http.StatusNotFound)
	expect(t, p.get(t, p.Member, path), http.StatusOK, "No keys yet")
}

func TestRotatingAnApplicationsKey(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	made := p.post(t, p.Member, path+"/keys", url.Values{"once": {hidden(t, p.get(t, p.Member, path).Body.String(), "once")}, "name": {"Counter"}})
	expect(t, made, http.StatusOK, "API_KEY="+secretOn(t, made))
	ofKey := regexp.MustCompile(path + `/keys/[0-9a-f]{24}`).FindString(p.get(t, p.Member, path).Body.String())

	expect(t, p.get(t, p.Member, ofKey+"/rotate"), http.StatusOK, "Rotate Counter?", `<option value="24">24 hours, until 11 March 2026, 09:00:00 UTC`)
	for _, overlap := range []string{"", "x", "-1", "100000"} {
		expect(t, p.post(t, p.Member, ofKey+"/rotate", url.Values{"overlap": {overlap}}), http.StatusUnprocessableEntity, "must be chosen from the list")
	}
	expect(t, p.post(t, p.Member, ofKey+"/rotate", url.Values{"overlap": {"721"}}), http.StatusUnprocessableEntity, "between 0 and 30 days")
	rotated := p.post(t, p.Member, ofKey+"/rotate", url.Values{"overlap": {"24"}})
	expect(t, rotated, http.StatusOK, "Works until 11 March 2026, 09:00:00 UTC")
	lacks(t, rotated.Body.String(), secretOn(t, made))
	page := p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, "Rotating", "Old key in 1 day", "calls in the last hour", "End old key now", ">Active<")
	lacks(t, page.Body.String(), ofKey+"/rotate", ofKey+"/regenerate")
	expect(t, page, http.StatusOK, ofKey+"/revoke")
	expect(t, p.post(t, p.Member, ofKey+"/rotate", url.Values{"overlap": {"24"}}), http.StatusConflict)
}

// secretOn returns the key that a page shows.
func secretOn(t *testing.T, page *httptest.ResponseRecorder) string {
	t.Helper()
	shown := regexp.MustCompile(`data-secret>([^<]+)<`).FindStringSubmatch(page.Body.String())
	if shown == nil {
		t.Fatalf("the page shows no key:\n%s", page.Body)
	}
	return shown[1]
}

// The registered versions may have different environments, and a key is for one.
func TestEnvironmentOfApplicationKey(t *testing.T) {
	p := newPortal(t)
	p.stock(t, strings.NewReplacer(
		"          production: {base_path: /parcels/v1", "          sandbox: {base_path: /sandbox/v1, upstream: \"https://parcels.example\"}\n          production: {base_path: /parcels/v1",
		"name: One\n    environment: production", "name: One\n    environment: sandbox",
		"approval: staff", "approval: automatic",
	).Replace(registrable))
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	page := p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, "For production.")
	lacks(t, page.Body.String(), `name="environment"`)
	p.registers(t, path, "1")
	page = p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, `<option value="production">`, `<option value="sandbox">`)
	sent := url.Values{"once": {hidden(t, page.Body.String(), "once")}, "name": {"Counter"}, "environment": {"moon"}}
	expect(t, p.post(t, p.Member, path+"/keys", sent), http.StatusUnprocessableEntity, `value="Counter"`, "Environment is not an environment of the application")
	sent.Set("environment", "sandbox")
	expect(t, p.post(t, p.Member, path+"/keys", sent), http.StatusOK, "You can't see it again", "pk_sand_")
	expect(t, p.get(t, p.Viewer, path), http.StatusOK, "Sandbox", "Counter")
	page = p.get(t, p.Viewer, path)
	expect(t, page, http.StatusOK, " by "+p.Member.Name, "10 March 2026, 09:00:00 UTC", `data-label="Expires">Never`,
		"<code>https://gateway.example/sandbox/v1</code>", "<code>https://gateway.example/parcels/v2</code>", ">One<", ">Two<")
	lacks(t, page.Body.String(), "call anything yet")
	removal := regexp.MustCompile(path + `/registrations/[0-9a-f]{24}/remove`).FindString(p.get(t, p.Member, path).Body.String())
	expectRedirect(t, p.post(t, p.Member, removal, nil), path+"?done=unregistered") // the newest, in the sandbox
	expect(t, p.get(t, p.Member, path), http.StatusOK, "call anything yet. Add an API in sandbox.")
	expect(t, p.get(t, p.Viewer, "/applications"), http.StatusOK, `<td data-label="APIs">1</td>`, `<td data-label="Keys">1</td>`, `<td data-label="Last call">Never</td>`)
}

func TestRemoveRegistrationAndApplication(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	p.registers(t, path, "1")
	removals := regexp.MustCompile(path+`/registrations/[0-9a-f]{24}/remove`).FindAllString(p.get(t, p.Member, path).Body.String(), -1)
	expect(t, p.get(t, p.Member, removals[0]), http.StatusOK, "Its request is withdrawn") // the newest is pending
	expect(t, p.get(t, p.Member, removals[1]), http.StatusOK, "stop working with this version")
	expectRedirect(t, p.post(t, p.Member, removals[1], nil), path+"?done=unregistered")
	expect(t, p.post(t, p.Member, removals[1], nil), http.StatusNotFound)
	expect(t, p.get(t, p.Member, path+"/delete"), http.StatusOK, "Keys that stop working", "All registrations")
	expectRedirect(t, p.post(t, p.Member, path+"/delete", nil), "/applications?done=deleted")
	expect(t, p.post(t, p.Member, path+"/delete", nil), http.StatusNotFound)
	expect(t, p.get(t, p.Member, "/applications/requests"), http.StatusOK, "Withdrawn", "Till")
}

// A role in another team gives no rights here, so the page offers nothing that the service would refuse.
func TestAnApplicationOfAnotherTeamOffersNothingToSupport(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	offers := []string{path + "/edit", path + "/delete", path + "/register", path + "/registrations/"}
	expect(t, p.get(t, p.Member, path), http.StatusOK, offers[:2]...)
	p.registers(t, path, "2")
	expect(t, p.get(t, p.Member, path), http.StatusOK, offers...)
	if err := p.Accounts.AddMember(p.As(p.Staff), p.Support.Account, p.Globex.ID, identity.Owner); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Support, "/team"), http.StatusOK, "Globex")
	page := p.get(t, p.Support, path)
	expect(t, page, http.StatusOK, "Till")
	lacks(t, page.Body.String(), offers...)
}

// The page offers for each key what the service would accept for that key.
func TestTheButtonsOfAKeyAreItsRights(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	once := hidden(t, p.get(t, p.Member, path).Body.String(), "once")
	expect(t, p.post(t, p.Member, path+"/keys", url.Values{"once": {once}, "name": {"Counter"}}), http.StatusOK)
	_, keyHex, _ := strings.Cut(regexp.MustCompile(path+"/keys/[0-9a-f]+").FindString(p.get(t, p.Member, path).Body.String()), "/keys/")
	old := path + "/keys/" + keyHex
	expect(t, p.get(t, p.Member, path), http.StatusOK, old+"/rename", old+"/regenerate", old+"/revoke")
	lacks(t, p.get(t, p.Viewer, path).Body.String(), old)
	expect(t, p.get(t, p.Viewer, old+"/rename"), http.StatusForbidden)
	if _, err := p.Access.RotateCredential(p.As(p.Member), access.RotateCredential{
		Credential: visit.ParseID[access.CredentialID](keyHex), Overlap: time.Hour,
	}); err != nil {
		t.Fatal(err)
	}
	page := p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, old+"/rename", old+"/revoke")
	lacks(t, page.Body.String(), old+"/regenerate")
	expect(t, p.get(t, p.Member, old+"/regenerate"), http.StatusConflict, "replaced already")
	expect(t, p.get(t, p.Member, old+"/rename"), http.StatusOK, "Rename Counter")
	expect(t, p.get(t, p.Member, old+"/revoke"), http.StatusOK, "Revoke Counter?", "0 in the last hour, 0 today")
}

// Staff choose whether the navigation shows the area, and whether all registrations are approved automatically.
func TestApplicationsCanBeHidden(t *testing.T) {
	p := openCounter(t)
	entry := `href="/applications"`
	expect(t, p.get(t, p.Member, "/"), http.StatusOK, entry)
	settings, err := p.Site.Settings(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	settings.Areas, settings.AutoApprove = []site.Area{site.AreaHome, site.AreaAPIs, site.AreaProfile}, true
	if err := p.Site.ChangeSettings(p.As(p.Staff), settings); err != nil {
		t.Fatal(err)
	}
	lacks(t, p.get(t, p.Member, "/").Body.String(), entry)
	path := p.made(t, p.Member, "Till")
	expect(t, p.get(t, p.Member, "/apis/parcels/1/register"), http.StatusOK, "Approved at once")
	if got := p.registers(t, path, "1"); got != path+"?done=registered" {
		t.Errorf("registering leads to %s", got)
	}
}

// A key in one step: a new or existing application, its registration and its key.
func TestGetKeyOnPage(t *testing.T) {
	p := openCounter(t)
	path := "/apis/parcels/2/key"
	form := p.get(t, p.Member, path).Body.String()
	sent := url.Values{
		"version": {hidden(t, form, "version")}, "once": {hidden(t, form, "once")}, "strategy": {hidden(t, form, "strategy")},
		"name": {""}, "key_name": {"Counter"},
	}
	expect(t, p.post(t, p.Member, path, sent), http.StatusUnprocessableEntity, "Application name must not be empty", `value="Counter"`)
	sent.Set("name", "Till")
	made := p.post(t, p.Member, path, sent)
	till := p.path(t, "Till")
	expect(t, made, http.StatusOK, "Copy your new key", "pk_prod_", "Counter", "Parcels 2", `data-secret-dialog="`+till+`#keys"`)
	expect(t, p.get(t, p.Member, till), http.StatusOK, "Parcels 2", "Counter", ">Active<")
	expect(t, p.post(t, p.Member, path, sent), http.StatusConflict, "Application name is taken", `value="Till"`)

	sent.Set("application", strings.TrimPrefix(till, "/applications/"))
	expect(t, p.get(t, p.Member, path), http.StatusOK, "Till (calls it already)")
	expect(t, p.post(t, p.Member, path, sent), http.StatusConflict, "already created")
	sent.Set("once", hidden(t, p.get(t, p.Member, path).Body.String(), "once"))
	sent.Set("key_name", strings.Repeat("x", 256))
	expect(t, p.post(t, p.Member, path, sent), http.StatusUnprocessableEntity, "Key name must have at most 255")
	sent.Set("key_name", "Second")
	expect(t, p.post(t, p.Member, path, sent), http.StatusOK, "Second", "pk_prod_")

	slow := "/apis/parcels/1/key"
	form = p.get(t, p.Member, slow).Body.String()
	lacks(t, form, "Create key", "calls it already")
	expectRedirect(t, p.post(t, p.Member, slow, url.Values{
		"version": {hidden(t, form, "version")}, "once": {hidden(t, form, "once")}, "strategy": {hidden(t, form, "strategy")}, "name": {"Slow"},
	}), p.path(t, "Slow")+"?done=waiting")
}

// A new application can start with a version and its first key.
func TestNewApplicationStartsWithAnAPI(t *testing.T) {
	p := openCounter(t)
	form := p.get(t, p.Member, "/applications/new").Body.String()
	starting := regexp.MustCompile(`<option value="([0-9a-f]{24} [0-9a-f]{24})">Parcels 2, Two, production`).FindStringSubmatch(form)
	if starting == nil || strings.Contains(form, "Parcels 1, One") {
		t.Fatalf("the form offers something else:\n%s", form)
	}
	sent := url.Values{"name": {"Till"}, "description": {"At the counter"}, "starting": {starting[1]}, "once": {hidden(t, form, "once")}}
	expect(t, p.post(t, p.Member, "/applications/new", sent), http.StatusOK, "Copy your new key", "pk_prod_")
	expect(t, p.get(t, p.Member, p.path(t, "Till")), http.StatusOK, "At the counter", "Parcels 2")
	expect(t, p.post(t, p.Member, "/applications/new", sent), http.StatusConflict, "Name is taken")
	sent.Set("name", "Other")
	sent.Set("starting", "nothing")
	expect(t, p.post(t, p.Member, "/applications/new", sent), http.StatusNotFound)
	expect(t, p.get(t, p.Member, "/applications"), http.StatusOK, "2 applications") // with the default one
}

// The keys of what staff granted are those of the default application, which is in the list then.
func TestDefaultApplicationIsListedWithItsKeys(t *testing.T) {
	p := newPortal(t)
	lacks(t, p.get(t, p.Member, "/applications").Body.String(), "Default application")
	p.stock(t, registrable)
	expect(t, p.get(t, p.Viewer, "/applications"), http.StatusOK, "Default application", "Access granted by staff")
	path := address.Application(p.primary.Credential.Application)
	page := p.get(t, p.Member, path)
	expect(t, page, http.StatusOK, "Primary key", "Secondary key", "Acme Production", "Granted by staff", ">Regenerate<", ">Show<")
	lacks(t, page.Body.String(), ">Rotate<", "/edit", "/delete")
	ofKey := address.ApplicationKey(p.primary.Credential.Application, p.primary.Credential.ID, "revoke")
	expect(t, p.get(t, p.Member, ofKey), http.StatusOK, "Revoke the primary key?", "Never", "0 in the last hour, 0 today")
}
