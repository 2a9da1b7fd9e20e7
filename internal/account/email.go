package account

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Limits of what a person is known by.
const (
	longestEmail     = 254
	longestLocalPart = 64
	longestName      = 250
	longestUserAgent = 200
)

// normaliseEmail returns the one spelling of an e-mail address, and false where it is none: trimmed, in lower case, the
// domain as it goes over the wire. Quoted and international local parts are refused: two that look alike are two people.
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

// refusedName says why a name of a person or team cannot be accepted, and nothing where it can.
func refusedName(field, name string) []fault.Field {
	if n := utf8.RuneCountInString(name); n < 1 || n > longestName || !utf8.ValidString(name) {
		return []fault.Field{{Name: field, Reason: fmt.Sprintf("must have 1 to %d characters", longestName)}}
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return []fault.Field{{Name: field, Reason: "must not have line breaks or other control characters"}}
	}
	if strings.Contains(name, "://") { // mails say it to strangers
		return []fault.Field{{Name: field, Reason: "must not be an address"}}
	}
	return nil
}

// clip makes a browser's description of itself fit to be kept and shown.
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
