package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/demo"
)

// exchange is a call to an API of the demo and the status that it must return.
type exchange struct {
	method, path, body string
	status             int
}

// order is a parcel that can be booked.
const (
	order = `{"reference": "order-7", "weight_grams": 900,
		"from": {"name": "Ada", "street": "Havnegata 4", "postal_code": "7010", "city": "Trondheim", "country": "NO"},
		"to": {"name": "Jo", "street": "Torget 1", "postal_code": "5014", "city": "Bergen", "country": "NO"}}`
	hook = `{"url": "https://shop.example/hook", "events": ["parcel.delivered"]}`
)

// contracts are the calls that each description is compared with, in order.
var contracts = map[string][]exchange{
	"parcels-1.yaml": {
		{"GET", "/status", "", 200},
		{"GET", "/parcels/P00000001", "", 200},
		{"GET", "/parcels/P99999999", "", 404},
	},
	"parcels-2.yaml": {
		{"GET", "/status", "", 200},
		{"GET", "/parcels", "", 200},
		{"GET", "/parcels?limit=1", "", 200},
		{"GET", "/parcels?state=delivered", "", 200},
		{"GET", "/parcels?limit=0", "", 400},
		{"POST", "/parcels", order, 201},
		{"POST", "/parcels", `{}`, 400},
		{"POST", "/parcels", `{`, 400},
		{"GET", "/parcels/P00000002", "", 200},
		{"GET", "/parcels/P99999999", "", 404},
		{"DELETE", "/parcels/P00000003", "", 204},
		{"DELETE", "/parcels/P00000001", "", 409},
		{"DELETE", "/parcels/P99999999", "", 404},
		{"GET", "/parcels/P00000001/events", "", 200},
		{"GET", "/parcels/P00000003/events", "", 200},
		{"GET", "/parcels/P99999999/events", "", 404},
		{"POST", "/quotes", `{"weight_grams": 1250, "from_country": "NO", "to_country": "SE"}`, 200},
		{"POST", "/quotes", `{"weight_grams": 0}`, 400},
		{"GET", "/practice/slow?seconds=0", "", 200},
		{"GET", "/practice/slow?seconds=99", "", 400},
		{"GET", "/practice/errors/400", "", 400},
		{"GET", "/practice/errors/403", "", 403},
		{"GET", "/practice/errors/404", "", 404},
		{"GET", "/practice/errors/409", "", 409},
		{"GET", "/practice/errors/429", "", 429},
		{"GET", "/practice/errors/500", "", 500},
		{"GET", "/practice/errors/503", "", 503},
	},
	"tracking-1.yaml": {
		{"GET", "/parcels/P00000001", "", 200},
		{"GET", "/parcels/P00000008", "", 200},
		{"GET", "/parcels/P99999999", "", 404},
		{"GET", "/events", "", 200},
		{"GET", "/events?limit=2", "", 200},
		{"GET", "/events?limit=2&cursor=EP0000000101", "", 200},
		{"GET", "/events?type=parcel.delivered", "", 200},
		{"GET", "/events?limit=101", "", 400},
		{"GET", "/events?cursor=none", "", 400},
		{"GET", "/subscriptions", "", 200},
		{"POST", "/subscriptions", hook, 201},
		{"POST", "/subscriptions", `{"url": "http://shop.example", "events": []}`, 400},
		{"GET", "/subscriptions/S000002", "", 200},
		{"GET", "/subscriptions/S999999", "", 404},
		{"PATCH", "/subscriptions/S000002", `{"active": false}`, 200},
		{"PATCH", "/subscriptions/S000002", `{"events": ["parcel.lost"]}`, 400},
		{"PATCH", "/subscriptions/S000002", `{}`, 400},
		{"PATCH", "/subscriptions/S999999", `{"active": false}`, 404},
		{"DELETE", "/subscriptions/S000002", "", 204},
		{"DELETE", "/subscriptions/S000002", "", 404},
		{"POST", "/subscriptions", hook, 201}, {"POST", "/subscriptions", hook, 201}, {"POST", "/subscriptions", hook, 201},
		{"POST", "/subscriptions", hook, 201}, {"POST", "/subscriptions", hook, 201}, {"POST", "/subscriptions", hook, 201},
		{"POST", "/subscriptions", hook, 201}, {"POST", "/subscriptions", hook, 201}, {"POST", "/subscriptions", hook, 201},
		{"POST", "/subscriptions", hook, 409},
	},
	"prices-1.yaml": {
		{"GET", "/services", "", 200},
		{"POST", "/prices", `{"weight_grams": 1250, "from": {"country": "NO", "postal_code": "7010"},
			"delivery": {"method": "home", "country": "SE", "postal_code": "4110", "evening": true}}`, 200},
		{"POST", "/prices", `{"weight_grams": 16000, "from": {"country": "NO", "postal_code": "7010"},
			"delivery": {"method": "shop", "pickup_point_id": "NO-5014-1"}}`, 200},
		{"POST", "/prices", `{"weight_grams": 2400, "from": {"country": "NO", "postal_code": "7010"},
			"delivery": {"method": "locker", "pickup_point_id": "NO-0150-2", "size": {"length_cm": 20, "width_cm": 55, "height_cm": 30}}}`, 200},
		{"POST", "/prices", `{"weight_grams": 2400, "from": {"country": "NO", "postal_code": "7010"},
			"delivery": {"method": "locker", "pickup_point_id": "NO-0150-2", "size": {"length_cm": 70, "width_cm": 10, "height_cm": 10}}}`, 422},
		{"POST", "/prices", `{"weight_grams": 11000, "from": {"country": "NO", "postal_code": "7010"},
			"delivery": {"method": "locker", "pickup_point_id": "NO-0150-2", "size": {"length_cm": 7, "width_cm": 10, "height_cm": 10}}}`, 422},
		{"POST", "/prices", `{"weight_grams": 11000, "from": {"country": "NO", "postal_code": "7010"},
			"delivery": {"method": "locker", "pickup_point_id": "NO-0150-1"}}`, 400},
		{"POST", "/prices", `{"delivery": {"method": "drone"}}`, 400},
		{"GET", "/pickup-points?country=NO&postal_code=5014", "", 200},
		{"GET", "/pickup-points?country=NO&kind=locker&limit=1", "", 200},
		{"GET", "/pickup-points?country=FI", "", 200},
		{"GET", "/pickup-points?country=NO&kind=tree", "", 400},
		{"GET", "/pickup-points?country=", "", 400},
		{"GET", "/pickup-points/NO-0150-1", "", 200},
		{"GET", "/pickup-points/NO-0150-2", "", 200},
		{"GET", "/pickup-points/NO-9999-9", "", 404},
	},
}

