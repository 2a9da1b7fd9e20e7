package plan

import (
	"net/textproto"
	"regexp"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/quantity"
)

// Bounds of what is written by hand, in files and in forms.
const (
	MostNames  = 8
	MostScopes = 100
	MostOpens  = 1000
	MostLimits = 10
	MostCalls  = 1_000_000_000_000

	ShortestValidity = time.Hour
	LongestValidity  = 10 * 365 * quantity.Day

	longestRate   = 5 * time.Minute
	longestWindow = 366 * quantity.Day
)

var tokenPattern = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}$")

// ownHeaders are headers that mean something else to the gateway, to proxies or to browsers.
var ownHeaders = []string{
	"Accept", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect", "Forwarded", "Host",
	"Keep-Alive", "Origin", "Proxy-Authorization", "Proxy-Connection", "Referer", "Set-Cookie", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
}

// AHeader is the rule for headers that a key may come in.
func AHeader(text string) string {
	switch {
	case !tokenPattern.MatchString(text):
		return "is no name of a header"
	case slices.Contains(ownHeaders, textproto.CanonicalMIMEHeaderKey(text)):
		return "is a header that is needed for something else; choose another one, such as X-Api-Key"
	}
	return ""
}

// CanonicalHeaders spells headers as the gateway looks for them.
func CanonicalHeaders(headers []string) []string {
	for i, header := range headers {
		headers[i] = textproto.CanonicalMIMEHeaderKey(header)
	}
	return headers
}

var parameterPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,60}$`)

// AParameter is the rule for query parameters that a key may come in.
func AParameter(text string) string {
	if !parameterPattern.MatchString(text) {
		return "must be up to 60 letters, digits, dots, underscores and hyphens"
	}
	return ""
}

var scopePattern = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,100}$`) // RFC 6749, section 3.3

// AScope is the rule for scopes.
func AScope(text string) string {
	if !scopePattern.MatchString(text) {
		return "must be a word without spaces, quotation marks and backslashes"
	}
	return ""
}

// AServedKind is the rule for the kinds of strategies.
func AServedKind(text string) string {
	switch Kind(text) {
	case ClientCredentials, SelfManaged, JWT, Certificate:
		return "is not served yet; choose key or basic"
	}
	return catalog.OneOf(Key, Basic)(text)
}

// AnApproval is the rule for who decides.
func AnApproval(text string) string { return catalog.OneOf(Automatic, StaffApproval)(text) }

// APer is the rule for what a limit counts for.
func APer(text string) string { return catalog.OneOf(PerSubscription, PerCredential, PerTeam)(text) }

// AKeyFormat is the rule for how a key looks.
func AKeyFormat(text string) string { return catalog.OneOf(HexKey, PrefixedKey)(text) }

var currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)

// ACurrency is the rule for currencies.
func ACurrency(text string) string {
	if !currencyPattern.MatchString(text) {
		return "must be three capital letters, such as EUR"
	}
	return ""
}

// ParseWindow reads month, day, or a span of whole seconds: up to five minutes it is a rate, longer it is a quota from
// the first use.
func ParseWindow(text string) (Window, bool) {
	switch text {
	case string(Month), string(Day):
		return Window{Kind: WindowKind(text)}, true
	}
	span, ok := quantity.ParseSpan(text)
	switch {
	case !ok || span < time.Second || span > longestWindow || span%time.Second != 0:
		return Window{}, false
	case span <= longestRate:
		return Window{Kind: Rate, Length: span}, true
	}
	return Window{Kind: Seconds, Length: span}, true
}

// String writes the window so that ParseWindow reads it again.
func (w Window) String() string {
	switch w.Kind {
	case Month, Day:
		return string(w.Kind)
	case Rate, Seconds:
	}
	return quantity.Span(w.Length)
}

// Registration is what one asks for where nobody names a plan: a version with a strategy. One published plan may
// answer.
type Registration struct {
	Version  catalog.VersionID
	Strategy StrategyID
}

// RegistrableFor reports whether one may register for the version under the plan.
func (p Plan) RegistrableFor(version catalog.VersionID) bool {
	return p.Registrable && p.Published && slices.Contains(p.Opens, version)
}

// Registrations are what the plan answers.
func (p Plan) Registrations() []Registration {
	if !p.Registrable || !p.Published {
		return nil
	}
	answered := make([]Registration, len(p.Opens))
	for i, version := range p.Opens {
		answered[i] = Registration{version, p.Strategy}
	}
	return answered
}

// OpensNothing says that every version which the plan opened was deleted.
func (p Plan) OpensNothing() bool { return len(p.Opens) == 0 }

// Grants reports whether plans with the strategy may grant the scope.
func (s Strategy) Grants(scope string) bool {
	return len(s.Scopes) == 0 || slices.Contains(s.Scopes, scope)
}

// TakesNames reports whether a key's name comes in headers and in the query, rather than in Authorization.
func (s Strategy) TakesNames() bool { return s.Kind != Basic }
