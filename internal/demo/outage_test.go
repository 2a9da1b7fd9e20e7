package demo_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// Without its database, a node serves known keys for the lease, signs no one in, and reports that it is not ready. When
// the database is back, everything works as before.
func TestANodeOutlivesItsDatabaseForTheLease(t *testing.T) {
	installed := install(t, testkit.EmptyPostgres)
	installed.config.Lease = 2 * time.Second
	node := installed.start(t)
	detail := node.subscription(t, "acme-production")
	known, unknown := node.reveal(t, primary(detail)), node.reveal(t, secondary(detail))
	if status := node.call(t, productionStatus, known); status != http.StatusOK {
		t.Fatalf("before the outage the key returns %d", status)
	}

	end := cutOff(t, installed.config.DatabaseURL)
	if status := node.call(t, productionStatus, known); status != http.StatusOK {
		t.Errorf("within the lease a known key returns %d", status)
	}
	if status := node.call(t, productionStatus, unknown); status != http.StatusServiceUnavailable {
		t.Errorf("a key that must be looked up returns %d", status)
	}
	in := account.SignIn{Email: demo.Developer, Password: demo.DefaultPassword}
	if _, err := node.services.Accounts.SignIn(t.Context(), in); !fault.Is(err, fault.Unavailable) {
		t.Errorf("signing in without the database: %v", err)
	}
	eventually(t, "the lease ends", func() bool {
		return node.call(t, productionStatus, known) == http.StatusServiceUnavailable
	})
	if status := get(t, node.PortalURL+"/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("the readiness of a node without its database is %d", status)
	}

	end()
	eventually(t, "everything is as before", func() bool {
		return isOpen(node.call(t, productionStatus, known)) && isOpen(node.call(t, productionStatus, unknown)) &&
			get(t, node.PortalURL+"/readyz", "") == http.StatusOK
	})
	if strings.Contains(node.log.String(), known) {
		t.Error("the log of the outage holds the key")
	}
}

// cutOff ends every connection to a database and refuses new ones until the returned function is called.
func cutOff(t *testing.T, address string) (end func()) {
	t.Helper()
	database, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(database.Path, "/")
	database.Path = "/postgres"
	admin, err := pgx.Connect(t.Context(), database.String())
	if err != nil {
		t.Fatal(err)
	}
	execute := func(statement string, arguments ...any) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), statement, arguments...); err != nil {
			t.Fatal(err)
		}
	}
	execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	return func() {
		t.Helper()
		execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true")
		if err := admin.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
