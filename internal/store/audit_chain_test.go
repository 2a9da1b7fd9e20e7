package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// tampering is one way for an attacker with write access to the database to change record n. It returns the record that
// the error must name.
type tampering struct {
	name string
	do   func(run func(statement string, args ...any), n, records int64) int64
}

func tamperings() []tampering {
	var all []tampering
	for column, value := range map[string]string{
		"id": "'00' || SUBSTR(id, 3)", "at": "at + 1", "actor": "CASE WHEN actor IS NULL THEN id ELSE NULL END", "actor_name": "actor_name || 'x'",
		"action": "'x' || action", "object": "object || '0'", "team": "CASE WHEN team IS NULL THEN id ELSE NULL END", "address": "'192.0.2.99'",
		"request_id": "request_id || 'x'", "details": "'{\"name\":\"another\"}'", "key_version": "key_version + 1", "hash": "NULL",
	} {
		all = append(all, tampering{"changed " + column, func(run func(string, ...any), n, _ int64) int64 {
			run("UPDATE audit SET "+column+" = "+value+" WHERE position = ?", n)
			return n
		}})
	}
	return append(all,
		tampering{"removed", func(run func(string, ...any), n, _ int64) int64 {
			run("DELETE FROM audit WHERE position = ?", n)
			return n
		}},
		tampering{"removed, the rest moved up", func(run func(string, ...any), n, _ int64) int64 {
			run("DELETE FROM audit WHERE position = ?", n)
			run("UPDATE audit SET position = -position WHERE position > ?", n)
			run("UPDATE audit SET position = -position - 1 WHERE position < 0")
			return n
		}},
		tampering{"cut off", func(run func(string, ...any), n, _ int64) int64 {
			run("DELETE FROM audit WHERE position >= ?", n)
			return n
		}},
		tampering{"two swapped", func(run func(string, ...any), n, records int64) int64 {
			other := n%records + 1
			run("UPDATE audit SET position = -1 WHERE position = ?", n)
			run("UPDATE audit SET position = ? WHERE position = ?", n, other)
			run("UPDATE audit SET position = ? WHERE position = -1", other)
			return min(n, other)
		}},
		tampering{"put in without a place", func(run func(string, ...any), n, records int64) int64 {
			run(copied("NULL"), n)
			return records + 1
		}},
		tampering{"put in at the end", func(run func(string, ...any), n, records int64) int64 {
			run(copied(fmt.Sprint(records+1)), n)
			return records + 1
		}},
		tampering{"put in before the beginning", func(run func(string, ...any), n, _ int64) int64 {
			run(copied("0"), n)
			return 1
		}},
	)
}

// copied inserts a copy of a record at another position.
func copied(position string) string {
	return "INSERT INTO audit (id, position, at, actor, actor_name, action, object, team, address, request_id, details, key_version, hash) " +
		"SELECT 'f' || SUBSTR(id, 2), " + position + ", at, actor, actor_name, action, object, team, address, request_id, details, key_version, hash " +
		"FROM audit WHERE position = ?"
}

// TestTamperingIsFound writes records, some of them in failing transactions, and then tampers with the trail once.
func TestTamperingIsFound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		run := func(statement string, args ...any) { run(t, kit.DB, statement, args...) }
		ways := tamperings()
		attempt := func(way tampering, n int64, head event.Head) error {
			run("CREATE TABLE kept AS SELECT * FROM audit")
			want := way.do(run, n, head.Position)
			_, err := kit.DB.VerifyChain(t.Context(), event.Head{})
			run("DELETE FROM audit")
			run("INSERT INTO audit SELECT * FROM kept")
			run("DROP TABLE kept")
			if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), fmt.Sprintf("broken at record %d:", want)) {
				return fmt.Errorf("%s, record %d of %d: %w, want it found at %d", way.name, n, head.Position, err, want)
			}
			return nil
		}
		rapid.Check(t, func(r *rapid.T) {
			recordSome(t, r, kit)
			head := verified(t, kit.DB, event.Head{})
			n := rapid.Int64Range(1, head.Position).Draw(r, "record")
			way := rapid.SampledFrom(ways).Draw(r, "way")
			if head.Position == 1 && way.name == "two swapped" {
				return
			}
			if err := attempt(way, n, head); err != nil {
				r.Error(err)
			}
			if again := verified(t, kit.DB, head); again != head {
				r.Errorf("after undoing the change the head is %s, want %s", again, head)
			}
		})
		head := verified(t, kit.DB, event.Head{})
		for _, way := range ways { // each of them at least once
			if err := attempt(way, 2, head); err != nil {
				t.Error(err)
			}
		}
	})
}

