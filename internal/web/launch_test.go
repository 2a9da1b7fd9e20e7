package web

import (
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/web/address"
)

const tides = `{"openapi":"3.1.0","info":{"title":"Tides","version":"1.2.0","summary":"High and low water."},
	"servers":[{"url":"https://tides.example/api"},{"url":"https://sandbox.tides.example"}],
	"paths":{"/now":{"get":{"operationId":"now","responses":{"200":{"description":"Now."}}}}}}`

// launchTides uploads the description and creates the draft.
func (p *portal) launchTides(t *testing.T) {
	t.Helper()
	answer := p.uploading(t, p.Staff, address.Launch, tides, nil)
	staged := answer.Header().Get("Location")
	if answer.Code != 303 || !strings.HasPrefix(staged, address.Launch+"/") {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	expect(t, p.get(t, p.Staff, staged), 200, `value="Tides"`, `value="tides"`, `value="v1"`, ">High and low water.</textarea>", "1 operation")
	refused := p.post(t, p.Staff, staged, url.Values{"name": {"Tides"}, "slug": {"Tides"}, "version": {"a b"}, "audience": {"signed-in"}})
	expect(t, refused, 422, `id="slug-refused"`, `id="version-refused"`)
	form := url.Values{"name": {"Tides"}, "slug": {"tides"}, "version": {"v1"}, "audience": {"signed-in"}}
	expectRedirect(t, p.post(t, p.Staff, staged, form), address.LaunchStep("tides", "v1", "address")+"?done=drafted")
}

// TestAPIIsPublishedStepByStep goes from a description to an API that developers see with its plan.
func TestAPIIsPublishedStepByStep(t *testing.T) {
	p := newPortal(t).stocked(t)
	p.launchTides(t)
	step := func(name string) string { return address.LaunchStep("tides", "v1", name) }
	expect(t, p.get(t, p.Staff, step("address")), 200, `value="/tides/v1"`, `value="https://tides.example/api"`, `value="/tides/sandbox/v1"`)
	expect(t, p.get(t, p.Staff, step("publish")), 200, "No address yet", "No plan opens it yet")
	endpoints := url.Values{
		"endpoints.0.environment": {"production"}, "endpoints.0.base_path": {"/tides/v1"}, "endpoints.0.upstream": {"https://tides.example/api"}, "endpoints.0.refusals": {"apim"},
		"endpoints.1.environment": {"sandbox"}, "endpoints.1.base_path": {"/tides/sandbox/v1"}, "endpoints.1.upstream": {"https://tides.example/api"}, "endpoints.1.refusals": {"apim"},
	}
	expectRedirect(t, p.post(t, p.Staff, step("address"), endpoints), step("plan"))
	plan := url.Values{
		"plan": {"new"}, "name": {"Standard"}, "slug": {"tides-standard"}, "environment": {"production"}, "strategy": {"key"}, "approval": {"staff"},
		"format": {"prefixed"}, "registrable": {"yes"}, "limits.0.calls": {"60"}, "limits.0.per": {"subscription"}, "limits.0.window": {"1m"},
	}
	expect(t, p.get(t, p.Staff, step("plan")), 200, `value="tides-standard"`, "60 calls per minute per subscription")
	plan.Set("preview", "yes")
	expect(t, p.post(t, p.Staff, step("plan"), plan), 200, "60 calls per minute per subscription")
	plan.Del("preview")
	plan.Set("limits.0.window", "fortnight")
	expect(t, p.post(t, p.Staff, step("plan"), plan), 422, `id="limits.0.window-refused"`)
	plan.Set("limits.0.window", "1m")
	expectRedirect(t, p.post(t, p.Staff, step("plan"), plan), step("publish"))
	for _, path := range []string{address.StaffProduct("tides"), address.StaffVersion("tides", "v1")} {
		expect(t, p.get(t, p.Staff, path), 200, "Before developers can call v1", step("publish"))
	}
	expect(t, p.get(t, p.Staff, step("publish")), 200, "No plan for sandbox.", "Everyone who has signed in", `value="tides-standard" checked`)
	expect(t, p.get(t, p.Owner, "/apis/tides"), 404)
	expectRedirect(t, p.post(t, p.Staff, step("publish"), url.Values{"plans": {"tides-standard"}}), address.StaffVersion("tides", "v1")+"?done=published")
	expect(t, p.get(t, p.Owner, "/apis/tides"), 200, "Standard", "60 calls per minute per subscription")
	if page := p.get(t, p.Staff, address.StaffProduct("tides")).Body.String(); strings.Contains(page, "Before developers can call") {
		t.Error("the page of a complete API still says that something is missing")
	}
}

func TestPlanOfStaffOpensAnotherVersion(t *testing.T) {
	p := newPortal(t).stocked(t)
	p.launchTides(t)
	plan := url.Values{
		"slug": {"shared"}, "name": {"Shared"}, "environment": {"production"}, "opens": {"parcels/1"}, "strategy": {"key"}, "approval": {"staff"}, "format": {"hex"},
	}
	expectRedirect(t, p.post(t, p.Staff, address.Catalogue+"/new-plan", plan), address.StaffPlans+"/shared?done=created")
	step := address.LaunchStep("tides", "v1", "plan")
	expect(t, p.get(t, p.Staff, step), 200, "No address yet")
	p.post(t, p.Staff, address.LaunchStep("tides", "v1", "address"), url.Values{
		"endpoints.0.environment": {"production"}, "endpoints.0.base_path": {"/tides/v1"}, "endpoints.0.upstream": {"https://tides.example"}, "endpoints.0.refusals": {"apim"},
	})
	expect(t, p.get(t, p.Staff, step), 200, `value="shared"`)
	expectRedirect(t, p.post(t, p.Staff, step, url.Values{"plan": {"shared"}}), address.LaunchStep("tides", "v1", "publish"))
	expect(t, p.get(t, p.Staff, address.StaffPlan("shared")), 200, "parcels/1\ntides/v1")
}

func TestPastedDescriptionComesBackIfItIsRefused(t *testing.T) {
	p := newPortal(t)
	pasted := `{"openapi":"3.1.0","info":{"title":"Pasted"`
	boundary := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + pasted + "\r\n--x--\r\n"
	request := p.as(t, p.Staff, "POST", address.Launch, nil)
	request.Body = readCloser(boundary)
	request.ContentLength = int64(len(boundary))
	request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	expect(t, p.send(request), 422, "the description has errors", "title&#34;:&#34;Pasted&#34;")
}

func TestPreviewOfAPlanSaysWhatIsWrong(t *testing.T) {
	p := newPortal(t)
	answer := p.post(t, p.Staff, address.Catalogue+"/plan-preview", url.Values{
		"name": {"Big"}, "currency": {"EUR"}, "monthly": {"much"}, "environment": {"production"}, "limits.0.calls": {"10"}, "limits.0.window": {"fortnight"},
	})
	expect(t, answer, 200, "Big", "Limit 1: window must be month", "Monthly must be")
	if strings.Contains(answer.Body.String(), "<html") {
		t.Error("the preview is a whole page")
	}
}

func readCloser(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }
