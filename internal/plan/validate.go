package plan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
)

// Validate returns an error that lists the invalid fields of the strategy.
func (s Strategy) Validate() error {
	var refused catalog.Refused
	refused.Check("slug", s.Slug, catalog.SlugRule)
	refused.Check("name", s.Name, catalog.NameRule)
	refused.Check("kind", string(s.Kind), AServedKind)
	refused.CheckEach("headers", s.Headers, MostNames, AHeader)
	refused.CheckEach("query", s.Query, MostNames, AParameter)
	refused.CheckEach("scopes", s.Scopes, MostScopes, AScope)
	if !s.TakesNames() && (len(s.Headers) > 0 || len(s.Query) > 0) {
		refused.Add("kind", "must not be basic if headers or query are set: basic credentials come in Authorization")
	}
	return refused.Err()
}

// Validate returns an error that lists the invalid fields of the plan. It does not check the strategy and the versions.
func (p Plan) Validate() error {
	var refused catalog.Refused
	refused.Check("slug", p.Slug, catalog.SlugRule)
	refused.Check("name", p.Name, catalog.NameRule)
	refused.Check("description", p.Description, catalog.DescriptionRule)
	refused.Check("environment", p.Environment, catalog.SlugRule)
	if p.Family != "" {
		refused.Check("family", p.Family, catalog.SlugRule)
	}
	refused.CheckEach("scopes", p.Scopes, MostScopes, AScope)
	refused.Check("approval", string(p.Approval), AnApproval)
	p.checkLimits(&refused)
	p.Price.check(&refused)
	refused.Check("format", string(p.Keys.Format), AKeyFormat)
	if validity := p.Keys.Validity; validity != 0 && (validity < ShortestValidity || validity > LongestValidity) {
		refused.Add("validity", "must be a duration from 1h to 3650d, such as 365d")
	}
	if p.Trial && !TriableIn(p.Environment) {
		refused.Add("trial", "is only possible in a sandbox, not in the environment "+p.Environment)
	}
	return refused.Err()
}

func (p Plan) checkLimits(refused *catalog.Refused) {
	if len(p.Limits) > MostLimits {
		refused.Add("limits", fmt.Sprintf("must be at most %d", MostLimits))
		return
	}
	for i, limit := range p.Limits {
		name := func(part string) string { return "limits." + strconv.Itoa(i) + "." + part }
		if limit.Amount < 1 || limit.Amount > MostCalls {
			refused.Add(name("calls"), "must be a whole number from 1 to "+strconv.Itoa(MostCalls))
		}
		refused.Check(name("per"), string(limit.Per), APer)
		if _, ok := ParseWindow(limit.Window.String()); !ok {
			refused.Add(name("window"), "must be month, day, or whole seconds up to 366d, such as 1s, 1m or 12h")
		}
		if slices.ContainsFunc(p.Limits[:i], limit.sameTime) {
			refused.Add(name("window"), "is the same as in another limit; keep only the lower limit")
		}
		if reason := p.AnOverage(limit); reason != "" {
			refused.Add(name("overage"), reason)
		}
	}
}

// AnOverage is the rule for limits with overage: the price is per subscription and month, so such limits must be, too.
func (p Plan) AnOverage(limit Limit) string {
	switch {
	case !limit.Overage:
	case limit.Window.Kind != Month || limit.Per != PerSubscription:
		return "is only possible for a limit per subscription and month"
	case p.Price.PerThousand == 0:
		return "needs a price per 1,000 calls"
	case p.Price.Included > limit.Amount:
		return "needs a limit of at least the included calls"
	}
	return ""
}

// sameTime reports whether two limits apply to the same object and window, so that only the lower one matters.
func (l Limit) sameTime(other Limit) bool { return l.Per == other.Per && l.Window == other.Window }

func (p Price) check(refused *catalog.Refused) {
	if p == (Price{}) {
		return
	}
	refused.Check("currency", p.Currency, ACurrency)
	if p.Monthly < 0 {
		refused.Add("monthly", "must be an amount of money, such as 49.00")
	}
	if p.PerThousand < 0 {
		refused.Add("per_thousand", "must be an amount of money, such as 0.20")
	}
	if p.Included < 0 || p.Included > MostCalls {
		refused.Add("included", "must be a whole number from 0 to "+strconv.Itoa(MostCalls))
	}
	if reason := p.ASpendingCap(); reason != "" {
		refused.Add("spending_cap", reason)
	}
}

// ASpendingCap is the rule for the spending cap of a price.
func (p Price) ASpendingCap() string {
	switch {
	case p.SpendingCap == 0:
	case p.SpendingCap < 0:
		return "must be an amount of money, such as 100.00"
	case p.PerThousand == 0:
		return "needs a price per 1,000 calls"
	case p.SpendingCap < p.Monthly:
		return "must be at least the monthly price"
	}
	return ""
}

// fits returns an error if the plan uses what its strategy does not support.
func (p Plan) fits(strategy Strategy) error {
	var refused catalog.Refused
	for _, scope := range p.Scopes {
		if !strategy.Grants(scope) {
			refused.Add("scopes", fmt.Sprintf("names %q, which is not a scope of the strategy %s", scope, strategy.Slug))
		}
	}
	if p.Keys.InQuery && !strategy.TakesNames() {
		refused.Add("in_query", "cannot be combined with a basic strategy: basic credentials never come in the query")
	}
	if p.Trial && strategy.Kind != Key {
		refused.Add("trial", fmt.Sprintf("needs a strategy of kind key, but %s is of kind %s", strategy.Slug, strategy.Kind))
	}
	return refused.Err()
}

// Differences returns the changed fields of a strategy, named as in the apply format.
func (s Strategy) Differences(before Strategy) []event.Difference {
	return event.Differing(
		event.Part{Name: "name", Before: before.Name, After: s.Name},
		event.Part{Name: "kind", Before: before.Kind, After: s.Kind},
		event.Part{Name: "headers", Before: before.Headers, After: s.Headers},
		event.Part{Name: "query", Before: before.Query, After: s.Query},
		event.Part{Name: "scopes", Before: before.Scopes, After: s.Scopes},
		event.Part{Name: "default", Before: before.Default, After: s.Default},
		event.Part{Name: "file", Before: before.File, After: s.File},
	)
}

// Differences returns the changed fields of a plan, named as in the apply format.
func (p Plan) Differences(before Plan) []event.Difference {
	return event.Differing(
		event.Part{Name: "name", Before: before.Name, After: p.Name},
		event.Part{Name: "description", Before: before.Description, After: p.Description},
		event.Part{Name: "published", Before: before.Published, After: p.Published},
		event.Part{Name: "family", Before: before.Family, After: p.Family},
		event.Part{Name: "environment", Before: before.Environment, After: p.Environment},
		event.Part{Name: "strategy", Before: before.Strategy, After: p.Strategy},
		event.Part{Name: "opens", Before: before.Opens, After: p.Opens},
		event.Part{Name: "scopes", Before: before.Scopes, After: p.Scopes},
		event.Part{Name: "limits", Before: before.Limits, After: p.Limits},
		event.Part{Name: "price", Before: before.Price, After: p.Price},
		event.Part{Name: "approval", Before: before.Approval, After: p.Approval},
		event.Part{Name: "registrable", Before: before.Registrable, After: p.Registrable},
		event.Part{Name: "trial", Before: before.Trial, After: p.Trial},
		event.Part{Name: "keys", Before: before.Keys, After: p.Keys},
		event.Part{Name: "file", Before: before.File, After: p.File},
	)
}
