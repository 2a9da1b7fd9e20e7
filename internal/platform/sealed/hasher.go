package sealed

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"slices"
	"sync"
)

// Hasher computes keyed hashes (HMAC-SHA256) for one purpose. It is safe for concurrent use and does not allocate.
type Hasher struct {
	versions []int // newest first
	pools    []*sync.Pool
}

// hashState holds copies of the secret and the sum, because passing the caller's memory through the hash.Hash interface
// would move it to the heap.
type hashState struct {
	mac   hash.Hash
	input [256]byte
	sum   [sha256.Size]byte
}

// Hasher returns the keyed hash for a purpose such as "credential". Each purpose has its own keys.
func (r *Ring) Hasher(purpose string) *Hasher {
	hasher := &Hasher{versions: r.Versions()}
	for _, key := range r.keys {
		secret := key.derive("hash/"+purpose, keySize)
		hasher.pools = append(hasher.pools, &sync.Pool{New: func() any {
			return &hashState{mac: hmac.New(sha256.New, secret)}
		}})
	}
	return hasher
}

// Current returns the version of new hashes.
func (h *Hasher) Current() int { return h.versions[0] }

// Versions lists all versions that hashes may have, newest first.
func (h *Hasher) Versions() []int { return slices.Clone(h.versions) }

// Sum hashes the secret with one version of the key. It panics for a version that is not among Versions.
func (h *Hasher) Sum(version int, secret []byte) [sha256.Size]byte {
	pool := h.pools[slices.Index(h.versions, version)]
	state := pool.Get().(*hashState) //nolint:forcetypeassert // the pool holds only this type
	state.mac.Reset()
	for len(secret) > 0 {
		taken := copy(state.input[:], secret)
		_, _ = state.mac.Write(state.input[:taken]) // a hash never fails to write
		secret = secret[taken:]
	}
	state.mac.Sum(state.sum[:0])
	sum := state.sum
	clear(state.input[:])
	pool.Put(state)
	return sum
}

// Equal reports, in a time that does not depend on the secret, whether sum is the hash of the secret under that
// version. It returns false for a version that the ring does not have.
func (h *Hasher) Equal(version int, secret, sum []byte) bool {
	if !slices.Contains(h.versions, version) {
		return false
	}
	own := h.Sum(version, secret)
	return subtle.ConstantTimeCompare(own[:], sum) == 1
}
