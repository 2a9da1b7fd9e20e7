package access

import (
	"crypto/subtle"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/sealed"
)

// Hasher returns the keyed hash for finding credentials and comparing passwords.
//
// Only the hash of a key is stored, so a key cannot be hashed again when the ring rotates. Lookups use every version of
// the ring, and a version must stay in the ring as long as a credential names it.
func Hasher(ring *sealed.Ring) *sealed.Hasher { return ring.Hasher("credential") }

// hashRoom is the largest total size of a domain and a secret that are hashed without allocating. It exceeds any key
// that Portico creates or imports.
const hashRoom = 320

// LookupOf returns the value that finds a credential: the keyed hash of a key or of a Basic user name. The kind is
// hashed too, so that a user name never finds a key. It does not allocate.
func LookupOf(hasher *sealed.Hasher, version int, kind plan.Kind, secret []byte) [32]byte {
	var room [hashRoom]byte
	message := append(room[:0], "lookup\x00"...)
	message = append(message, kind...)
	message = append(message, 0)
	message = append(message, secret...)
	return hasher.Sum(version, message)
}

// VerifierOf returns the keyed hash that a Basic credential's password is compared with. It is bound to the lookup
// value, so it is useless for another user. Generated passwords are too long to guess, so it need not be slow.
func VerifierOf(hasher *sealed.Hasher, version int, lookup [32]byte, password []byte) [32]byte {
	var room [hashRoom]byte
	message := append(room[:0], "password\x00"...)
	message = append(message, lookup[:]...)
	message = append(message, password...)
	return hasher.Sum(version, message)
}

// Proves reports, in constant time, whether the password belongs to the Basic user name that found the grant.
func (g *Grant) Proves(hasher *sealed.Hasher, userName, password []byte) bool {
	if g.Kind != plan.Basic || len(g.Verifier) == 0 {
		return false
	}
	lookup := LookupOf(hasher, g.HashKey, plan.Basic, userName)
	verifier := VerifierOf(hasher, g.HashKey, lookup, password)
	return subtle.ConstantTimeCompare(verifier[:], g.Verifier) == 1
}
