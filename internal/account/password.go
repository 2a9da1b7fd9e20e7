package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Limits of a password, in characters.
const (
	shortestPassword = 12
	longestPassword  = 1024
)

// The parameters of an argon2id hash: OWASP's first recommendation.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	saltSize    = 16
	hashSize    = 32
)

const (
	slotQueue = 32 // how many callers may wait per slot
	retrySoon = time.Second
)

// dummyHash stands in for a missing hash, so that the comparison takes the same time.
var dummyHash = argonHash{
	memory: hashMemory, passes: hashPasses, threads: hashThreads,
	salt: []byte("placeholder hash"), sum: []byte("placeholder hashplaceholder hash"),
}

// hasher computes password hashes. It bounds how many run at once: each takes 19 MiB and a core.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	derive  func(password, salt []byte, passes, memory uint32, threads uint8, size uint32) []byte
	bcrypt  func(hash, password []byte) error
}

func newHasher() *hasher {
	return &hasher{
		slots:  make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
		derive: argon2.IDKey,
		bcrypt: bcrypt.CompareHashAndPassword,
	}
}

// hash returns the encoded argon2id hash of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	sum := h.derive([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashSize)
	return argonHash{memory: hashMemory, passes: hashPasses, threads: hashThreads, salt: salt, sum: sum}.String(), nil
}

// matches compares a password with an encoded hash; an empty hash matches nothing. The work does not depend on the
// hash: one argon2id and, if the portal has imported hashes, one bcrypt of their highest cost.
func (h *hasher) matches(ctx context.Context, encoded, password string, importedCost int) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	own, err := parseArgonHash(encoded)
	if err != nil {
		own = dummyHash
	}
	sum := h.derive([]byte(password), own.salt, own.passes, own.memory, own.threads, hashSize)
	matched := subtle.ConstantTimeCompare(sum, own.sum) == 1 && err == nil
	cost := ImportedCost(encoded)
	if cost > 0 {
		matched = h.bcrypt([]byte(encoded), []byte(password)) == nil
	} else if importedCost > 0 {
		_ = h.bcrypt(dummyBcrypt(importedCost), []byte(password))
	}
	for ; 0 < cost && cost < importedCost; cost++ { // 2ⁿ + 2ⁿ + 2ⁿ⁺¹ + … is the work of the highest cost
		_ = h.bcrypt(dummyBcrypt(cost), []byte(password))
	}
	return matched, nil
}

// enter waits for a slot. It returns an error if too many callers are waiting.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > int64(cap(h.slots)*slotQueue) {
		busy := fault.New(fault.Limited, "sign_in_busy", "Too many people are signing in right now. Please try again in a moment.")
		busy.RetryAfter = retrySoon
		return nil, busy
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// outdated reports whether a hash should be replaced at the next sign-in.
func outdated(encoded string) bool {
	parsed, err := parseArgonHash(encoded)
	return err != nil || parsed.memory != hashMemory || parsed.passes != hashPasses || parsed.threads != hashThreads
}

// ImportedCost returns the cost of an imported bcrypt hash, or 0 for every other hash.
func ImportedCost(encoded string) int {
	if !strings.HasPrefix(encoded, "$2") {
		return 0
	}
	cost, err := bcrypt.Cost([]byte(encoded))
	if err != nil {
		return 0
	}
	return cost
}

func dummyBcrypt(cost int) []byte {
	return fmt.Appendf(nil, "$2a$%02d$placeholderplaceholdeuCcQbgsWzbuUnV8fKpUQ9jC3gAwq3YDG", cost)
}

// argonHash is an argon2id hash with its parameters. String returns it in the PHC format.
type argonHash struct {
	memory, passes uint32
	threads        uint8
	salt, sum      []byte
}

func (a argonHash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, a.memory, a.passes, a.threads,
		base64.RawStdEncoding.EncodeToString(a.salt), base64.RawStdEncoding.EncodeToString(a.sum))
}

// Bounds of the parameters of a stored hash, so that an imported one cannot exhaust the machine.
const (
	mostMemory  = 256 * 1024 // KiB
	mostPasses  = 16
	mostThreads = 16
)

var errNotAHash = errors.New("not an argon2id hash that this program accepts")

func parseArgonHash(encoded string) (argonHash, error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return argonHash{}, errNotAHash
	}
	var parsed argonHash
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &parsed.memory, &parsed.passes, &parsed.threads); err != nil {
		return argonHash{}, errNotAHash
	}
	var ofSalt, ofSum error
	parsed.salt, ofSalt = base64.RawStdEncoding.DecodeString(parts[4])
	parsed.sum, ofSum = base64.RawStdEncoding.DecodeString(parts[5])
	if ofSalt != nil || ofSum != nil || len(parsed.salt) < 8 || len(parsed.sum) != hashSize ||
		parsed.memory == 0 || parsed.memory > mostMemory || parsed.passes == 0 || parsed.passes > mostPasses ||
		parsed.threads == 0 || parsed.threads > mostThreads {
		return argonHash{}, errNotAHash
	}
	return parsed, nil
}

// refusedPassword returns the reason why a new password is rejected, or nil if it is accepted.
func refusedPassword(field, password string) []fault.Field {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return []fault.Field{{Name: field, Reason: "must be text"}}
	case n < shortestPassword:
		return []fault.Field{{Name: field, Reason: fmt.Sprintf("must have at least %d characters; several words work well", shortestPassword)}}
	case n > longestPassword:
		return []fault.Field{{Name: field, Reason: fmt.Sprintf("must have at most %d characters", longestPassword)}}
	}
	return nil
}
