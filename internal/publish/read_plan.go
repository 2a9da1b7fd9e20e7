package publish

import (
	"fmt"
	"slices"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/spelling"
)

func (r *manifestReader) readPlan(at *yaml.Node) {
	read, ok := r.fields(at, "the plan", "slug", "name", "description", "published", "family", "environment", "strategy", "opens",
		"scopes", "limits", "price", "approval", "registrable", "trial", "keys")
	if !ok {
		return
	}
	entry := planEntry{strategy: read.required("strategy", catalog.SlugRule), Plan: plan.Plan{
		Slug: read.required("slug", catalog.SlugRule), Name: read.required("name", catalog.NameRule), Description: read.text("description", "", catalog.DescriptionRule),
		Published: read.flag("published", true), Family: read.text("family", "", catalog.SlugRule), Environment: read.required("environment", catalog.SlugRule),
		Scopes:      read.texts("scopes", plan.MostScopes, plan.AScope),
		Approval:    plan.Approval(read.text("approval", string(plan.StaffApproval), plan.AnApproval)),
		Registrable: read.flag("registrable", false), Trial: read.flag("trial", false), ManagedBy: catalog.Files, File: manifestFile,
	}}
	r.claim("plan", entry.Slug, read.place("slug"))
	strategy := r.readPlanStrategy(read, entry)
	entry.opens = r.readOpens(read, entry.Environment)
	entry.Price = r.readPrice(read)
	entry.Limits = r.readLimits(read, entry.Price)
	entry.Keys = r.readKeys(read, strategy)
	r.checkTrial(read, entry, strategy)
	r.places["registrable "+entry.Slug] = read.place("registrable")
	r.manifest.plans = append(r.manifest.plans, entry)
}

func (r *manifestReader) readPlanStrategy(read fields, entry planEntry) plan.Strategy {
	at := slices.IndexFunc(r.manifest.strategies, func(s plan.Strategy) bool { return s.Slug == entry.strategy })
	if at < 0 {
		if entry.strategy != "" {
			r.refuse(read.of["strategy"], fmt.Sprintf("There is no strategy %q.", entry.strategy), spelling.Advice(entry.strategy, r.strategySlugs()))
		}
		return plan.Strategy{}
	}
	strategy := r.manifest.strategies[at]
	for _, scope := range entry.Scopes {
		if !strategy.Grants(scope) {
			r.refuse(read.of["scopes"], fmt.Sprintf("The strategy %q has no scope %q.", strategy.Slug, scope), spelling.Advice(scope, strategy.Scopes))
		}
	}
	return strategy
}

// checkTrial checks that a plan for trial is for a sandbox and for keys.
func (r *manifestReader) checkTrial(read fields, entry planEntry, strategy plan.Strategy) {
	switch {
	case !entry.Trial:
	case !plan.TriableIn(entry.Environment):
		r.refuse(read.of["trial"], fmt.Sprintf("A plan for trial must be for a sandbox, not for the environment %s.", entry.Environment),
			"Remove trial: true, or use another environment.")
	case strategy.Kind != plan.Key && strategy.Kind != "":
		r.refuse(read.of["trial"], fmt.Sprintf("A plan for trial needs a strategy of kind key, but %q is of kind %s.", strategy.Slug, strategy.Kind),
			"Remove trial: true, or use a strategy of kind key.")
	}
}

// readOpens reads the versions that the plan opens. Each must have an endpoint in the plan's environment.
func (r *manifestReader) readOpens(read fields, environment string) []string {
	opens := read.texts("opens", plan.MostOpens, anything)
	if len(opens) == 0 {
		r.refuse(read.place("opens"), "The plan opens no version.", "Add opens: [product/version].")
	}
	for _, name := range opens {
		version, known := r.version(name)
		if !known {
			r.refuse(read.of["opens"], fmt.Sprintf("There is no version %q.", clip(name)), spelling.Advice(name, r.versionNames()))
			continue
		}
		var environments []string
		for _, endpoint := range version.Endpoints {
			environments = append(environments, endpoint.Environment)
		}
		if environment != "" && !slices.Contains(environments, environment) {
			r.refuse(read.of["environment"], fmt.Sprintf("The version %q has no environment %q.", name, environment), spelling.Advice(environment, environments))
		}
	}
	return opens
}

