package konnect_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/conformance"
	"github.com/portico-api/portico/internal/api/konnect"
)

func TestKonnectConforms(t *testing.T) { conformance.Run(t, driver{}) }

// operation is the protocol's call for an operation of the suite. Names in braces are replaced with the subject's IDs.
type operation struct {
	method, path string
	body         func(about conformance.Subject) object
	promise      conformance.Promise
}

func applicationName(about conformance.Subject) object { return object{"name": about.Name} }

func displayName(about conformance.Subject) object { return object{"display_name": about.Name} }

func versionWanted(about conformance.Subject) object {
	return object{"product_version_id": about.Version.UUID()}
}

const (
	pathOfOne  = "applications/{application}"
	pathOfKeys = pathOfOne + "/credentials"
	pathOfKey  = pathOfKeys + "/{key}"
	pathOfAll  = pathOfOne + "/registrations"
	pathOfIt   = pathOfAll + "/{access}"
)

var conformingCalls = map[conformance.Call]operation{
	conformance.CreateApplication: {"POST", "applications", applicationName, conformance.Promise{First: 201, Again: 409}},
	conformance.RenameApplication: {"PATCH", pathOfOne, applicationName, conformance.Promise{First: 200, Again: 200}},
	conformance.DeleteApplication: {"DELETE", pathOfOne, nil, conformance.Promise{First: 204, Again: 404}},
	conformance.GetApplication:    {"GET", pathOfOne, nil, conformance.Promise{First: 200, Again: 200}},
	conformance.ListApplications:  {"GET", "applications?page[size]=100", nil, conformance.Promise{First: 200, Again: 200}},

	conformance.CreateKey: {"POST", pathOfKeys, displayName, conformance.Promise{First: 201, Again: 201}},
	conformance.RenameKey: {"PUT", pathOfKey, displayName, conformance.Promise{First: 200, Again: 200}},
	conformance.RevokeKey: {"DELETE", pathOfKey, nil, conformance.Promise{First: 204, Again: 404}},
	conformance.ListKeys:  {"GET", pathOfKeys, nil, conformance.Promise{First: 200, Again: 200}},

	conformance.AskForAccess: {"POST", pathOfAll, versionWanted, conformance.Promise{First: 201, Again: 409}},
	conformance.EndAccess:    {"DELETE", pathOfIt, nil, conformance.Promise{First: 204, Again: 404}},
	conformance.GetAccess:    {"GET", pathOfIt, nil, conformance.Promise{First: 200, Again: 200}},
	conformance.ListAccess:   {"GET", pathOfAll, nil, conformance.Promise{First: 200, Again: 200}},
}

// stateOfWord maps the protocol's states to those of the scenarios.
var stateOfWord = map[string]access.SubscriptionState{
	"approved": access.Approved, "pending": access.Pending, "rejected": access.Rejected,
}

// driver runs the suite's scenarios with this protocol.
type driver struct{}

func (driver) Promise(call conformance.Call) (conformance.Promise, bool) {
	known, has := conformingCalls[call]
	return known.promise, has
}

func (driver) SignIn(t *testing.T, portal, email, password string) conformance.Client {
	t.Helper()
	c := &driven{portal: portal}
	answer, body := c.send(t, http.MethodPost, "developer/authenticate", object{"username": email, "password": password})
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "portalaccesstoken" {
			c.token = cookie.Value
		}
	}
	if answer.StatusCode != http.StatusNoContent || c.token == "" {
		t.Fatalf("signing in as %s: %d %s", email, answer.StatusCode, body)
	}
	return c
}

// driven is a client with the access token of a session.
type driven struct{ portal, token string }

func (c *driven) Do(t *testing.T, call conformance.Call, about conformance.Subject) conformance.Answer {
	t.Helper()
	known := conformingCalls[call]
	path := strings.NewReplacer("{application}", about.Application, "{key}", about.Key, "{access}", about.Access).Replace(known.path)
	var sent object
	if known.body != nil {
		sent = known.body(about)
	}
	answer, body := c.send(t, known.method, path, sent)
	got := conformance.Answer{Status: answer.StatusCode, Body: string(body)}
	var read struct {
		ID         string `json:"id"`
		Credential string `json:"credential"`
		Status     any    `json:"status"` // errors have a number here
		Data       []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &read); err != nil {
			t.Fatalf("%s: %v: %s", call, err, body)
		}
	}
	word, _ := read.Status.(string)
	got.ID, got.Secret, got.State = read.ID, read.Credential, stateOfWord[word]
	for _, row := range read.Data {
		got.IDs = append(got.IDs, row.ID)
	}
	return got
}

func (c *driven) send(t *testing.T, method, path string, sent object) (*http.Response, []byte) {
	t.Helper()
	var content bytes.Buffer
	if sent != nil {
		if err := json.NewEncoder(&content).Encode(sent); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, c.portal+konnect.Prefix+path, &content)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.AddCookie(&http.Cookie{Name: "portalaccesstoken", Value: c.token})
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer, body
}
