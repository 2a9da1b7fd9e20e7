package web

import (
	"net/url"

	"github.com/portico-api/portico/internal/web/address"
)

// catalogueTable lists who may use the pages of the catalogue: admins. They may only read what files manage.
func catalogueTable() map[string][]permitted {
	reading := func(status int) [8]int { return [8]int{303, 403, 403, 403, 403, 403, 403, status} }
	sending := func(status int) [8]int { return [8]int{401, 403, 403, 403, 403, 403, 403, status} }
	nothing := url.Values{}
	table := map[string][]permitted{}
	read := func(route string, rows ...permitted) { table["GET "+route] = rows }
	sent := func(route string, rows ...permitted) { table["POST "+route] = rows }
	for _, list := range []string{"/staff/catalogue.csv", "/staff/catalogue/plans.csv", "/staff/catalogue/strategies.csv"} {
		read(list, permitted{path: list + "?q=a&sort=-name", want: reading(200)})
	}
	for _, kind := range []string{"product", "plan"} {
		path := "/staff/catalogue/" + kind + "-publication"
		read(path, permitted{path: path + "?" + kind + "=none&published=yes", want: reading(200)}, permitted{path: path, want: reading(422)})
		sent(path, permitted{path: path, form: url.Values{kind: {"none"}, "published": {"yes"}}, want: sending(404)})
	}
	const (
		product, version, document = address.StaffProducts + "/{product}", address.StaffProducts + "/{product}/versions/{version}", address.StaffProducts + "/{product}/documents/{document}"
		parcels, none              = address.StaffProducts + "/parcels", address.StaffProducts + "/none"
		offered, strategy          = address.StaffPlans + "/{plan}", address.StaffStrategies + "/{strategy}"
	)
	for _, path := range []string{address.Catalogue, address.StaffPlans, address.StaffStrategies} {
		read(path, permitted{path: path, want: reading(200)}, permitted{path: path + "?page=0", want: [8]int{422, 422, 422, 422, 422, 422, 422, 422}})
	}
	for _, noun := range []string{"product", "plan", "strategy"} {
		path := address.Catalogue + "/new-" + noun
		read(path, permitted{path: path, want: reading(200)})
		sent(path, permitted{path: path, form: nothing, want: sending(422)})
	}
	read(address.Launch, permitted{path: address.Launch, want: reading(200)})
	sent(address.Launch, permitted{path: address.Launch, form: nothing, want: sending(422)})
	staged := address.Launch + "/none"
	read(address.Launch+"/{digest}", permitted{path: staged, want: reading(404)})
	sent(address.Launch+"/{digest}", permitted{path: staged, form: nothing, want: sending(404)})
	sent(address.Catalogue+"/plan-preview", permitted{path: address.Catalogue + "/plan-preview", form: nothing, want: sending(200)})
	shown := func(route, path, missing string) {
		read(route, permitted{path: path, want: reading(200)}, permitted{path: missing, want: reading(404)})
	}
	// Files manage these objects, so every change is a conflict.
	refused := func(route, path, missing string, form url.Values) {
		sent(route, permitted{path: path, form: form, want: sending(409)}, permitted{path: missing, form: form, want: sending(404)})
	}
	written := url.Values{"name": {"Parcels"}, "slug": {"begin"}, "title": {"Begin"}}
	shown(product, parcels, none)
	for _, action := range []string{"/edit", "/publication", "/deletion"} {
		shown(product+action, parcels+action, none+action)
		refused(product+action, parcels+action, none+action, written)
		shown(version+action, parcels+"/versions/1"+action, parcels+"/versions/9"+action)
		sent(version+action, permitted{path: parcels + "/versions/1" + action, form: written, want: sending(409)})
	}
	for _, step := range []string{"description", "address", "plan", "publish"} {
		shown(version+"/publish/"+step, parcels+"/versions/1/publish/"+step, parcels+"/versions/9/publish/"+step)
	}
	for step, status := range map[string]int{"address": 409, "plan": 422, "publish": 409} {
		sent(version+"/publish/"+step, permitted{path: parcels + "/versions/1/publish/" + step, form: nothing, want: sending(status)})
	}
	read(product+"/new-version", permitted{path: parcels + "/new-version", want: reading(200)}, permitted{path: none + "/new-version", want: reading(404)})
	refused(product+"/new-version", parcels+"/new-version", none+"/new-version", url.Values{"name": {"3"}})
	shown(version, parcels+"/versions/1", parcels+"/versions/9")
	sent(version+"/description", permitted{path: parcels + "/versions/1/description", form: nothing, want: sending(422)})
	shown(product+"/new-document", parcels+"/new-document", none+"/new-document")
	refused(product+"/new-document", parcels+"/new-document", none+"/new-document", written)
	shown(document, parcels+"/documents/begin", parcels+"/documents/none")
	refused(document, parcels+"/documents/begin", none+"/documents/begin", written)
	refused(document+"/move", parcels+"/documents/begin/move", none+"/documents/begin/move", url.Values{"to": {"up"}})
	shown(document+"/deletion", parcels+"/documents/begin/deletion", parcels+"/documents/none/deletion")
	refused(document+"/deletion", parcels+"/documents/begin/deletion", none+"/documents/begin/deletion", nothing)

	shown(offered, address.StaffPlans+"/acme", address.StaffPlans+"/none")
	sent(offered, permitted{path: address.StaffPlans + "/acme", form: nothing, want: sending(422)})
	for _, action := range []string{"/publication", "/deletion"} {
		shown(offered+action, address.StaffPlans+"/acme"+action, address.StaffPlans+"/none"+action)
		refused(offered+action, address.StaffPlans+"/acme"+action, address.StaffPlans+"/none"+action, nothing)
	}
	shown(strategy, address.StaffStrategies+"/key", address.StaffStrategies+"/none")
	refused(strategy, address.StaffStrategies+"/key", address.StaffStrategies+"/none", url.Values{"name": {"Key"}, "kind": {"key"}})
	table["POST "+strategy][0].form.Set("default", "yes")
	shown(strategy+"/deletion", address.StaffStrategies+"/key/deletion", address.StaffStrategies+"/none/deletion")
	refused(strategy+"/deletion", address.StaffStrategies+"/key/deletion", address.StaffStrategies+"/none/deletion", nothing)
	return table
}
