package plan

import (
	"net/textproto"
	"regexp"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/quantity"
)

// Limits of what files and forms may contain.
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

// reservedHeaders are headers that have another meaning to the gateway, to proxies or to browsers.
var reservedHeaders = []string{
	"Accept", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect", "Forwarded", "Host",
	"Keep-Alive", "Origin", "Proxy-Authorization", "Proxy-Connection", "Referer", "Set-Cookie", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
}

// AHeader is the rule for headers that may hold a key.
func AHeader(text string) string {
	switch {
	case !tokenPattern.MatchString(text):
		return "is not a valid header name"
	case slices.Contains(reservedHeaders, textproto.CanonicalMIMEHeaderKey(text)):
		return "is reserved; choose another header, such as X-Api-Key"
	}
	return ""
}

// CanonicalHeaders converts headers, in place, to the spelling that the gateway looks up.
func CanonicalHeaders(headers []string) []string {
	for i, header := range headers {
		headers[i] = textproto.CanonicalMIMEHeaderKey(header)
	}
	return headers
}

var parameterPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,60}$`)

// AParameter is the rule for query parameters that may hold a key.
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
		return "must be a word without spaces, quotation marks or backslashes"
	}
	return ""
}

// AServedKind is the rule for the kinds of strategies.
func AServedKind(text string) string {
	switch Kind(text) {
	case ClientCredentials, SelfManaged, JWT, Certificate:
		return "is not supported; choose key or basic"
	}
	return catalog.OneOf(Key, Basic)(text)
}

// AnApproval is the rule for approvals.
func AnApproval(text string) string { return catalog.OneOf(Automatic, StaffApproval)(text) }

// APer is the rule for the objects that a limit applies to.
func APer(text string) string { return catalog.OneOf(PerSubscription, PerCredential, PerTeam)(text) }

// AKeyFormat is the rule for key formats.
func AKeyFormat(text string) string { return catalog.OneOf(HexKey, PrefixedKey)(text) }

var currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)

// ACurrency is the rule for currencies.
func ACurrency(text string) string {
	if !currencyPattern.MatchString(text) {
		return "must be three capital letters, such as EUR"
	}
	return ""
}

// ParseWindow parses "month", "day" or a span of whole seconds. A span of up to five minutes is a rate; a longer one is
// a quota from the first use.
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

// String returns the window in the spelling that ParseWindow reads.
func (w Window) String() string {
	switch w.Kind {
	case Month, Day:
		return string(w.Kind)
	case Rate, Seconds:
	}
	return quantity.Span(w.Length)
}

// Registration is a version with a strategy, which a client registers for without naming a plan. At most one published
// plan matches it.
type Registration struct {
	Version  catalog.VersionID
	Strategy StrategyID
}

// RegistrableFor reports whether an application may register for the version under the plan.
func (p Plan) RegistrableFor(version catalog.VersionID) bool {
	return p.Registrable && p.Published && slices.Contains(p.Opens, version)
}

// TriableIn reports whether a plan of the environment may be for trial: visitors never call production.
func TriableIn(environment string) bool { return environment != catalog.Production }

// TriableFor reports whether visitors may try the version out under the plan.
func (p Plan) TriableFor(version catalog.VersionID) bool {
	return p.Trial && p.Published && slices.Contains(p.Opens, version)
}

// Registrations returns the pairs of version and strategy that applications register under this plan.
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

// OpensNothing reports whether every version that the plan opened was deleted.
func (p Plan) OpensNothing() bool { return len(p.Opens) == 0 }

// Grants reports whether plans with the strategy may grant the scope.
func (s Strategy) Grants(scope string) bool {
	return len(s.Scopes) == 0 || slices.Contains(s.Scopes, scope)
}

// TakesNames reports whether keys come in named headers and query parameters, rather than in Authorization.
func (s Strategy) TakesNames() bool { return s.Kind != Basic }
