package konnect_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// still is the protocol's handler on services with a frozen clock.
type still struct {
	*testkit.Kit
	*client
}

func onStillPortals(t *testing.T, run func(t *testing.T, s still)) {
	t.Helper()
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		made, err := konnect.New(konnect.Config{
			Accounts: kit.Accounts, Site: kit.Site, Catalog: kit.Catalog, Access: kit.Access,
			PortalURL: "https://portal.example", GatewayURL: "https://gateway.example", Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(newRecorder(t).around(identified(made.Routes())))
		t.Cleanup(server.Close)
		run(t, still{kit, newClient(server.URL)})
	})
}

// identified gives each request an ID, as the product's server does.
func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(logging.WithRequestID(r.Context(), logging.NewRequestID())))
	})
}

// settings changes the portal's settings.
func (s still) settings(t *testing.T, alter func(*site.Settings)) {
	t.Helper()
	settings, err := s.Site.Settings(s.As(s.Staff))
	if err != nil {
		t.Fatal(err)
	}
	alter(&settings)
	if err := s.Site.ChangeSettings(s.As(s.Staff), settings); err != nil {
		t.Fatal(err)
	}
}

// mailed returns the oldest message of the outbox, rendered.
func (s still) mailed(t *testing.T) account.Letter {
	t.Helper()
	claimed, found, err := s.DB.ClaimMessage(t.Context(), time.Minute)
	if err != nil || !found {
		t.Fatalf("no mail waits: %v", err)
	}
	letter, err := s.Accounts.Letter(s.As(identity.SystemPrincipal("mail")), claimed.Message)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DB.MessageSent(t.Context(), claimed.ID); err != nil {
		t.Fatal(err)
	}
	return letter
}

func TestTokensExpire(t *testing.T) {
	onStillPortals(t, func(t *testing.T, s still) {
		s.signIn(t, s.Owner.Name, testkit.Password)
		s.want(t, http.StatusOK, "DeveloperApi.getDeveloperMe", nil)
		s.Clock.Advance(16 * time.Minute)
		s.want(t, http.StatusUnauthorized, "DeveloperApi.getDeveloperMe", nil)
		s.want(t, http.StatusNoContent, "DeveloperApi.refresh", nil)
		s.want(t, http.StatusOK, "DeveloperApi.getDeveloperMe", nil)
		s.Clock.Advance(31 * 24 * time.Hour)
		s.want(t, http.StatusUnauthorized, "DeveloperApi.refresh", nil)
		if len(s.cookies) > 0 {
			t.Errorf("the cookies after a rejected refresh are %v", s.cookies)
		}
	})
}

func TestMailTokensExpire(t *testing.T) {
	onStillPortals(t, func(t *testing.T, s still) {
		s.settings(t, func(settings *site.Settings) { settings.SignUp = site.SignUpOpen })
		s.want(t, http.StatusCreated, "DeveloperApi.register", object{"requestBody": object{"email": someone, "full_name": "Grace"}})
		verify := func(token any) object { return object{"verifyEmailRequest": object{"token": token}} }
		reset := func(token any) object {
			return object{"resetPasswordRequest": object{"token": token, "password": goodEnough}}
		}
		letter := s.mailed(t)
		for _, malformed := range []any{"x", "", "0192f0c1-2d3e-7f40-8a1b-2c3d4e5f607", nil} {
			for call, parameters := range map[string]object{"DeveloperApi.verifyEmail": verify(malformed), "DeveloperApi.resetPassword": reset(malformed)} {
				got := s.want(t, http.StatusBadRequest, call, parameters)
				if got.text("invalid_parameters", 0, "field") != "token" || malformed != nil && got.text("invalid_parameters", 0, "reason") != "invalid ID format" {
					t.Errorf("%v: %v", malformed, got.Body)
				}
			}
		}
		s.want(t, http.StatusNotFound, "DeveloperApi.verifyEmail", verify(unknownID))
		s.want(t, http.StatusNotFound, "DeveloperApi.resetPassword", reset(letter.Token)) // it has another purpose
		s.Clock.Advance(49 * time.Hour)
		s.want(t, http.StatusGone, "DeveloperApi.verifyEmail", verify(letter.Token))

		s.want(t, http.StatusOK, "DeveloperApi.forgotPassword", object{"resetPasswordPayload": object{"email": s.Owner.Name}})
		letter = s.mailed(t)
		s.Clock.Advance(2 * time.Hour)
		s.want(t, http.StatusGone, "DeveloperApi.resetPassword", reset(letter.Token))
	})
}

