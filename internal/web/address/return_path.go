package address

import (
	"net/url"
	"path"
	"strings"
)

// Return returns the sent path if it is a plain path of this site, or else the fallback. A form could otherwise lead to
// another site.
func Return(sent, fallback string) string {
	if !isOwn(sent) {
		return fallback
	}
	return sent
}

// isOwn is stricter than current browsers need. It rejects paths that decode to a second slash, a backslash or a
// control character at any level of encoding, and paths that are not in their shortest form.
func isOwn(sent string) bool {
	if len(sent) > 2000 || !strings.HasPrefix(sent, "/") {
		return false
	}
	address, err := url.Parse(sent)
	if err != nil || address.Scheme != "" || address.Host != "" || address.User != nil {
		return false
	}
	for decoded := sent; ; {
		if strings.ContainsFunc(decoded, func(r rune) bool { return r == '\\' || r < 0x20 || r == 0x7f }) {
			return false
		}
		plain, _, _ := strings.Cut(decoded, "?")
		plain, _, _ = strings.Cut(plain, "#")
		if path.Clean(plain) != plain {
			return false
		}
		again, err := url.PathUnescape(decoded)
		if err != nil {
			return false
		}
		if again == decoded {
			return true
		}
		decoded = again
	}
}
