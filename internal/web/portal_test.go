package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
)

// portal is a site with real services and one API that the team Acme may see and call.
type portal struct {
	*testkit.Kit
	site    *Site
	handler http.Handler
	logged  *bytes.Buffer
	tokens  map[string]string
	// primary and secondary are Acme's keys.
	primary, secondary access.IssuedCredential
}

// areaOf finds an area of the site by its type.
func areaOf[A area](t *testing.T, site *Site) A {
	t.Helper()
	for _, one := range site.areas {
		if found, is := one.(A); is {
			return found
		}
	}
	t.Fatalf("the site has no %T", *new(A))
	panic("unreachable")
}

const manifest = `
site: {name: Acme Portal, support: help@portal.example}
strategies:
  - {slug: key, name: API key, kind: key, default: true}
products:
  - slug: parcels
    name: Parcels
    description: Send **parcels**.
    audience: {teams: [Acme]}
    documents: docs
    versions:
      - name: "1"
        spec: one.yaml
        environments:
          production: {base_path: /parcels/v1, upstream: "https://parcels.example"}
      - name: "2"
        spec: two.yaml
        environments:
          production: {base_path: /parcels/v2, upstream: "https://parcels.example"}
plans:
  - slug: acme
    name: Acme Production
    environment: production
    strategy: key
    opens: [parcels/1, parcels/2]
    approval: staff
    keys: {format: hex, pair: true, viewable: true}
`

const firstRelease = `
openapi: 3.0.3
info: {title: Parcels, version: "1"}
paths:
  /parcels/{id}:
    get:
      operationId: readParcel
      summary: Read one parcel
      parameters: [{name: id, in: path, required: true, schema: {type: string}, example: P1}]
      responses: {"200": {description: The parcel.}}
`

const added = `
  /quotes:
    post:
      operationId: askQuote
      summary: Ask for a price
      responses:
        "200":
          description: The price.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Quote'}
              example: {amount: LONG}
components:
  schemas:
    Quote:
      type: object
      description: What sending costs.
      properties: {amount: {type: string, description: In euro.}}
      example: {amount: LONG}
`

func newPortal(t *testing.T, changes ...func(*Config)) *portal {
	t.Helper()
	return newPortalOn(t, testkit.New(t), changes...)
}

func newPortalOn(t *testing.T, kit *testkit.Kit, changes ...func(*Config)) *portal {
	t.Helper()
	p := &portal{Kit: kit, logged: &bytes.Buffer{}, tokens: map[string]string{}}
	config := Config{
		Trail: p.Trail, Outbox: p.Outbox,
		Accounts: p.Accounts, Site: p.Site, Catalog: p.Catalog, Publish: p.Publish, Access: p.Access, Overview: p.Overview, Plans: p.Plans,
		PortalURL: "https://portal.example", GatewayURL: "https://gateway.example",
		Logger: slog.New(slog.NewTextHandler(p.logged, nil)),
	}
	for _, change := range changes {
		change(&config)
	}
	var err error
	if p.site, err = newSite(config, builtAssets()); err != nil {
		t.Fatal(err)
	}
	p.handler = p.site.Handler()
	return p
}

// stocked publishes the API and creates Acme's keys.
func (p *portal) stocked(t *testing.T) *portal {
	t.Helper()
	p.stock(t, manifest)
	return p
}

func (p *portal) stock(t *testing.T, manifest string) {
	t.Helper()
	p.publish(t, fstest.MapFS{
		"portico.yaml":    {Data: []byte(manifest)},
		"one.yaml":        {Data: []byte(firstRelease)},
		"two.yaml":        {Data: []byte(firstRelease + strings.ReplaceAll(added, "LONG", strings.Repeat("9", 10<<10)))},
		"docs/1-begin.md": {Data: []byte("# Begin here\n\nWith a key.\n\n![A map](map.svg)")},
		"docs/map.svg":    {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`)},
	})
	plans, err := p.Plans.Plans(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	granted, err := p.Access.GrantAccess(p.As(identity.SystemPrincipal("test")), access.NewAccess{Team: p.Acme.ID, Plan: plans[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, issued := range granted.Issued {
		if issued.Credential.Slot == access.Primary {
			p.primary = issued
		} else {
			p.secondary = issued
		}
	}
}

func (p *portal) publish(t *testing.T, folder fstest.MapFS) {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	read, findings, err := p.Publish.Read(ctx, folder)
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(err, findings)
	}
	if _, err := p.Publish.Apply(ctx, read); err != nil {
		t.Fatal(err)
	}
}

// as signs the principal in once, and returns a request with their session.
func (p *portal) as(t *testing.T, who identity.Principal, method, path string, form url.Values) *http.Request {
	t.Helper()
	request := httptest.NewRequest(method, "http://portal.example"+path, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who.Anonymous() {
		return request
	}
	if p.tokens[who.Name] == "" {
		signedIn, err := p.Accounts.SignIn(context.Background(), account.SignIn{Email: who.Name, Password: testkit.Password})
		if err != nil {
			t.Fatal(err)
		}
		p.tokens[who.Name] = signedIn.Token
	}
	request.AddCookie(&http.Cookie{Name: p.site.server.SessionCookie(), Value: p.tokens[who.Name]})
	return request
}

func (p *portal) send(request *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, request)
	return answer
}

func (p *portal) get(t *testing.T, who identity.Principal, path string) *httptest.ResponseRecorder {
	t.Helper()
	return p.send(p.as(t, who, http.MethodGet, path, nil))
}

func (p *portal) post(t *testing.T, who identity.Principal, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	if form == nil {
		form = url.Values{}
	}
	return p.send(p.as(t, who, http.MethodPost, path, form))
}

// expect fails the test if the response has another status or lacks one of the texts.
func expect(t *testing.T, answer *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if answer.Code != status {
		t.Errorf("the status is %d, want %d:\n%s", answer.Code, status, answer.Body)
	}
	for _, text := range texts {
		if !strings.Contains(answer.Body.String(), text) {
			t.Errorf("the page lacks %q:\n%s", text, answer.Body)
		}
	}
}

// expectRedirect fails the test if the response does not redirect to the path.
func expectRedirect(t *testing.T, answer *httptest.ResponseRecorder, path string) {
	t.Helper()
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != path {
		t.Errorf("the response is %d to %q, want %s", answer.Code, answer.Header().Get("Location"), path)
	}
}
