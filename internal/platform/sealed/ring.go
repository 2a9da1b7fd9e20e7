// Package sealed owns the product's keys: a ring of versioned secrets in one file, and the keys derived from them.
//
// Every hash and ciphertext names the version of its key, so older ones still work after a key is added. No key of the
// ring is used directly: each purpose derives its own by HKDF-SHA256. The package stores only the file; the database
// keeps Fingerprints, which reveal a node with a wrong ring. App calls it at start-up, the command line manages the
// file, and packages that store secrets use Hasher and Seal.
package sealed

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

const keySize = 32

type ringKey struct {
	version int
	created time.Time
	secret  [keySize]byte
}

// Ring is an immutable set of versioned keys. It is safe for concurrent use.
type Ring struct {
	keys []ringKey // newest first, never empty
	seal map[int]cipher.AEAD
}

func newRing(keys []ringKey) (*Ring, error) {
	slices.SortFunc(keys, func(a, b ringKey) int { return b.version - a.version })
	ring := &Ring{keys: keys, seal: make(map[int]cipher.AEAD, len(keys))}
	for _, key := range keys {
		aead, err := newAEAD(key.derive("seal", keySize))
		if err != nil {
			return nil, fmt.Errorf("preparing version %d of the key ring: %w", key.version, err)
		}
		ring.seal[key.version] = aead
	}
	return ring, nil
}

func newKey(version int, now time.Time) ringKey {
	key := ringKey{version: version, created: now.UTC().Truncate(time.Second)}
	_, _ = rand.Read(key.secret[:]) // never fails since Go 1.24
	return key
}

// Current returns the newest version, which new hashes and ciphertexts use.
func (r *Ring) Current() int { return r.keys[0].version }

// Versions lists every version of the ring, newest first.
func (r *Ring) Versions() []int {
	versions := make([]int, len(r.keys))
	for i, key := range r.keys {
		versions[i] = key.version
	}
	return versions
}

// Derive returns the key of the given length for a purpose and a version of the ring. It is deterministic.
func (r *Ring) Derive(version int, purpose string, length int) ([]byte, error) {
	for _, key := range r.keys {
		if key.version == version {
			return key.derive("derive/"+purpose, length), nil
		}
	}
	return nil, r.unknown(version)
}

func (k ringKey) derive(purpose string, length int) []byte {
	derived, err := hkdf.Key(sha256.New, k.secret[:], nil, "portico/"+purpose, length)
	if err != nil {
		panic(err) // only for a length beyond 255 hashes, a bug in the caller
	}
	return derived
}

// Fingerprints identifies the keys of the ring without revealing them. The database keeps them for Check.
func (r *Ring) Fingerprints() map[int]string {
	prints := make(map[int]string, len(r.keys))
	for _, key := range r.keys {
		prints[key.version] = hex.EncodeToString(key.derive("fingerprint", 16))
	}
	return prints
}

// Check compares the ring with the fingerprints of a database. A version that only the ring has is a new rotation and
// not an error.
func (r *Ring) Check(stored map[int]string) error {
	own := r.Fingerprints()
	for _, version := range slices.Sorted(maps.Keys(stored)) {
		fingerprint, known := own[version]
		if !known {
			return fmt.Errorf("the database was used with version %d of a key ring, which this one does not have (newest: %d): "+
				"put the ring that belongs to this database in its place, or copy the rotated one to this node", version, r.Current())
		}
		if fingerprint != stored[version] {
			return fmt.Errorf("version %d of this key ring is another key than the one that the database was used with: "+
				"put the ring that belongs to this database in its place", version)
		}
	}
	return nil
}

func (r *Ring) unknown(version int) error {
	return fmt.Errorf("version %d is not in the key ring (newest: %d): copy the rotated ring to this node and restart it", version, r.Current())
}
