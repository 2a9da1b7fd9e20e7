package publish

import (
	"net/textproto"
	"regexp"
	"slices"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

var tokenPattern = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}$")

// ownHeaders are headers that mean something else to the gateway, to proxies or to browsers.
var ownHeaders = []string{
	"Accept", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect", "Forwarded", "Host",
	"Keep-Alive", "Origin", "Proxy-Authorization", "Proxy-Connection", "Referer", "Set-Cookie", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
}

func aHeader(text string) string {
	switch {
	case !tokenPattern.MatchString(text):
		return "is no name of a header"
	case slices.Contains(ownHeaders, textproto.CanonicalMIMEHeaderKey(text)):
		return "is a header that is needed for something else; choose another one, such as X-Api-Key"
	}
	return ""
}

var parameterPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,60}$`)

func aParameter(text string) string {
	if !parameterPattern.MatchString(text) {
		return "must be up to 60 letters, digits, dots, underscores and hyphens"
	}
	return ""
}

var scopePattern = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,100}$`) // RFC 6749, section 3.3

func aScope(text string) string {
	if !scopePattern.MatchString(text) {
		return "must be a word without spaces, quotation marks and backslashes"
	}
	return ""
}

const (
	mostNames  = 8
	mostScopes = 100
)

func (r *manifestReader) readStrategy(at *yaml.Node) {
	read, ok := r.fields(at, "the strategy", "slug", "name", "kind", "headers", "query", "scopes", "default")
	if !ok {
		return
	}
	strategy := plan.Strategy{
		Slug: read.required("slug", aSlug), Kind: plan.Kind(read.required("kind", aServedKind)),
		Headers: read.texts("headers", mostNames, aHeader), Query: read.texts("query", mostNames, aParameter),
		Scopes: read.texts("scopes", mostScopes, aScope), Default: read.flag("default", false),
		ManagedBy: catalog.Files, File: manifestFile,
	}
	strategy.Name = read.text("name", strategy.Slug, aName)
	for i, header := range strategy.Headers {
		strategy.Headers[i] = textproto.CanonicalMIMEHeaderKey(header)
	}
	if strategy.Kind == plan.Basic && (strategy.Headers != nil || strategy.Query != nil) {
		r.refuse(at, "A strategy of the kind basic has neither headers nor query: its proof comes in Authorization.", "Remove them, or write kind: key.")
	}
	r.claim("strategy", strategy.Slug, read.place("slug"))
	r.manifest.strategies = append(r.manifest.strategies, strategy)
	if strategy.Default {
		r.claim("default", "strategy", read.of["default"])
	}
}

func aServedKind(text string) string {
	switch plan.Kind(text) {
	case plan.ClientCredentials, plan.SelfManaged, plan.JWT, plan.Certificate:
		return "is not served yet; choose key or basic"
	}
	return oneOf(plan.Key, plan.Basic)(text)
}

// checkDefaults tells where nobody said which strategy new applications use.
func (r *manifestReader) checkDefaults() {
	strategies := r.manifest.strategies
	if len(strategies) > 0 && !slices.ContainsFunc(strategies, func(s plan.Strategy) bool { return s.Default }) {
		r.warn(nil, "No strategy is the default one.", "Add default: true to the one that new applications shall use.")
	}
}
