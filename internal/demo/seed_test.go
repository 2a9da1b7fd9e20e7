package demo_test

import (
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
)

func TestSeedingAgainChangesNothing(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	services := open(t, installed.config)
	defer func() { _ = services.Close() }()
	upstream := "http://127.0.0.1:1"
	if _, err := demo.Seed(t.Context(), services, upstream, demo.DefaultPassword); err != nil { // moves the upstream
		t.Fatal(err)
	}
	before, err := services.DB.ChangePosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	given, err := demo.Seed(t.Context(), services, upstream, "another password")
	if err != nil || given {
		t.Errorf("a password was set again: %v, %v", given, err)
	}
	if after, err := services.DB.ChangePosition(t.Context()); err != nil || after != before {
		t.Errorf("the change log went from %d to %d (%v)", before, after, err)
	}
	if _, err := services.Accounts.SignIn(t.Context(), account.SignIn{Email: demo.Staff, Password: demo.DefaultPassword}); err != nil {
		t.Errorf("the first password: %v", err)
	}
}

// Seeding completes an earlier seeding that was killed after it had added an account.
func TestSeedingCompletesAnInterruptedOne(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	installed.config.DatabaseURL = testkit.EmptySQLite(t)
	services := open(t, installed.config)
	defer func() { _ = services.Close() }()
	system := identity.With(t.Context(), identity.SystemPrincipal("test"))
	if _, err := services.Accounts.AddAccount(system, account.NewAccount{Email: demo.Staff, Staff: identity.StaffAdmin}); err != nil {
		t.Fatal(err)
	}
	if given, err := demo.Seed(t.Context(), services, "http://127.0.0.1:1", demo.DefaultPassword); err != nil || !given {
		t.Fatalf("the password was set: %v, %v", given, err)
	}
	if _, err := services.Accounts.SignIn(t.Context(), account.SignIn{Email: demo.Staff, Password: demo.DefaultPassword}); err != nil {
		t.Errorf("staff cannot sign in: %v", err)
	}
}

func TestADemoIsServedOnLoopbackOnly(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	services := open(t, installed.config)
	defer func() { _ = services.Close() }()
	if err := demo.RefuseDemo(t.Context(), services, "127.0.0.1:8080", "[::1]:8081"); err != nil {
		t.Errorf("on loopback: %v", err)
	}
	if err := demo.RefuseDemo(t.Context(), services, "127.0.0.1:8080", "0.0.0.0:8081"); err == nil {
		t.Error("a demo is served beyond loopback")
	}
	installed.config.DatabaseURL = testkit.EmptySQLite(t)
	another := open(t, installed.config)
	defer func() { _ = another.Close() }()
	if err := demo.RefuseDemo(t.Context(), another, "0.0.0.0:8080", "0.0.0.0:8081"); err != nil {
		t.Errorf("a real portal: %v", err)
	}
}

func TestTheDemoStaysOutOfARealPortal(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	installed.config.DatabaseURL = testkit.EmptySQLite(t)
	services := open(t, installed.config)
	defer func() { _ = services.Close() }()
	if _, err := demo.Seed(t.Context(), services, "http://127.0.0.1:1", "short"); err == nil || !strings.Contains(err.Error(), "PORTICO_DEMO_PASSWORD") {
		t.Errorf("a short password: %v", err)
	}
	system := identity.With(t.Context(), identity.SystemPrincipal("test"))
	if _, err := services.Accounts.AddAccount(system, account.NewAccount{Email: "real@acme.example"}); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Seed(t.Context(), services, "http://127.0.0.1:1", demo.DefaultPassword); err == nil || !strings.Contains(err.Error(), "not a demo") {
		t.Errorf("a real portal was seeded: %v", err)
	}
	if _, err := services.DB.Accounts().AccountByEmail(t.Context(), demo.Staff); err == nil {
		t.Error("a staff account with a public password exists")
	}
}
