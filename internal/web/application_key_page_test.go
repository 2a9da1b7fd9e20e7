package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

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
	expect(t, page, http.StatusOK, ofKey+"/revoke", ofKey+"/extend")
	extend := p.get(t, p.Member, ofKey+"/extend")
	expect(t, extend, http.StatusOK, "The old key ends on 11 March 2026, 09:00:00 UTC", `<option value="48">48 hours, until 12 March 2026, 09:00:00 UTC`)
	lacks(t, extend.Body.String(), `<option value="24">`)
	for overlap, want := range map[string]string{"x": "must be chosen from the list", "24": "must be longer than what is left", "721": "must be at most 30 days"} {
		expect(t, p.post(t, p.Member, ofKey+"/extend", url.Values{"overlap": {overlap}}), http.StatusUnprocessableEntity, want)
	}
	expectRedirect(t, p.post(t, p.Member, ofKey+"/extend", url.Values{"overlap": {"48"}}), path+"?done=extended")
	expect(t, p.get(t, p.Member, path+"?done=extended"), http.StatusOK, "Old key extended.", "Old key in 2 days")
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

// TestEnvironmentOfApplicationKey registers for versions with different environments; each key is for one of them.
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
	expect(t, p.get(t, p.Viewer, "/applications"), http.StatusOK, `data-label="APIs">1</td>`, `data-label="Keys">1</td>`, `data-label="Last call">Never</td>`)
}

// TestTheButtonsOfAKeyAreItsRights checks that the page offers exactly the actions on a key that the service accepts.
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

// TestGetKeyOnPage gets a key in one step, which creates or reuses an application, registers it and issues its key.
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

// TestDefaultApplicationIsListedWithItsKeys checks that keys of access granted by staff are in the default application.
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
