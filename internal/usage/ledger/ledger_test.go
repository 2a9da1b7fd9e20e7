package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// records reads all records from a position on.
func records(t testing.TB, l *Ledger, from int64) (found []string, next int64) {
	t.Helper()
	next = from
	if err := l.Read(from, func(record []byte, after int64) bool {
		if record != nil {
			found = append(found, string(record))
		}
		next = after
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return found, next
}

func fill(t testing.TB, l *Ledger, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := l.Append([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t testing.TB, folder string) *Ledger {
	t.Helper()
	l := Open(folder)
	if err := l.Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func check(t testing.TB, l *Ledger, from int64, want ...string) int64 {
	t.Helper()
	found, next := records(t, l, from)
	if !slices.Equal(found, want) {
		t.Errorf("records from %d: %q, want %q", from, found, want)
	}
	return next
}

func TestRecordsOutliveTheProcess(t *testing.T) {
	folder := t.TempDir()
	first := open(t, folder)
	fill(t, first, "one", "two")
	next := check(t, first, 0, "one", "two")
	fill(t, first, "three")
	identity := first.Identity()
	crash(t, first)

	second := open(t, folder)
	fill(t, second, "four")
	check(t, second, 0, "one", "two", "three", "four")
	check(t, second, next, "three", "four")
	if second.Identity() != identity {
		t.Error("the identity changed")
	}
}

// crash leaves the ledger as a killed process does.
func crash(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.lock.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestProcessesShareAFolder opens one more ledger than there are folders.
func TestProcessesShareAFolder(t *testing.T) {
	parent := t.TempDir()
	var all []*Ledger
	for number := range maxFolders {
		l := open(t, parent)
		fill(t, l, strconv.Itoa(number))
		all = append(all, l)
	}
	late := Open(parent)
	t.Cleanup(func() { _ = late.Close() })
	if err := late.Append([]byte("waits")); !errors.Is(err, ErrLocked) {
		t.Errorf("while all are locked: %v", err)
	}
	if idle := Idle(parent); len(idle) != 0 {
		t.Errorf("%d of the used ledgers are idle", len(idle))
	}
	for _, number := range []int{3, 5} {
		if err := all[number].Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := late.Recover(); err != nil {
		t.Fatal(err)
	}
	check(t, late, 0, "3", "waits")
	idle := Idle(parent)
	if len(idle) != 1 {
		t.Fatalf("%d ledgers are idle", len(idle))
	}
	check(t, idle[0], 0, "5")
	if err := idle[0].Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTornEnd cuts the last segment at every length, as a crash does.
func TestTornEnd(t *testing.T) {
	whole := t.TempDir()
	l := open(t, whole)
	fill(t, l, "first", "second")
	content, err := os.ReadFile(filepath.Join(whole, "1", nameOf(0)))
	if err != nil {
		t.Fatal(err)
	}
	for length := range len(content) {
		for _, zeros := range []int{0, 100} { // some file systems leave zeros
			folder := t.TempDir()
			torn := append(slices.Clone(content[:length]), make([]byte, zeros)...)
			if err := os.Mkdir(filepath.Join(folder, "1"), 0o700); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string][]byte{nameOf(0): torn, identityName: []byte(l.Identity())} {
				if err := os.WriteFile(filepath.Join(folder, "1", name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			after := open(t, folder)
			fill(t, after, "third")
			want := []string{"third"}
			if length >= int(headLength)+frameHead+len("first") {
				want = []string{"first", "third"}
			}
			next := check(t, after, 0, want...)
			fill(t, after, "fourth")
			check(t, after, next, "fourth")
		}
	}
}

// TestDamage changes every byte of a segment in the middle: the records after it are read all the same.
func TestDamage(t *testing.T) {
	folder := t.TempDir()
	l := open(t, folder)
	fill(t, l, "first", "second")
	l.leave()
	fill(t, l, "third")
	path := filepath.Join(folder, "1", nameOf(0))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range content {
		damaged := slices.Clone(content)
		damaged[at] ^= 0x40
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		found, next := records(t, l, 0)
		if len(found) == 0 || found[len(found)-1] != "third" || len(found) == 3 || next != l.end {
			t.Errorf("byte %d: %q up to %d", at, found, next)
		}
	}
	if stats, err := l.Stats(); err != nil || stats.Damaged == 0 {
		t.Errorf("%+v, %v", stats, err)
	}
}

func TestRenew(t *testing.T) {
	folder := t.TempDir()
	l := open(t, folder)
	fill(t, l, "counted")
	before := l.Identity()
	if err := l.Renew(); err != nil || l.Identity() == before {
		t.Fatal(err, l.Identity())
	}
	fill(t, l, "new")
	check(t, l, 0, "new")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, open(t, folder), 0, "new")
}

func TestRemove(t *testing.T) {
	folder := t.TempDir()
	l := open(t, folder)
	var positions []int64
	for i := range 4 {
		fill(t, l, fmt.Sprint(i))
		l.leave()
		positions = append(positions, l.end)
	}
	for _, step := range []struct {
		before int64
		want   []string
	}{
		{positions[0] - 1, []string{"0", "1", "2", "3"}},
		{positions[1], []string{"2", "3"}},
		{positions[3], []string{"3"}}, // the last one keeps the end
	} {
		if err := l.Remove(step.before); err != nil {
			t.Fatal(err)
		}
		check(t, l, 0, step.want...)
	}
	crash(t, l)
	if again := open(t, folder); again.end != positions[3] {
		t.Errorf("the end is %d, want %d", again.end, positions[3])
	}
}

func TestUnusableFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "ledger")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := Open(folder)
	if err := l.Append([]byte("waits")); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("append: %v", err)
	}
	if err := l.Recover(); err == nil {
		t.Error("a file is no folder")
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := l.Recover(); err != nil {
		t.Fatal(err)
	}
	fill(t, l, "then")
	check(t, l, 0, "waits", "then")
}

func TestWaitingRecordsAreBounded(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "ledger")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := Open(folder)
	record := bytes.Repeat([]byte("x"), MaxRecord)
	var err error
	for range maxWaiting/MaxRecord + 1 {
		err = l.Append(record)
	}
	if !errors.Is(err, ErrLost) || len(l.waiting) > maxWaiting {
		t.Errorf("%v; %d bytes wait", err, len(l.waiting))
	}
}

func TestConcurrentAppend(t *testing.T) {
	l := open(t, t.TempDir())
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 500 {
				if err := l.Append(fmt.Appendf(nil, "%d-%d-%s", i, j, bytes.Repeat([]byte("."), 5000))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	found, _ := records(t, l, 0)
	seen := map[string]bool{}
	for _, record := range found {
		seen[record[:min(len(record), 12)]] = true
	}
	if segments, err := l.segments(); len(found) != 4000 || err != nil || len(segments) < 2 {
		t.Errorf("%d records in %d segments, %v", len(found), len(segments), err)
	}
}

// TestAnyOrderOfEvents holds the ledger against a list: whatever happens, every record is read once and in order.
func TestAnyOrderOfEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "ledger")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder) //nolint:errcheck // a folder of the test
		l := Open(folder)
		defer func() { _ = l.Close() }()
		var want []string
		var stored int64
		read := func(t *rapid.T) {
			var found []string
			if err := l.Read(stored, func(record []byte, next int64) bool {
				if record != nil {
					found = append(found, string(record))
				}
				stored = next
				return len(found) < 3
			}); err != nil {
				t.Fatal(err)
			}
			if len(found) > len(want) || !slices.Equal(found, want[:len(found)]) || len(found) == 0 && len(want) > 0 && l.failed == nil {
				t.Fatalf("read %q, want a beginning of %q", found, want)
			}
			want = want[len(found):]
		}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				text := rapid.StringN(1, 20, -1).Draw(t, "record")
				if err := l.Append([]byte(text)); (err != nil) != (l.failed != nil) || errors.Is(err, ErrLost) {
					t.Fatal(err)
				}
				want = append(want, text)
			},
			"read":   read,
			"leave":  func(*rapid.T) { l.leave() },
			"remove": func(t *rapid.T) { _ = l.Remove(stored) },
			"fail":   func(*rapid.T) { l.fail(errors.New("test")) },
			"recover": func(t *rapid.T) {
				if err := l.Recover(); err != nil {
					t.Fatal(err)
				}
			},
			"restart": func(t *rapid.T) {
				if err := l.Recover(); err != nil { // a restart loses records that wait
					t.Fatal(err)
				}
				_ = l.lock.Close()
				if rapid.Bool().Draw(t, "torn") && l.file != nil {
					_, _ = l.file.WriteString("torn")
				}
				l = Open(folder)
			},
		})
	})
}
