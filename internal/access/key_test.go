package access

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/sealed"
)

func TestFormatsOfKeys(t *testing.T) {
	for name, row := range map[string]struct {
		make   func() secret
		lookup string
		prefix string
	}{
		"hex":                        {func() secret { return newKey(plan.HexKey, "production") }, `^[0-9a-f]{32}$`, `^[0-9a-f]{6}$`},
		"prefixed":                   {func() secret { return newKey(plan.PrefixedKey, "production") }, `^pk_prod_[\w-]{43}[0-9A-Za-z]{6}$`, `^pk_prod_[\w-]{4}$`},
		"prefixed, short word":       {func() secret { return newKey(plan.PrefixedKey, "qa") }, `^pk_qa_[\w-]{49}$`, `^pk_qa_[\w-]{4}$`},
		"prefixed, word of signs":    {func() secret { return newKey(plan.PrefixedKey, "Prä_Prod 2") }, `^pk_prpr_[\w-]{49}$`, `^pk_prpr_[\w-]{4}$`},
		"prefixed, nothing to spell": {func() secret { return newKey(plan.PrefixedKey, "…") }, `^pk_key_[\w-]{49}$`, `^pk_key_[\w-]{4}$`},
		"basic":                      {func() secret { return newBasic("") }, `^[a-km-np-z2-9]{16}$`, `^[a-km-np-z2-9]{16}$`},
		"basic, name kept":           {func() secret { return newBasic("zoe") }, `^zoe$`, `^zoe$`},
	} {
		seen := map[string]bool{}
		for range 50 {
			made := row.make()
			if !regexp.MustCompile(row.lookup).MatchString(made.lookup) || !regexp.MustCompile(row.prefix).MatchString(made.prefix) {
				t.Fatalf("%s: %q, shown as %q", name, made.lookup, made.prefix)
			}
			if !strings.HasPrefix(made.lookup, made.prefix) {
				t.Fatalf("%s: %q is not the beginning of %q", name, made.prefix, made.lookup)
			}
			if seen[made.hidden()] || len(made.hidden()) < 32 {
				t.Fatalf("%s: %q is short or was there before", name, made.hidden())
			}
			seen[made.hidden()] = true
		}
	}
}

func TestChecksumIsSpelledTheSameForever(t *testing.T) {
	// The CRC-32 of "123456789" is cbf43926 by definition; base 62 of 3421780262 is 3JZs5S with digits first, then capitals.
	if got := checksum("123456789"); got != base62Of(0xcbf43926) {
		t.Errorf("checksum is %s, want %s", got, base62Of(0xcbf43926))
	}
	if got := checksum(""); got != "000000" {
		t.Errorf("checksum of nothing is %s", got)
	}
}

func base62Of(number uint32) string {
	text := ""
	for ; number > 0; number /= 62 {
		text = string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[number%62]) + text
	}
	return strings.Repeat("0", 6-len(text)) + text
}

func TestLooksLikeKeyTellsEveryChangedLetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := newPrefixedKey(rapid.StringMatching(`[a-zA-Z0-9 _-]{0,12}`).Draw(t, "environment")).lookup
		if !LooksLikeKey(key) {
			t.Fatalf("%q does not look like a key", key)
		}
		at := rapid.IntRange(0, len(key)-1).Draw(t, "at")
		other := rapid.SampledFrom([]byte(base62)).Filter(func(b byte) bool { return b != key[at] }).Draw(t, "other")
		if changed := key[:at] + string(other) + key[at+1:]; LooksLikeKey(changed) {
			t.Fatalf("%q still looks like a key", changed)
		}
		if cut := key[:rapid.IntRange(0, len(key)-1).Draw(t, "length")]; LooksLikeKey(cut) {
			t.Fatalf("%q still looks like a key", cut)
		}
	})
	for _, text := range []string{"", "pk_", "pk_" + strings.Repeat("0", 49), strings.Repeat("a", 32), "pk_prod_"} {
		if LooksLikeKey(text) {
			t.Errorf("%q looks like a key", text)
		}
	}
}

func testRing(t testing.TB) (string, *sealed.Ring) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring")
	ring, err := sealed.Generate(path, noon)
	if err != nil {
		t.Fatal(err)
	}
	return path, ring
}

