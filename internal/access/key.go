package access

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"hash/crc32"
	"regexp"
	"strings"

	"github.com/portico-api/portico/internal/plan"
)

// Sizes of the parts of keys.
const (
	hexKeyBytes      = 16 // as many as API Management's
	prefixedKeyBytes = 32
	prefixedMark     = "pk_"
	checksumDigits   = 6
	environmentCut   = 4
	// shownDigits is the number of random characters in a key's display prefix.
	shownHexDigits      = 6
	shownPrefixedDigits = 4
	userNameBytes       = 10
	passwordBytes       = 20
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// readable encodes names and passwords that people may have to copy by eye: without l, o, 0 and 1.
var readable = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// newKey creates a key in the credential's format.
func newKey(of Credential) (Material, string) {
	if of.Format == plan.PrefixedKey {
		return newPrefixedKey(of.Environment)
	}
	key := hex.EncodeToString(entropy(hexKeyBytes))
	return Material{Secret: key}, key[:shownHexDigits]
}

// newPrefixedKey creates a key that names its environment and that secret scanners recognize: pk_prod_, 43 characters,
// and a checksum of everything before it.
func newPrefixedKey(environment string) (Material, string) {
	mark := prefixedMark + environmentWord(environment) + "_"
	body := mark + base64.RawURLEncoding.EncodeToString(entropy(prefixedKeyBytes))
	return Material{Secret: body + checksum(body)}, body[:len(mark)+shownPrefixedDigits]
}

// newBasic creates a password, and a user name unless the credential already has one.
func newBasic(of Credential) (Material, string) {
	userName := of.Prefix
	if userName == "" {
		userName = readable.EncodeToString(entropy(userNameBytes))
	}
	return Material{Identifier: userName, Secret: readable.EncodeToString(entropy(passwordBytes))}, userName
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

// checksum returns the CRC-32 of the text in base 62.
func checksum(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	var digits [checksumDigits]byte
	for i := range digits {
		digits[checksumDigits-1-i] = base62[sum%62]
		sum /= 62
	}
	return string(digits[:])
}

// LooksLikeKey reports, without a lookup, whether a text is a prefixed key of Portico: it has the mark and a matching
// checksum. Secret scanners call it before they query the portal.
func LooksLikeKey(text string) bool {
	random := base64.RawURLEncoding.EncodedLen(prefixedKeyBytes)
	if !strings.HasPrefix(text, prefixedMark) || len(text) <= len(prefixedMark)+random+checksumDigits {
		return false
	}
	body := text[:len(text)-checksumDigits]
	word := body[len(prefixedMark) : len(body)-random]
	return strings.HasSuffix(word, "_") && word == environmentWord(word)+"_" && checksum(body) == text[len(body):]
}

// Mask stands for the hidden part of a key.
const Mask = "••••"

var (
	anyPrefixedKey = regexp.MustCompile(`(pk_[a-z0-9]+_[A-Za-z0-9_-]{4})[A-Za-z0-9_-]{20,}`)
	anyHexKey      = regexp.MustCompile(`([0-9a-f]{6})[0-9a-f]{26,}`)
)

// MaskKeys hides the parts of a text that look like a key of Portico, except for the prefix that pages show. 32 or more
// hexadecimal digits look like a key.
func MaskKeys(text string) string {
	if len(text) < 2*hexKeyBytes {
		return text
	}
	return anyHexKey.ReplaceAllString(anyPrefixedKey.ReplaceAllString(text, "$1"+Mask), "$1"+Mask)
}