func recordSome(t *testing.T, r *rapid.T, kit *testkit.Kit) {
	t.Helper()
	callers := []identity.Principal{kit.Staff, kit.Owner, kit.Visitor, identity.SystemPrincipal("test")}
	text := rapid.StringMatching(`[ -~äß€]{0,12}`)
	for range rapid.IntRange(1, 4).Draw(r, "transactions") {
		ctx := logging.WithRequestID(kit.As(rapid.SampledFrom(callers).Draw(r, "who")), text.Draw(r, "request"))
		records, fails := rapid.IntRange(0, 3).Draw(r, "records"), rapid.Bool().Draw(r, "fails")
		_ = kit.DB.InTx(ctx, func(ctx context.Context) error {
			for range records {
				record := event.Audit{Action: "team.renamed", Object: "team:1", Details: map[string]string{"name": text.Draw(r, "name"), "it": text.Draw(r, "it")}}
				if rapid.Bool().Draw(r, "of a team") {
					record.Team = kit.Acme.ID
				}
				if err := kit.DB.Audit(ctx, record); err != nil {
					t.Error(err)
				}
			}
			if fails {
				return errors.New("no")
			}
			return nil
		})
	}
	if err := kit.DB.Audit(kit.As(kit.Staff), event.Audit{Action: "team.added", Object: "team:2"}); err != nil {
		t.Fatal(err)
	}
}

func verified(t *testing.T, db *store.DB, kept event.Head) event.Head {
	t.Helper()
	head, err := db.VerifyChain(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func record(t *testing.T, kit *testkit.Kit, records int) {
	t.Helper()
	for i := range records {
		if err := kit.DB.Audit(kit.As(kit.Staff), event.Audit{Action: "team.added", Object: event.Tag(fmt.Sprint("team:", i))}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASavedHeadRevealsWhatTheDatabaseAloneCannot(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		record(t, kit, 6)
		kept := verified(t, kit.DB, event.Head{})
		run(t, kit.DB, "DELETE FROM audit WHERE position > 4")
		run(t, kit.DB, "UPDATE audit_chain SET position = 4, hash = (SELECT hash FROM audit WHERE position = 4)")
		verified(t, kit.DB, event.Head{})
		expectBroken(t, kit.DB, kept, "record 5: it is missing")

		run(t, kit.DB, "DELETE FROM audit")
		run(t, kit.DB, "UPDATE audit_chain SET position = 0, hash = NULL")
		another := kit.Another(t)
		record(t, another, 10) // starts a new chain
		verified(t, another.DB, event.Head{})
		expectBroken(t, another.DB, kept, "record 6: it does not match the kept head")
	})
}

// TestTheStoredHeadIsCompared changes the head in the database, but no record.
func TestTheStoredHeadIsCompared(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		record(t, kit, 6)
		verified(t, kit.DB, event.Head{})
		for name, change := range map[string]string{
			"another hash":    "UPDATE audit_chain SET hash = (SELECT hash FROM audit WHERE position = 3)",
			"no hash":         "UPDATE audit_chain SET hash = NULL",
			"an earlier head": "UPDATE audit_chain SET position = 3, hash = (SELECT hash FROM audit WHERE position = 3)",
			"no head":         "DELETE FROM audit_chain",
		} {
			t.Run(name, func(t *testing.T) {
				run(t, kit.DB, "CREATE TABLE kept AS SELECT * FROM audit_chain")
				run(t, kit.DB, change)
				expectBroken(t, kit.DB, event.Head{}, "another end of the trail")
				run(t, kit.DB, "DELETE FROM audit_chain")
				run(t, kit.DB, "INSERT INTO audit_chain SELECT * FROM kept")
				run(t, kit.DB, "DROP TABLE kept")
			})
		}
		run(t, kit.DB, "DELETE FROM audit WHERE position > 4")
		expectBroken(t, kit.DB, event.Head{}, "record 5: it is missing")
	})
}

// TestClearedChainIsNotRebuilt clears all positions but one, as an attacker with the database but without the key ring
// could, and restarts the product.
func TestClearedChainIsNotRebuilt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		record(t, kit, 6)
		run(t, kit.DB, "DELETE FROM audit WHERE position = 2")
		run(t, kit.DB, "UPDATE audit SET position = NULL, hash = NULL")
		run(t, kit.DB, "UPDATE audit_chain SET position = 0, hash = NULL")
		another := kit.Another(t)
		expectBroken(t, another.DB, event.Head{}, "was put in from outside")
		record(t, another, 1)
		expectBroken(t, another.DB, event.Head{}, "was put in from outside")
	})
}

