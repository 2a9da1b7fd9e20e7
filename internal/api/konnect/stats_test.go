package konnect_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/usage"
)

// asked sends an analytics query and returns the response.
func (c *client) asked(t *testing.T, status int, query object) answer {
	t.Helper()
	return c.want(t, status, "ApplicationAnalyticsApi.queryApplicationAnalytics", object{"queryApplicationAnalytics": query})
}

// parse returns an id of the wire.
func parse[I ~[12]byte](t *testing.T, text any) I {
	t.Helper()
	parsed, err := id.Parse[I](fmt.Sprint(text))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// counts holds calls of two applications of the demo's team and one of another team, within two hours from start.
type counts struct {
	start                 time.Time
	shop, till, theirs    string
	first, second         object
	developer, foreigners *client
}

func count(t *testing.T, p *portal) counts {
	t.Helper()
	c := counts{
		start: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -10), developer: p.signedIn(t, demo.Developer), foreigners: p.signedIn(t, demo.Other),
	}
	c.shop, c.till, c.theirs = c.developer.create(t, "Shop"), c.developer.create(t, "Till"), c.foreigners.create(t, "Shop")
	c.first, c.second = c.developer.parcels(t, "1"), c.developer.parcels(t, "2")
	var rollup usage.Rollup
	for i, row := range []struct {
		of       *client
		from     string
		to       object
		after    time.Duration
		status   int
		times    int
		took, in int
	}{
		{c.developer, c.shop, c.first, 0, 200, 4, 10, 100}, {c.developer, c.shop, c.first, 61 * time.Minute, 200, 2, 30, 100},
		{c.developer, c.shop, c.second, 70 * time.Minute, 404, 1, 5, 0}, {c.developer, c.till, c.second, 119 * time.Minute, 503, 1, 900, 7},
		{c.developer, c.till, c.second, 119 * time.Minute, 429, 1, 1, 7}, {c.foreigners, c.theirs, c.second, 0, 200, 50, 1, 1},
	} {
		application := parse[access.ApplicationID](t, row.from)
		team := row.of.team(t, p, application)
		charge := usage.Charge{
			Team: team, Application: application, Subscription: id.New[access.SubscriptionID](c.start), Credential: id.New[access.CredentialID](c.start),
			Version: parse[catalog.VersionID](t, row.to["productVersionId"]), Environment: "production",
		}
		for range row.times {
			rollup.AddCall(&charge, &usage.Call{
				Began: c.start.Add(row.after), Took: time.Duration(row.took) * time.Millisecond, Status: row.status, Forwarded: row.status != 429,
				BytesIn: int64(row.in), BytesOut: int64(i + 1),
			})
		}
	}
	if err := p.Services.Usage.Record(system(), rollup.Take()); err != nil {
		t.Fatal(err)
	}
	return c
}

// team returns the team of an application.
func (c *client) team(t *testing.T, p *portal, application access.ApplicationID) identity.TeamID {
	t.Helper()
	found, err := p.Services.Access.Application(system(), application)
	if err != nil {
		t.Fatal(err)
	}
	return found.Application.Team
}

