package account

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Maximum lengths, in characters; those of addresses are in bytes.
const (
	longestEmail     = 254
	longestLocalPart = 64
	longestName      = 250
	longestUserAgent = 200
)

// normaliseEmail returns an e-mail address in its canonical spelling, and false if it is invalid. It trims it,
// lower-cases it and converts the domain to ASCII. It rejects quoted and international local parts, in which two
// different addresses may look alike.
func normaliseEmail(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	at := strings.LastIndexByte(text, '@')
	if at < 1 || at > longestLocalPart || len(text) > longestEmail || !isLocalPart(text[:at]) {
		return "", false
	}
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	if err != nil || domain == "" || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		return "", false
	}
	email := text[:at+1] + domain
	return email, len(email) <= longestEmail
}

func isLocalPart(text string) bool {
	if strings.HasPrefix(text, ".") || strings.HasSuffix(text, ".") || strings.Contains(text, "..") {
		return false
	}
	for _, r := range text {
		letterOrDigit := 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
		if !letterOrDigit && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r) {
			return false
		}
	}
	return true
}

// refusedName returns the reason why the name of a person or team is rejected, or nil if it is accepted.
func refusedName(field, name string) []fault.Field {
	if n := utf8.RuneCountInString(name); n < 1 || n > longestName || !utf8.ValidString(name) {
		return []fault.Field{{Name: field, Reason: fmt.Sprintf("must have 1 to %d characters", longestName)}}
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return []fault.Field{{Name: field, Reason: "must not have line breaks or other control characters"}}
	}
	if strings.Contains(name, "://") { // mails to strangers contain it
		return []fault.Field{{Name: field, Reason: "must not be an address"}}
	}
	return nil
}

// clip removes control characters from a browser's user agent and shortens it.
func clip(userAgent string) string {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, userAgent)
	if runes := []rune(printable); len(runes) > longestUserAgent {
		return string(runes[:longestUserAgent])
	}
	return printable
}
