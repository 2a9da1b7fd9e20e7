package keyauth

import (
	"net/http"
	"strings"
)

// StripHeader takes everything a key may stand in off the header that is forwarded: each header name of the strategy,
// and Authorization where it carried the proof.
func (r *Rules) StripHeader(header http.Header, proof Proof) {
	for _, name := range r.headers {
		delete(header, name)
	}
	if proof.Place == Authorization {
		delete(header, authorization)
	}
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
