package konnect_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/site"
)

// carrier lists the names of the demo's own products.
const carrier = "Parcels Prices and pickup points Tracking"

// publishMaps adds a product that Acme may use and Globex only see, and a product that only Globex may see.
func (p *portal) publishMaps(t *testing.T) {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range map[string]string{
		"portico.yaml": `
strategies:
  - {slug: maps-key, name: Maps key, kind: key, headers: [Maps-Key]}
  - {slug: password, name: Password, kind: basic}
products:
  - slug: maps
    name: Maps
    description: Tiles and 100% of the routes.
    audience: {teams: [Acme, {team: Globex, rights: [view]}]}
    documents: maps
    versions:
      - {name: "0"}
      - name: "1"
        deprecated: true
        spec: maps.json
        environments:
          production: {base_path: /maps/p, upstream: "http://maps.example"}
          sandbox: {base_path: /maps/s, upstream: "http://maps.example"}
      - name: "2"
        spec: maps.json
        environments:
          production: {base_path: /maps2/p, upstream: "http://maps.example"}
          sandbox: {base_path: /maps2/s, upstream: "http://maps.example"}
      - {name: "3", published: false}
  - {slug: secret, name: Secret maps, audience: {teams: [Globex]}, versions: [{name: "1"}]}
  - {slug: draft, name: Draft maps, published: false, versions: [{name: "1"}]}
  - {slug: open, name: Open maps, audience: public, versions: [{name: "1"}]}
plans:
  - {slug: maps-1, name: Maps 1, environment: sandbox, strategy: maps-key, opens: [maps/1], approval: staff, registrable: true}
  - {slug: maps-2, name: Maps 2, environment: sandbox, strategy: maps-key, opens: [maps/2], approval: automatic, registrable: true}
  - {slug: maps-2b, name: Maps 2b, environment: production, strategy: password, opens: [maps/2], registrable: true}
`,
		"maps.json": `{"openapi": "3.0.3", "info": {"title": "Maps", "version": "1"}, "servers": [{"url": "https://internal.example"}],
 "paths": {"/tiles": {"get": {"operationId": "tile", "tags": ["tiles"], "responses": {"200": {"description": "A tile."}}},
 "delete": {"deprecated": true, "summary": "Away", "responses": {"204": {"description": "Gone."}}}}}}`,
		"maps/10-start.md":      "# Start here\n\nA *map* with [tiles](20-more/index.md).\n\n| a |\n|---|\n| 1 |\n\n- [x] done\n\n![Legend](legend.svg)\n",
		"maps/legend.svg":       `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"maps/20-more/index.md": "# More", "maps/20-more/10-deep.md": "# Deep\n\nQuicksilver.",
	} {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if err := demo.Publish(system(), p.Services, folder); err != nil {
		t.Fatal(err)
	}
}

// byName returns the row of a list with this name.
func (a answer) byName(t *testing.T, name string) object {
	t.Helper()
	rows, _ := a.at("data").([]any)
	for _, row := range rows {
		if members, _ := row.(object); members["name"] == name || members["slug"] == name {
			return members
		}
	}
	t.Fatalf("no row %q in %v", name, a.Body)
	return nil
}

func names(a answer) string {
	return strings.Trim(fmt.Sprint(a.column("name")), "[]")
}

func TestReadCatalogue(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		all := c.want(t, http.StatusOK, "ProductsApi.listProducts", nil)
		if names(all) != "Maps Open maps "+carrier || all.total() != 5 || all.at("meta", "page", "size") != 10.0 {
			t.Errorf("the products are %v", all.Body)
		}
		for name, row := range map[string]struct {
			parameters object
			want       string
		}{
			"page":               {object{"pageSize": 1, "pageNumber": 2}, "Open maps"},
			"beyond":             {object{"pageNumber": 9}, ""},
			"name":               {object{"filterName": "Maps"}, "Maps"},
			"name eq":            {object{"filterNameEq": "Maps"}, "Maps"},
			"contains":           {object{"filterNameContains": "MAPS"}, "Maps Open maps"},
			"description":        {object{"filterDescriptionContains": "100%"}, "Maps"},
			"description eq":     {object{"filterDescriptionEq": "Tiles and 100% of the routes."}, "Maps"},
			"an empty value":     {object{"filterName": "", "filterNameContains": ""}, "Maps Open maps " + carrier},
			"what is no pattern": {object{"filterNameContains": "%"}, ""},
			"id":                 {object{"filterId": all.byName(t, "Parcels")["id"]}, "Parcels"},
			"two at once":        {object{"filterNameContains": "maps", "filterIdEq": all.byName(t, "Parcels")["id"]}, ""},
		} {
			if got := c.want(t, http.StatusOK, "ProductsApi.listProducts", row.parameters); names(got) != row.want {
				t.Errorf("%s: %s, want %q", name, names(got), row.want)
			}
		}
		if got := c.want(t, http.StatusOK, "ProductsApi.listProducts", object{"filterId": unknownID}); got.total() != 0 {
			t.Errorf("the list filtered by an unknown ID is %v", got.Body)
		}
		for _, parameters := range []object{{"pageSize": 0}, {"pageNumber": -1}, {"pageSize": "ten"}, {"filterId": "x"}, {"filterNameContains": strings.Repeat("_", 256)}} {
			c.want(t, http.StatusBadRequest, "ProductsApi.listProducts", parameters)
		}
		if got := c.want(t, http.StatusOK, "ProductsApi.listProducts", object{"pageSize": 5000}); got.at("meta", "page", "size") != 100.0 {
			t.Errorf("a page of 5000 is %v", got.at("meta"))
		}

		maps := all.byName(t, "Maps")
		if maps["version_count"] != 3.0 || maps["document_count"] != 3.0 || maps["latest_version"].(object)["name"] != "2" {
			t.Errorf("maps are %v", maps)
		}
		of := object{"productId": maps["id"]}
		if got := c.want(t, http.StatusOK, "ProductsApi.getProduct", of); got.text("name") != "Maps" {
			t.Errorf("maps are %v", got.Body)
		}
		versions := c.want(t, http.StatusOK, "VersionsApi.listProductVersions", of)
		if names(versions) != "2 1 0" {
			t.Errorf("the versions are %v", versions.Body)
		}
		if got := c.want(t, http.StatusOK, "VersionsApi.listProductVersions", object{"productId": maps["id"], "filterNameContains": "1"}); names(got) != "1" {
			t.Errorf("the version by its name is %v", got.Body)
		}
		p.checkVersions(t, c, versions, maps["id"])
	})
}

// checkVersions checks each version with the calls of a front end.
func (p *portal) checkVersions(t *testing.T, c *client, versions answer, product any) {
	t.Helper()
	version := func(name string) object {
		return object{"productId": product, "productVersionId": versions.byName(t, name)["id"]}
	}
	first := c.want(t, http.StatusOK, "VersionsApi.getProductVersion", version("1"))
	config, _ := first.at("registration_configs", 0).(object)
	if first.at("deprecated") != true || config["name"] != "Maps key" || config["credential_type"] != "key_auth" ||
		config["registration_enabled"] != true || config["registration_auto_approve"] != false {
		t.Errorf("version 1 is %v", first.Body)
	}
	second := c.want(t, http.StatusOK, "VersionsApi.getProductVersion", version("2")) // has one strategy that the protocol supports
	if configs, _ := second.at("registration_configs").([]any); len(configs) != 1 || second.at("registration_configs", 0, "registration_auto_approve") != true {
		t.Errorf("version 2 is %v", second.Body)
	}

	spec := c.want(t, http.StatusOK, "VersionsApi.getProductVersionSpec", version("1"))
	var described struct{ Servers []struct{ URL string } }
	if err := json.Unmarshal([]byte(spec.text("content")), &described); err != nil || len(described.Servers) != 1 || described.Servers[0].URL != p.GatewayURL+"/maps/s" {
		t.Errorf("the description of version 1 is %+v, %v", described, err)
	}
	spec = c.want(t, http.StatusOK, "VersionsApi.getProductVersionSpec", version("2")) // is registrable in two environments
	if !strings.Contains(spec.text("content"), p.GatewayURL+"/maps2/p") {
		t.Errorf("the description of version 2 is %s", spec.text("content"))
	}
	operations := c.want(t, http.StatusOK, "VersionsApi.getProductVersionSpecOperations", version("1"))
	away, _ := operations.at("operations", 1).(object)
	if operations.text("operations", 0, "method") != "get" || away["operation_id"] != nil || away["deprecated"] != true || away["summary"] != "Away" {
		t.Errorf("the operations are %v", operations.Body)
	}
	c.want(t, http.StatusNoContent, "VersionsApi.getProductVersionSpec", version("0"))
	c.want(t, http.StatusNoContent, "VersionsApi.getProductVersionSpecOperations", version("0"))
	parcels := c.want(t, http.StatusOK, "ProductsApi.listProducts", object{"filterName": "Parcels"}).byName(t, "Parcels")
	foreign := object{"productId": parcels["id"], "productVersionId": versions.byName(t, "1")["id"]}
	c.want(t, http.StatusNotFound, "VersionsApi.getProductVersion", foreign) // belongs to another product
	latest, _ := parcels["latest_version"].(object)
	text := c.want(t, http.StatusOK, "VersionsApi.getProductVersionSpec", object{"productId": parcels["id"], "productVersionId": latest["id"]}).text("content")
	if strings.HasPrefix(text, "{") || !strings.Contains(text, p.GatewayURL+"/parcels/v2") {
		t.Errorf("the description of parcels is %.300s", text)
	}
}

func TestDocumentsInEveryForm(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		maps := c.want(t, http.StatusOK, "ProductsApi.listProducts", object{"filterName": "Maps"}).byName(t, "Maps")["id"]
		flat := c.want(t, http.StatusOK, "DocumentationApi.listProductDocuments", object{"productId": maps, "accept": "application/json", "pageSize": 2})
		if fmt.Sprint(flat.column("slug")) != "[start more]" || flat.total() != 3 {
			t.Errorf("the list is %v", flat.Body)
		}
		tree := c.want(t, http.StatusOK, "DocumentationApi.listProductDocuments", object{"productId": maps, "accept": "application/vnd.konnect.document-tree+json"})
		if tree.Headers["content-type"] != "application/vnd.konnect.document-tree+json" || tree.text("data", 1, "children", 0, "slug") != "deep" ||
			tree.text("data", 1, "children", 0, "parent_document_id") != tree.text("data", 1, "id") {
			t.Errorf("the tree is %v", tree.Body)
		}
		for _, named := range []any{"start", flat.byName(t, "start")["id"]} {
			page := func(accept string) answer {
				return c.want(t, http.StatusOK, "DocumentationApi.getProductDocument", object{"productId": maps, "documentId": named, "accept": accept})
			}
			if got := page("application/json"); got.text("title") != "Start here" || !strings.HasPrefix(got.text("content"), "A *map*") ||
				!strings.Contains(got.text("content"), "![Legend]("+p.PortalURL+"/apis/maps/documents/start/legend.svg)") {
				t.Errorf("%v as JSON: %v", named, got.Body)
			}
			if got := page("text/markdown"); got.Headers["content-type"] != "text/markdown; charset=utf-8" || !strings.HasPrefix(fmt.Sprint(got.Body), "A *map*") {
				t.Errorf("%v as markdown: %v", named, got.Body)
			}
			got := page("application/vnd.konnect.document-nodes+json")
			if got.Headers["content-type"] != "application/vnd.konnect.document-nodes+json" || got.text("content", "children", 0, "children", 1, "type") != "emphasis" ||
				got.text("content", "children", 1, "type") != "table" || got.at("content", "children", 2, "children", 0, "children", 0, "children", 0, "checked") != true {
				t.Errorf("%v as nodes: %v", named, got.Body)
			}
		}
		c.want(t, http.StatusNotFound, "DocumentationApi.getProductDocument", object{"productId": maps, "documentId": "nowhere"})
	})
}

func TestSearch(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		const everywhere = "versions,versions.documents"
		found := func(parameters object) string {
			parameters["indices"] = "product-catalog"
			got := c.want(t, http.StatusOK, "SearchApi.searchPortalEntities", parameters)
			var hits []string
			rows, _ := got.at("data").([]any)
			for i := range rows {
				hits = append(hits, got.text("data", i, "source", "name"))
			}
			return fmt.Sprint(got.total(), hits)
		}
		for name, row := range map[string]struct {
			parameters object
			want       string
		}{
			"all":                      {object{"q": "", "join": everywhere, "pageSize": 12}, "5 [Maps Open maps " + carrier + "]"},
			"without a question":       {object{}, "5 [Maps Open maps " + carrier + "]"},
			"a page":                   {object{"q": "maps", "pageSize": 1, "pageNumber": 2}, "2 [Open maps]"},
			"beyond":                   {object{"q": "maps", "pageNumber": 7}, "2 []"},
			"a document":               {object{"q": "quicksilver", "join": everywhere}, "1 [Maps]"},
			"no documents":             {object{"q": "quicksilver"}, "0 []"},
			"an operation":             {object{"q": "tile", "join": "versions"}, "1 [Maps]"},
			"what is another team's":   {object{"q": "secret maps", "join": everywhere}, "0 []"},
			"what is not published":    {object{"q": "draft", "join": everywhere}, "0 []"},
			"marks alone":              {object{"q": "%%", "join": everywhere}, "0 []"},
			"a version of that number": {object{"q": "parcels 2", "join": everywhere}, "1 [Parcels]"},
		} {
			if got := found(row.parameters); got != row.want {
				t.Errorf("%s: %s, want %s", name, got, row.want)
			}
		}
		long := c.want(t, http.StatusBadRequest, "SearchApi.searchPortalEntities", object{"indices": "product-catalog", "q": strings.Repeat("x", 201)})
		if long.text("invalid_parameters", 0, "field") != "q" {
			t.Errorf("a long search is %v", long.Body)
		}
		c.want(t, http.StatusBadRequest, "SearchApi.searchPortalEntities", object{"indices": "developers"})
	})
}

// TestRightsOfTeams checks that actions without the right are absent everywhere.
func TestRightsOfTeams(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		acme, globex := p.signedIn(t, demo.Developer), p.signedIn(t, demo.Other)
		products := globex.want(t, http.StatusOK, "ProductsApi.listProducts", nil)
		if names(products) != "Maps Open maps Parcels Prices and pickup points Secret maps Tracking" {
			t.Errorf("Globex sees %s", names(products))
		}
		maps, secret := products.byName(t, "Maps"), products.byName(t, "Secret maps")
		if maps["document_count"] != 0.0 {
			t.Errorf("Globex counts documents: %v", maps)
		}
		for name, row := range map[string]struct {
			by   *client
			of   any
			want string
		}{
			"all rights": {acme, maps["id"], "map[register:true view:true view_documentation:true]"},
			"looking":    {globex, maps["id"], "map[register:false view:true view_documentation:false]"},
			"nothing":    {acme, secret["id"], "map[register:false view:false view_documentation:false]"},
		} {
			if got := row.by.want(t, http.StatusOK, "ProductsApi.getProductActions", object{"productId": row.of}); fmt.Sprint(got.at("actions")) != row.want {
				t.Errorf("%s: %v, want %s", name, got.Body, row.want)
			}
		}
		documents := globex.want(t, http.StatusOK, "DocumentationApi.listProductDocuments", object{"productId": maps["id"]})
		if documents.total() != 0 {
			t.Errorf("Globex reads %v", documents.Body)
		}
		globex.want(t, http.StatusNotFound, "DocumentationApi.getProductDocument", object{"productId": maps["id"], "documentId": "start"})
		if got := globex.want(t, http.StatusOK, "SearchApi.searchPortalEntities", object{"indices": "product-catalog", "q": "quicksilver", "join": "versions,versions.documents"}); got.total() != 0 {
			t.Errorf("Globex finds %v", got.Body)
		}
		version := object{"productId": secret["id"], "productVersionId": secret["latest_version"].(object)["id"]}
		for _, call := range []string{
			"ProductsApi.getProduct", "VersionsApi.listProductVersions", "VersionsApi.getProductVersion", "VersionsApi.getProductVersionSpec",
			"VersionsApi.getProductVersionSpecOperations", "VersionsApi.getApplicationsByProductVersion", "DocumentationApi.listProductDocuments",
		} {
			globex.call(t, call, version)
			acme.want(t, http.StatusNotFound, call, version)
		}
	})
}

// TestPublicPortal checks that Konnect's own setting decides whether visitors see public products and no applications,
// not the setting for visitors of the site.
func TestPublicPortal(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		visitor, developer := p.client(), p.signedIn(t, demo.Developer)
		for _, open := range []bool{false, true} {
			p.change(t, func(s *site.Settings) { s.Public = open })
			if context := visitor.want(t, http.StatusOK, "PortalApi.getPortalContext", nil); context.at("is_public") != false {
				t.Errorf("if visitors may read the site (%v), the context is %v", open, context.Body)
			}
			visitor.want(t, http.StatusUnauthorized, "ProductsApi.listProducts", nil)
			visitor.want(t, http.StatusUnauthorized, "ApplicationsApi.listApplications", nil)
			visitor.want(t, http.StatusUnauthorized, "SearchApi.searchPortalEntities", object{"indices": "product-catalog"})
			developer.want(t, http.StatusOK, "ApplicationsApi.listApplications", nil)
		}

		p.change(t, func(s *site.Settings) { s.Public, s.KonnectPublic = false, true })
		if closed := visitor.want(t, http.StatusOK, "ProductsApi.listProducts", nil); names(closed) != "" {
			t.Errorf("a client without a session sees %s, though visitors may not read the site", names(closed))
		}
		p.change(t, func(s *site.Settings) { s.Public = true })
		products := visitor.want(t, http.StatusOK, "ProductsApi.listProducts", nil)
		if names(products) != "Open maps "+carrier {
			t.Errorf("a visitor sees %s", names(products))
		}
		visitor.cookies["portalaccesstoken"] = &http.Cookie{Value: "expired", Path: "/"}
		visitor.want(t, http.StatusOK, "ProductsApi.listProducts", nil)
		of := object{"productId": products.byName(t, "Open maps")["id"]}
		if got := visitor.want(t, http.StatusOK, "ProductsApi.getProductActions", of); fmt.Sprint(got.at("actions")) != "map[register:true view:true view_documentation:true]" {
			t.Errorf("a visitor's permissions are %v", got.Body)
		}
		for operation := range exceptedInPublic() {
			path := strings.NewReplacer("{", "", "}", "").Replace(operations(p.document)[operation])
			method, path, _ := strings.Cut(path, " ")
			for _, by := range []*client{visitor, developer} {
				got := send(t, method, p.url+path, `{}`, map[string]string{"Cookie": by.sent(""), "Content-Type": "application/json"})
				if got.status != http.StatusNotFound || got.header.Get("Content-Type") != problemMedia {
					t.Errorf("%s: %+v", operation, got)
				}
			}
		}
		developer.want(t, http.StatusOK, "DeveloperApi.getDeveloperMe", nil)
	})
}

// exceptedInPublic returns the operations that a public portal does not have.
func exceptedInPublic() map[string]bool {
	private := map[string]bool{"get-applications-by-product-version": true}
	document, _ := theDocument()
	for operation, route := range operations(document) {
		if _, path, _ := strings.Cut(route, " "); strings.HasPrefix(path, konnect.Prefix+"applications") {
			private[operation] = true
		}
	}
	return private
}

func TestPrivateOperationsAreCounted(t *testing.T) {
	if got := len(exceptedInPublic()); got != 18 {
		t.Errorf("%d operations: %v", got, slices.Sorted(func(yield func(string) bool) {
			for operation := range exceptedInPublic() {
				if !yield(operation) {
					return
				}
			}
		}))
	}
}
