package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// TestSendersOfAWeek uses one key from many addresses and another from one, and lets a week pass.
func TestSendersOfAWeek(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		busy, quiet, unused := access.CredentialID{1}, access.CredentialID{2}, access.CredentialID{3}
		start := kit.Clock.Now()
		uses := []usage.Use{{Credential: quiet, Address: "198.51.100.7", At: start}}
		var want []usage.Use
		for i := range usage.MostSenders + 5 {
			use := usage.Use{Credential: busy, Address: fmt.Sprintf("192.0.2.%d", i), At: start.Add(time.Duration(-i) * time.Hour)}
			if uses = append(uses, use); len(want) < usage.MostSenders {
				want = append(want, use)
			}
		}
		if err := kit.Usage.Record(t.Context(), usage.Batch{Uses: uses}); err != nil {
			t.Fatal(err)
		}
		keys := []access.Credential{{ID: busy, Team: kit.Acme.ID}, {ID: quiet, Team: kit.Acme.ID}, {ID: unused, Team: kit.Acme.ID}}
		check := func(want map[access.CredentialID]usage.Senders) {
			t.Helper()
			got, err := kit.Usage.Senders(kit.As(kit.Viewer), keys)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		}
		check(map[access.CredentialID]usage.Senders{
			busy: {Newest: want, Total: usage.MostSenders + 5}, quiet: {Newest: uses[:1], Total: 1},
		})
		kit.Clock.Advance(usage.AddressesKept)
		check(map[access.CredentialID]usage.Senders{busy: {Newest: want[:1], Total: 1}, quiet: {Newest: uses[:1], Total: 1}})
		kit.Clock.Advance(time.Second)
		check(map[access.CredentialID]usage.Senders{})
		forget(t, kit)
		if rows := kit.Rows(t, "usage_address"); rows > 0 {
			t.Errorf("%d addresses are left after a week", rows)
		}
	})
}
