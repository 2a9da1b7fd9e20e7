package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/usage"
)

// calls counts calls of Acme's primary key in the past hour.
func (p *portal) calls(t *testing.T, statuses ...int) {
	t.Helper()
	version, err := p.Catalog.VersionPage(p.As(p.Staff), "parcels", "1")
	if err != nil {
		t.Fatal(err)
	}
	var rollup usage.Rollup
	for _, status := range statuses {
		rollup.AddCall(&usage.Charge{
			Team: p.Acme.ID, Application: p.primary.Credential.Application, Credential: p.primary.Credential.ID, Version: version.Version.ID, Environment: "production",
		}, &usage.Call{Began: p.Clock.Now().Add(-30 * time.Minute), Took: 40 * time.Millisecond, Status: status, Forwarded: true, Operation: "=cmd()"})
	}
	if err := p.Usage.Record(t.Context(), rollup.Take()); err != nil {
		t.Fatal(err)
	}
}

func TestUsageShowsTheTeamsCalls(t *testing.T) {
	p := newPortal(t).stocked(t)
	p.calls(t, 200, 200, 503)
	application := p.primary.Credential.Application.Hex()
	for path, wanted := range map[string][]string{
		"/usage":                            {"Calls by Acme", "Each day, UTC", "33.33%", "1 error", "Parcels 1", "503"},
		"/usage?range=1h":                   {"Each minute, UTC", `href="/usage?application=` + application + `&amp;range=1h"`},
		"/usage?application=" + application: {"Application is", "/usage.csv?application=" + application},
		"/usage?status=5":                   {"Status is", "5xx"},
		"/staff/usage":                      {"Calls by all teams", "Acme"},
	} {
		who := p.Viewer
		if strings.HasPrefix(path, "/staff") {
			who = p.Staff
		}
		answer := p.get(t, who, path)
		for _, text := range wanted {
			if !strings.Contains(answer.Body.String(), text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
	}
	if body := p.get(t, p.OtherOwner, "/usage?application="+application).Body.String(); !strings.Contains(body, "unknown") || strings.Contains(body, "503") {
		t.Error("another team sees the calls")
	}
}

func TestUsageBeginsAtTheReadersHours(t *testing.T) {
	p := newPortal(t).stocked(t)
	for zone, want := range map[string]string{
		"Asia/Kolkata": "Each hour, Asia/Kolkata", "Europe/Oslo": "Each hour, Europe/Oslo", "": "Each hour, UTC", "Local": "Each hour, UTC",
		"../etc/passwd": "Each hour, UTC", "Nowhere/None": "Each hour, UTC",
	} {
		request := p.as(t, p.Viewer, http.MethodGet, "/usage?range=24h", nil)
		request.AddCookie(&http.Cookie{Name: "portico_zone", Value: zone})
		if answer := p.send(request); !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%q: the page lacks %q", zone, want)
		}
	}
}

func TestUsageIsExported(t *testing.T) {
	p := newPortal(t).stocked(t)
	p.calls(t, 200, 404)
	answer := p.get(t, p.Viewer, "/usage.csv?range=1h&status=4")
	lines, err := csv.NewReader(answer.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, line := range lines {
		if line[5] != "0" {
			found[line[0]] = line[2] + " " + line[5] + " " + line[6]
		}
	}
	if len(lines) != 1+60+4 || found["minute"] != " 1 1" || found["operation"] != "'=cmd() 1 1" || found["status"] != "404 1 1" || found["api"] != "Parcels 1 1 1" {
		t.Errorf("%d lines, with %q", len(lines), found)
	}
}

// TestAPartOfUsageIsRenewed asks for the figures as the page's script does.
func TestAPartOfUsageIsRenewed(t *testing.T) {
	p := newPortal(t).stocked(t)
	request := p.as(t, p.Viewer, http.MethodGet, "/usage", nil)
	request.Header.Set("HX-Request", "true")
	if body := p.send(request).Body.String(); strings.Contains(body, "<html") || !strings.Contains(body, "Updated at ") {
		t.Errorf("the part is %.200q", body)
	}
}
