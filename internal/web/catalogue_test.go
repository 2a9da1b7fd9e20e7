package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
)

// uploading sends a form with a file.
func (p *portal) uploading(t *testing.T, who identity.Principal, path, text string, fields map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", "made.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	signed := p.as(t, who, http.MethodPost, path, nil)
	request := httptest.NewRequest(http.MethodPost, "http://portal.example"+path, &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	for _, cookie := range signed.Cookies() {
		request.AddCookie(cookie)
	}
	return p.send(request)
}

var madeProduct = url.Values{"slug": {"made"}, "name": {"Made"}, "description": {"By **staff**."}, "audience": {"signed-in"}}

func versionForm(name, basePath string) url.Values {
	return url.Values{
		"name": {name}, "endpoints.0.environment": {""}, "endpoints.1.environment": {"production"}, "endpoints.1.base_path": {basePath},
		"endpoints.1.upstream": {"https://made.example"}, "endpoints.1.refusals": {"apim"}, "endpoints.1.timeout": {"30s"},
	}
}

const madeSpec = `{"openapi":"3.1.0","info":{"title":"Made","version":"1"},"paths":{"/now":{"get":{"operationId":"now","responses":{"200":{"description":"Now."}}}}}}`

// TestProductIsCreatedAndDeletedOnPages creates, publishes and deletes an API with a plan.
func TestProductIsCreatedAndDeletedOnPages(t *testing.T) {
	p := newPortal(t).stocked(t)
	const product, version = address.StaffProducts + "/made", address.StaffProducts + "/made/versions/v1"
	expectRedirect(t, p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct), product+"?done=created")
	expectRedirect(t, p.post(t, p.Staff, product+"/new-version", versionForm("v1", "/made")), version+"?done=created")
	expect(t, p.uploading(t, p.Staff, version+"/description?check=yes", madeSpec, nil), 200, "Nothing has been stored")
	expectRedirect(t, p.uploading(t, p.Staff, version+"/description", madeSpec, nil), version+"?done=uploaded")
	expectRedirect(t, p.uploading(t, p.Staff, version+"/description", madeSpec, nil), version+"?done=same")
	expect(t, p.get(t, p.Staff, version), 200, "made.json", "/made", "30s", "Preview the reference")
	expect(t, p.get(t, p.Staff, "/apis/made/v1"), 200, "/now")
	expect(t, p.get(t, p.Owner, "/apis/made"), 404)
	expectRedirect(t, p.post(t, p.Staff, version+"/publication", url.Values{"published": {"yes"}}), version+"?done=published")
	expectRedirect(t, p.post(t, p.Staff, product+"/publication", url.Values{"published": {"yes"}}), product+"?done=published")
	expect(t, p.get(t, p.Owner, "/apis/made/v1"), 200, "/now")

	plan := url.Values{
		"slug": {"made-plan"}, "name": {"Made"}, "environment": {"production"}, "opens": {"made/v1\r\nparcels/1"}, "strategy": {"key"},
		"approval": {"staff"}, "format": {"hex"}, "pair": {"yes"}, "validity": {"365d"}, "currency": {"EUR"}, "monthly": {"49.50"},
		"limits.0.calls": {""}, "limits.0.per": {"team"}, "limits.1.calls": {"1,000"}, "limits.1.per": {"team"}, "limits.1.window": {"day"},
	}
	expectRedirect(t, p.post(t, p.Staff, address.Catalogue+"/new-plan", plan), address.StaffPlans+"/made-plan?done=created")
	expect(t, p.get(t, p.Staff, address.StaffPlans+"/made-plan"), 200, "made/v1\nparcels/1", `value="49.50"`, `value="1000"`, `value="day"`, `value="365d"`)
	expect(t, p.get(t, p.Staff, address.Catalogue), 200, "Made", "Parcels", "File portico.yaml")
	expect(t, p.get(t, p.Staff, address.StaffPlans), 200, "EUR 49.50 per month")
	confirm := p.get(t, p.Staff, product+"/deletion")
	expect(t, confirm, 200, "Subscriptions that end")
	if strings.Contains(confirm.Body.String(), "Plans left without a version") {
		t.Error("the page lists a plan that also opens another product as empty")
	}
	plan.Set("opens", "made/v1")
	expectRedirect(t, p.post(t, p.Staff, address.StaffPlans+"/made-plan", plan), address.StaffPlans+"/made-plan?done=saved")
	for _, path := range []string{product, version} {
		expect(t, p.get(t, p.Staff, path+"/deletion"), 200, "Plans left without a version</dt><dd>Made")
	}
	expectRedirect(t, p.post(t, p.Staff, address.StaffPlans+"/made-plan/deletion", nil), address.StaffPlans+"?done=deleted")
	expect(t, p.post(t, p.Staff, address.StaffPlans+"/made-plan/deletion", nil), 404)
	expectRedirect(t, p.post(t, p.Staff, product+"/deletion", nil), address.Catalogue+"?done=deleted")
	expect(t, p.get(t, p.Owner, "/apis/made/v1"), 404)
}

