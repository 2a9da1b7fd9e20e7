package web

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
)

const shop = `
site: {name: Shop, support: help@portal.example, public: true}
strategies:
  - {slug: key, name: API key, kind: key, default: true, headers: [X-Shop-Key, X-Api-Key]}
  - {slug: password, name: Password, kind: basic}
products:
  - slug: orders
    name: Orders
    description: "Place orders. See [billing](#bills)."
    audience: public
    documents: docs
    versions:
      - {name: "1", environments: {production: {base_path: /orders/v1, upstream: "https://orders.example"}}}
      - {name: "2", spec: two.yaml, environments: {production: {base_path: /orders/v2, upstream: "https://orders.example"}}}
  - {slug: paper, name: Paper, audience: public, versions: [{name: "1"}]}
plans:
  - slug: free
    name: '<script>alert(1)</script>"><svg onload=x>{{7*7}}'
    description: HOSTILE
    environment: production
    strategy: key
    opens: [orders/1, orders/2]
    limits: [{calls: 10, window: 1s}, {calls: 50000, per: team, window: month}]
    price: {currency: EUR, monthly: 0}
    approval: automatic
    keys: {in_query: true, pair: true}
  - slug: paid
    name: Paid
    environment: production
    strategy: password
    opens: [orders/2]
    scopes: ["orders:read"]
    price: {currency: EUR, monthly: 49, per_thousand: 0.20, included: 100000}
  - {slug: withdrawn, name: Withdrawn, published: false, environment: production, strategy: key, opens: [orders/1], approval: automatic}
`

const shopSpec = `
openapi: 3.0.3
info: {title: Orders, version: "2"}
paths:
  /orders/{id}: {get: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {"200": {description: One.}}}}
  /search: {get: {parameters: [{name: q, in: query, required: true, schema: {type: string}}], responses: {"200": {description: Some.}}}}
  /old: {get: {deprecated: true, responses: {"200": {description: All.}}}}
  /it's/all: {get: {responses: {"200": {description: All.}}}}
`

// openShop publishes a public product with two plans and a withdrawn one.
func openShop(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	quoted := `'` + strings.ReplaceAll(hostile, `'`, `''`) + `'`
	p.publish(t, fstest.MapFS{
		"portico.yaml": {Data: []byte(strings.ReplaceAll(shop, "HOSTILE", quoted))},
		"two.yaml":     {Data: []byte(shopSpec)},
		"docs/1-a.md":  {Data: []byte("# First\n\n## Über `uns`\n\nSee [codes](3-c.md#the-codes).\n\n### Deep\n\n#### Deeper\n\n## <b>Über</b> uns\n")},
		"docs/2-b.md":  {Data: []byte("## Lonely\n\n```go\nreturn nil\n```\n")},
		"docs/3-c.md":  {Data: []byte("# The codes\n\n# The codes\n\ntext\n\n# More\n")},
	})
	return p
}

// grantPlan gives Acme a plan by its slug.
func (p *portal) grantPlan(t *testing.T, slug string, in access.NewAccess) access.Subscription {
	t.Helper()
	plans, err := p.Plans.Plans(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range plans {
		if known.Slug == slug {
			in.Plan = known.ID
		}
	}
	in.Team = p.Acme.ID
	granted, err := p.Access.GrantAccess(p.As(p.Staff), in)
	if err != nil {
		t.Fatal(err)
	}
	return granted.Subscription
}

func lacks(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page contains %q:\n%s", text, page)
		}
	}
}

