package access

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"hash/crc32"
	"strings"

	"github.com/portico-api/portico/internal/plan"
)

// What keys are made of.
const (
	hexKeyBytes      = 16 // as many as API Management's
	prefixedKeyBytes = 32
	prefixedMark     = "pk_"
	checksumDigits   = 6
	environmentCut   = 4
	// shownDigits is how much of a key's random part is in its display prefix.
	shownHexDigits      = 6
	shownPrefixedDigits = 4
	userNameBytes       = 10
	passwordBytes       = 20
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// readable spells names and passwords that people may have to copy by eye: no l, o, 0 or 1.
var readable = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// secret is what a credential is made of when it is fresh: what finds it, what proves it, what of it may be shown.
type secret struct {
	// lookup is the key, or the user name of a Basic credential, password what goes with the latter.
	lookup   string
	password string
	prefix   string
}

// hidden is the part that nobody but the owner may know.
func (s secret) hidden() string {
	if s.password != "" {
		return s.password
	}
	return s.lookup
}

func newKey(format plan.KeyFormat, environment string) secret {
	if format == plan.PrefixedKey {
		return newPrefixedKey(environment)
	}
	key := hex.EncodeToString(entropy(hexKeyBytes))
	return secret{lookup: key, prefix: key[:shownHexDigits]}
}

// newPrefixedKey makes a key that tells its environment and that scanners for leaked secrets can tell from other text:
// pk_prod_, 43 characters, and a checksum of everything before it.
func newPrefixedKey(environment string) secret {
	mark := prefixedMark + environmentWord(environment) + "_"
	body := mark + base64.RawURLEncoding.EncodeToString(entropy(prefixedKeyBytes))
	return secret{lookup: body + checksum(body), prefix: body[:len(mark)+shownPrefixedDigits]}
}

func newBasic(userName string) secret {
	if userName == "" {
		userName = readable.EncodeToString(entropy(userNameBytes))
	}
	return secret{lookup: userName, password: readable.EncodeToString(entropy(passwordBytes)), prefix: userName}
}

func entropy(size int) []byte {
	random := make([]byte, size)
	_, _ = rand.Read(random) // never fails since Go 1.24
	return random
}

func environmentWord(environment string) string {
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(environment))
	if word == "" {
		return "key"
	}
	return word[:min(len(word), environmentCut)]
}

// checksum spells the CRC-32 of the text in base 62.
func checksum(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	var digits [checksumDigits]byte
	for i := range digits {
		digits[checksumDigits-1-i] = base62[sum%62]
		sum /= 62
	}
	return string(digits[:])
}

// LooksLikeKey reports, without asking anybody, whether a text is a prefixed key as Portico makes them: the mark is there
// and the checksum fits. Scanners for leaked secrets ask it before they bother the portal.
func LooksLikeKey(text string) bool {
	random := base64.RawURLEncoding.EncodedLen(prefixedKeyBytes)
	if !strings.HasPrefix(text, prefixedMark) || len(text) <= len(prefixedMark)+random+checksumDigits {
		return false
	}
	body := text[:len(text)-checksumDigits]
	word := body[len(prefixedMark) : len(body)-random]
	return strings.HasSuffix(word, "_") && word == environmentWord(word)+"_" && checksum(body) == text[len(body):]
}
