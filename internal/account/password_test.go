package account

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/portico-api/portico/internal/platform/fault"
)

func TestHashesMatchTheirPasswordAlone(t *testing.T) {
	hasher := newHasher()
	const password = "correct horse battery"
	argon, err := hasher.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(argon, "$argon2id$v=19$m=19456,t=2,p=1$") || outdated(argon) {
		t.Errorf("the encoded hash is %s", argon)
	}
	again, err := hasher.hash(t.Context(), password)
	if err != nil || again == argon {
		t.Errorf("two hashes of one password are the same (%v)", err)
	}
	imported, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	weak := argonHash{memory: 64, passes: 1, threads: 1, salt: []byte("somesalt"), sum: make([]byte, hashSize)}
	weak.sum = hasher.derive([]byte(password), weak.salt, weak.passes, weak.memory, weak.threads, hashSize)
	for name, test := range map[string]struct {
		encoded  string
		outdated bool
	}{
		"argon2id": {argon, false}, "bcrypt": {string(imported), true}, "argon2id of other parameters": {weak.String(), true},
		"bcrypt of PHP": {"$2y" + string(imported[3:]), true},
	} {
		if matched, err := hasher.matches(t.Context(), test.encoded, password, 0); !matched || err != nil {
			t.Errorf("%s: the password does not match (%v)", name, err)
		}
		if matched, err := hasher.matches(t.Context(), test.encoded, password+".", 0); matched || err != nil {
			t.Errorf("%s: another password matches (%v)", name, err)
		}
		if outdated(test.encoded) != test.outdated {
			t.Errorf("%s: outdated is %v", name, !test.outdated)
		}
	}
	for _, nothing := range []string{"", "x", "$2a$", "$argon2id$v=19$m=4000000000,t=2,p=1$c29tZXNhbHQ$", "$argon2i" + argon[9:], dummyHash.String()[:60]} {
		for _, tried := range []string{"", password, "placeholder hash"} {
			if matched, err := hasher.matches(t.Context(), nothing, tried, 0); matched || err != nil {
				t.Errorf("%q matches %q (%v)", nothing, tried, err)
			}
		}
	}
}

func TestTheDummyHashMatchesNoPassword(t *testing.T) {
	hasher := newHasher()
	hasher.derive = func(_, _ []byte, _, _ uint32, _ uint8, _ uint32) []byte { return dummyHash.sum }
	for _, nothing := range []string{"", "not a hash"} {
		if matched, err := hasher.matches(t.Context(), nothing, "a password without a hash", 0); matched || err != nil {
			t.Errorf("%q matches (%v)", nothing, err)
		}
	}
}

// TestEveryComparisonIsTheSameWork compares the work, not the time, which a busy machine would blur.
func TestEveryComparisonIsTheSameWork(t *testing.T) {
	hasher := newHasher()
	argon, err := hasher.hash(t.Context(), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	cheap, dear := importedHash(t, 4), importedHash(t, 6)
	var passes, rounds int
	hasher.derive = func(_, _ []byte, argonPasses, memory uint32, _ uint8, _ uint32) []byte {
		passes += int(argonPasses * memory)
		return nil
	}
	compare := hasher.bcrypt
	hasher.bcrypt = func(hash, password []byte) error {
		cost, err := bcrypt.Cost(hash)
		if err != nil {
			t.Error(err)
		}
		rounds += 1 << cost
		err = compare(hash, password)
		if err != nil && !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
			t.Errorf("%s is not a slow hash: %v", hash, err)
		}
		return err
	}
	for name, encoded := range map[string]string{"no hash": "", "argon2id": argon, "cheap bcrypt": cheap, "costly bcrypt": dear, "not a hash": "*"} {
		passes, rounds = 0, 0
		if _, err := hasher.matches(t.Context(), encoded, "wrong horse battery", 6); err != nil {
			t.Fatal(err)
		}
		if passes != hashPasses*hashMemory || rounds != 1<<6 {
			t.Errorf("%s: %d KiB of argon2id and %d rounds of bcrypt, want %d and %d", name, passes, rounds, hashPasses*hashMemory, 1<<6)
		}
	}
}

func importedHash(t *testing.T, cost int) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse battery"), cost)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}

func TestHashingIsBounded(t *testing.T) {
	service := New(Config{})
	leave, err := service.hasher.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leave()

	free := service.FillHasher()
	_, err = service.hasher.hash(t.Context(), "correct horse battery")
	if !fault.Is(err, fault.Limited) || fault.From(err).RetryAfter != retrySoon {
		t.Errorf("with a full queue: %v", err)
	}
	free()

	for range cap(service.hasher.slots) {
		if _, err := service.hasher.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := service.hasher.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who left while waiting: %v", err)
	}
	if waiting := service.hasher.waiting.Load(); waiting != 0 {
		t.Errorf("%d still count as waiting", waiting)
	}
}

func TestPasswordsHave12To1024Characters(t *testing.T) {
	for password, accepted := range map[string]bool{
		"": false, strings.Repeat("a", 11): false, strings.Repeat("ä", 11): false, strings.Repeat("a", 12): true, strings.Repeat("ä", 12): true,
		strings.Repeat("ä", 1024): true, strings.Repeat("a", 1025): false, "correct horse\xffbattery": false, "correct\nhorse battery": true,
	} {
		if refused := refusedPassword("password", password); (len(refused) == 0) != accepted {
			t.Errorf("%.20q (%d bytes): got %v, want accepted %v", password, len(password), refused, accepted)
		}
	}
}