func expectBroken(t *testing.T, db *store.DB, kept event.Head, want string) {
	t.Helper()
	if _, err := db.VerifyChain(t.Context(), kept); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), want) {
		t.Errorf("verified with %v, want %q", err, want)
	}
}

func TestManyWritersMakeOneChainWithoutGaps(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		another := kit.Another(t)
		const writers, transactions = 6, 15
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() {
				db := []*store.DB{kit.DB, another.DB}[writer%2]
				for n := range transactions {
					err := db.InTx(kit.As(kit.Staff), func(ctx context.Context) error {
						err := errors.Join(
							db.Audit(ctx, event.Audit{Action: "a.first", Object: event.Tag(fmt.Sprint(writer, ".", n))}),
							db.Changed(ctx, "plan:1"),
							db.Audit(ctx, event.Audit{Action: "a.second", Object: event.Tag(fmt.Sprint(writer, ".", n))}),
						)
						if n%5 == 4 {
							return errors.Join(err, errNotDone)
						}
						return err
					})
					if err != nil && !errors.Is(err, errNotDone) {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		const want = writers * transactions * 4 / 5 * 2
		if head := verified(t, kit.DB, event.Head{}); head.Position != want {
			t.Errorf("the chain has %d records, want %d", head.Position, want)
		}
		found, err := kit.DB.Records(t.Context(), event.TrailFilter{}, page.Request{Size: want})
		if err != nil || found.Total != want {
			t.Fatal(found.Total, err)
		}
		for i := 0; i < want; i += 2 { // the records of one transaction follow each other
			if found.Items[i].Object != found.Items[i+1].Object || found.Items[i].Action != "a.second" {
				t.Errorf("record %d is %s of %s", found.Items[i].Position, found.Items[i].Action, found.Items[i].Object)
			}
		}
	})
}

var errNotDone = errors.New("not done")

func TestOlderRecordsAreAddedToTheChainOnce(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		ring, err := sealed.Generate(t.TempDir()+"/keyring", testkit.Start)
		if err != nil {
			t.Fatal(err)
		}
		config := store.Config{URL: url, Now: clock.NewFrozen(testkit.Start).Now}
		old, err := store.OpenWith(t.Context(), config, before(t, "00015"))
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i <= 1100; i++ {
			run(t, old, "INSERT INTO audit (id, at, actor_name, action, object, address, request_id, details) VALUES (?, 1, '', 'a.b', '', '', '', 'null')", fmt.Sprintf("%024d", i))
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		config.Ring = ring
		var heads [2]event.Head
		for i := range heads {
			db, err := store.Open(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			heads[i] = verified(t, db, event.Head{})
			found, err := event.NewTrail(event.TrailConfig{Store: db}).Verify(identity.With(t.Context(), identity.SystemPrincipal("test")), heads[0])
			if err != nil || found.Adopted != 1100 {
				t.Errorf("adopting %d older records: %v", found.Adopted, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if heads[0].Position != 1101 || heads[0] != heads[1] { // including the record of the check
			t.Errorf("the head is %s, then %s", heads[0], heads[1])
		}
	})
}

// before holds the migrations before a number.
func before(t *testing.T, number string) fs.FS {
	t.Helper()
	kept := fstest.MapFS{}
	all := store.Migrations()
	names, err := fs.Glob(all, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name >= number {
			continue
		}
		text, err := fs.ReadFile(all, name)
		if err != nil {
			t.Fatal(err)
		}
		kept[name] = &fstest.MapFile{Data: text}
	}
	return kept
}

func TestTheChainIsRestoredWithItsRecords(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		record(t, kit, 3)
		head := verified(t, kit.DB, event.Head{})
		var chunks []store.Chunk
		if err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
			chunks = append(chunks, chunk)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, url := range []string{testkit.EmptySQLite(t), testkit.EmptyPostgres(t)} {
			db, err := store.Open(t.Context(), store.Config{URL: url, Now: kit.Clock.Now, Ring: kit.Ring})
			if err != nil {
				t.Fatal(err)
			}
			left := chunks
			err = db.Load(t.Context(), func() (store.Chunk, bool, error) {
				if len(left) == 0 {
					return store.Chunk{}, false, nil
				}
				next := left[0]
				left = left[1:]
				return next, true, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := verified(t, db, head); got != head {
				t.Errorf("after the restore the head is %s, want %s", got, head)
			}
			if err := errors.Join(db.Audit(kit.As(kit.Staff), event.Audit{Action: "team.added", Object: "team:9"}), db.Close()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAuditRecordsNeedARing(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{URL: testkit.EmptySQLite(t), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Audit(t.Context(), event.Audit{Action: "team.added"}); err == nil {
		t.Error("a record was stored without a ring")
	}
}
