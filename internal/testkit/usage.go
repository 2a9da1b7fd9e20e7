package testkit

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// Series returns a series of Acme with a new application, subscription, credential and version.
func (k *Kit) Series() usage.Series {
	return usage.Series{
		Team: k.Acme.ID, Application: id.New[access.ApplicationID](Start), Subscription: id.New[access.SubscriptionID](Start),
		Credential: id.New[access.CredentialID](Start), Version: id.New[catalog.VersionID](Start), Environment: "production",
	}
}

// Count stores successful calls of a series, as the gateway does. All are in the minute of the last.
func (k *Kit) Count(t testing.TB, series usage.Series, last time.Time, calls int64) {
	t.Helper()
	if err := k.Usage.Record(t.Context(), usage.Batch{
		Counts: []usage.Count{{Series: series, At: last.Truncate(time.Minute), Status: 200, Requests: calls, Forwarded: calls}},
		Uses:   []usage.Use{{Credential: series.Credential, Address: "192.0.2.1", At: last}},
	}); err != nil {
		t.Fatal(err)
	}
}
