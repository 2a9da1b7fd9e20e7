package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
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
	for _, unknown := range []string{"000000000000000000000000", "typo"} { // the zero ID must not find the default application
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

// TestRegisterFromApplicationPage checks that the form, opened from an application's page, has this application chosen.
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

// TestAnApplicationOfAnotherTeamOffersNothingToSupport checks that a role in another team gives no rights here: the
// page offers nothing that the service would refuse.
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

// TestApplicationsCanBeHidden changes two settings: whether the navigation shows the area, and whether all
// registrations are approved automatically.
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

// TestNewApplicationStartsWithAnAPI creates an application together with a registration and its first key.
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