func (r *manifestReader) readLimits(read fields, price plan.Price) []plan.Limit {
	items := r.items(read.of["limits"], "limits")
	if len(items) > plan.MostLimits {
		r.refuse(read.of["limits"], fmt.Sprintf("A plan has at most %d limits.", plan.MostLimits), "Shorten the list.")
		return nil
	}
	var limits []plan.Limit
	for _, at := range items {
		written, ok := r.fields(at, "the limit", "calls", "per", "window", "overage")
		if !ok {
			continue
		}
		limit := plan.Limit{
			Meter: plan.Calls, Amount: written.number("calls", 1, plan.MostCalls),
			Per: plan.Per(written.text("per", string(plan.PerSubscription), plan.APer)), Overage: written.flag("overage", false),
		}
		for _, name := range []string{"calls", "window"} {
			if _, there := written.of[name]; !there {
				r.refuse(at, "The limit has no "+name+".", "Write it as {calls: 1000, window: month}.")
			}
		}
		limit.Window = written.window()
		same := func(l plan.Limit) bool { return l.Per == limit.Per && l.Window == limit.Window }
		if slices.ContainsFunc(limits, same) {
			r.refuse(at, "Another limit has the same window.", "Keep the lower one.")
		}
		if reason := (plan.Plan{Price: price}).AnOverage(limit); reason != "" {
			r.refuse(written.of["overage"], "overage "+reason+".", "Remove overage: true, or change the limit or the price.")
		}
		limits = append(limits, limit)
	}
	return limits
}

// window reads the time window of a limit.
func (f fields) window() plan.Window {
	at, written := f.of["window"]
	if !written {
		return plan.Window{}
	}
	window, ok := plan.ParseWindow(at.Value)
	if at.Kind != yaml.ScalarNode || !ok {
		f.refuse(at, fmt.Sprintf("window must be month, day, or whole seconds up to 366d, not %s.", kindOf(at)), "Write month, day, or a duration such as 1s, 1m or 12h.")
	}
	return window
}

func (r *manifestReader) readPrice(read fields) plan.Price {
	at, written := read.of["price"]
	if !written {
		return plan.Price{}
	}
	price, ok := r.fields(at, "the price", "currency", "monthly", "per_thousand", "included", "spending_cap")
	if !ok {
		return plan.Price{}
	}
	currency := price.required("currency", plan.ACurrency)
	priced := plan.Price{
		Currency: currency, Monthly: price.money("monthly", currency), PerThousand: price.money("per_thousand", currency),
		Included: price.number("included", 0, plan.MostCalls), SpendingCap: price.money("spending_cap", currency),
	}
	if reason := priced.ASpendingCap(); reason != "" {
		r.refuse(price.of["spending_cap"], "spending_cap "+reason+".", "Remove spending_cap, or change the price.")
	}
	return priced
}

func (r *manifestReader) readKeys(read fields, strategy plan.Strategy) plan.KeyPolicy {
	policy := plan.KeyPolicy{Format: plan.PrefixedKey}
	at, written := read.of["keys"]
	if !written {
		return policy
	}
	keys, ok := r.fields(at, "the key policy", "format", "pair", "viewable", "in_query", "validity")
	if !ok {
		return policy
	}
	policy = plan.KeyPolicy{
		Format: plan.KeyFormat(keys.text("format", string(plan.PrefixedKey), plan.AKeyFormat)),
		Pair:   keys.flag("pair", false), Viewable: keys.flag("viewable", false), InQuery: keys.flag("in_query", false),
		Validity: keys.duration("validity", plan.ShortestValidity, plan.LongestValidity),
	}
	if policy.InQuery && !strategy.TakesNames() {
		r.refuse(keys.of["in_query"], "Keys of a basic strategy cannot be sent in the query.", "Remove in_query, or use a strategy of kind key.")
	}
	return policy
}

// checkRegistrable checks that at most one plan is registrable for a version with a strategy.
func (r *manifestReader) checkRegistrable() {
	first := map[string]string{}
	for _, entry := range r.manifest.plans {
		if !entry.Registrable || !entry.Published {
			continue
		}
		for _, version := range entry.opens {
			key := version + " " + entry.strategy
			if other, taken := first[key]; taken {
				r.refuse(r.places["registrable "+entry.Slug],
					fmt.Sprintf("The plans %q and %q are both registrable for %s with the strategy %q, so it is not clear which one a registration asks for.", other, entry.Slug, version, entry.strategy),
					"Remove registrable: true from one of them.")
				continue
			}
			first[key] = entry.Slug
		}
	}
}