func TestTeamRightsAreSetOnPages(t *testing.T) {
	p := newPortal(t).stocked(t)
	const product = address.StaffProducts + "/made"
	p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct)
	narrowed := url.Values{
		"name": {"Made"}, "audience": {"teams"}, "teams": {"Acme\r\nGlobex"}, "not_registering": {"Globex"}, "not_reading": {"Globex\r\nAcme"},
	}
	expectRedirect(t, p.post(t, p.Staff, product+"/edit", narrowed), product+"?done=saved")
	expect(t, p.get(t, p.Staff, product), 200, "Acme (can&#39;t read documents), Globex (can&#39;t request access or read documents)")
	expect(t, p.get(t, p.Staff, product+"/edit"), 200, ">Globex</textarea>", ">Acme\nGlobex</textarea>")
	narrowed.Set("not_registering", "Initech")
	expect(t, p.post(t, p.Staff, product+"/edit", narrowed), 422, "which is not a team of the audience", ">Initech</textarea>")
}

func TestRefusedFormKeepsItsValues(t *testing.T) {
	p := newPortal(t).stocked(t)
	p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct)
	for name, test := range map[string]struct {
		path   string
		form   url.Values
		status int
		texts  []string
	}{
		"product": {address.Catalogue + "/new-product", url.Values{"slug": {"Not A Slug"}, "name": {"Kept"}, "audience": {"public"}}, 422,
			[]string{"lower-case letters", `value="Kept"`, `aria-invalid="true"`}},
		"base path of files": {address.StaffProducts + "/made/new-version", versionForm("v1", "/Parcels/v1"), 409,
			[]string{"is used by parcels/1", `value="/Parcels/v1"`, `id="endpoints.0.base_path-refused"`}},
		"timeout": {address.StaffProducts + "/made/new-version", url.Values{"name": {"v1"}, "endpoints.0.environment": {"a"}, "endpoints.0.timeout": {"soon"}}, 422,
			[]string{"must be a duration", `value="soon"`}},
		"plan": {address.Catalogue + "/new-plan", url.Values{"slug": {"p"}, "name": {"P"}, "strategy": {"key"}, "limits.1.calls": {"many"}, "limits.1.window": {"fortnight"}, "monthly": {"much"}}, 422,
			[]string{`value="many"`, `value="fortnight"`, `value="much"`, "must be month, day", "must be an amount of money", "must be a whole number"}},
		"strategy": {address.Catalogue + "/new-strategy", url.Values{"slug": {"s"}, "name": {"S"}, "kind": {"key"}, "headers": {"Cookie"}}, 422,
			[]string{"is reserved", ">Cookie</textarea>"}},
		"document": {address.StaffProducts + "/made/new-document", url.Values{"slug": {"!"}, "title": {"T"}, "markdown": {"Typed text"}}, 422,
			[]string{"Typed text", "lower-case letters"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, p.post(t, p.Staff, test.path, test.form), test.status, test.texts...) })
	}
}

