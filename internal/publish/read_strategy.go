package publish

import (
	"slices"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

func (r *manifestReader) readStrategy(at *yaml.Node) {
	read, ok := r.fields(at, "the strategy", "slug", "name", "kind", "headers", "query", "scopes", "default")
	if !ok {
		return
	}
	strategy := plan.Strategy{
		Slug: read.required("slug", catalog.SlugRule), Kind: plan.Kind(read.required("kind", plan.AServedKind)),
		Headers: read.texts("headers", plan.MostNames, plan.AHeader), Query: read.texts("query", plan.MostNames, plan.AParameter),
		Scopes: read.texts("scopes", plan.MostScopes, plan.AScope), Default: read.flag("default", false),
		ManagedBy: catalog.Files, File: manifestFile,
	}
	strategy.Name = read.text("name", strategy.Slug, catalog.NameRule)
	strategy.Headers = plan.CanonicalHeaders(strategy.Headers)
	if !strategy.TakesNames() && (strategy.Headers != nil || strategy.Query != nil) {
		r.refuse(at, "A basic strategy has neither headers nor query: its keys are sent in the Authorization header.", "Remove them, or write kind: key.")
	}
	r.claim("strategy", strategy.Slug, read.place("slug"))
	r.manifest.strategies = append(r.manifest.strategies, strategy)
	if strategy.Default {
		r.claim("default", "strategy", read.of["default"])
	}
}

// checkDefaults warns if no strategy is the default for new applications.
func (r *manifestReader) checkDefaults() {
	strategies := r.manifest.strategies
	if len(strategies) > 0 && !slices.ContainsFunc(strategies, func(s plan.Strategy) bool { return s.Default }) {
		r.warn(nil, "No strategy is the default.", "Add default: true to the one that new applications should use.")
	}
}
