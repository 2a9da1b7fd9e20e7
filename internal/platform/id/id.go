// Package id creates and formats the product's identifiers: twelve time-ordered bytes, typed per noun.
//
// The same twelve bytes have two spellings that need no table between them: 24 hexadecimal digits (the product's own
// and Tyk's) and a UUIDv7 (RFC 9562) whose remaining bits are derived from the twelve bytes. An identifier is never a
// secret.
package id

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"
)

// ID identifies one object of the noun N. N is a phantom type that keeps identifiers of different nouns apart. The zero
// ID identifies no object and is stored as NULL.
type ID[N any] [12]byte

// ErrMalformed is the cause of every error that Parse returns.
var ErrMalformed = errors.New("not an identifier: want 24 hexadecimal digits or the UUID that this product gave out")

var last struct {
	sync.Mutex
	millis int64
	tail   uint64
}

// New returns a new identifier that sorts after all earlier ones of this process: New[TeamID](now).
func New[I ~[12]byte](now time.Time) I {
	var entropy [8]byte
	_, _ = rand.Read(entropy[2:]) // never fails since Go 1.24
	tail := binary.BigEndian.Uint64(entropy[:])

	last.Lock()
	millis := now.UnixMilli()
	if millis <= last.millis {
		millis = last.millis
		tail = last.tail + 1 + tail>>24 // strictly above the one before, by a random step
		if tail >= 1<<48 {
			millis, tail = millis+1, tail&0xffffff
		}
	} else {
		tail &= 1<<47 - 1 // leaves room for the steps of the same millisecond
	}
	last.millis, last.tail = millis, tail
	last.Unlock()

	var made I
	binary.BigEndian.PutUint64(made[4:], tail)
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(millis))
	copy(made[:6], stamp[2:])
	return made
}

// Hex formats the identifier as 24 lower-case hexadecimal digits.
func (i ID[N]) Hex() string { return hex.EncodeToString(i[:]) }

// String returns Hex.
func (i ID[N]) String() string { return i.Hex() }

// IsZero reports whether the identifier is the zero ID.
func (i ID[N]) IsZero() bool { return i == ID[N]{} }

// Time returns when the identifier was created, to the millisecond.
func (i ID[N]) Time() time.Time {
	var stamp [8]byte
	copy(stamp[2:], i[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(stamp[:]))).UTC()
}

// UUID formats the identifier as a UUIDv7. The 48 random bits follow the time; the 26 remaining bits are a checksum of
// the twelve bytes, so that Parse rejects UUIDs from other sources.
func (i ID[N]) UUID() string {
	raw := i.uuid()
	return fmt.Sprintf("%x-%x-%x-%x-%x", raw[0:4], raw[4:6], raw[6:8], raw[8:10], raw[10:16])
}

func (i ID[N]) uuid() (raw [16]byte) {
	var spread [8]byte
	copy(spread[2:], i[6:])
	tail := binary.BigEndian.Uint64(spread[:])
	sum := fnv.New32a()
	_, _ = sum.Write(i[:])
	check := uint64(sum.Sum32() & (1<<26 - 1))

	copy(raw[:6], i[:6])
	binary.BigEndian.PutUint16(raw[6:], 0x7000|uint16(tail>>36))
	binary.BigEndian.PutUint64(raw[8:], 0x8000000000000000|(tail&(1<<36-1))<<26|check)
	return raw
}

// Parse parses either spelling: Parse[TeamID](text). The error wraps ErrMalformed.
func Parse[I ~[12]byte](text string) (I, error) {
	var parsed ID[any]
	var err error
	switch len(text) {
	case 24:
		parsed, err = parseHex(text)
	case 36:
		parsed, err = parseUUID(text)
	default:
		err = fmt.Errorf("%q: %w", clip(text), ErrMalformed)
	}
	return I(parsed), err
}

func parseHex(text string) (ID[any], error) {
	var parsed ID[any]
	if _, err := hex.Decode(parsed[:], []byte(text)); err != nil {
		return ID[any]{}, fmt.Errorf("%q: %w", clip(text), ErrMalformed)
	}
	return parsed, nil
}

func parseUUID(text string) (ID[any], error) {
	malformed := fmt.Errorf("%q: %w", clip(text), ErrMalformed)
	if text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return ID[any]{}, malformed
	}
	var raw [16]byte
	digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	if _, err := hex.Decode(raw[:], []byte(digits)); err != nil {
		return ID[any]{}, malformed
	}
	tail := uint64(binary.BigEndian.Uint16(raw[6:])&0xfff)<<36 | binary.BigEndian.Uint64(raw[8:])>>26&(1<<36-1)
	var spread [8]byte
	binary.BigEndian.PutUint64(spread[:], tail)
	var parsed ID[any]
	copy(parsed[:6], raw[:6])
	copy(parsed[6:], spread[2:])
	if parsed.uuid() != raw {
		return ID[any]{}, malformed
	}
	return parsed, nil
}

func clip(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}

// MarshalText formats the identifier for the product's own maps and JSON; dialects choose their own spelling.
func (i ID[N]) MarshalText() ([]byte, error) { return []byte(i.Hex()), nil }

// UnmarshalText parses either spelling.
func (i *ID[N]) UnmarshalText(text []byte) error {
	parsed, err := Parse[ID[N]](string(text))
	if err != nil {
		return err
	}
	*i = parsed
	return nil
}

// Value returns the identifier as its 24 digits, the zero ID as NULL.
func (i ID[N]) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.Hex(), nil
}

// Scan parses what Value returned.
func (i *ID[N]) Scan(stored any) error {
	switch text := stored.(type) {
	case nil:
		*i = ID[N]{}
		return nil
	case string:
		return i.UnmarshalText([]byte(text))
	case []byte:
		return i.UnmarshalText(text)
	}
	return fmt.Errorf("identifier stored as %T: %w", stored, ErrMalformed)
}
