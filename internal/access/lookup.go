package access

import (
	"crypto/subtle"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/sealed"
)

// Hasher is the keyed hash by which credentials are found and passwords compared.
//
// Only the hash of a key is kept, so a key cannot be hashed anew when the ring is rotated: it is looked for under every
// version of the ring, and a version must stay in the ring for as long as a credential names it.
func Hasher(ring *sealed.Ring) *sealed.Hasher { return ring.Hasher("credential") }

// hashRoom is how long a domain and a secret are hashed without allocating: longer than any key Portico makes or
// imports.
const hashRoom = 320

// LookupOf is the value that a credential is found by: the keyed hash of a key or of a Basic user name. The kind is
// hashed too, so that a user name never finds a key. It allocates nothing.
func LookupOf(hasher *sealed.Hasher, version int, kind plan.Kind, secret []byte) [32]byte {
	var room [hashRoom]byte
	message := append(room[:0], "lookup\x00"...)
	message = append(message, kind...)
	message = append(message, 0)
	message = append(message, secret...)
	return hasher.Sum(version, message)
}

// VerifierOf is what a Basic credential's password is compared with: its keyed hash, bound to the lookup value, so that
// it proves nothing for another user. Generated passwords are too long to guess, so it need not be slow.
func VerifierOf(hasher *sealed.Hasher, version int, lookup [32]byte, password []byte) [32]byte {
	var room [hashRoom]byte
	message := append(room[:0], "password\x00"...)
	message = append(message, lookup[:]...)
	message = append(message, password...)
	return hasher.Sum(version, message)
}

// Proves reports whether the password belongs to the Basic user name that found the grant, in a time that does not
// depend on the password.
func (g *Grant) Proves(hasher *sealed.Hasher, userName, password []byte) bool {
	if g.Kind != plan.Basic || len(g.Verifier) == 0 {
		return false
	}
	lookup := LookupOf(hasher, g.HashKey, plan.Basic, userName)
	verifier := VerifierOf(hasher, g.HashKey, lookup, password)
	return subtle.ConstantTimeCompare(verifier[:], g.Verifier) == 1
}
