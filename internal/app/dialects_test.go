package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// fourDialects returns the prefixes of all known dialects.
func fourDialects() []dialect {
	return []dialect{
		{name: site.Konnect, prefixes: map[string]authentication{
			"/api/v2": bySession, "/api/v2/portal": public, "/api/v2/developer": public, "/api/v2/developer/me": bySession,
		}},
		{name: site.Tyk, prefixes: map[string]authentication{
			"/api/portal": byStaffToken, "/api/activity": byStaffToken, "/api/usage": byStaffToken,
		}},
		{name: site.QANATIX, prefixes: map[string]authentication{
			"/api/v1/portal": bySession, "/api/v1": byKey, "/open/v1": public,
		}},
		{name: site.Idunox, prefixes: map[string]authentication{
			"/v1/partner": bySession, "/v1/partner/auth/login": public, "/v1/partner/config": public, "/v1/partner-auth-probe": byKey,
		}},
	}
}

func TestTheLongestPrefixDecidesWhosePathItIs(t *testing.T) {
	claims, err := claimsOf(fourDialects())
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]claim{
		"/api/v2":                              {site.Konnect, bySession},
		"/api/v2/":                             {site.Konnect, bySession},
		"/api/v2/applications/1/credentials":   {site.Konnect, bySession},
		"/api/v2/portal":                       {site.Konnect, public},
		"/api/v2/portal/logo":                  {site.Konnect, public},
		"/api/v2/portals":                      {site.Konnect, bySession},
		"/api/v2/developer":                    {site.Konnect, public},
		"/api/v2/developer/authenticate":       {site.Konnect, public},
		"/api/v2/developer/refresh":            {site.Konnect, public},
		"/api/v2/developer/me":                 {site.Konnect, bySession},
		"/api/v2/developer/mean":               {site.Konnect, public},
		"/api/v20":                             {},
		"/api/portal":                          {site.Tyk, byStaffToken},
		"/api/portal/requests/approve/1":       {site.Tyk, byStaffToken},
		"/api/portals":                         {},
		"/api/activity/keys/1/1/1/2026":        {site.Tyk, byStaffToken},
		"/api/usage/apis":                      {site.Tyk, byStaffToken},
		"/api/usages":                          {},
		"/api":                                 {},
		"/api/v1":                              {site.QANATIX, byKey},
		"/api/v1/collections":                  {site.QANATIX, byKey},
		"/api/v1/portal":                       {site.QANATIX, bySession},
		"/api/v1/portal/":                      {site.QANATIX, bySession},
		"/api/v1/portal/keys/1":                {site.QANATIX, bySession},
		"/api/v1/portalx":                      {site.QANATIX, byKey},
		"/api/v1/portal-keys":                  {site.QANATIX, byKey},
		"/api/v1/Portal/keys":                  {site.QANATIX, byKey},
		"/api/v1//portal//keys":                {site.QANATIX, bySession},
		"/api/v1/records/../portal/keys":       {site.QANATIX, byKey},
		"/api/v1/./portal/keys":                {site.QANATIX, byKey},
		"/api/v1/portal/../collections":        {site.QANATIX, bySession},
		"/API/v1/portal":                       {},
		"/open/v1":                             {site.QANATIX, public},
		"/open/v1/collections":                 {site.QANATIX, public},
		"/open/v10":                            {},
		"/open":                                {},
		"/v1/partner":                          {site.Idunox, bySession},
		"/v1/partner/credentials/1/rotate":     {site.Idunox, bySession},
		"/v1/partner/auth/login":               {site.Idunox, public},
		"/v1/partner/auth/logins":              {site.Idunox, bySession},
		"/v1/partner/auth":                     {site.Idunox, bySession},
		"/v1/partner/config":                   {site.Idunox, public},
		"/v1/partner-auth-probe":               {site.Idunox, byKey},
		"/v1/partner-auth-probe/":              {site.Idunox, byKey},
		"/v1/partner-auth-prober":              {},
		"/v1/partner/../partner-auth-probe":    {site.Idunox, bySession},
		"/v1/partners":                         {},
		"/V1/partner":                          {},
		"/v1":                                  {},
		"/apis/v2":                             {},
		"/../api/v2":                           {},
		"//api/v2/products":                    {site.Konnect, bySession},
		"/":                                    {},
		"":                                     {},
		"*":                                    {},
		"/api/v2" + strings.Repeat("/x", 9999): {site.Konnect, bySession},
	} {
		if got, _ := claims.of(path); got != want {
			t.Errorf("%.60s belongs to %v, want %v", path, got, want)
		}
	}
}

