package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

var pageOfAll = page.Request{Size: page.MaxSize}

func run(t *testing.T, db *store.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Writer(t.Context()).NewRaw(statement, args...).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestListenersAreCalledBeforeInTxReturnsAndNotAfterARollback(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var heard []event.Change
		kit.DB.OnChange(func(change event.Change) { heard = append(heard, change) })
		change := func(fail error, tags ...event.Tag) error {
			return kit.DB.InTx(t.Context(), func(ctx context.Context) error {
				if err := kit.DB.InTx(ctx, func(ctx context.Context) error { return kit.DB.Changed(ctx, tags[0]) }); err != nil {
					return err
				}
				if err := kit.DB.Changed(ctx, tags[1:]...); err != nil {
					return err
				}
				if len(heard) != 0 {
					t.Error("a listener was called before the commit")
				}
				return fail
			})
		}

		if err := change(errors.New("no"), "plan:1", "plan:2"); err == nil || len(heard) != 0 {
			t.Errorf("after a rollback (%v) the listener got %v", err, heard)
		}
		if err := change(nil, "plan:3", "plan:4"); err != nil {
			t.Fatal(err)
		}
		want := []event.Change{{Position: 1, At: testkit.Start, Tags: []event.Tag{"plan:3", "plan:4"}}}
		if fmt.Sprint(heard) != fmt.Sprint(want) {
			t.Errorf("the listener got %v, want %v", heard, want)
		}
		logged, err := kit.DB.ChangesSince(t.Context(), 0, 10)
		if err != nil || fmt.Sprint(logged) != fmt.Sprint(want) {
			t.Errorf("the log holds %v (%v), want %v", logged, err, want)
		}
		if err := kit.DB.Changed(t.Context(), "plan:5"); err != nil || len(heard) != 2 || heard[1].Position != 2 {
			t.Errorf("outside of a transaction: %v, the listener got %v", err, heard)
		}
	})
}

func TestPositionsOfTheChangeLogHaveNoGapForAnyReader(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		another := kit.Another(t)
		const writers, entries = 6, 20
		done := make(chan struct{})
		var writing, reading sync.WaitGroup
		reading.Go(func() {
			for seen, finished := int64(0), false; seen < writers*entries; {
				select {
				case <-done:
					finished = true
				default:
				}
				changes, err := another.DB.ChangesSince(t.Context(), seen, 1000)
				if err != nil {
					t.Error(err)
					return
				}
				for _, change := range changes {
					if change.Position != seen+1 {
						t.Errorf("after position %d came %d", seen, change.Position)
						return
					}
					seen = change.Position
				}
				if finished && seen < writers*entries {
					t.Errorf("the log ends at %d, want %d", seen, writers*entries)
					return
				}
			}
		})
		for writer := range writers {
			writing.Go(func() {
				db := []*store.DB{kit.DB, another.DB}[writer%2]
				for entry := range entries {
					if err := db.Changed(t.Context(), event.Tag(fmt.Sprintf("plan:%d.%d", writer, entry))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writing.Wait()
		close(done)
		reading.Wait()
	})
}

// TestReadersDoNotSkipLateCommits keeps two transactions open while others append: one that already has its position,
// and one that has written but has no position yet.
func TestReadersDoNotSkipLateCommits(t *testing.T) {
	kit := testkit.NewPostgres(t)
	ctx := t.Context()
	positions := func() []int64 {
		changes, err := kit.DB.ChangesSince(ctx, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		found := []int64{}
		for _, change := range changes {
			found = append(found, change.Position)
		}
		return found
	}
	var group sync.WaitGroup
	defer group.Wait()

	wrote, mayEnd := make(chan struct{}), make(chan struct{})
	group.Go(func() {
		err := kit.DB.InTx(ctx, func(ctx context.Context) error {
			team := account.Team{ID: id.New[identity.TeamID](testkit.Start), Name: "Initech"}
			if err := kit.DB.Accounts().SaveTeam(ctx, team); err != nil {
				return err
			}
			close(wrote)
			<-mayEnd
			return kit.DB.Changed(ctx, "plan:late")
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-wrote
	if err := kit.DB.Changed(ctx, "plan:1"); err != nil {
		t.Fatal(err)
	}
	if got := positions(); !slices.Equal(got, []int64{1}) {
		t.Fatalf("with an open transaction that has appended nothing, the log has %v, want [1]", got)
	}

	held, err := kit.DB.Writer(ctx).BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback() }()
	for _, statement := range []string{
		"SELECT pg_advisory_xact_lock(hashtextextended('" + store.ChangeLogLock + "', 0))",
		"INSERT INTO change_log (position, at, tags) VALUES (2, 1, 'plan:2')",
	} {
		if _, err := held.ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	close(mayEnd)
	group.Go(func() {
		if err := kit.DB.Changed(ctx, "plan:after"); err != nil {
			t.Error(err)
		}
	})
	waitForLocks(t, kit.DB, 2)
	if got := positions(); !slices.Equal(got, []int64{1}) {
		t.Errorf("with position 2 not committed, the log has %v, want [1]", got)
	}
	if err := held.Commit(); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if got := positions(); !slices.Equal(got, []int64{1, 2, 3, 4}) {
		t.Errorf("the log reads %v, want 1 to 4", got)
	}
}

// waitForLocks returns when that many sessions wait for an advisory lock.
func waitForLocks(t *testing.T, db *store.DB, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
	defer cancel()
	for {
		var waiting int
		err := db.Reader(ctx).NewRaw("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND "+
			"database = (SELECT oid FROM pg_database WHERE datname = current_database())").Scan(ctx, &waiting)
		if err != nil {
			t.Fatalf("%d of %d sessions wait for a lock: %v", waiting, want, err)
		}
		if waiting == want {
			return
		}
	}
}
