package keyauth

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
)

// StripHeader removes every header that may contain a key: the strategy's headers, and Authorization if it carried
// the proof or a second key. Any other Authorization passes to the upstream.
func (r *Rules) StripHeader(header http.Header, proof Proof) {
	for _, name := range r.headers {
		delete(header, name)
	}
	if proof.Place == Authorization || slices.ContainsFunc(header[authorization], carriesKey) {
		delete(header, authorization)
	}
}

// carriesKey reports whether a value of Authorization is one of our keys, raw or as Bearer, known or not. Only a
// prefixed key can be recognised: 32 hexadecimal digits may also be a token for the upstream.
func carriesKey(value string) bool {
	if scheme, rest, found := strings.Cut(value, " "); found && strings.EqualFold(scheme, "bearer") {
		value = strings.TrimSpace(rest)
	}
	return access.LooksLikeKey(value)
}

// StripQuery returns the query without the parameters that may contain a key. All others keep their bytes and
// order.
func (r *Rules) StripQuery(rawQuery string) string {
	if len(r.query) == 0 || rawQuery == "" {
		return rawQuery
	}
	kept := make([]string, 0, 8)
	for parameter := range strings.SplitSeq(rawQuery, "&") {
		if name, _, _ := strings.Cut(parameter, "="); !r.isKeyParameter(name) {
			kept = append(kept, parameter)
		}
	}
	return strings.Join(kept, "&")
}
