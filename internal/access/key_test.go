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

func TestNewSecretsHaveTheirFormat(t *testing.T) {
	for name, row := range map[string]struct {
		of       Credential
		lookedUp string
		prefix   string
	}{
		"hex":                       {key(plan.HexKey, "production"), `^[0-9a-f]{32}$`, `^[0-9a-f]{6}$`},
		"prefixed":                  {key(plan.PrefixedKey, "production"), `^pk_prod_[\w-]{43}[0-9A-Za-z]{6}$`, `^pk_prod_[\w-]{4}$`},
		"prefixed, short word":      {key(plan.PrefixedKey, "qa"), `^pk_qa_[\w-]{49}$`, `^pk_qa_[\w-]{4}$`},
		"prefixed, signs in word":   {key(plan.PrefixedKey, "Prä_Prod 2"), `^pk_prpr_[\w-]{49}$`, `^pk_prpr_[\w-]{4}$`},
		"prefixed, only signs":      {key(plan.PrefixedKey, "…"), `^pk_key_[\w-]{49}$`, `^pk_key_[\w-]{4}$`},
		"user name":                 {Credential{Kind: plan.Basic}, `^[a-km-np-z2-9]{16}$`, `^[a-km-np-z2-9]{16}$`},
		"user name, renewed secret": {Credential{Kind: plan.Basic, Prefix: "zoe"}, `^zoe$`, `^zoe$`},
	} {
		seen := map[string]bool{}
		for range 50 {
			fresh, prefix := makers[row.of.Kind](row.of)
			if !regexp.MustCompile(row.lookedUp).MatchString(fresh.lookedUp()) || !regexp.MustCompile(row.prefix).MatchString(prefix) {
				t.Fatalf("%s: got %q with the prefix %q, want %s with %s", name, fresh.lookedUp(), prefix, row.lookedUp, row.prefix)
			}
			if !strings.HasPrefix(fresh.lookedUp(), prefix) {
				t.Fatalf("%s: got %q, want it to begin with %q", name, fresh.lookedUp(), prefix)
			}
			if seen[fresh.Secret] || len(fresh.Secret) < 32 {
				t.Fatalf("%s: got the secret %q, want a new one of at least 32 characters", name, fresh.Secret)
			}
			seen[fresh.Secret] = true
		}
	}
}

func key(format plan.KeyFormat, environment string) Credential {
	return Credential{Kind: plan.Key, Format: format, Environment: environment}
}

// secretOf creates material and returns its secret.
func secretOf(of Credential) string {
	fresh, _ := makers[of.Kind](of)
	return fresh.Secret
}

func TestEveryIssuedKindHasAMaker(t *testing.T) {
	for _, kind := range []plan.Kind{
		plan.Key, plan.Basic, plan.ClientCredentials, plan.SelfManaged, plan.JWT, plan.Certificate,
	} {
		if _, made := makers[kind]; made != kind.Issued() {
			t.Errorf("%s: got maker %v, want %v", kind, made, kind.Issued())
		}
	}
}

func TestTheChecksumFormatIsFixed(t *testing.T) {
	// The CRC-32 of "123456789" is cbf43926 by definition. The base-62 digits are 0-9, A-Z and a-z, in this order.
	if got := checksum("123456789"); got != base62Of(0xcbf43926) {
		t.Errorf("got %s, want %s", got, base62Of(0xcbf43926))
	}
	if got := checksum(""); got != "000000" {
		t.Errorf("empty text: got %s, want 000000", got)
	}
}

func base62Of(number uint32) string {
	text := ""
	for ; number > 0; number /= 62 {
		text = string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[number%62]) + text
	}
	return strings.Repeat("0", 6-len(text)) + text
}