func TestATableThatContradictsItselfIsRefused(t *testing.T) {
	for name, table := range map[string][]dialect{
		"a prefix of two dialects": {
			{name: site.Tyk, prefixes: map[string]authentication{"/api/portal": byStaffToken}},
			{name: site.Idunox, prefixes: map[string]authentication{"/api/portal": bySession}},
		},
		"a slash at the end": {{name: site.Tyk, prefixes: map[string]authentication{"/api/portal/": byStaffToken}}},
		"an empty segment":   {{name: site.Tyk, prefixes: map[string]authentication{"/api//portal": byStaffToken}}},
		"no slash":           {{name: site.Tyk, prefixes: map[string]authentication{"api/portal": byStaffToken}}},
		"the root":           {{name: site.Tyk, prefixes: map[string]authentication{"/": public}}},
		"an empty prefix":    {{name: site.Tyk, prefixes: map[string]authentication{"": public}}},
	} {
		if _, err := claimsOf(table); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestTheTableNamesDialectsOfTheSettingsAlone(t *testing.T) {
	for _, row := range dialects {
		if !slices.Contains(site.Dialects(), row.name) || row.mount == nil || len(row.prefixes) == 0 {
			t.Errorf("the row %q is incomplete, or the settings do not know it", row.name)
		}
	}
	if got := namesOf(enabled(dialects, []string{"tyk"})); len(got) != 0 {
		t.Errorf("tyk is spoken by %v", got)
	}
	if got := namesOf(enabled(dialects, []string{"tyk", "konnect"})); !slices.Equal(got, []site.Dialect{site.Konnect}) {
		t.Errorf("konnect is spoken by %v", got)
	}
}

// TestEveryRouteOfKonnectIsBelowItsPrefixes also compares the table's entry for each path with the table of all four
// dialects.
func TestEveryRouteOfKonnectIsBelowItsPrefixes(t *testing.T) {
	made, err := konnect.New(konnect.Config{PortalURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := claimsOf(dialects)
	if err != nil {
		t.Fatal(err)
	}
	all, err := claimsOf(fourDialects())
	if err != nil {
		t.Fatal(err)
	}
	err = chi.Walk(made.Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		found, claimed := claims.of(route)
		if among, _ := all.of(route); !claimed || found.dialect != site.Konnect || among != found {
			t.Errorf("%s %s belongs to %v, among four dialects to %v", method, route, found, among)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheTableSaysWhichPathsOfKonnectNeedASession calls every route without a session, on a portal that is not public
// for clients.
func TestTheTableSaysWhichPathsOfKonnectNeedASession(t *testing.T) {
	kit := testkit.New(t)
	made, err := konnect.New(konnect.Config{
		Accounts: kit.Accounts, Site: kit.Site, Catalog: kit.Catalog, Access: kit.Access,
		PortalURL: "https://portal.example", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := claimsOf(dialects)
	if err != nil {
		t.Fatal(err)
	}
	anyID := regexp.MustCompile(`\{\w+\}`)
	err = chi.Walk(made.Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		path := anyID.ReplaceAllString(route, "0198c1c6-6f5e-7d6a-8a53-6a1f2f1d2b11")
		response := httptest.NewRecorder()
		made.Routes().ServeHTTP(response, httptest.NewRequest(method, path, nil))
		// A login that is refused is 401 too, but with another text.
		needsSession := response.Code == http.StatusUnauthorized && strings.Contains(response.Body.String(), "Sign in first")
		if found, _ := claims.of(path); needsSession != (found.authentication == bySession) {
			t.Errorf("%s %s answers %d %s, but the table says %s", method, path, response.Code, response.Body, found.authentication)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSurfacesAnswerTheirPaths(t *testing.T) {
	answering := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Add("Surface", name) })
	}
	a := &App{}
	table := fourDialects()
	for i, row := range table {
		table[i].mount = func(*App) (http.Handler, error) { return answering(string(row.name)), nil }
	}
	wrapped := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Wrapped", "once")
			next.ServeHTTP(w, r)
		})
	}
	handler, err := a.surfaces(table, answering("pages"), answering("gateway"), wrapped)
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"/api/v2/products": "konnect", "/api/portal/requests": "tyk", "/api/v1/portal/keys": "qanatix", "/v1/partner/me": "idunox",
		"/api/v1/collections": "gateway", "/v1/partner-auth-probe": "gateway", "/open/v1/collections": "qanatix",
		"/": "pages", "/apis": "pages", "/api/v1/%70ortal/keys": "qanatix", "/api/v1%2Fportal/keys": "qanatix",
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, target, nil))
		header := answer.Header()
		if got := header.Get("Surface"); got != want || (header.Get("Wrapped") == "") != (want == "gateway") {
			t.Errorf("%s is answered by %q %v, want %s", target, got, header, want)
		}
	}
}