// TestStats compares answers with what the vendor's front end expects. Times in them are replaced by the minutes since
// the start of the query, and the id of the query by "id".
func TestStats(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := count(t, p)
		if err := p.Services.Access.DeleteApplication(system(), parse[access.ApplicationID](t, c.till)); err != nil {
			t.Fatal(err)
		}
		own := object{"dimension": "APPLICATION", "type": "IN", "values": []any{c.shop, c.till, c.theirs, unknownID}}
		for name, row := range map[string]struct {
			start, end time.Duration
			query      object
			want       string
		}{
			"one figure": {0, 2 * time.Hour, object{"metrics": []any{"REQUEST_COUNT"}, "filter": []any{own}}, `{
				"meta":{"dimensions":{},"end_ms":120,"granularity":7200000,"metric_names":["REQUEST_COUNT"],"metric_units":{"REQUEST_COUNT":"count"},"query_id":"id","start_ms":0,"truncated":false},
				"records":[{"event":{"REQUEST_COUNT":9},"timestamp":0}]}`},
			"by time": {30 * time.Second, 2*time.Hour + 30*time.Second, object{"metrics": []any{"REQUEST_PER_MINUTE"}, "dimensions": []any{"TIME"}, "granularity_ms": 3600000, "filter": []any{own}}, `{
				"meta":{"dimensions":{},"end_ms":120,"granularity":3600000,"metric_names":["REQUEST_PER_MINUTE"],"metric_units":{"REQUEST_PER_MINUTE":"count/minute"},"query_id":"id","start_ms":0,"truncated":false},
				"records":[{"event":{"REQUEST_PER_MINUTE":0.06666666666666667},"timestamp":0},{"event":{"REQUEST_PER_MINUTE":0.08333333333333333},"timestamp":60}]}`},
			"by application and class, one of them deleted": {0, 2 * time.Hour, object{"metrics": []any{"REQUEST_COUNT"}, "dimensions": []any{"APPLICATION", "STATUS_CODE_GROUPED"}, "filter": []any{own}}, `{
				"meta":{"dimensions":{"APPLICATION":["Shop","Till"],"STATUS_CODE_GROUPED":["2XX","4XX","5XX"]},"end_ms":120,"granularity":7200000,"metric_names":["REQUEST_COUNT"],"metric_units":{"REQUEST_COUNT":"count"},"query_id":"id","start_ms":0,"truncated":false},
				"records":[{"event":{"APPLICATION":"Shop","REQUEST_COUNT":6,"STATUS_CODE_GROUPED":"2XX"},"timestamp":0},{"event":{"APPLICATION":"Shop","REQUEST_COUNT":1,"STATUS_CODE_GROUPED":"4XX"},"timestamp":0},
				{"event":{"APPLICATION":"Till","REQUEST_COUNT":1,"STATUS_CODE_GROUPED":"4XX"},"timestamp":0},{"event":{"APPLICATION":"Till","REQUEST_COUNT":1,"STATUS_CODE_GROUPED":"5XX"},"timestamp":0}]}`},
			"by version and time": {0, 2 * time.Hour, object{"metrics": []any{"REQUEST_SIZE_P50"}, "dimensions": []any{"TIME", "API_PRODUCT_VERSION"}, "granularity_ms": 3600000, "filter": []any{own,
				object{"dimension": "STATUS_CODE", "type": "NOT_IN", "values": []any{404, 429}}}}, `{
				"meta":{"dimensions":{"API_PRODUCT_VERSION":["1","2"]},"end_ms":120,"granularity":3600000,"metric_names":["REQUEST_SIZE_P50"],"metric_units":{"REQUEST_SIZE_P50":"bytes"},"query_id":"id","start_ms":0,"truncated":false},
				"records":[{"event":{"API_PRODUCT_VERSION":"1","REQUEST_SIZE_P50":100},"timestamp":0},{"event":{"API_PRODUCT_VERSION":"1","REQUEST_SIZE_P50":100},"timestamp":60},{"event":{"API_PRODUCT_VERSION":"2","REQUEST_SIZE_P50":7},"timestamp":60}]}`},
			"by status of a group": {0, 2 * time.Hour, object{"metrics": []any{"RESPONSE_SIZE_P99"}, "dimensions": []any{"STATUS_CODE"}, "filter": []any{own,
				object{"dimension": "STATUS_CODE_GROUPED", "type": "IN", "values": []any{"4XX"}}, object{"dimension": "API_PRODUCT_VERSION", "type": "IN", "values": []any{c.second["productVersionId"]}}}}, `{
				"meta":{"dimensions":{"STATUS_CODE":["404","429"]},"end_ms":120,"granularity":7200000,"metric_names":["RESPONSE_SIZE_P99"],"metric_units":{"RESPONSE_SIZE_P99":"bytes"},"query_id":"id","start_ms":0,"truncated":false},
				"records":[{"event":{"RESPONSE_SIZE_P99":3,"STATUS_CODE":"404"},"timestamp":0},{"event":{"RESPONSE_SIZE_P99":5,"STATUS_CODE":"429"},"timestamp":0}]}`},
			"a foreign application": {0, 2 * time.Hour, object{"metrics": []any{"RESPONSE_LATENCY_P99"}, "dimensions": []any{"APPLICATION"}, "filter": []any{
				object{"dimension": "APPLICATION", "type": "IN", "values": []any{c.theirs, unknownID}}}}, `{
				"meta":{"dimensions":{"APPLICATION":[]},"end_ms":120,"granularity":7200000,"metric_names":["RESPONSE_LATENCY_P99"],"metric_units":{"RESPONSE_LATENCY_P99":"ms"},"query_id":"id","start_ms":0,"truncated":false},
				"records":[]}`},
		} {
			start := c.start.Add(row.start)
			row.query["start_ms"], row.query["end_ms"] = start.UnixMilli(), c.start.Add(row.end).UnixMilli()
			got := c.developer.asked(t, http.StatusOK, row.query)
			if id := got.text("meta", "query_id"); !strings.HasPrefix(id, "portal-api-") {
				t.Errorf("%s: the query's id is %q", name, id)
			}
			relative(got.Body, start)
			var want any
			if err := json.Unmarshal([]byte(row.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Body, near); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
		}
	})
}

