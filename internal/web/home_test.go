package web

import (
	"net/http"
	"net/url"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/web/address"
)

const openManifest = `
site: {name: Acme Portal, support: help@portal.example, public: true}
strategies:
  - {slug: key, name: API key, kind: key, default: true, headers: [X-Acme-Key]}
products:
  - slug: orders
    name: Orders
    description: Place orders.
    audience: public
    versions:
      - name: "1"
        spec: orders.yaml
        environments:
          production: {base_path: /orders/v1, upstream: "https://orders.example"}
          sandbox: {base_path: /orders/sandbox, upstream: "https://orders.example"}
plans:
  - {slug: orders, name: Orders, environment: production, strategy: key, opens: [orders/1], approval: staff, registrable: true, keys: {format: prefixed}}
  - {slug: try, name: Try, environment: sandbox, strategy: key, opens: [orders/1], approval: automatic, keys: {format: prefixed}}
`

const openDescription = `
openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /orders:
    post:
      operationId: placeOrder
      summary: Place an order
      requestBody: {required: true, content: {application/json: {example: {item: book}}}}
      responses: {"201": {description: Placed., content: {application/json: {example: {number: 7001}}}}}
`

func newOpenPortal(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	p.publish(t, fstest.MapFS{"portico.yaml": {Data: []byte(openManifest)}, "orders.yaml": {Data: []byte(openDescription)}})
	return p
}

func TestHomeShowsVisitorsAFirstCall(t *testing.T) {
	p := newOpenPortal(t)
	page := p.get(t, p.Visitor, "/")
	expect(t, page, http.StatusOK, "Acme Portal", "https://gateway.example/orders/sandbox/orders", "X-Acme-Key", "201 Created", "7001",
		`href="/apis/orders/1/operations/place-order"`, "Place orders.", "Orders 1 is available", "Get an account", `mailto:help@portal.example`)
	lacks(t, page.Body.String(), "Uptime", "Sign in to see our APIs")
	expect(t, p.get(t, p.Visitor, "/?lang=python"), http.StatusOK, "urllib.request", `href="/?lang=python#first-call" aria-current="true"`)
}

// TestFormsOfVisitorsStandBesideAFirstCall checks that only portals that are open to visitors show a first call.
func TestFormsOfVisitorsStandBesideAFirstCall(t *testing.T) {
	open := newOpenPortal(t)
	expect(t, open.get(t, open.Visitor, "/sign-in"), http.StatusOK, "A first request", "https://gateway.example/orders/sandbox/orders", "201 Created", "7001")
	wrong := open.post(t, open.Visitor, "/sign-in", url.Values{"email": {"dev@example.com"}, "password": {"wrong"}})
	expect(t, wrong, http.StatusUnauthorized, "A first request")
	closed := newPortal(t)
	closed.stock(t, manifest)
	lacks(t, closed.get(t, closed.Visitor, "/sign-in").Body.String(), "A first request", "gateway.example")
}

// TestHomeSaysWhatStaffStopped suspends and rejects access; the team reads why and what it can do.
func TestHomeSaysWhatStaffStopped(t *testing.T) {
	p := newOpenPortal(t)
	register := func(name string) access.Subscription {
		t.Helper()
		made, err := p.Access.CreateApplication(p.As(p.Owner), access.NewApplication{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		page, err := p.Catalog.VersionPage(p.As(p.Owner), "orders", "1")
		if err != nil {
			t.Fatal(err)
		}
		registered, err := p.Access.Register(p.As(p.Owner), access.NewRegistration{Application: made.Application.ID, Version: page.Version.ID})
		if err != nil {
			t.Fatal(err)
		}
		return registered.Subscription
	}
	decide := func(of access.Subscription, approve bool, reason string) {
		t.Helper()
		if _, err := p.Access.DecideRequest(p.As(p.Staff), access.Decision{Request: of.Request, Approve: approve, Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, p.get(t, p.Owner, "/"), http.StatusOK, "No applications yet", "Create application")
	waits := register("Kiosk")
	expect(t, p.get(t, p.Owner, "/"), http.StatusOK, "Your request for Orders 1 is waiting for approval.")
	decide(waits, false, "Kiosks come later.")
	expect(t, p.get(t, p.Owner, "/"), http.StatusOK, "Your request for Orders 1 was rejected for Kiosk.", "“Kiosks come later.” Remove it to ask again.")
	till := register("Till")
	decide(till, true, "")
	if _, err := p.Access.SuspendSubscription(p.As(p.Staff), till.ID, "Unpaid since May."); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Owner, "/"), http.StatusOK, "Orders 1 is suspended for Till.",
		"“Unpaid since May.” Calls are refused until staff reinstate it. Ask help@portal.example.",
		address.Application(till.Application), "Suspended or refused", "“Kiosks come later.”")
	lacks(t, p.get(t, p.OtherOwner, "/").Body.String(), "Till", "Kiosk", "Unpaid")
}

func TestStaffStartWithWhatWaits(t *testing.T) {
	p := newOpenPortal(t)
	expect(t, p.get(t, p.Support, "/staff"), http.StatusOK, "Nothing waits for you.", "All done", `href="/staff" aria-current="page"`)
	made, err := p.Access.CreateApplication(p.As(p.Owner), access.NewApplication{Name: "Till"})
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.Catalog.VersionPage(p.As(p.Owner), "orders", "1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Access.Register(p.As(p.Owner), access.NewRegistration{Application: made.Application.ID, Version: page.Version.ID}); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Staff, "/staff"), http.StatusOK, "1 request.", "Oldest: Acme, Orders, just now", `href="/staff/requests?state=pending"`,
		"Recent changes", "Published APIs")
	lacks(t, p.get(t, p.Support, "/staff").Body.String(), "Recent changes", "Published APIs", "Outbox")
	expect(t, p.get(t, p.Staff, "/"), http.StatusOK, "1 decision waits for staff.", `href="/staff"`)
}