func TestProductPageShowsPlansToEveryone(t *testing.T) {
	p := openShop(t)
	for _, who := range []identity.Principal{p.Visitor, p.Viewer, p.OtherOwner} {
		page := p.get(t, who, "/apis/orders")
		expect(t, page, http.StatusOK, "10 calls per second per subscription", "50,000 calls per calendar month per team", ">Free<", "Instant",
			"EUR 49.00 per month, then EUR 0.20 per 1,000 calls after 100,000 included", "Staff approve each request", "<dd>Version 2</dd>",
			"<code>orders:read</code>", "<dt>Header</dt>", "<code>X-Shop-Key</code><span>or</span> <code>X-Api-Key</code>", "<dt>Query</dt>", "<code>subscription-key</code>",
			"<strong>Password:</strong> Send the subscription&#39;s user name and password", "<code>curl &#39;https://gateway.example/orders/v2/it&#39;\\&#39;&#39;s/all&#39; \\\n  -H &#39;X-Shop-Key: YOUR_KEY&#39;</code>")
		lacks(t, page.Body.String(), "Withdrawn", "Not offered")
		if found := activeMarkup(page.Body.String()); found != "" {
			t.Errorf("the page contains %s", found)
		}
	}
	expect(t, p.get(t, p.Support, "/apis/orders"), http.StatusOK, "Withdrawn", "Not offered")
	paper := p.get(t, p.Visitor, "/apis/paper")
	expect(t, paper, http.StatusOK, "Documentation only")
	lacks(t, paper.Body.String(), "Your access", "Plans", "How to call it")
}

func TestProductPageShowsTheVisitorsOwnAccess(t *testing.T) {
	p := openShop(t)
	visitors := p.get(t, p.Visitor, "/apis/orders")
	expect(t, visitors, http.StatusOK, `href="/sign-in?return_to=%2Fapis%2Forders">Sign in</a> to see`, "mailto:help@portal.example")
	none := p.get(t, p.Owner, "/apis/orders")
	expect(t, none, http.StatusOK, "Your team has no access", "mailto:help@portal.example", "say that you want to call Orders")
	lacks(t, none.Body.String(), "to see your team", `"/profile#`)

	granted := p.grantPlan(t, "free", access.NewAccess{})
	ended := p.grantPlan(t, "withdrawn", access.NewAccess{EndsAt: p.Clock.Now().Add(1)})
	link := "/profile#plan-" + granted.ID.Hex()
	owners := p.get(t, p.Owner, "/apis/orders")
	expect(t, owners, http.StatusOK, `href="`+link+`"`, ">Active<", "Since 10 March 2026")
	lacks(t, owners.Body.String(), "Your team has no access")
	expect(t, p.get(t, p.Owner, "/profile"), http.StatusOK, `id="plan-`+granted.ID.Hex()+`"`)
	for _, who := range []identity.Principal{p.Visitor, p.OtherOwner, p.Staff} {
		lacks(t, p.get(t, who, "/apis/orders").Body.String(), link, ended.ID.Hex(), "Since 10 March")
	}

	p.Clock.Advance(1)
	if _, err := p.Access.SuspendSubscription(p.As(p.Staff), granted.ID, hostile); err != nil {
		t.Fatal(err)
	}
	suspended := p.get(t, p.Owner, "/apis/orders")
	expect(t, suspended, http.StatusOK, ">Suspended<", ">Expired<", "Ended on 10 March 2026", "reason: &lt;script&gt;")
	if found := activeMarkup(suspended.Body.String()); found != "" {
		t.Errorf("the page contains %s", found)
	}
	if _, err := p.Access.RevokeSubscription(p.As(p.Staff), granted.ID, ""); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Owner, "/apis/orders"), http.StatusOK, ">Revoked<", "Your team has no access")
}

func TestDocumentsHaveContentsAndNeighbours(t *testing.T) {
	p := openShop(t)
	first := p.get(t, p.Visitor, "/apis/orders/documents/a")
	expect(t, first, http.StatusOK, `<h2 id="doc-über-uns">`, `<li><a href="#doc-über-uns">Über uns</a></li>`,
		`<li class="below"><a href="#doc-deep">Deep</a></li>`, `id="doc-b-über-b-uns"`, `href="c#doc-the-codes"`,
		`rel="next" href="/apis/orders/documents/b"`, "<summary>On this page</summary>")
	lacks(t, first.Body.String(), `rel="prev"`, `href="#doc-deeper"`)
	second := p.get(t, p.Visitor, "/apis/orders/documents/b")
	expect(t, second, http.StatusOK, `rel="prev" href="/apis/orders/documents/a"`, `rel="next" href="/apis/orders/documents/c"`, `<span class="k">return</span>`)
	lacks(t, second.Body.String(), "On this page")
	third := p.get(t, p.Visitor, "/apis/orders/documents/c")
	expect(t, third, http.StatusOK, `rel="prev" href="/apis/orders/documents/b"`)
	lacks(t, third.Body.String(), `rel="next"`)
}
