package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

func TestIdentifiersAreTextInColumnsAndConditions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		type thing struct {
			ID    identity.TeamID `bun:",pk"`
			Other identity.AccountID
		}
		ctx := t.Context()
		run(t, kit.DB, "CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY, other TEXT)")
		first := thing{ID: id.New[identity.TeamID](testkit.Start), Other: id.New[identity.AccountID](testkit.Start)}
		second := thing{ID: id.New[identity.TeamID](testkit.Start)}
		for _, made := range []thing{first, second} {
			if _, err := kit.DB.Writer(ctx).NewInsert().Model(&made).Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}

		var text string
		var zeroIsNull bool
		err := kit.DB.Reader(ctx).NewRaw("SELECT other FROM things WHERE id = ?", first.ID.Hex()).Scan(ctx, &text)
		if err != nil || text != first.Other.Hex() {
			t.Errorf("stored as %q (%v), want %q", text, err, first.Other.Hex())
		}
		err = kit.DB.Reader(ctx).NewRaw("SELECT other IS NULL FROM things WHERE id = ?", second.ID).Scan(ctx, &zeroIsNull)
		if err != nil || !zeroIsNull {
			t.Errorf("the zero id is stored as NULL: %v (%v)", zeroIsNull, err)
		}
		var found []thing
		both := []identity.TeamID{first.ID, second.ID}
		if err := kit.DB.Reader(ctx).NewSelect().Model(&found).Where("id IN (?)", bun.List(both)).Order("id").Scan(ctx); err != nil {
			t.Fatal(err)
		}
		if want := []thing{first, second}; !slices.Equal(found, want) {
			t.Errorf("found %v, want %v", found, want)
		}
		found = nil
		if err := kit.DB.Reader(ctx).NewSelect().Model(&found).Where("other = ?", first.Other).Scan(ctx); err != nil || len(found) != 1 {
			t.Errorf("found %v (%v) by its other id, want one", found, err)
		}
	})
}

func TestInTxKeepsAllOrNothing(t *testing.T) {
	failed := errors.New("the rule said no")
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		add := func(ctx context.Context, name string) error {
			return kit.DB.Accounts().SaveTeam(ctx, account.Team{ID: id.New[identity.TeamID](testkit.Start), Name: name})
		}
		count := func(name string) int {
			found, err := kit.DB.Accounts().Teams(t.Context(), name, pageOfAll)
			if err != nil {
				t.Fatal(err)
			}
			return found.Total
		}

		err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
			if err := kit.DB.InTx(ctx, func(ctx context.Context) error { return add(ctx, "inner") }); err != nil {
				return err
			}
			if count("inner") != 0 {
				t.Error("the inner transaction was committed by itself")
			}
			return errors.Join(add(ctx, "outer"), failed)
		})
		if !errors.Is(err, failed) || count("inner")+count("outer") != 0 {
			t.Errorf("after a failure (%v) %d inner and %d outer rows are left, want none", err, count("inner"), count("outer"))
		}

		func() {
			defer func() { _ = recover() }()
			_ = kit.DB.InTx(t.Context(), func(ctx context.Context) error {
				if err := add(ctx, "panicked"); err != nil {
					return err
				}
				panic("a mistake")
			})
		}()
		if count("panicked") != 0 {
			t.Error("the write before a panic was committed")
		}

		err = kit.DB.InTx(t.Context(), func(ctx context.Context) error {
			return kit.DB.InTx(ctx, func(ctx context.Context) error { return add(ctx, "kept") })
		})
		if err != nil || count("kept") != 1 {
			t.Errorf("committed: %v, %d rows; want one", err, count("kept"))
		}
	})
}

func TestLockKeepsWhatWasChecked(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		run(t, kit.DB, "CREATE TABLE counters (n BIGINT NOT NULL)")
		run(t, kit.DB, "INSERT INTO counters VALUES (0)")
		const writers, steps = 6, 10
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range steps {
					err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
						if err := kit.DB.Lock(ctx, "counter"); err != nil {
							return err
						}
						var n int
						if err := kit.DB.Reader(ctx).NewRaw("SELECT n FROM counters").Scan(ctx, &n); err != nil {
							return err
						}
						_, err := kit.DB.Writer(ctx).NewRaw("UPDATE counters SET n = ?", n+1).Exec(ctx)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		var n int
		if err := kit.DB.Reader(t.Context()).NewRaw("SELECT n FROM counters").Scan(t.Context(), &n); err != nil || n != writers*steps {
			t.Errorf("counted %d (%v), want %d", n, err, writers*steps)
		}
		if err := kit.DB.Lock(t.Context(), "counter"); err == nil {
			t.Error("Lock outside of a transaction returns no error")
		}
	})
}