func TestGuessingIsLimited(t *testing.T) {
	onStillPortals(t, func(t *testing.T, s still) {
		credentials := object{"authenticateRequest": object{"username": s.Owner.Name, "password": "a guess that is wrong"}}
		for range 5 {
			if got := s.want(t, http.StatusUnauthorized, "DeveloperApi.authenticate", credentials); got.text("title") != "Invalid Credentials" {
				t.Errorf("a wrong password returned %v", got.Body)
			}
		}
		locked := s.want(t, http.StatusTooManyRequests, "DeveloperApi.authenticate", credentials)
		if seconds, err := strconv.Atoi(locked.Headers["retry-after"]); err != nil || seconds < 1 || seconds > 15*60 {
			t.Errorf("locked for %q", locked.Headers["retry-after"])
		}
		s.Clock.Advance(16 * time.Minute)
		s.signIn(t, s.Owner.Name, testkit.Password)
		for _, missing := range []object{{}, {"username": s.Owner.Name}, {"password": "x"}, {"username": 1, "password": "x"}} {
			s.want(t, http.StatusBadRequest, "DeveloperApi.authenticate", object{"authenticateRequest": missing})
		}

		s.want(t, http.StatusForbidden, "DeveloperApi.register", object{"requestBody": object{"email": someone, "full_name": "Grace"}})
		s.settings(t, func(settings *site.Settings) { settings.SignUp = site.SignUpOpen })
		for _, refused := range []object{
			{"email": someone}, {"full_name": "Grace"}, {"email": "grace", "full_name": "Grace"}, {"email": someone, "full_name": ""},
			{"email": someone, "full_name": "Grace", "more": strings.Repeat("x", 1001)}, {"email": someone, "full_name": 1},
		} {
			s.want(t, http.StatusBadRequest, "DeveloperApi.register", object{"requestBody": refused})
		}
		for range 3 {
			s.want(t, http.StatusCreated, "DeveloperApi.register", object{"requestBody": object{"email": someone, "full_name": "Grace"}})
		}
		s.want(t, http.StatusTooManyRequests, "DeveloperApi.register", object{"requestBody": object{"email": someone, "full_name": "Grace"}})
		s.want(t, http.StatusTooManyRequests, "DeveloperApi.forgotPassword", object{"resetPasswordPayload": object{"email": someone}})
		s.want(t, http.StatusBadRequest, "DeveloperApi.forgotPassword", object{"resetPasswordPayload": object{}})
	})
}

// TestRolesInATeam checks that viewers cannot change anything, and that members own their own applications.
func TestRolesInATeam(t *testing.T) {
	onStillPortals(t, func(t *testing.T, s still) {
		owner, viewer, staff := newClient(s.base), newClient(s.base), newClient(s.base)
		owner.signIn(t, s.Owner.Name, testkit.Password)
		viewer.signIn(t, s.Viewer.Name, testkit.Password)
		staff.signIn(t, s.Support.Name, testkit.Password)
		shop := owner.want(t, http.StatusBadRequest, "ApplicationsApi.createApplication", object{"createApplicationPayload": object{"name": "Shop"}})
		if shop.text("invalid_parameters", 0, "field") != "auth_strategy_id" { // the portal has no strategy
			t.Errorf("without a strategy: %v", shop.Body)
		}
		if got := viewer.want(t, http.StatusOK, "ApplicationsApi.listApplications", nil); got.total() != 0 {
			t.Errorf("a viewer sees %v", got.Body)
		}
		viewer.want(t, http.StatusForbidden, "ApplicationsApi.createApplication", object{"createApplicationPayload": object{"name": "Shop"}})
		if got := staff.want(t, http.StatusOK, "ApplicationsApi.listApplications", nil); got.total() != 0 { // staff without a team have none
			t.Errorf("staff see %v", got.Body)
		}

		if _, err := s.Plans.CreateStrategy(s.As(s.Staff), plan.Strategy{Slug: "key", Name: "API key", Kind: plan.Key}); err != nil {
			t.Fatal(err)
		}
		till, err := s.Access.CreateApplication(s.As(s.Owner), access.NewApplication{Name: "Till"})
		if err != nil {
			t.Fatal(err)
		}
		renewing := object{"applicationId": till.Application.ID.UUID()}
		refused := owner.want(t, http.StatusBadRequest, "CredentialsApi.refreshApplicationToken", renewing)
		if refused.text("invalid_parameters", 0, "field") != "applicationId" || refused.text("detail") != "The application has no client secret. Create a new key for it instead." {
			t.Errorf("renewing a client secret: %v", refused.Body)
		}
		viewer.want(t, http.StatusForbidden, "CredentialsApi.refreshApplicationToken", renewing)
		staff.want(t, http.StatusNotFound, "CredentialsApi.refreshApplicationToken", renewing)
	})
}

func TestDialectSwitchedOff(t *testing.T) {
	onStillPortals(t, func(t *testing.T, s still) {
		s.signIn(t, s.Owner.Name, testkit.Password)
		s.settings(t, func(settings *site.Settings) { settings.DialectsOff = []site.Dialect{site.Konnect} })
		if got := s.call(t, "PortalApi.getPortalContext", nil); got.Status != http.StatusNotFound {
			t.Errorf("switched off: %d %v", got.Status, got.Body)
		}
	})
}
