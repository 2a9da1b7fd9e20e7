package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
)

// permitted is one row of the table of permissions: a path of a route, and the status for each caller in the order of
// the columns.
type permitted struct {
	path string
	form url.Values
	want [8]int
}

// unknownToken has the format of the tokens in mails.
const unknownToken = "0b7cbf8b-5ea2-4ba2-9ac4-1b9d4d4c8f9a"

var columns = [8]string{"anonymous", "viewer", "member", "owner", "other team", "support", "approver", "admin"}

// TestPermissionsOfEveryRoute requests every mounted route as each caller. It fails if a route has no row, or a row no
// route.
func TestPermissionsOfEveryRoute(t *testing.T) {
	p := newPortal(t).stocked(t)
	table := p.table()
	maps.Copy(table, p.peopleTable(t))
	maps.Copy(table, p.recordsTable(t))
	maps.Copy(table, p.applicationTable(t))
	var mounted []string
	err := chi.Walk(p.site.Routes(), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		mounted = append(mounted, method+" "+pattern)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for route := range table {
		if !slices.Contains(mounted, route) {
			t.Errorf("the table has a row for %s, which is not mounted", route)
		}
	}
	// Signing out ends the sessions that the other rows need.
	slices.SortFunc(mounted, func(a, b string) int {
		switch "POST /sign-out" {
		case a:
			return 1
		case b:
			return -1
		}
		return strings.Compare(a, b)
	})
	callers := [8]identity.Principal{p.Visitor, p.Viewer, p.Member, p.Owner, p.OtherOwner, p.Support, p.Approver, p.Staff}
	for _, route := range mounted {
		rows, ok := table[route]
		if !ok {
			t.Errorf("%s is mounted, but the table does not say who may use it", route)
		}
		method, _, _ := strings.Cut(route, " ")
		for _, row := range rows {
			for i, caller := range callers {
				answer := p.send(p.as(t, caller, method, row.path, row.form))
				if answer.Code != row.want[i] {
					t.Errorf("%s %s as %s returns %d, want %d", method, row.path, columns[i], answer.Code, row.want[i])
				}
				if problem := headerProblem(row.path, answer.Header()); problem != "" {
					t.Errorf("%s %s as %s: %s", method, row.path, columns[i], problem)
				}
			}
		}
	}
}

func (p *portal) table() map[string][]permitted {
	everybody := func(status int) [8]int { return [8]int{status, status, status, status, status, status, status, status} }
	key := "/profile/credentials/" + p.primary.Credential.ID.Hex()
	byStaff := [8]int{303, 403, 403, 403, 403, 200, 200, 200}
	staffKey := address.StaffKey(p.primary.Credential.ID)
	subscription := address.StaffSubscription(p.primary.Credential.Subscription)
	nobody := p.Acme.ID.Hex()
	noKey := "/profile/credentials/" + p.Acme.ID.Hex()
	seen := [8]int{404, 200, 200, 200, 404, 200, 200, 200} // by the product's audience, and by staff
	missing := [8]int{404, 404, 404, 404, 404, 404, 404, 404}
	signedIn := [8]int{303, 200, 200, 200, 200, 200, 200, 200}
	rows := map[string][]permitted{
		"GET /assets/*":       {{path: "/assets/site-1.css", want: everybody(200)}, {path: "/assets/manifest.json", want: missing}},
		"GET /icon.svg":       {{path: "/icon.svg", want: everybody(200)}},
		"GET /prefetch.json":  {{path: "/prefetch.json", want: everybody(200)}},
		"POST /theme":         {{path: "/theme", form: url.Values{"theme": {"dark"}}, want: everybody(303)}, {path: "/theme", form: url.Values{}, want: everybody(422)}},
		"GET /":               {{path: "/", want: everybody(200)}},
		"GET /sign-in":        {{path: "/sign-in", want: [8]int{200, 303, 303, 303, 303, 303, 303, 303}}},
		"POST /sign-in":       {{path: "/sign-in", form: url.Values{"email": {"a@b.example"}, "password": {"wrong"}}, want: [8]int{401, 401, 401, 401, 401, 429, 429, 429}}},
		"POST /sign-out":      {{path: "/sign-out", form: url.Values{}, want: everybody(303)}},
		"GET /set-up/{token}": {{path: "/set-up/unknown", want: missing}},
		"POST /set-up/{token}": {
			{path: "/set-up/unknown", form: url.Values{"password": {"a new long password"}}, want: missing},
		},
		"GET /sign-up":  {{path: "/sign-up", want: everybody(403)}}, // sign-up is off on this portal
		"POST /sign-up": {{path: "/sign-up", form: url.Values{"email": {"new@b.example"}, "name": {"New"}}, want: everybody(403)}},
		"GET /verify-email": {
			{path: "/verify-email?token=" + unknownToken, want: missing}, {path: "/verify-email", want: missing},
		},
		"POST /verify-email":   {{path: "/verify-email", form: url.Values{"token": {unknownToken}}, want: missing}},
		"GET /forgot-password": {{path: "/forgot-password", want: everybody(200)}},
		"POST /forgot-password": {
			{path: "/forgot-password", form: url.Values{"email": {"nobody@b.example"}}, want: [8]int{303, 303, 303, 429, 429, 429, 429, 429}},
			{path: "/forgot-password", form: url.Values{"email": {"nobody"}}, want: everybody(422)},
		},
		"GET /reset-password": {
			{path: "/reset-password?token=" + unknownToken, want: missing}, {path: "/reset-password?token=x", want: missing},
		},
		"POST /reset-password": {
			{path: "/reset-password", form: url.Values{"token": {unknownToken}, "password": {"a new long password"}}, want: missing},
		},
		"GET /usage": {
			{path: "/usage", want: signedIn}, {path: "/usage?range=custom&since=2999-01-01", want: [8]int{303, 422, 422, 422, 422, 422, 422, 422}},
		},
		"GET /usage.csv":              {{path: "/usage.csv", want: signedIn}},
		"GET /usage/log":              {{path: "/usage/log", want: signedIn}},
		"GET /usage/log.csv":          {{path: "/usage/log.csv", want: signedIn}},
		"GET /usage/log/{call}":       {{path: "/usage/log/x", want: [8]int{303, 404, 404, 404, 404, 404, 404, 404}}},
		"GET /staff/usage/log":        {{path: "/staff/usage/log", want: byStaff}},
		"GET /staff/usage/log.csv":    {{path: "/staff/usage/log.csv", want: byStaff}},
		"GET /staff/usage/log/{call}": {{path: "/staff/usage/log/x", want: [8]int{303, 403, 403, 403, 403, 404, 404, 404}}},
		"GET /staff/usage":            {{path: "/staff/usage", want: byStaff}},
		"GET /staff/usage.csv":        {{path: "/staff/usage.csv", want: byStaff}},
		"GET /apis":                   {{path: "/apis", want: everybody(200)}},
		"GET /apis/{product}": {
			{path: "/apis/parcels", want: seen}, {path: "/apis/none", want: missing},
			{path: "/apis/parcels.md", want: seen}, {path: "/apis/none.md", want: missing},
		},
		"GET /apis/{product}/documents/{document}": {
			{path: "/apis/parcels/documents/begin", want: seen}, {path: "/apis/parcels/documents/none", want: missing},
			{path: "/apis/parcels/documents/begin.md", want: seen}, {path: "/apis/parcels/documents/none.md", want: missing},
		},
		"GET /apis/{product}/documents/{document}/{picture}": {
			{path: "/apis/parcels/documents/begin/map.svg", want: seen}, {path: "/apis/parcels/documents/begin/none.svg", want: missing},
			{path: "/apis/parcels/documents/none/map.svg", want: missing}, {path: "/apis/parcels/documents/begin/..%2fmap.svg", want: missing},
		},
		"GET /apis/{product}/{version}": {
			{path: "/apis/parcels/1", want: seen}, {path: "/apis/parcels/9", want: missing},
			{path: "/apis/parcels/1.md", want: seen}, {path: "/apis/parcels/9.md", want: missing},
		},
		"GET /apis/{product}/{version}/openapi": {{path: "/apis/parcels/1/openapi", want: seen}},
		"GET /apis/{product}/{version}/tree":    {{path: "/apis/parcels/1/tree", want: seen}},
		"GET /apis/{product}/{version}/operations/{operation}": {
			{path: "/apis/parcels/1/operations/read-parcel", want: seen}, {path: "/apis/parcels/1/operations/ask-quote", want: missing},
			{path: "/apis/parcels/1/operations/read-parcel.md", want: seen}, {path: "/apis/parcels/1/operations/ask-quote.md", want: missing},
		},
		"GET /apis/{product}/{version}/operations/{operation}/try": {
			{path: "/apis/parcels/1/operations/read-parcel/try", want: seen}, {path: "/apis/parcels/1/operations/ask-quote/try", want: missing},
		},
		"POST /try/sample": {
			{path: "/try/sample", want: [8]int{422, 422, 422, 422, 422, 422, 422, 422}},
		},
		"POST /try/tickets": {
			{path: "/try/tickets?subscription=" + p.primary.Credential.Subscription.Hex(), want: [8]int{401, 403, 200, 200, 404, 403, 403, 403}},
			{path: "/try/tickets?subscription=nonsense", want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}},
		},
		"POST /try/tickets/{credential}/end": {
			{path: "/try/tickets/" + p.primary.Credential.ID.Hex() + "/end", want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}},
		},
		"POST /try/visitor-keys": {
			{path: "/try/visitor-keys?product=parcels&version=2&environment=sandbox", want: [8]int{404, 403, 403, 403, 403, 403, 403, 403}},
			{path: "/try/visitor-keys", want: [8]int{404, 403, 403, 403, 403, 403, 403, 403}},
		},
		"GET /apis/{product}/{version}/operations/{operation}/examples/{number}": {
			{path: "/apis/parcels/2/operations/ask-quote/examples/1", want: seen}, {path: "/apis/parcels/2/operations/read-parcel/examples/1", want: missing},
			{path: "/apis/parcels/2/operations/ask-quote/examples/0", want: missing}, {path: "/apis/parcels/2/operations/ask-quote/examples/-1", want: missing},
		},
		"GET /apis/{product}/{version}/schemas": {{path: "/apis/parcels/2/schemas", want: seen}, {path: "/apis/parcels/9/schemas", want: missing}},
		"GET /apis/{product}/{version}/schemas/{schema}": {
			{path: "/apis/parcels/2/schemas/quote", want: seen}, {path: "/apis/parcels/2/schemas/none", want: missing}, {path: "/apis/parcels/1/schemas/quote", want: missing},
		},
		"GET /apis/{product}/{version}/schemas/{schema}/examples/{number}": {
			{path: "/apis/parcels/2/schemas/quote/examples/2", want: seen}, {path: "/apis/parcels/2/schemas/quote/examples/1", want: missing},
		},
		"GET /search": {
			{path: "/search", want: everybody(200)}, {path: "/search?q=parcel", want: everybody(200)},
			{path: "/search?q=parcel&kind=account", want: everybody(422)}, {path: "/search?q=parcel&page=none", want: everybody(422)},
		},
		"GET /brand/colors.css":           {{path: "/brand/colors.css", want: everybody(200)}},
		"GET /brand/{slot}":               {{path: "/brand/logo", want: missing}, {path: "/brand/none", want: missing}},
		"GET /terms":                      {{path: "/terms", want: missing}},
		"GET /staff/settings":             {{path: "/staff/settings", want: [8]int{303, 403, 403, 403, 403, 403, 403, 200}}},
		"POST /staff/settings":            {{path: "/staff/settings", form: url.Values{"name": {"Ours"}, "revision": {"-1"}}, want: [8]int{401, 403, 403, 403, 403, 403, 403, 409}}},
		"POST /staff/settings/preview":    {{path: "/staff/settings/preview", form: url.Values{"name": {"Ours"}}, want: [8]int{401, 403, 403, 403, 403, 403, 403, 200}}},
		"GET /staff/settings/preview.css": {{path: "/staff/settings/preview.css", want: [8]int{303, 403, 403, 403, 403, 403, 403, 200}}},
		"POST /staff/settings/{slot}":     {{path: "/staff/settings/logo", form: url.Values{}, want: [8]int{401, 403, 403, 403, 403, 403, 403, 422}}},
		"POST /staff/settings/{slot}/remove": {
			{path: "/staff/settings/logo/remove", form: url.Values{}, want: [8]int{401, 403, 403, 403, 403, 403, 403, 303}},
			{path: "/staff/settings/none/remove", form: url.Values{}, want: [8]int{401, 403, 403, 403, 403, 403, 403, 404}},
		},
		"GET /staff": {{path: "/staff", want: byStaff}},
		"GET /staff/requests": {
			{path: "/staff/requests", want: byStaff}, {path: "/staff/requests?state=x&plan=x&team=x&q=%25&page=9", want: byStaff},
		},
		"POST /staff/requests": {
			{path: "/staff/requests", form: url.Values{"decision": {"approve"}}, want: [8]int{401, 403, 403, 403, 403, 403, 422, 422}},
			{path: "/staff/requests", form: url.Values{"decision": {"reject"}, "request": {nobody}}, want: [8]int{401, 403, 403, 403, 403, 403, 200, 200}},
		},
		"GET /staff/requests/{request}": {{path: "/staff/requests/" + nobody, want: [8]int{303, 403, 403, 403, 403, 404, 404, 404}}},
		"POST /staff/requests/{request}": {
			{path: "/staff/requests/" + nobody, form: url.Values{"decision": {"approve"}}, want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}},
		},
		"GET /staff/requests.csv":      {{path: "/staff/requests.csv?state=all", want: byStaff}},
		"GET /staff/subscriptions.csv": {{path: "/staff/subscriptions.csv?state=expired&sort=team", want: byStaff}},
		"GET /staff/subscriptions":     {{path: "/staff/subscriptions", want: byStaff}, {path: "/staff/subscriptions?state=expired&environment=x&q=a", want: byStaff}},
		"GET /staff/subscriptions/new": {{path: "/staff/subscriptions/new", want: [8]int{303, 403, 403, 403, 403, 403, 200, 200}}},
		"POST /staff/subscriptions/new": {
			{path: "/staff/subscriptions/new", form: url.Values{"email": {"nobody@acme.example"}, "plan": {"acme"}}, want: [8]int{401, 403, 403, 403, 403, 403, 404, 404}},
		},
		"GET /staff/subscriptions/{subscription}": {
			{path: subscription, want: byStaff}, {path: "/staff/subscriptions/" + nobody, want: [8]int{303, 403, 403, 403, 403, 404, 404, 404}},
		},
		"GET /staff/subscriptions/{subscription}/{action}": {
			{path: subscription + "/suspend", want: byStaff}, {path: subscription + "/plan", want: byStaff}, {path: subscription + "/keys", want: byStaff},
			{path: subscription + "/nonsense", want: missing},
		},
		"POST /staff/subscriptions/{subscription}/{action}": {
			{path: subscription + "/reinstate", form: url.Values{}, want: [8]int{401, 403, 403, 403, 404, 403, 409, 409}},
			{path: subscription + "/nonsense", form: url.Values{}, want: missing},
		},
		"GET /staff/keys":     {{path: "/staff/keys", want: byStaff}, {path: "/staff/keys?q=" + p.primary.Credential.Prefix, want: byStaff}},
		"GET /staff/keys.csv": {{path: "/staff/keys.csv?view=revoked&sort=-used", want: byStaff}},
		"GET /staff/keys/revoke": {
			{path: "/staff/keys/revoke?key=" + p.primary.Credential.ID.Hex(), want: [8]int{303, 403, 403, 403, 403, 403, 200, 200}},
			{path: "/staff/keys/revoke?key=" + nobody, want: [8]int{303, 403, 403, 403, 403, 404, 404, 404}},
		},
		"POST /staff/keys/revoke": {
			{path: "/staff/keys/revoke", form: url.Values{"key": {nobody}}, want: [8]int{401, 403, 403, 403, 403, 404, 404, 404}},
			{path: "/staff/keys/revoke", form: url.Values{}, want: [8]int{401, 403, 403, 403, 403, 422, 422, 422}},
		},
		"GET /staff/keys/leaked": {{path: "/staff/keys/leaked", want: byStaff}},
		"POST /staff/keys/leaked": {
			{path: "/staff/keys/leaked", form: url.Values{"pasted": {"abcdef"}}, want: [8]int{401, 403, 403, 403, 403, 200, 200, 200}},
			{path: "/staff/keys/leaked", form: url.Values{"pasted": {"abc"}}, want: [8]int{401, 403, 403, 403, 403, 422, 422, 422}},
		},
		"GET /staff/keys/{credential}":          {{path: staffKey, want: byStaff}, {path: "/staff/keys/" + nobody, want: [8]int{303, 403, 403, 403, 403, 404, 404, 404}}},
		"GET /staff/keys/{credential}/{action}": {{path: staffKey + "/leaked", want: byStaff}, {path: staffKey + "/nonsense", want: missing}},
		"POST /staff/keys/{credential}/{action}": {
			{path: staffKey + "/leaked", form: url.Values{"since": {"5"}}, want: [8]int{401, 403, 403, 403, 403, 403, 409, 409}},
			{path: staffKey + "/nonsense", form: url.Values{}, want: missing},
		},
		"GET /staff/catalogue/export": {
			{path: "/staff/catalogue/export", want: [8]int{303, 403, 403, 403, 403, 403, 403, 200}},
			{path: "/staff/catalogue/export?managed_by=nobody", want: [8]int{303, 403, 403, 403, 403, 403, 403, 422}},
		},
		"GET /llms.txt":                           {{path: "/llms.txt", want: everybody(200)}},
		"GET /robots.txt":                         {{path: "/robots.txt", want: everybody(200)}},
		"GET /sitemap.xml":                        {{path: "/sitemap.xml", want: everybody(200)}},
		"GET /sitemap-{part:[1-9][0-9]{0,5}}.xml": {{path: "/sitemap-1.xml", want: missing}, {path: "/sitemap-0.xml", want: missing}},
		"GET " + address.APICatalog:               {{path: address.APICatalog, want: everybody(200)}},
		"GET /profile":                            {{path: "/profile", want: signedIn}},
		"GET /profile/password":                   {{path: "/profile/password", want: signedIn}},
		"POST /profile/password": {
			{path: "/profile/password", form: url.Values{"current_password": {"wrong"}, "new_password": {"a new long password"}}, want: [8]int{401, 422, 422, 422, 422, 422, 422, 422}},
		},
		"POST /profile/team": {
			{path: "/profile/team", form: url.Values{"team": {p.Acme.ID.Hex()}}, want: [8]int{401, 303, 303, 303, 404, 404, 404, 404}},
			{path: "/profile/team", form: url.Values{"team": {"nonsense"}}, want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}},
		},
		"POST /profile/credentials/{credential}/reveal": {
			{path: key + "/reveal", form: url.Values{}, want: [8]int{401, 403, 200, 200, 404, 403, 403, 403}},
			{path: noKey + "/reveal", form: url.Values{}, want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}},
		},
		"GET /profile/credentials/{credential}/regenerate": {
			{path: key + "/regenerate", want: [8]int{303, 403, 200, 200, 404, 404, 404, 404}},
			{path: noKey + "/regenerate", want: [8]int{303, 404, 404, 404, 404, 404, 404, 404}},
		},
		"POST /profile/credentials/{credential}/regenerate": {
			{path: key + "/regenerate", form: url.Values{}, want: [8]int{401, 403, 303, 303, 404, 403, 303, 303}},
			{path: noKey + "/regenerate", form: url.Values{}, want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}},
		},
	}
	maps.Copy(rows, catalogueTable())
	return rows
}

// headerProblem describes what is wrong with the headers of a response, or returns "".
func headerProblem(path string, header http.Header) string {
	policy := "default-src 'none'; script-src 'self'; style-src 'self';"
	isPicture := strings.HasSuffix(path, "begin/map.svg") && header.Get("ETag") != ""
	if isPicture {
		policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": policy,
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "",
	} {
		if got := header.Get(name); got == "" || !strings.HasPrefix(got, want) {
			return name + " is " + got
		}
	}
	kept := header.Get("Cache-Control")
	if strings.HasPrefix(path, address.Assets) || path == "/icon.svg" || path == address.Prefetch || strings.HasSuffix(path, "/openapi") && kept == "private, no-cache" {
		return ""
	}
	if isPicture && kept == "private, max-age=600" {
		return ""
	}
	if kept != "no-store" {
		return "Cache-Control is " + kept
	}
	return ""
}
