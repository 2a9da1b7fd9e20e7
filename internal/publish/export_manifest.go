package publish

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/quantity"
	"github.com/portico-api/portico/internal/site"
)

// ExportMark is the first line of every exported manifest. It tells an export from a folder that people write.
const ExportMark = "# Written by portico export.\n"

// manifest returns the text of portico.yaml. It leaves out settings with their default value.
func (e exported) manifest() []byte {
	w := &yamlWriter{}
	w.text.WriteString(ExportMark)
	w.site(e.settings)
	w.items("strategies", len(e.strategies), func(i int) { w.strategy(e.strategies[i]) })
	w.items("products", len(e.products), func(i int) { w.product(e.products[i], e.specFiles) })
	w.items("plans", len(e.plans), func(i int) {
		opens := make([]string, len(e.plans[i].Opens))
		for at, version := range e.plans[i].Opens {
			opens[at] = e.versionNames[version]
		}
		w.plan(e.plans[i], e.strategySlugs[e.plans[i].Strategy], opens)
	})
	return []byte(w.text.String())
}

// site writes the settings that files own or that differ from their defaults.
func (w *yamlWriter) site(settings site.Settings) {
	usual, inside := site.Defaults(), &yamlWriter{depth: 1}
	write := func(name string, differs bool, setting func()) {
		if differs || slices.Contains(settings.FromFiles, name) {
			setting()
		}
	}
	words := func(name, value, fallback string) {
		write(name, value != fallback, func() { inside.words(name, value) })
	}
	words("name", settings.Name, usual.Name)
	words("cover_text", settings.CoverText, usual.CoverText)
	words("welcome", settings.Welcome, usual.Welcome)
	words("terms", settings.Terms, usual.Terms)
	words("support", settings.Support, usual.Support)
	write("public", settings.Public != usual.Public, func() { inside.setting("public", strconv.FormatBool(settings.Public)) })
	write("konnect_public", settings.KonnectPublic != usual.KonnectPublic, func() { inside.setting("konnect_public", strconv.FormatBool(settings.KonnectPublic)) })
	write("auto_approve", settings.AutoApprove != usual.AutoApprove, func() { inside.setting("auto_approve", strconv.FormatBool(settings.AutoApprove)) })
	write("staff_mail", settings.StaffMailOff != usual.StaffMailOff, func() { inside.setting("staff_mail", strconv.FormatBool(!settings.StaffMailOff)) })
	list := func(name string, differs bool, values []string) {
		write(name, differs, func() { inside.setting(name, flow(values)) })
	}
	words("sign_up", string(settings.SignUp), string(usual.SignUp))
	list("allowed_domains", len(settings.AllowedDomains) > 0, settings.AllowedDomains)
	list("areas", !slices.Equal(settings.Areas, usual.Areas), spelled(settings.Areas))
	words("partner_host", settings.PartnerHost, usual.PartnerHost)
	list("dialects_off", len(settings.DialectsOff) > 0, spelled(settings.DialectsOff))
	words("theme", string(settings.Theme), string(usual.Theme))
	words("light_color", string(settings.LightColor), string(usual.LightColor))
	words("dark_color", string(settings.DarkColor), string(usual.DarkColor))
	for _, slot := range site.ImageSlots() {
		file := ""
		if shown := settings.Image(slot); shown.Present() {
			file = imageFile(slot, shown)
		}
		words(string(slot), file, "")
	}
	write("request_fields", len(settings.RequestFields) > 0, func() { inside.requestFields(settings.RequestFields) })
	if inside.text.Len() > 0 {
		w.setting("site", "")
		w.text.WriteString(inside.text.String())
	}
}

func (w *yamlWriter) requestFields(asked []site.RequestField) {
	if len(asked) == 0 {
		w.setting("request_fields", "[]")
		return
	}
	w.items("request_fields", len(asked), func(i int) {
		w.words("label", asked[i].Label)
		w.words("kind", string(asked[i].Kind))
		w.list("choices", asked[i].Choices)
		w.flag("required", asked[i].Required, false)
	})
}

func spelled[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return texts
}

func (w *yamlWriter) strategy(strategy plan.Strategy) {
	w.words("slug", strategy.Slug)
	w.words("name", strategy.Name)
	w.words("kind", string(strategy.Kind))
	w.list("headers", strategy.Headers)
	w.list("query", strategy.Query)
	w.list("scopes", strategy.Scopes)
	w.flag("default", strategy.Default, false)
}

// audience returns the teams that may see the product, with their rights unless they have all.
func (p exportedProduct) audience() []string {
	words := make([]string, len(p.Teams))
	for i, granted := range p.Teams {
		words[i] = quote(p.teams[i])
		if granted.Register && granted.Documentation {
			continue
		}
		rights := []string{rightView}
		if granted.Register {
			rights = append(rights, rightRegister)
		}
		if granted.Documentation {
			rights = append(rights, rightDocumentation)
		}
		words[i] = "{team: " + words[i] + ", rights: " + flow(rights) + "}"
	}
	return words
}