func TestLooksLikeKeyRejectsEveryChangedLetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := secretOf(key(plan.PrefixedKey, rapid.StringMatching(`[a-zA-Z0-9 _-]{0,12}`).Draw(t, "environment")))
		if !LooksLikeKey(key) {
			t.Fatalf("%q: got no key, want a key", key)
		}
		at := rapid.IntRange(0, len(key)-1).Draw(t, "at")
		other := rapid.SampledFrom([]byte(base62)).Filter(func(b byte) bool { return b != key[at] }).Draw(t, "other")
		if changed := key[:at] + string(other) + key[at+1:]; LooksLikeKey(changed) {
			t.Fatalf("%q: got a key, want none: one letter has changed", changed)
		}
		if cut := key[:rapid.IntRange(0, len(key)-1).Draw(t, "length")]; LooksLikeKey(cut) {
			t.Fatalf("%q: got a key, want none: it is cut", cut)
		}
	})
	for _, text := range []string{"", "pk_", "pk_" + strings.Repeat("0", 49), strings.Repeat("a", 32), "pk_prod_"} {
		if LooksLikeKey(text) {
			t.Errorf("%q: got a key, want none", text)
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

func TestLookupsOfDifferentKindsDiffer(t *testing.T) {
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
		"longer than hashRoom": LookupOf(hasher, 1, plan.Key, append(make([]byte, hashRoom), text...)),
	} {
		if other, doubled := sums[sum]; doubled {
			t.Errorf("%s and %s: got the same hash, want different ones", name, other)
		}
		sums[sum] = name
	}
}

func TestLookupsSurviveARotationOfTheKeyRing(t *testing.T) {
	path, ring := testRing(t)
	key := []byte(secretOf(key(plan.HexKey, "production")))
	before := LookupOf(Hasher(ring), 1, plan.Key, key)
	rotated, err := sealed.Rotate(path, noon)
	if err != nil {
		t.Fatal(err)
	}
	hasher := Hasher(rotated)
	if after := LookupOf(hasher, 1, plan.Key, key); after != before {
		t.Error("got another hash of the old version after the rotation, want the same")
	}
	if hasher.Current() == 1 || LookupOf(hasher, hasher.Current(), plan.Key, key) == before {
		t.Error("got the old hash from the new version, want another")
	}
}

func TestAPasswordProvesOnlyItsOwnUser(t *testing.T) {
	_, ring := testRing(t)
	hasher := Hasher(ring)
	zoe, _ := newBasic(Credential{Prefix: "zoe"})
	mia, _ := newBasic(Credential{Prefix: "mia"})
	lookup := LookupOf(hasher, 1, plan.Basic, []byte("zoe"))
	verifier := VerifierOf(hasher, 1, lookup, []byte(zoe.Secret))
	grant := Grant{Kind: plan.Basic, HashKey: 1, Verifier: verifier[:]}
	for _, row := range []struct {
		name, password string
		want           bool
	}{
		{"zoe", zoe.Secret, true}, {"zoe", mia.Secret, false}, {"mia", zoe.Secret, false},
		{"zoe", "", false}, {"", zoe.Secret, false}, {"zoe", zoe.Secret + "\x00", false},
	} {
		if got := grant.Proves(hasher, []byte(row.name), []byte(row.password)); got != row.want {
			t.Errorf("%s with %q: got %v, want %v", row.name, row.password, got, row.want)
		}
	}
	if (&Grant{Kind: plan.Key, HashKey: 1, Verifier: verifier[:]}).Proves(hasher, []byte("zoe"), []byte(zoe.Secret)) {
		t.Error("got a key proved by a password, want it rejected")
	}
	if (&Grant{Kind: plan.Basic, HashKey: 1}).Proves(hasher, []byte("zoe"), []byte(zoe.Secret)) {
		t.Error("got a credential without a verifier proved, want it rejected")
	}
}

func TestLookingUpAllocatesNothing(t *testing.T) {
	_, ring := testRing(t)
	hasher := Hasher(ring)
	key := []byte(secretOf(key(plan.PrefixedKey, "production")))
	user, password := []byte("someuser"), []byte("somepassword")
	grant := Grant{Kind: plan.Basic, HashKey: 1, Verifier: make([]byte, 32)}
	var sum [32]byte
	if n := testing.AllocsPerRun(1000, func() { sum = LookupOf(hasher, 1, plan.Key, key) }); n != 0 {
		t.Errorf("LookupOf: got %v allocations, want none", n)
	}
	if n := testing.AllocsPerRun(1000, func() { grant.Proves(hasher, user, password) }); n != 0 {
		t.Errorf("Proves: got %v allocations, want none", n)
	}
	_ = sum
}

func BenchmarkLookupOf(b *testing.B) {
	_, ring := testRing(b)
	hasher := Hasher(ring)
	key := []byte(secretOf(key(plan.PrefixedKey, "production")))
	b.ReportAllocs()
	for b.Loop() {
		LookupOf(hasher, 1, plan.Key, key)
	}
}
