package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
)

const versionSize = 4

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts with the current key: AES-256-GCM, with the key's version first. The result does not contain the
// associated text; Open needs the same one.
func (r *Ring) Seal(plaintext, associated []byte) ([]byte, error) {
	if len(associated) == 0 {
		return nil, errors.New("sealing: nothing is associated, so the ciphertext could be moved to another owner unnoticed")
	}
	aead := r.seal[r.Current()]
	sealed := make([]byte, versionSize, versionSize+len(plaintext)+aead.Overhead())
	binary.BigEndian.PutUint32(sealed, uint32(r.Current()))
	bound := bind(sealed[:versionSize], associated)
	return aead.Seal(sealed, nil, plaintext, bound), nil //nolint:gosec // this AEAD generates its own nonce
}

// Open decrypts what Seal returned.
func (r *Ring) Open(ciphertext, associated []byte) ([]byte, error) {
	if len(ciphertext) < versionSize {
		return nil, errors.New("opening a sealed value: it is cut off")
	}
	version := int(binary.BigEndian.Uint32(ciphertext))
	aead, known := r.seal[version]
	if !known {
		return nil, fmt.Errorf("opening a sealed value: %w", r.unknown(version))
	}
	plaintext, err := aead.Open(nil, nil, ciphertext[versionSize:], bind(ciphertext[:versionSize], associated))
	if err != nil {
		return nil, fmt.Errorf("opening a sealed value: it was changed, was sealed for another owner, or version %d of the key ring is not the key that sealed it", version)
	}
	return plaintext, nil
}

func bind(version, associated []byte) []byte {
	return append(version[:len(version):len(version)], associated...)
}
