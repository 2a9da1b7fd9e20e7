// Package route finds the base path that a call belongs to.
//
// It owns the canonical form of a path (Canonical). Routing, authorising and forwarding share it, so that the
// upstream receives the path that was checked. It also owns the table that finds the longest base path (Table). The
// package knows neither keys nor upstreams.
package route

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPath limits a path's length, and maxDecodings how often its encoding may be nested.
const (
	maxPath      = 8 << 10
	maxDecodings = 4
)

// Refused is why a path has no canonical form, as a sentence for the client.
type Refused string

func (r Refused) Error() string { return string(r) }

// The reasons for refusing a path.
const (
	tooLong       Refused = "The path is longer than 8 KiB."
	notAbsolute   Refused = "The path must begin with a slash."
	badEncoding   Refused = "The path contains a percent sign that is not followed by two hexadecimal digits."
	encodedSlash  Refused = "The path contains an encoded slash or backslash."
	controlByte   Refused = "The path contains a control character."
	notText       Refused = "The path is not valid UTF-8."
	dotSegment    Refused = "The path contains a dot segment."
	nestedTooDeep Refused = "The path is percent-encoded too many times."
)

// Canonical returns the canonical form of a path from the request line. Unreserved characters are not encoded, all
// others are encoded with capital digits, empty segments are removed (// is /), and case counts. It rejects what an
// upstream might read as another path: encoded slashes and backslashes, dot segments (also before parameters, as in
// "..;", or encoded twice), control characters, and invalid UTF-8. A plain path needs no allocation.
func Canonical(escaped string) (string, error) {
	switch {
	case escaped == "":
		return "/", nil
	case len(escaped) > maxPath:
		return "", tooLong
	case escaped[0] != '/':
		return "", notAbsolute
	case isPlain(escaped):
		return escaped, nil
	}
	var spelled strings.Builder
	spelled.Grow(len(escaped) + 16)
	var last string
	for segment := range strings.SplitSeq(escaped[1:], "/") {
		last = segment
		if segment == "" {
			continue
		}
		decoded, err := decode(segment)
		if err != nil {
			return "", err
		}
		if err := checkSegment(decoded); err != nil {
			return "", err
		}
		spelled.WriteByte('/')
		spell(&spelled, segment)
	}
	if last == "" {
		spelled.WriteByte('/')
	}
	return spelled.String(), nil
}

// isPlain reports whether the path is obviously canonical.
func isPlain(path string) bool {
	previous := byte(0)
	for i := range len(path) {
		c := path[i]
		if !literal[c] && c != '/' || previous == '/' && (c == '/' || c == '.') {
			return false
		}
		previous = c
	}
	return true
}

// literal are the characters that are not encoded within a segment. The unreserved ones among them are never
// encoded.
var literal, unreserved = func() (literal, unreserved [256]bool) {
	const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for _, c := range []byte(alphanumeric + "-._~") {
		literal[c], unreserved[c] = true, true
	}
	for _, c := range []byte("!$&'()*+,;=:@") {
		literal[c] = true
	}
	return literal, unreserved
}()

// decode removes one layer of percent-encoding and rejects an invalid percent sign.
func decode(segment string) (string, error) {
	if !strings.Contains(segment, "%") {
		return segment, nil
	}
	decoded := make([]byte, 0, len(segment))
	for i := 0; i < len(segment); i++ {
		if segment[i] != '%' {
			decoded = append(decoded, segment[i])
			continue
		}
		value, ok := triplet(segment[i:])
		if !ok {
			return "", badEncoding
		}
		decoded = append(decoded, value)
		i += 2
	}
	return string(decoded), nil
}

func triplet(text string) (byte, bool) {
	if len(text) < 3 {
		return 0, false
	}
	high, low := digit(text[1]), digit(text[2])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// checkSegment rejects a decoded segment with forbidden content, even if only another decoding reveals it.
func checkSegment(decoded string) error {
	if strings.ContainsAny(decoded, `/\`) {
		return encodedSlash
	}
	for range maxDecodings {
		if err := checkText(decoded); err != nil {
			return err
		}
		again := decodeLeniently(decoded)
		if again == decoded {
			return nil
		}
		decoded = again
	}
	return nestedTooDeep
}

func checkText(decoded string) error {
	if !utf8.ValidString(decoded) {
		return notText
	}
	if strings.ContainsFunc(decoded, unicode.IsControl) {
		return controlByte
	}
	for part := range strings.FieldsFuncSeq(decoded, func(r rune) bool { return r == '/' || r == '\\' }) {
		name, _, _ := strings.Cut(part, ";")
		if name == "." || name == ".." {
			return dotSegment
		}
	}
	return nil
}

// decodeLeniently decodes valid encodings and leaves every other percent sign alone, as a careless upstream would.
func decodeLeniently(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	decoded := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		value, ok := triplet(text[i:])
		if text[i] != '%' || !ok {
			decoded = append(decoded, text[i])
			continue
		}
		decoded = append(decoded, value)
		i += 2
	}
	return string(decoded)
}

// spell writes a segment with valid encoding in its canonical form.
func spell(into *strings.Builder, segment string) {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(segment); i++ {
		c := segment[i]
		if c == '%' {
			c, _ = triplet(segment[i:])
			i += 2
			if unreserved[c] {
				into.WriteByte(c)
				continue
			}
		} else if literal[c] {
			into.WriteByte(c)
			continue
		}
		into.WriteByte('%')
		into.WriteByte(digits[c>>4])
		into.WriteByte(digits[c&15])
	}
}