func TestAFullDiskIsReportedAndLosesNothing(t *testing.T) {
	kit := testkit.New(t)
	var pages int
	if err := kit.DB.Writer(t.Context()).NewRaw("PRAGMA page_count").Scan(t.Context(), &pages); err != nil {
		t.Fatal(err)
	}
	run(t, kit.DB, fmt.Sprintf("PRAGMA max_page_count = %d", pages+2))
	save := func(name string) error {
		return kit.DB.InTx(t.Context(), func(ctx context.Context) error {
			return kit.DB.Accounts().SaveTeam(ctx, account.Team{ID: id.New[identity.TeamID](testkit.Start), Name: name})
		})
	}
	err := save(strings.Repeat("x", 1<<20))
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("a full disk gives the error %v", err)
	}
	if err := save("Initech"); err != nil {
		t.Errorf("a write that still fits is rejected: %v", err)
	}
	if team, err := kit.DB.Accounts().Team(t.Context(), kit.Acme.ID); err != nil || team.Name != "Acme" {
		t.Errorf("after the disk was full Acme reads %v, %v", team, err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	directory := t.TempDir()
	occupied := filepath.Join(directory, "file")
	garbage := filepath.Join(directory, "garbage.db")
	for _, path := range []string{occupied, garbage} {
		if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	damaged := filepath.Join(directory, "damaged.db")
	damage(t, damaged)
	cases := map[string]struct{ url, want string }{
		"another scheme":          {"mysql://localhost/portico", "sqlite:PATH or postgres://"},
		"a file for a directory":  {"sqlite:" + occupied + "/portico.db", "not a directory"},
		"a directory for a file":  {"sqlite:" + directory, "is a directory"},
		"an unwritable directory": {"sqlite:" + unwritable(t) + "/portico.db", "cannot be written: let the user that runs portico write it"},
		"another kind of file":    {"sqlite:" + garbage, "put a backup in its place"},
		"a damaged file":          {"sqlite:" + damaged, "put a backup in its place"},
		"no server":               {"postgres://portico@127.0.0.1:1/portico", "connection refused"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			db, err := store.Open(t.Context(), store.Config{URL: test.url, Now: clock.NewFrozen(testkit.Start).Now})
			if err == nil {
				_ = db.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\ndoes not say %q", err, test.want)
			}
		})
	}
}

// damage creates a database and overwrites all but its first page.
func damage(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path, Now: clock.NewFrozen(testkit.Start).Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(content); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// unwritable returns a directory in which not even root can create files.
func unwritable(t *testing.T) string {
	t.Helper()
	if os.Geteuid() == 0 {
		return "/sys"
	}
	directory := t.TempDir()
	if err := os.Chmod(directory, 0o500); err != nil {
		t.Fatal(err)
	}
	return directory
}

func TestOnlyTheOwnerMayReadTheDatabaseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "portico.db")
	db, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path, Now: clock.NewFrozen(testkit.Start).Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v (%v)", entry.Name(), info.Mode(), err)
		}
	}
	if len(entries) < 2 {
		t.Errorf("found %d files, want the database and its log", len(entries))
	}
}

func TestCheckRingRefusesAnotherRing(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		db, err := store.Open(t.Context(), store.Config{URL: url, Now: clock.NewFrozen(testkit.Start).Now})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		steps := []struct {
			name    string
			ring    map[int]string
			refused bool
		}{
			{"a new database takes any", map[int]string{1: "a"}, false},
			{"the same again", map[int]string{1: "a"}, false},
			{"another key", map[int]string{1: "b"}, true},
			{"rotated", map[int]string{1: "a", 2: "c"}, false},
			{"a node that has not heard of the rotation", map[int]string{1: "a"}, true},
			{"without the old key", map[int]string{2: "c"}, true},
			{"another key, rotated", map[int]string{1: "b", 2: "c", 3: "d"}, true},
			{"the rotated one again", map[int]string{1: "a", 2: "c"}, false},
		}
		for _, step := range steps {
			err := db.CheckRing(t.Context(), step.ring)
			if fault.Is(err, fault.Precondition) != step.refused || (err != nil) != step.refused {
				t.Errorf("%s: got %v, want rejected %v", step.name, err, step.refused)
			}
		}
	})
}

func TestAuditAndOutboxJoinTheTransaction(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := logging.WithRequestID(kit.As(kit.Staff), "request-1")
		record := func(fail error) error {
			return kit.DB.InTx(ctx, func(ctx context.Context) error {
				audit := event.Audit{Action: "team.renamed", Object: "team:1", Team: kit.Acme.ID, Details: map[string]string{"name": "New"}}
				message := event.Message{To: "owner@acme.example", Template: "team_renamed", Params: map[string]string{"name": "New"}}
				return errors.Join(kit.DB.Audit(ctx, audit), kit.DB.Send(ctx, message), fail)
			})
		}
		var audit struct{ Actor, ActorName, Action, Object, Team, Address, RequestID, Details string }
		var outbox struct{ Recipient, Template, Params string }
		read := func() error {
			return errors.Join(
				kit.DB.Reader(ctx).NewRaw("SELECT actor, actor_name, action, object, team, address, request_id, details FROM audit").Scan(ctx, &audit),
				kit.DB.Reader(ctx).NewRaw("SELECT recipient, template, params FROM outbox").Scan(ctx, &outbox),
			)
		}
		if err := record(errors.New("no")); err == nil || read() == nil {
			t.Errorf("after a rollback (%v) there is %v and %v", err, audit, outbox)
		}
		if err := errors.Join(record(nil), read()); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(audit, outbox)
		want := fmt.Sprintf("{%s staff@portal.example team.renamed team:1 %s 192.0.2.10 request-1 {\"name\":\"New\"}} "+
			"{owner@acme.example team_renamed {\"name\":\"New\"}}", kit.Staff.Account, kit.Acme.ID)
		if got != want {
			t.Errorf("recorded %s\nwant     %s", got, want)
		}
	})
}
