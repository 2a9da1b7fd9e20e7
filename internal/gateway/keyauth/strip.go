package keyauth

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
)

// StripHeader takes everything a key may stand in off the header that is forwarded: each header name of the strategy, and
// Authorization where it carried the proof or a second key. Whatever else stands there is the upstream's business.
func (r *Rules) StripHeader(header http.Header, proof Proof) {
	for _, name := range r.headers {
		delete(header, name)
	}
	if proof.Place == Authorization || slices.ContainsFunc(header[authorization], carriesKey) {
		delete(header, authorization)
	}
}

// carriesKey reports whether a value of Authorization is a key of ours, raw or as Bearer, whether or not it is known. Only a
// prefixed key can be told: 32 hexadecimal digits may as well be a token of the upstream's own.
func carriesKey(value string) bool {
	if scheme, rest, found := strings.Cut(value, " "); found && strings.EqualFold(scheme, "bearer") {
		value = strings.TrimSpace(rest)
	}
	return access.LooksLikeKey(value)
}

// StripQuery returns the query without the parameters that a key may stand in; the others keep their bytes and order.
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
