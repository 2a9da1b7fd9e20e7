package konnect_test

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/demo"
)

// TestPagesFarBeyondTheEnd requests the page with the largest number from every list.
func TestPagesFarBeyondTheEnd(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		release := c.parcels(t, "2")
		product, version := release["productId"].(string), release["productVersionId"].(string)
		shop := c.create(t, "Shop")
		documents := "/api/v2/products/" + product + "/documents"
		for path, accept := range map[string]string{
			"/api/v2/products":                          "",
			"/api/v2/products/" + product + "/versions": "",
			documents:                                         "",
			documents + "?page[size]=100":                     "application/vnd.konnect.document-tree+json",
			documents + "?":                                   "application/vnd.konnect.document-tree+json",
			"/api/v2/search/product-catalog":                  "",
			"/api/v2/search/product-catalog?q=parcels":        "",
			"/api/v2/applications":                            "",
			"/api/v2/applications/auth-strategies":            "",
			"/api/v2/applications/" + shop + "/credentials":   "",
			"/api/v2/applications/" + shop + "/registrations": "",
			"/api/v2/products/" + product + "/versions/" + version + "/applications": "",
		} {
			joint := "?"
			if strings.Contains(path, "?") {
				joint = "&"
			}
			got := ask(t, http.MethodGet, p.url+path+joint+"page[number]="+strconv.Itoa(math.MaxInt), map[string]string{
				"Accept": accept, "Cookie": c.sent(""),
			})
			if got.status != http.StatusOK || !strings.Contains(got.body, `"data":[]`) {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		}
	})
}

// TestUnstorableTextIsRejected sends text that PostgreSQL cannot store. In a path it is not found; elsewhere the error
// names the parameter.
func TestUnstorableTextIsRejected(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		for _, test := range []struct {
			path   string
			status int
			field  string
		}{
			{"applications?filter[name][contains]=%FF", http.StatusBadRequest, "filter[name][contains]"},
			{"applications?filter[name][contains]=%00", http.StatusBadRequest, "filter[name][contains]"},
			{"products?filter[name]=a&filter[name]=b", http.StatusBadRequest, "filter[name]"},
			{"products?page[size]=5&page[size]=x", http.StatusBadRequest, "page[size]"},
			{"products?filter[name]=a%C3", http.StatusBadRequest, "filter[name]"},
			{"products?page[size]=10&filter[name]=a%00b", http.StatusBadRequest, "filter[name]"},
			{"search/product-catalog?q=%FF", http.StatusBadRequest, "q"},
			{"search/product-catalog?q=%00", http.StatusBadRequest, "q"},
			{"applications/%FF", http.StatusNotFound, ""},
			{"applications/%00", http.StatusNotFound, ""},
			{"products/%00/versions", http.StatusNotFound, ""},
		} {
			got := ask(t, http.MethodGet, p.url+konnect.Prefix+test.path, map[string]string{"Cookie": c.sent(""), "Origin": front})
			var said struct {
				Status                  int
				Title, Instance, Detail string
				InvalidParameters       []struct{ Field, Reason string } `json:"invalid_parameters"`
			}
			if err := json.Unmarshal([]byte(got.body), &said); err != nil {
				t.Errorf("%s: %v in %q", test.path, err, got.body)
				continue
			}
			named := len(said.InvalidParameters) == 1 && said.InvalidParameters[0].Field == test.field && said.InvalidParameters[0].Reason != ""
			switch {
			case got.status != test.status || said.Status != test.status || got.header.Get("Content-Type") != problemMedia,
				said.Title == "" || said.Instance == "" || said.Detail == "" || named != (test.field != ""),
				got.header.Get("X-Request-Id") == "" || got.header.Get("Access-Control-Allow-Origin") != front:
				t.Errorf("%s: %d %v %s", test.path, got.status, got.header, got.body)
			}
		}
	})
}