func (w *yamlWriter) product(product exportedProduct, specs map[catalog.VersionID]string) {
	w.words("slug", product.Slug)
	w.words("name", product.Name)
	w.optional("description", product.Description)
	w.flag("published", product.Published, true)
	if product.Audience == catalog.Teams {
		w.setting("audience", "{teams: ["+strings.Join(product.audience(), ", ")+"]}")
	} else {
		w.words("audience", string(product.Audience))
	}
	if len(product.documents) > 0 {
		w.words("documents", documentsFolder(product.Slug))
	}
	w.items("versions", len(product.versions), func(i int) {
		version := product.versions[i]
		w.words("name", version.Name)
		w.optional("spec", specs[version.ID])
		w.flag("published", version.Published, true)
		w.flag("deprecated", version.Deprecated, false)
		if len(version.Endpoints) == 0 {
			return
		}
		w.group("environments", func() {
			for _, endpoint := range version.Endpoints {
				w.group(endpoint.Environment, func() { w.endpoint(endpoint) })
			}
		})
	})
}

func (w *yamlWriter) endpoint(endpoint catalog.Endpoint) {
	w.words("base_path", endpoint.BasePath)
	w.words("upstream", endpoint.Upstream)
	if endpoint.Refusals != catalog.Refusals()[0] {
		w.optional("refusals", endpoint.Refusals)
	}
	if endpoint.Timeout > 0 {
		w.words("timeout", quantity.Span(endpoint.Timeout))
	}
	if endpoint.MaxBody > 0 {
		w.words("max_body", spellSize(endpoint.MaxBody))
	}
	w.flag("cors_upstream", endpoint.CORSUpstream, false)
}

func (w *yamlWriter) plan(entry plan.Plan, strategy string, opens []string) {
	w.words("slug", entry.Slug)
	w.words("name", entry.Name)
	w.optional("description", entry.Description)
	w.flag("published", entry.Published, true)
	w.optional("family", entry.Family)
	w.words("environment", entry.Environment)
	w.words("strategy", strategy)
	w.list("opens", opens)
	w.list("scopes", entry.Scopes)
	w.items("limits", len(entry.Limits), func(i int) { w.limit(entry.Limits[i]) })
	if entry.Price.Currency != "" {
		w.group("price", func() { w.price(entry.Price) })
	}
	w.words("approval", string(entry.Approval))
	w.flag("registrable", entry.Registrable, false)
	w.flag("trial", entry.Trial, false)
	if entry.Keys != (plan.KeyPolicy{}) && entry.Keys != (plan.KeyPolicy{Format: plan.PrefixedKey}) {
		w.group("keys", func() { w.keys(entry.Keys) })
	}
}

func (w *yamlWriter) limit(limit plan.Limit) {
	w.setting("calls", strconv.FormatInt(limit.Amount, 10))
	if limit.Per != plan.PerSubscription {
		w.words("per", string(limit.Per))
	}
	switch limit.Window.Kind {
	case plan.Month, plan.Day:
		w.words("window", string(limit.Window.Kind))
	case plan.Rate, plan.Seconds:
		w.words("window", quantity.Span(limit.Window.Length))
	}
	w.flag("overage", limit.Overage, false)
}

func (w *yamlWriter) price(price plan.Price) {
	w.words("currency", price.Currency)
	for _, amount := range []struct {
		name  string
		minor int64
	}{{"monthly", price.Monthly}, {"per_thousand", price.PerThousand}, {"spending_cap", price.SpendingCap}} {
		if amount.minor > 0 {
			w.setting(amount.name, spellMoney(amount.minor, plan.MinorDigits(price.Currency)))
		}
	}
	if price.Included > 0 {
		w.setting("included", strconv.FormatInt(price.Included, 10))
	}
}

func (w *yamlWriter) keys(keys plan.KeyPolicy) {
	if keys.Format != "" {
		w.words("format", string(keys.Format))
	}
	w.flag("pair", keys.Pair, false)
	w.flag("viewable", keys.Viewable, false)
	w.flag("in_query", keys.InQuery, false)
	if keys.Validity > 0 {
		w.words("validity", quantity.Span(keys.Validity))
	}
}

// spellSize formats a number of bytes in the largest unit that divides it.
func spellSize(bytes int64) string {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if bytes%unit.bytes == 0 {
			return strconv.FormatInt(bytes/unit.bytes, 10) + unit.name
		}
	}
	return strconv.FormatInt(bytes, 10) + "B"
}

// spellMoney formats minor units as a price.
func spellMoney(minor int64, digits int) string {
	if digits == 0 {
		return strconv.FormatInt(minor, 10)
	}
	text := fmt.Sprintf("%0*d", digits+1, minor)
	return strings.Join([]string{text[:len(text)-digits], text[len(text)-digits:]}, ".")
}