func TestBadUploadsChangeNothing(t *testing.T) {
	p := newPortal(t).stocked(t)
	const version = address.StaffProducts + "/made/versions/v1"
	p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct)
	p.post(t, p.Staff, address.StaffProducts+"/made/new-version", versionForm("v1", "/made"))
	for name, test := range map[string]struct {
		text   string
		status int
		told   string
	}{
		"empty":    {"", 422, "is empty"},
		"broken":   {`{"openapi": "3.1.0",`, 422, "Line 1"},
		"deep":     {strings.Repeat(`{"a":`, 100_000), 422, "Error"},
		"web page": {`<!doctype html><script>alert(1)</script>`, 422, "Error"},
		"scripted": {`{"openapi":"3.1.0","info":{"title":"A","version":"1"},"paths":{"<script>alert(1)</script>":{}}}`, 422, "&lt;script&gt;"},
		"huge":     {madeSpec + strings.Repeat(" ", 32<<20), 413, "at most 32 MiB"},
		"flood":    {strings.Repeat(" ", 40<<20), 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer := p.uploading(t, p.Staff, version+"/description", test.text, nil)
			expect(t, answer, test.status, test.told)
			if strings.Contains(answer.Body.String(), "<script>alert") {
				t.Error("the page contains the script of the file")
			}
		})
	}
	expect(t, p.get(t, p.Staff, version), 200, "No description yet")
}

func TestDocumentIsPreviewedUploadedAndMoved(t *testing.T) {
	p := newPortal(t).stocked(t)
	p.post(t, p.Staff, address.Catalogue+"/new-product", madeProduct)
	const product = address.StaffProducts + "/made"
	preview := p.post(t, p.Staff, product+"/new-document", url.Values{"title": {"Begin"}, "markdown": {"*Soft* <script>alert(1)</script>"}, "preview": {"yes"}})
	expect(t, preview, 200, "<em>Soft</em>")
	if strings.Contains(preview.Body.String(), "<script>alert") {
		t.Error("the preview contains the script of the author")
	}
	long := strings.Repeat("A long page. ", 70_000)
	expectRedirect(t, p.uploading(t, p.Staff, product+"/new-document", long, map[string]string{"title": "Begin", "slug": "begin", "markdown": "gone"}), product+"?done=saved")
	expect(t, p.uploading(t, p.Staff, product+"/new-document", long+long, map[string]string{"title": "More", "slug": "more"}), 422, "at most 1 MiB")
	expectRedirect(t, p.post(t, p.Staff, product+"/new-document", url.Values{"title": {"End"}, "slug": {"end"}, "markdown": {"Bye."}}), product+"?done=saved")
	expectRedirect(t, p.post(t, p.Staff, product+"/documents/end/move", url.Values{"to": {"up"}}), product+"?done=moved")
	page := p.get(t, p.Staff, product).Body.String()
	if strings.Index(page, "documents/end") > strings.Index(page, "documents/begin") {
		t.Error("the page was not moved up")
	}
	expectRedirect(t, p.post(t, p.Staff, product+"/documents/end/deletion", nil), product+"?done=deleted")
	expect(t, p.post(t, p.Staff, product+"/documents/end/deletion", nil), 404)
}

func TestDeletionSaysWhoIsAffected(t *testing.T) {
	p := newPortal(t).stocked(t)
	for _, path := range []string{
		address.StaffProducts + "/parcels/publication", address.StaffProducts + "/parcels/deletion", address.StaffProducts + "/parcels/versions/1/deletion",
		address.StaffPlans + "/acme/publication", address.StaffPlans + "/acme/deletion",
	} {
		expect(t, p.get(t, p.Staff, path), 200, "<dt>Teams affected</dt><dd>1</dd>", "<dt>Keys in use</dt><dd>2</dd>")
	}
	expect(t, p.get(t, p.Staff, address.StaffProducts+"/parcels"), 200, "Managed by the file <code>portico.yaml</code>")
	expect(t, p.get(t, p.Staff, address.StaffProducts+"/parcels/edit"), 200, "<fieldset disabled")
	refused := p.post(t, p.Staff, address.StaffProducts+"/parcels/edit", url.Values{"name": {"Mine"}, "audience": {"public"}})
	expect(t, refused, 409, "<fieldset disabled", `value="Mine"`)
}
