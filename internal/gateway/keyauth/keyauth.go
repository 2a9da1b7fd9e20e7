// Package keyauth finds the proof that a call carries: a key, or a user name and password.
//
// It searches in a fixed order: the strategy's headers, its query parameters if a plan allows them, Authorization:
// Basic, Authorization: Bearer, and an Authorization header that contains only the key. The first value found
// decides. A second key is ignored, but removed from the call. The package does not know what a proof is worth (the
// gateway's grants do) and hashes nothing.
package keyauth

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/plan"
)

// maxSecret is the longest key, user name or password that is checked. Longer ones are unknown and are not hashed.
const maxSecret = 4 << 10

// DefaultHeaders are the headers for keys if a strategy names none.
var DefaultHeaders = []string{"X-Api-Key", "Ocp-Apim-Subscription-Key"}

const authorization = "Authorization"

// ErrAmbiguous is the cause of a bad request: one name has two values, and an upstream might use the other one.
var ErrAmbiguous = errors.New("the same header or parameter came twice")

// Place is where a proof was found.
type Place uint8

// The places, in the order of the search.
const (
	Nowhere Place = iota
	Header
	Query
	Authorization
)

// Proof is what a call authenticates with. If Place is Nowhere, the call has no proof.
type Proof struct {
	Place Place
	Kind  plan.Kind
	// Secret is the key, or the user name of a Basic proof, whose password is Password.
	Secret   string
	Password string
	// Malformed means that the value cannot be a key; Secret is then empty.
	Malformed bool
}

// Rules are the places of one route. They are immutable.
type Rules struct {
	named   string
	headers []string
	query   []string
	basic   bool
}

// NewRules returns rules for the headers (the defaults if empty), the query parameters, and whether Basic is
// accepted.
func NewRules(headers, query []string, basic bool) *Rules {
	if len(headers) == 0 {
		headers = DefaultHeaders
	}
	rules := &Rules{named: headers[0], query: query, basic: basic}
	for _, name := range headers {
		if name = http.CanonicalHeaderKey(name); name != authorization { // always searched last
			rules.headers = append(rules.headers, name)
		}
	}
	return rules
}

// KeyHeader returns the header that clients should send their key in.
func (r *Rules) KeyHeader() string { return r.named }

// Find returns the proof that a call carries. It does not allocate if that is a key in a header.
func (r *Rules) Find(header http.Header, rawQuery string) (Proof, error) {
	found := Proof{}
	for _, name := range r.headers {
		value, err := single(header, name)
		if err != nil {
			return Proof{}, err
		}
		if value != "" && found.Place == Nowhere {
			found = keyProof(Header, value)
		}
	}
	if len(r.query) > 0 && rawQuery != "" {
		value, err := r.inQuery(rawQuery)
		if err != nil {
			return Proof{}, err
		}
		if value != "" && found.Place == Nowhere {
			found = keyProof(Query, value)
		}
	}
	value, err := single(header, authorization)
	if err != nil || value == "" || found.Place != Nowhere {
		return found, err
	}
	return r.authorized(value), nil
}

// single returns the only value of a header, or "" if it is missing.
func single(header http.Header, name string) (string, error) {
	values := header[name]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return strings.TrimSpace(values[0]), nil
	}
	return "", ErrAmbiguous
}

func (r *Rules) inQuery(rawQuery string) (string, error) {
	found, count := "", 0
	for parameter := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if !r.isKeyParameter(name) {
			continue
		}
		count++
		if decoded, err := url.QueryUnescape(value); err == nil {
			found = decoded
		} else {
			found = "\x00" // present, but not a key
		}
	}
	if count > 1 {
		return "", ErrAmbiguous
	}
	return found, nil
}

func (r *Rules) isKeyParameter(name string) bool {
	if strings.ContainsAny(name, "%+") {
		decoded, err := url.QueryUnescape(name)
		if err != nil {
			return false
		}
		name = decoded
	}
	return slices.Contains(r.query, name)
}

// authorized parses the value of Authorization. A bearer token in the form of a JWT is not a key: it is for access
// tokens and the JWT strategy, and belongs to the upstream until those are supported.
func (r *Rules) authorized(value string) Proof {
	scheme, rest, spaced := strings.Cut(value, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case !spaced:
		return keyProof(Authorization, value)
	case strings.EqualFold(scheme, "Basic") && r.basic:
		return basicProof(rest)
	case strings.EqualFold(scheme, "Bearer") && strings.Count(rest, ".") != 2:
		return keyProof(Authorization, rest)
	}
	return Proof{}
}

func keyProof(place Place, value string) Proof {
	proof := Proof{Place: place, Kind: plan.Key}
	if isSecret(value) {
		proof.Secret = value
	} else {
		proof.Malformed = true
	}
	return proof
}

func basicProof(encoded string) Proof {
	proof := Proof{Place: Authorization, Kind: plan.Basic, Malformed: true}
	if len(encoded) > 3*maxSecret {
		return proof
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return proof
	}
	user, password, colon := strings.Cut(string(decoded), ":")
	if !colon || !isSecret(user) || !isSecret(password) {
		return proof
	}
	proof.Secret, proof.Password, proof.Malformed = user, password, false
	return proof
}

// isSecret reports whether a value can be a key, user name or password.
func isSecret(value string) bool {
	if value == "" || len(value) > maxSecret {
		return false
	}
	for i := range len(value) {
		if value[i] < ' ' || value[i] == 0x7f {
			return false
		}
	}
	return true
}
