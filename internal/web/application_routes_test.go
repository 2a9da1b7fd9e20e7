package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
)

// applicationTable lists who may use the pages of applications. Its registration was granted by staff.
func (p *portal) applicationTable(t *testing.T) map[string][]permitted {
	t.Helper()
	system := p.As(identity.SystemPrincipal("test"))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	created := func(name string) access.ApplicationID {
		made, err := p.Access.CreateApplication(system, access.NewApplication{Team: p.Acme.ID, Name: name})
		must(err)
		return made.Application.ID
	}
	shop := created("Shop")
	key, err := p.Access.IssueCredential(system, access.NewCredential{Application: shop, Name: "Till"})
	must(err)
	versions, err := p.DB.Catalog().Versions(system)
	must(err)
	plans, err := p.Plans.Plans(system)
	must(err)
	granted, err := p.Access.GrantAccess(system, access.NewAccess{Application: shop, Plan: plans[0].ID, Version: versions[0].ID})
	must(err)

	none := p.Acme.ID.Hex()
	path, doomed, nothing := address.Application(shop), address.Application(created("Doomed")), address.Applications+"/"+none
	ofKey := path + "/keys/" + key.Credential.ID.Hex()
	registration := path + "/registrations/" + granted.Subscription.ID.Hex()
	signedIn := [8]int{303, 200, 200, 200, 200, 200, 200, 200}
	missing := [8]int{303, 404, 404, 404, 404, 404, 404, 404}
	makers := [8]int{303, 403, 200, 200, 404, 403, 403, 200}
	keepers := [8]int{303, 403, 200, 200, 404, 403, 200, 200}
	no := url.Values{}
	return map[string][]permitted{
		"GET /applications":                              {{path: "/applications", want: signedIn}, {path: "/applications?q=%25&page=9", want: signedIn}, {path: "/applications?page=x", want: [8]int{422, 422, 422, 422, 422, 422, 422, 422}}},
		"GET /applications/new":                          {{path: "/applications/new", want: [8]int{303, 403, 200, 200, 200, 403, 403, 200}}},
		"POST /applications/new":                         {{path: "/applications/new", form: no, want: [8]int{401, 403, 422, 422, 422, 403, 403, 422}}},
		"GET /applications/requests":                     {{path: "/applications/requests", want: signedIn}, {path: "/applications/requests?state=x", want: signedIn}},
		"POST /applications/requests/{request}/withdraw": {{path: "/applications/requests/" + none + "/withdraw", form: no, want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}}},
		"GET /applications/{application}/":               {{path: path, want: [8]int{303, 200, 200, 200, 404, 200, 200, 200}}, {path: nothing, want: missing}, {path: "/applications/nonsense", want: missing}},
		"GET /applications/{application}/edit":           {{path: path + "/edit", want: makers}},
		"POST /applications/{application}/edit":          {{path: path + "/edit", form: url.Values{"name": {""}}, want: [8]int{401, 403, 422, 422, 404, 403, 403, 422}}},
		"GET /applications/{application}/delete":         {{path: path + "/delete", want: makers}},
		"POST /applications/{application}/delete":        {{path: doomed + "/delete", form: no, want: [8]int{401, 403, 303, 404, 404, 403, 403, 404}}},
		"POST /applications/{application}/keys":          {{path: path + "/keys", form: url.Values{"name": {strings.Repeat("x", 256)}}, want: [8]int{401, 403, 422, 422, 404, 403, 422, 422}}},
		"GET /applications/{application}/keys/{credential}/rename": {
			{path: ofKey + "/rename", want: keepers}, {path: path + "/keys/" + none + "/rename", want: missing},
		},
		"POST /applications/{application}/keys/{credential}/rename": {{path: ofKey + "/rename", form: url.Values{"name": {"Till 2"}}, want: [8]int{401, 403, 303, 303, 404, 403, 303, 303}}},
		"GET /applications/{application}/keys/{credential}/revoke":  {{path: ofKey + "/revoke", want: keepers}},
		"POST /applications/{application}/keys/{credential}/revoke": {{path: path + "/keys/" + none + "/revoke", form: no, want: [8]int{401, 403, 404, 404, 404, 403, 404, 404}}},
		"GET /applications/{application}/keys/{credential}/rotate": {
			{path: ofKey + "/rotate", want: keepers}, {path: path + "/keys/" + none + "/rotate", want: missing},
		},
		"POST /applications/{application}/keys/{credential}/rotate": {{path: path + "/keys/" + none + "/rotate", form: url.Values{"overlap": {"24"}}, want: [8]int{401, 403, 404, 404, 404, 403, 404, 404}}},
		"GET /applications/{application}/keys/{credential}/extend": {
			{path: ofKey + "/extend", want: [8]int{303, 403, 409, 409, 404, 403, 409, 409}}, {path: path + "/keys/" + none + "/extend", want: missing},
		},
		"POST /applications/{application}/keys/{credential}/extend": {
			{path: ofKey + "/extend", form: url.Values{"overlap": {"24"}}, want: [8]int{401, 403, 409, 409, 404, 403, 409, 409}},
		},
		"GET /applications/{application}/keys/{credential}/regenerate": {
			{path: ofKey + "/regenerate", want: keepers}, {path: path + "/keys/" + none + "/regenerate", want: missing},
		},
		"POST /applications/{application}/keys/{credential}/regenerate": {{path: ofKey + "/regenerate", form: no, want: [8]int{401, 403, 200, 200, 404, 403, 200, 200}}},
		"GET /applications/{application}/register": {
			{path: path + "/register", want: [8]int{303, 403, 200, 200, 404, 403, 403, 403}}, {path: nothing + "/register", want: missing},
			{path: path + "/register?q=%25&page=9", want: [8]int{303, 403, 200, 200, 404, 403, 403, 403}},
		},
		"GET /applications/{application}/registrations/{subscription}/remove": {
			{path: registration + "/remove", want: [8]int{303, 403, 200, 200, 404, 403, 403, 403}},
		},
		"POST /applications/{application}/registrations/{subscription}/remove": {
			{path: path + "/registrations/" + none + "/remove", form: no, want: [8]int{401, 403, 404, 404, 404, 403, 404, 404}},
		},
		"GET /apis/{product}/{version}/register": {
			{path: "/apis/parcels/1/register", want: [8]int{303, 403, 200, 200, 404, 403, 403, 403}},
			{path: "/apis/parcels/9/register", want: [8]int{303, 403, 404, 404, 404, 403, 403, 403}},
		},
		"GET /apis/{product}/{version}/key": {
			{path: "/apis/parcels/1/key", want: [8]int{303, 403, 200, 200, 404, 403, 403, 403}},
			{path: "/apis/parcels/9/key", want: [8]int{303, 403, 404, 404, 404, 403, 403, 403}},
		},
		"POST /apis/{product}/{version}/key": {{
			path: "/apis/parcels/1/key", form: url.Values{"name": {"Till"}, "version": {versions[1].ID.Hex()}},
			want: [8]int{401, 403, 409, 409, 404, 403, 403, 404},
		}},
		"POST /apis/{product}/{version}/register": {{
			path: "/apis/parcels/1/register", form: url.Values{"application": {shop.Hex()}, "version": {versions[1].ID.Hex()}},
			want: [8]int{401, 403, 409, 409, 404, 403, 403, 403},
		}},
	}
}
