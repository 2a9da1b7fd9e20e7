package sealed

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func generated(t testing.TB) (*Ring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring")
	ring, err := Generate(path, start)
	if err != nil {
		t.Fatal(err)
	}
	return ring, path
}

func rotated(t testing.TB, path string) *Ring {
	t.Helper()
	ring, err := Rotate(path, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestARotatedRingReadsWhatTheOldOneWrote(t *testing.T) {
	before, path := generated(t)
	owner, secret := []byte("credential 1"), []byte("s3cret")
	ciphertext, err := before.Seal(secret, owner)
	if err != nil {
		t.Fatal(err)
	}
	sum := before.Hasher("credential").Sum(before.Current(), secret)

	rotated(t, path)
	after, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Versions(); !slices.Equal(got, []int{2, 1}) || after.Current() != 2 {
		t.Fatalf("versions %v, current %d; want 2 before 1", got, after.Current())
	}
	if got, err := after.Open(ciphertext, owner); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("Open = %q, %v; want %q", got, err, secret)
	}
	hasher := after.Hasher("credential")
	if !hasher.Equal(1, secret, sum[:]) {
		t.Error("the hash of the old key is not recognised")
	}
	if hasher.Equal(2, secret, sum[:]) || hasher.Equal(3, secret, sum[:]) {
		t.Error("the hash is recognised under another version than its own")
	}
	if err := after.Check(before.Fingerprints()); err != nil {
		t.Errorf("a rotated ring is refused by a database that knows the old key: %v", err)
	}
}

func TestOpenRefusesEveryChange(t *testing.T) {
	ring, _ := generated(t)
	rapid.Check(t, func(t *rapid.T) {
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "plaintext")
		ciphertext, err := ring.Seal(plaintext, []byte("owner"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ring.Open(ciphertext, []byte("owner")); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("Open = %x, %v; want %x", got, err, plaintext)
		}
		if _, err := ring.Open(ciphertext, []byte("other")); err == nil {
			t.Fatal("opened for another owner")
		}
		if _, err := ring.Open(ciphertext[:rapid.IntRange(0, len(ciphertext)-1).Draw(t, "cut")], []byte("owner")); err == nil {
			t.Fatal("opened a cut-off ciphertext")
		}
		ciphertext[rapid.IntRange(0, len(ciphertext)-1).Draw(t, "at")] ^= 1
		if _, err := ring.Open(ciphertext, []byte("owner")); err == nil {
			t.Fatal("opened a changed ciphertext")
		}
	})
	if _, err := ring.Seal([]byte("x"), nil); err == nil {
		t.Error("sealed without an owner")
	}
}

func TestPurposesHaveSeparateKeys(t *testing.T) {
	ring, path := generated(t)
	secret := bytes.Repeat([]byte("long"), 200)
	credential, session := ring.Hasher("credential"), ring.Hasher("session")
	if credential.Sum(1, secret) == session.Sum(1, secret) {
		t.Error("two purposes hash alike")
	}
	if credential.Sum(1, secret) != ring.Hasher("credential").Sum(1, secret) {
		t.Error("one purpose hashes differently the second time")
	}
	if credential.Sum(1, secret) == credential.Sum(1, secret[:len(secret)-1]) {
		t.Error("the end of a long secret is not hashed")
	}
	konnect, err := ring.Derive(1, "konnect", 64)
	if err != nil || len(konnect) != 64 {
		t.Fatalf("Derive = %d bytes, %v", len(konnect), err)
	}
	tyk, _ := ring.Derive(1, "tyk", 64)
	newer, _ := rotated(t, path).Derive(2, "konnect", 64)
	if bytes.Equal(konnect, tyk) || bytes.Equal(konnect, newer) {
		t.Error("two purposes or versions derive the same key")
	}
	if _, err := ring.Derive(2, "konnect", 64); err == nil {
		t.Error("derived from a version that the ring does not have")
	}
}

func TestTheWrongRingIsNoticed(t *testing.T) {
	ring, path := generated(t)
	other, _ := generated(t)
	if err := other.Check(ring.Fingerprints()); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("a foreign ring passes: %v", err)
	}
	if err := ring.Check(rotated(t, path).Fingerprints()); err == nil || !strings.Contains(err.Error(), "copy the rotated one") {
		t.Errorf("a ring from before the rotation passes: %v", err)
	}
	ciphertext, err := rotated(t, path).Seal([]byte("x"), []byte("owner"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Open(ciphertext, []byte("owner")); err == nil || !strings.Contains(err.Error(), "copy the rotated ring") {
		t.Errorf("a ring from before the rotation opens: %v", err)
	}
}

func TestGenerateKeepsAnExistingFile(t *testing.T) {
	_, path := generated(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Generate(path, start); err == nil {
		t.Error("Generate replaced an existing ring")
	}
	another, err := openLocked(path + ".new")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(path, start); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("Rotate succeeded during another rotation: %v", err)
	}
	if err := another.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the ring changed: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestRotateOverwritesWhatAKilledProcessLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyring")
	if err := os.WriteFile(path+".new", bytes.Repeat([]byte("half a ring "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Generate(path, start); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err != nil {
		t.Error(err)
	}
}

func TestGenerateInAMissingDirectoryLeavesNothing(t *testing.T) {
	directory := t.TempDir()
	if _, err := Generate(filepath.Join(directory, "missing", "keyring"), start); err == nil {
		t.Error("no error")
	}
	if _, err := Rotate(filepath.Join(directory, "keyring"), start); err == nil {
		t.Error("rotated a ring that is not there")
	}
	if entries, _ := os.ReadDir(directory); len(entries) != 0 {
		t.Errorf("left %v behind", entries)
	}
}

func TestLoadRefusesOpenFiles(t *testing.T) {
	_, path := generated(t)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	if _, err := Load(filepath.Dir(path)); err == nil {
		t.Error("loaded a directory")
	}
}

func TestLoadRefusesBrokenFiles(t *testing.T) {
	_, path := generated(t)
	rotated(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for length := range whole {
		if err := loadText(t, string(whole[:length])); err == nil {
			t.Fatalf("loaded the first %d of %d bytes", length, len(whole))
		}
	}
	key := "key 1 2026-03-01T00:00:00Z " + strings.Repeat("A", 43) + "="
	cases := map[string]struct{ body, want string }{
		"newer format":   {"portico-keyring 2\nkeys elsewhere", "newer than this program"},
		"something else": {"-----BEGIN PRIVATE KEY-----", "not a key ring"},
		"no key":         {header, "holds no key"},
		"twice":          {header + "\n" + key + "\n" + key, "line 3: version 1 is there twice"},
		"version 0":      {header + "\n" + strings.Replace(key, "1", "0", 1), "number from 1"},
		"huge version":   {header + "\n" + strings.Replace(key, "1", "2147483648", 1), "number from 1"},
		"short key":      {header + "\nkey 1 2026-03-01T00:00:00Z AAAA", "not 32 bytes"},
		"bad time":       {header + "\n" + strings.Replace(key, "T", " ", 1), "want: key VERSION"},
		"bad date":       {header + "\n" + strings.Replace(key, "-03-", "-13-", 1), "time of creation"},
		"huge file":      {strings.Repeat("x", maxFileSize+1), "larger than"},
	}
	for name, c := range cases {
		text := c.body + "\nsum " + checksum([]byte(c.body+"\n")) + "\n"
		if err := loadText(t, text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if err := loadText(t, strings.Replace(string(whole), "key 1", "key 3", 1)); err == nil {
		t.Error("loaded a file that was changed by hand")
	}
}

func loadText(t *testing.T, text string) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	return err
}

func TestHashingAllocatesNothing(t *testing.T) {
	ring, _ := generated(t)
	hasher := ring.Hasher("credential")
	key := strings.Repeat("k", 48)
	allocations := testing.AllocsPerRun(1000, func() {
		var secret [64]byte
		hasher.Sum(1, secret[:copy(secret[:], key)])
	})
	if allocations > 0 {
		t.Errorf("%v allocations per hash", allocations)
	}
}

func BenchmarkSum(b *testing.B) {
	ring, _ := generated(b)
	hasher := ring.Hasher("credential")
	secret := bytes.Repeat([]byte("k"), 48)
	b.ReportAllocs()
	for b.Loop() {
		hasher.Sum(1, secret)
	}
}