// near accepts figures within 1 %.
var near = cmp.Comparer(func(a, b float64) bool { return a == b || (a-b)*(a-b) <= a*a*1e-4 })

// relative replaces times and ids, which differ between runs.
func relative(body any, start time.Time) {
	root, _ := body.(object)
	meta, _ := root["meta"].(object)
	for _, name := range []string{"start_ms", "end_ms"} {
		at, _ := meta[name].(float64)
		meta[name] = time.UnixMilli(int64(at)).Sub(start).Minutes()
	}
	meta["query_id"] = "id"
	records, _ := root["records"].([]any)
	for _, record := range records {
		members, _ := record.(object)
		text, _ := members["timestamp"].(string)
		if at, err := time.Parse("2006-01-02T15:04:05.000Z", text); err == nil {
			members["timestamp"] = at.Sub(start).Minutes()
		}
	}
}

func TestStatsOfVersionsWithOneName(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := count(t, p)
		version := parse[catalog.VersionID](t, c.second["productVersionId"])
		other := usage.Charge{
			Team: c.developer.team(t, p, parse[access.ApplicationID](t, c.shop)), Application: parse[access.ApplicationID](t, c.shop),
			Credential: id.New[access.CredentialID](c.start), Version: p.otherVersion(t, version), Environment: "production",
		}
		var rollup usage.Rollup
		rollup.AddCall(&other, &usage.Call{Began: c.start, Status: 200})
		if err := p.Services.Usage.Record(system(), rollup.Take()); err != nil {
			t.Fatal(err)
		}
		got := c.developer.asked(t, http.StatusOK, object{
			"start_ms": c.start.UnixMilli(), "end_ms": c.start.Add(2 * time.Hour).UnixMilli(), "metrics": []any{"REQUEST_COUNT"}, "dimensions": []any{"API_PRODUCT_VERSION"},
			"filter": []any{object{"dimension": "APPLICATION", "type": "IN", "values": []any{c.shop}}},
		})
		names, _ := got.at("meta", "dimensions", "API_PRODUCT_VERSION").([]any)
		seen := map[any]bool{}
		for _, name := range names {
			seen[name] = true
		}
		if len(names) != 3 || len(seen) != 3 || !seen["Parcels 1"] {
			t.Errorf("the versions are called %v", names)
		}
	})
}

// otherVersion returns a version 1 of another product than Parcels.
func (p *portal) otherVersion(t *testing.T, version catalog.VersionID) catalog.VersionID {
	t.Helper()
	products, err := p.Services.Catalog.Editions(system(), catalog.EditionFilter{}, page.Request{Size: page.MaxSize})
	if err != nil {
		t.Fatal(err)
	}
	for _, edition := range products.Items {
		if edition.Latest.Name == "1" && edition.Latest.ID != version {
			return edition.Latest.ID
		}
	}
	t.Fatal("no other product has a version 1")
	return version
}

