// Package keyauth finds the proof that a call carries: a key, or a user name and password, in the order of the places
// where one may stand.
//
// The order is fixed: the strategy's header names, its query parameters where a plan allows them, Authorization: Basic,
// Authorization: Bearer, and an Authorization of nothing but the key. The first place that holds something decides, so of
// two different keys the later one plays no part; it is taken off the call all the same. It knows nothing of what a proof
// is worth (the gateway's grants) and hashes nothing.
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

// maxSecret is the longest key, user name or password that is looked at: longer ones are unknown without hashing them.
const maxSecret = 4 << 10

// DefaultHeaders are the names a key may come in where a strategy names none.
var DefaultHeaders = []string{"X-Api-Key", "Ocp-Apim-Subscription-Key"}

const authorization = "Authorization"

// ErrAmbiguous is the cause of a refusal as a bad request: one name holds two values, of which an upstream might believe
// the other.
var ErrAmbiguous = errors.New("the same header or parameter came twice")

// Place is where a proof was found.
type Place uint8

// The places, in the order they are looked at.
const (
	Nowhere Place = iota
	Header
	Query
	Authorization
)

// Proof is what a call proves itself with. Where Place is Nowhere, it proves itself with nothing.
type Proof struct {
	Place Place
	Kind  plan.Kind
	// Secret is the key, or the user name of a Basic proof, whose password is Password.
	Secret   string
	Password string
	// Malformed says that no key looks like this; Secret is empty then.
	Malformed bool
}

// Rules are the places of one route. They are made once and then only read.
type Rules struct {
	named   string
	headers []string
	query   []string
	basic   bool
}

// NewRules returns the rules for the header names (the defaults where there are none), query parameters and whether
// Basic is served.
func NewRules(headers, query []string, basic bool) *Rules {
	if len(headers) == 0 {
		headers = DefaultHeaders
	}
	rules := &Rules{named: headers[0], query: query, basic: basic}
	for _, name := range headers {
		if name = http.CanonicalHeaderKey(name); name != authorization { // looked at last, whoever names it
			rules.headers = append(rules.headers, name)
		}
	}
	return rules
}

// KeyHeader is the name that a client is told to send its key in.
func (r *Rules) KeyHeader() string { return r.named }

// Find returns the proof that a call carries. It allocates nothing where that is a key in a header.
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

// single is the one value of a header, empty where there is none.
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
			found = "\x00" // there, and no key
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

// authorized reads the one value of Authorization. A bearer token in the shape of a JWT is no key: it is the place of
// access tokens and of the JWT strategy, and until those are served it is the upstream's.
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

// isSecret reports whether a value may be a key, user name or password at all.
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