// upstreams are the paths of the descriptions at the demo's upstream.
var upstreams = map[string]string{
	"parcels-1.yaml": "/v1", "parcels-2.yaml": "/v2", "tracking-1.yaml": "/tracking/v1", "prices-1.yaml": "/prices/v1",
}

func TestTheUpstreamAnswersAsDescribed(t *testing.T) {
	upstream, err := demo.StartUpstream()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- upstream.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	for file, exchanges := range contracts {
		t.Run(file, func(t *testing.T) {
			base := upstream.URL() + "/sandbox" + upstreams[file]
			document := describedAt(t, file, base)
			seen := map[string]bool{}
			for _, one := range exchanges {
				seen[exchanged(t, document, base, one)] = true
			}
			for path, item := range document.Paths.Map() {
				for method, operation := range item.Operations() {
					for status := range operation.Responses.Map() {
						if name := method + " " + path + " " + status; !seen[name] && status != "401" { // the gateway's
							t.Errorf("no call returned %s", name)
						}
					}
				}
			}
		})
	}
}

// describedAt loads a description and moves it to the upstream's address.
func describedAt(t *testing.T, file, base string) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile("files/" + file)
	if err != nil {
		t.Fatal(err)
	}
	document.Servers = openapi3.Servers{{URL: base}}
	if err := document.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return document
}

// exchanged sends the request, compares it and the response with the description, and returns the response's name
// there.
func exchanged(t *testing.T, document *openapi3.T, base string, one exchange) string {
	t.Helper()
	router, err := legacy.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), one.method, base+one.path, strings.NewReader(one.body))
	if err != nil {
		t.Fatal(err)
	}
	if one.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	route, parameters, err := router.FindRoute(request)
	if err != nil {
		t.Fatalf("%s %s: %v", one.method, one.path, err)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, Route: route, PathParams: parameters,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if one.status < http.StatusBadRequest {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("%s %s: %v", one.method, one.path, err)
		}
		request.Body = io.NopCloser(strings.NewReader(one.body))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != one.status {
		t.Errorf("%s %s returns %d, want %d: %s", one.method, one.path, response.StatusCode, one.status, text)
	}
	answered := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.StatusCode, Header: response.Header, Options: input.Options,
		Body: io.NopCloser(bytes.NewReader(text)),
	}
	if err := openapi3filter.ValidateResponse(t.Context(), answered); err != nil {
		t.Errorf("%s %s: %v\n%s", one.method, one.path, err, text)
	}
	return nameOf(route, response.StatusCode)
}

func nameOf(route *routers.Route, status int) string {
	return fmt.Sprintf("%s %s %d", route.Method, route.Path, status)
}

// The descriptions show what the reference can do: every operation is explained, and every body has an example.
func TestTheDescriptionsAreComplete(t *testing.T) {
	webhooks, deprecated := 0, 0
	for file := range contracts {
		text, err := os.ReadFile("files/" + file)
		if err != nil {
			t.Fatal(err)
		}
		spec, findings := openapi.Read(t.Context(), file, text, openapi.Limits{})
		for _, finding := range findings {
			t.Errorf("%s", finding)
		}
		webhooks += len(spec.Webhooks)
		for _, operation := range slices.Concat(spec.Operations, spec.Webhooks) {
			name := file + " " + operation.Method + " " + operation.Path
			if operation.Summary == "" || operation.Description == "" || len(operation.Tags) == 0 {
				t.Errorf("%s lacks a summary, a description or a tag", name)
			}
			if operation.Deprecated {
				deprecated++
			}
		}
		document := describedAt(t, file, "http://127.0.0.1")
		for path, item := range document.Paths.Map() {
			for method, operation := range item.Operations() {
				name := file + " " + method + " " + path
				if body := operation.RequestBody; body != nil {
					checkExamples(t, name, body.Value.Content)
				}
				for status, response := range operation.Responses.Map() {
					checkExamples(t, name+" "+status, response.Value.Content)
				}
			}
		}
	}
	if webhooks == 0 || deprecated != 1 {
		t.Errorf("there are %d webhooks and %d deprecated operations", webhooks, deprecated)
	}
}

func checkExamples(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for media, described := range content {
		if described.Example == nil && len(described.Examples) == 0 {
			t.Errorf("%s has no example of %s", name, media)
		}
	}
}