func TestMalformedStatsNameTheField(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		now := time.Now()
		filter := func(dimension, kind string, values ...any) object {
			return object{"filter": []any{object{"dimension": dimension, "type": kind, "values": append([]any{}, values...)}}}
		}
		for name, row := range map[string]struct {
			change object
			want   string
		}{
			"nothing wrong":                {object{}, ""},
			"an empty list":                {filter("STATUS_CODE", "IN"), ""},
			"an end in the future":         {object{"end_ms": now.AddDate(0, 0, 1).UnixMilli()}, ""},
			"a long granularity":           {object{"dimensions": []any{"TIME"}, "granularity_ms": int64(1) << 62}, ""},
			"no granularity without time":  {object{"granularity_ms": 0}, ""},
			"a start before all calls":     {object{"start_ms": -1 << 62}, ""},
			"no start":                     {object{"start_ms": nil}, "start_ms"},
			"no end":                       {object{"end_ms": nil}, "end_ms"},
			"a text as start":              {object{"start_ms": "yesterday"}, "start_ms"},
			"a start in the future":        {object{"start_ms": now.Add(time.Hour).UnixMilli(), "end_ms": now.Add(2 * time.Hour).UnixMilli()}, "start_ms"},
			"an inverted range":            {object{"end_ms": now.Add(-2 * time.Hour).UnixMilli()}, "end_ms"},
			"no metric":                    {object{"metrics": []any{}}, "metrics"},
			"two metrics":                  {object{"metrics": []any{"REQUEST_COUNT", "REQUEST_PER_MINUTE"}}, "metrics"},
			"an unknown metric":            {object{"metrics": []any{"ERRORS"}}, "metrics"},
			"an unknown dimension":         {object{"dimensions": []any{"API_PRODUCT"}}, "dimensions"},
			"three dimensions":             {object{"dimensions": []any{"TIME", "APPLICATION", "STATUS_CODE"}}, "dimensions"},
			"one dimension twice":          {object{"dimensions": []any{"TIME", "TIME"}}, "dimensions"},
			"a granularity below a minute": {object{"dimensions": []any{"TIME"}, "granularity_ms": 59_999}, "granularity_ms"},
			"too many buckets":             {object{"dimensions": []any{"TIME"}, "granularity_ms": 60_000, "start_ms": now.AddDate(0, 0, -8).UnixMilli()}, "granularity_ms"},
			"an unknown member":            {object{"page": 1}, "page"},
			"a filter by time":             {filter("TIME", "IN"), "filter[0].dimension"},
			"an unknown filter":            {filter("STATUS_CODE", "LIKE"), "filter[0].type"},
			"no values":                    {object{"filter": []any{object{"dimension": "STATUS_CODE", "type": "IN"}}}, "filter[0].values"},
			"a malformed id":               {filter("APPLICATION", "IN", "shop"), "filter[0].values"},
			"a number as id":               {filter("API_PRODUCT_VERSION", "NOT_IN", 7), "filter[0].values"},
			"a low status":                 {filter("STATUS_CODE", "IN", 99), "filter[0].values"},
			"a text as status":             {filter("STATUS_CODE", "IN", "404"), "filter[0].values"},
			"a malformed group":            {filter("STATUS_CODE_GROUPED", "IN", "4xx"), "filter[0].values"},
		} {
			query := object{"start_ms": now.Add(-time.Hour).UnixMilli(), "end_ms": now.UnixMilli(), "metrics": []any{"REQUEST_COUNT"}}
			for member, value := range row.change {
				query[member] = value
			}
			if row.want == "" {
				c.asked(t, http.StatusOK, query)
				continue
			}
			if got := c.asked(t, http.StatusBadRequest, query); got.text("invalid_parameters", 0, "field") != row.want {
				t.Errorf("%s: %v, want the field %s", name, got.Body, row.want)
			}
		}
	})
}

func TestWhoMayQueryStats(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		now := time.Now()
		query := object{"start_ms": now.Add(-time.Hour).UnixMilli(), "end_ms": now.UnixMilli(), "metrics": []any{"REQUEST_COUNT"}}
		visitor, developer := p.client(), p.signedIn(t, demo.Developer)
		visitor.asked(t, http.StatusUnauthorized, query)
		visitor.want(t, http.StatusUnauthorized, "ApplicationAnalyticsApi.getApplicationAnalyticsConfig", nil)
		config := developer.want(t, http.StatusOK, "ApplicationAnalyticsApi.getApplicationAnalyticsConfig", nil)
		if config.at("analytics", "percentiles") != true || config.at("analytics", "retention_ms") != float64(5*365*24*time.Hour/time.Millisecond) {
			t.Errorf("the config is %v", config.Body)
		}
		p.change(t, func(s *site.Settings) { s.KonnectPublic = true })
		developer.asked(t, http.StatusNotFound, query)
		developer.want(t, http.StatusNotFound, "ApplicationAnalyticsApi.getApplicationAnalyticsConfig", nil)
	})
}
