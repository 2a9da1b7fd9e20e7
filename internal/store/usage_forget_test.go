package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// TestSeriesThatAreUsedAgainAreKept deletes an unused series while a batch with its next call is being stored.
func TestSeriesThatAreUsedAgainAreKept(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		batch := usage.Batch{Counts: []usage.Count{{
			Series: usage.Series{Team: kit.Acme.ID, Credential: id.New[access.CredentialID](testkit.Start)}, At: testkit.Start, Status: 200, Requests: 1,
		}}}
		add := func(ctx context.Context) error { return kit.DB.Usage().AddUsage(ctx, batch) }
		if err := add(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := kit.DB.Writer(t.Context()).NewRaw("DELETE FROM usage_count").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		waiting := func() bool {
			if kit.Postgres {
				return kit.Rows(t, "pg_locks WHERE NOT granted") > 0
			}
			return kit.DB.Pools()["sqlite_write"].Stats().WaitCount > 0
		}
		forgot := make(chan error, 1)
		err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
			err := add(ctx)
			go func() { forgot <- kit.DB.Usage().ForgetSeries(t.Context()) }()
			for !waiting() && len(forgot) == 0 {
				time.Sleep(time.Millisecond)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-forgot; err != nil {
			t.Fatal(err)
		}
		if kit.Rows(t, "usage_series") != 1 || kit.Rows(t, "usage_count") != 1 {
			t.Errorf("%d series and %d counts are left, want one of each", kit.Rows(t, "usage_series"), kit.Rows(t, "usage_count"))
		}
	})
}
