package rest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

const clientAddress = "192.0.2.77"

func callersOf(kit *testkit.Kit, dialect site.Dialect) rest.Callers {
	return rest.Callers{
		Site: kit.Site, Accounts: kit.Accounts, Dialect: dialect, Token: rest.Bearer,
		Off: fault.New(fault.NotFound, "switched_off", "This API is switched off."),
	}
}

func bearing(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = clientAddress + ":5000"
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func tokenOf(t *testing.T, kit *testkit.Kit, of identity.Principal, dialect site.Dialect) string {
	t.Helper()
	in := account.SignIn{Email: of.Name, Password: testkit.Password, Address: of.Address}
	tokens, err := kit.Accounts.IssueTokens(t.Context(), in, string(dialect))
	if err != nil {
		t.Fatal(err)
	}
	return tokens.Access
}

func TestCallersAreIdentifiedByTheirTokens(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		owner := tokenOf(t, kit, kit.Owner, site.Idunox)
		staff := tokenOf(t, kit, kit.Staff, site.Idunox)
		for name, row := range map[string]struct {
			token string
			staff bool
			want  identity.Principal
		}{
			"no token":               {"", false, identity.Principal{}},
			"an unknown token":       {"unknown", false, identity.Principal{}},
			"of another dialect":     {tokenOf(t, kit, kit.Owner, site.QANATIX), false, identity.Principal{}},
			"an owner":               {owner, false, kit.Owner},
			"an owner, among staff":  {owner, true, kit.Owner},
			"staff as members":       {staff, false, identity.Principal{Account: kit.Staff.Account, Name: kit.Staff.Name}},
			"staff by their role":    {staff, true, kit.Staff},
			"a stranger among staff": {"", true, identity.Principal{}},
		} {
			callers := callersOf(kit, site.Idunox)
			callers.Staff = row.staff
			r := bearing(row.token)
			row.want.Address = rest.Address(r)
			caller, err := callers.Identify(r)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if carried := identity.From(caller.Context(r.Context())); caller.Principal != row.want || carried != row.want {
				t.Errorf("%s: %+v, in the context %+v, want %+v", name, caller.Principal, carried, row.want)
			}
			if caller.Settings.Name != site.Defaults().Name {
				t.Errorf("%s: the settings are %+v", name, caller.Settings)
			}
		}

		kit.Clock.Advance(24 * time.Hour)
		if caller, err := callersOf(kit, site.Idunox).Identify(bearing(owner)); err != nil || !caller.Principal.Anonymous() {
			t.Errorf("a day later: %+v, %v", caller.Principal, err)
		}
	})
}

func TestADialectThatIsSwitchedOffAnswersSo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		settings := site.Defaults()
		settings.DialectsOff = []site.Dialect{site.Idunox}
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		off := callersOf(kit, site.Idunox)
		if caller, err := off.Identify(bearing("")); !errors.Is(err, off.Off) || caller.Settings.Name != "" {
			t.Errorf("switched off: %+v, %v", caller, err)
		}
		if _, err := callersOf(kit, site.QANATIX).Identify(bearing("")); err != nil {
			t.Errorf("another dialect: %v", err)
		}
	})
}

func TestAFailingStoreAdmitsNoCaller(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		token := tokenOf(t, kit, kit.Owner, site.Idunox)
		another := kit.Another(t)
		callers := callersOf(kit, site.Idunox)
		callers.Accounts = another.Accounts
		if err := another.DB.Close(); err != nil {
			t.Fatal(err)
		}
		if caller, err := callers.Identify(bearing(token)); err == nil || !caller.Principal.Anonymous() {
			t.Errorf("without sessions: %+v, %v", caller.Principal, err)
		}
		callers = callersOf(kit, site.Idunox)
		callers.Site = another.Site
		if caller, err := callers.Identify(bearing(token)); err == nil || !caller.Principal.Anonymous() {
			t.Errorf("without settings: %+v, %v", caller.Principal, err)
		}
	})
}

func TestTokensAreReadFromOneHeaderOrCookie(t *testing.T) {
	for name, row := range map[string]struct {
		headers []string
		want    string
	}{
		"none":         {nil, ""},
		"a bearer":     {[]string{"Bearer abc"}, "abc"},
		"small":        {[]string{"bearer abc"}, "abc"},
		"wide":         {[]string{"Bearer   abc "}, "abc"},
		"basic":        {[]string{"Basic abc"}, ""},
		"raw":          {[]string{"abc"}, ""},
		"scheme alone": {[]string{"Bearer"}, ""},
		"two":          {[]string{"Bearer abc", "Bearer abc"}, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Authorization"] = row.headers
		if got := rest.Bearer(r); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
	for sent, want := range map[string]string{"": "", "token=abc": "abc", "token=abc; token=def": "", "other=abc": "", "token=": ""} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", sent)
		if got := rest.Cookie(r, "token"); got != want {
			t.Errorf("the cookies %q: %q, want %q", sent, got, want)
		}
	}
}