func TestLookupsOfDifferentKindsHaveNothingInCommon(t *testing.T) {
	_, ring := testRing(t)
	hasher := Hasher(ring)
	text := []byte("the same text")
	sums := map[[32]byte]string{}
	for name, sum := range map[string][32]byte{
		"key":                  LookupOf(hasher, 1, plan.Key, text),
		"basic":                LookupOf(hasher, 1, plan.Basic, text),
		"password":             VerifierOf(hasher, 1, LookupOf(hasher, 1, plan.Basic, text), text),
		"password of another":  VerifierOf(hasher, 1, LookupOf(hasher, 1, plan.Basic, []byte("zoe")), text),
		"plain":                hasher.Sum(1, text),
		"another purpose":      ring.Hasher("session").Sum(1, text),
		"longer than the room": LookupOf(hasher, 1, plan.Key, append(make([]byte, hashRoom), text...)),
	} {
		if other, doubled := sums[sum]; doubled {
			t.Errorf("%s and %s have one hash", name, other)
		}
		sums[sum] = name
	}
}

func TestLookupWorksUnderEveryVersionOfTheRing(t *testing.T) {
	path, ring := testRing(t)
	key := []byte(newKey(plan.HexKey, "production").lookup)
	before := LookupOf(Hasher(ring), 1, plan.Key, key)
	rotated, err := sealed.Rotate(path, noon)
	if err != nil {
		t.Fatal(err)
	}
	hasher := Hasher(rotated)
	if after := LookupOf(hasher, 1, plan.Key, key); after != before {
		t.Error("the old version gives another hash after a rotation")
	}
	if hasher.Current() == 1 || LookupOf(hasher, hasher.Current(), plan.Key, key) == before {
		t.Error("the new version gives the old hash")
	}
}

func TestPasswordProvesOneUserOnly(t *testing.T) {
	_, ring := testRing(t)
	hasher := Hasher(ring)
	zoe, mia := newBasic("zoe"), newBasic("mia")
	lookup := LookupOf(hasher, 1, plan.Basic, []byte("zoe"))
	verifier := VerifierOf(hasher, 1, lookup, []byte(zoe.password))
	grant := Grant{Kind: plan.Basic, HashKey: 1, Verifier: verifier[:]}
	for _, row := range []struct {
		name, password string
		want           bool
	}{
		{"zoe", zoe.password, true}, {"zoe", mia.password, false}, {"mia", zoe.password, false},
		{"zoe", "", false}, {"", zoe.password, false}, {"zoe", zoe.password + "\x00", false},
	} {
		if got := grant.Proves(hasher, []byte(row.name), []byte(row.password)); got != row.want {
			t.Errorf("%s with %q proves: %v, want %v", row.name, row.password, got, row.want)
		}
	}
	if (&Grant{Kind: plan.Key, HashKey: 1, Verifier: verifier[:]}).Proves(hasher, []byte("zoe"), []byte(zoe.password)) {
		t.Error("a key is proved by a password")
	}
	if (&Grant{Kind: plan.Basic, HashKey: 1}).Proves(hasher, []byte("zoe"), []byte(zoe.password)) {
		t.Error("an absent verifier is proved")
	}
}

func TestLookingUpAllocatesNothing(t *testing.T) {
	_, ring := testRing(t)
	hasher := Hasher(ring)
	key := []byte(newKey(plan.PrefixedKey, "production").lookup)
	user, password := []byte("someuser"), []byte("somepassword")
	grant := Grant{Kind: plan.Basic, HashKey: 1, Verifier: make([]byte, 32)}
	var sum [32]byte
	if n := testing.AllocsPerRun(1000, func() { sum = LookupOf(hasher, 1, plan.Key, key) }); n != 0 {
		t.Errorf("LookupOf allocates %v times", n)
	}
	if n := testing.AllocsPerRun(1000, func() { grant.Proves(hasher, user, password) }); n != 0 {
		t.Errorf("Proves allocates %v times", n)
	}
	_ = sum
}

func BenchmarkLookupOf(b *testing.B) {
	_, ring := testRing(b)
	hasher := Hasher(ring)
	key := []byte(newKey(plan.PrefixedKey, "production").lookup)
	b.ReportAllocs()
	for b.Loop() {
		LookupOf(hasher, 1, plan.Key, key)
	}
}
