package konnect_test

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/demo"
)

// TestPagesFarBeyondTheEnd asks every list for the last page that a number can name.
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

// TestWhatCannotBeKeptIsRefused asks for what no name holds, which PostgreSQL would not even look for.
func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		for path, field := range map[string]string{
			"/api/v2/applications?filter[name][contains]=%FF": "filter[name][contains]",
			"/api/v2/products?filter[name]=a%C3":              "filter[name]",
			"/api/v2/search/product-catalog?q=%FF":            "q",
			"/api/v2/applications/%FF":                        "path",
		} {
			got := ask(t, http.MethodGet, p.url+path, map[string]string{"Cookie": c.sent("")})
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"`+field+`"`) {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		}
	})
}
