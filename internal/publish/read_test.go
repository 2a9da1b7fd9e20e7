package publish_test

import (
	"context"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/testkit"
)

func TestManifestIsRefusedWithPlaceAndAdvice(t *testing.T) {
	kit := testkit.New(t)
	product := func(rest string) string { return "products:\n  - slug: weather\n    name: Weather\n    " + rest }
	endpoint := func(rest string) string {
		return product("versions: [{name: v1, environments: {production: {" + rest + "}}}]")
	}
	planned := func(rest string) string { return weather + "  - {slug: gold, name: Gold, " + rest + "}\n" }
	const complete = "environment: production, strategy: api-key, opens: [weather/v1]"
	for name, test := range map[string]struct{ manifest, want string }{
		"unknown setting":        {product("desription: x"), `portico.yaml:4:5: error: The product has no setting "desription". Did you mean "description"?`},
		"unknown part":           {"produkts: []", `portico.yaml:1:1: error: The file has no setting "produkts". Did you mean "products"?`},
		"setting twice":          {product("name: Again"), `portico.yaml:4:5: error: "name" is used again; it was first used on line 3.`},
		"broken":                 {"products: [", "portico.yaml:1:1: error: This is not valid YAML"},
		"tab":                    {"products:\n\t- slug: x", "portico.yaml:2:1: error: This is not valid YAML"},
		"empty":                  {"# nothing\n", "portico.yaml: error: The file is empty."},
		"several documents":      {"site: {}\n---\nsite: {}", "several documents"},
		"not a mapping":          {"- products", "portico.yaml:1:1: error: The file must be a group of settings, not a list."},
		"not a list":             {"products: {slug: a}", "portico.yaml:1:11: error: products must be a list, not a group of settings."},
		"text for a group":       {"products: [weather]", `The product must be a group of settings, not the value "weather".`},
		"group for a text":       {product("description: {a: b}"), "portico.yaml:4:18: error: description must be a single value"},
		"no slug":                {"products: [{name: A}]", "portico.yaml:1:12: error: The product has no slug. Add slug: and its value."},
		"bad slug":               {"products: [{slug: We_ather, name: A}]", `portico.yaml:1:19: error: slug: "We_ather" must be`},
		"slug twice":             {"products: [{slug: a, name: A}, {slug: a, name: B}]", `portico.yaml:1:39: error: The product "a" is used again; it was first used on line 1.`},
		"control in name":        {`products: [{slug: a, name: "A\u0007"}]`, "must not"},
		"NUL in description":     {product(`description: "a\0b"`), "must not contain control characters"},
		"direction in name":      {`products: [{slug: a, name: "A` + "\u202e" + `B"}]`, "characters that change the direction"},
		"raw control":            {"site: {name: a\x01}", "portico.yaml:1:1: error: The file contains the control character U+0001."},
		"not UTF-8":              {"site:\n  name: a\xff", "portico.yaml:2:1: error: The file contains text that is not UTF-8."},
		"flag":                   {product("published: yes"), "portico.yaml:4:16: error: published must be true or false"},
		"audience":               {product("audience: everyone"), "must be public or signed-in"},
		"audience near":          {product("audience: signedin"), `perhaps you mean "signed-in"`},
		"audience teams":         {product("audience: teams"), "write {teams: [Acme]}"},
		"unknown team":           {product("audience: {teams: [Acmee]}"), `portico.yaml:4:24: error: There is no team "Acmee".`},
		"team twice":             {product("audience: {teams: [Acme, {team: Acme}]}"), "names the same team twice"},
		"a nameless team":        {product("audience: {teams: [{rights: [view]}]}"), "The team has no team."},
		"unknown right":          {product("audience: {teams: [{team: Acme, rights: [view, registr]}]}"), `perhaps you mean "register"`},
		"right without view":     {product("audience: {teams: [{team: Acme, rights: [register]}]}"), "rights must include view"},
		"no rights":              {product("audience: {teams: [{team: Acme, rights: []}]}"), "rights must include view"},
		"no team":                {product("audience: {teams: []}"), "names no team"},
		"version without name":   {product("versions: [{}]"), "The version has no name."},
		"version twice":          {product("versions: [{name: v1}, {name: v1}]"), `The version "weather/v1" is used again`},
		"version of dots":        {product("versions: [{name: ..}]"), "must be up to 60 letters"},
		"missing description":    {product("versions: [{name: v1, spec: none.yaml}]"), "portico.yaml:4:33: error: There is no file none.yaml."},
		"description outside":    {product("versions: [{name: v1, spec: ../a.yaml}]"), "leads outside the folder"},
		"description absolute":   {product("versions: [{name: v1, spec: /etc/passwd}]"), "is absolute"},
		"description backslash":  {product(`versions: [{name: v1, spec: "a\\b"}]`), "has backslashes"},
		"description is folder":  {product("versions: [{name: v1, spec: docs}]"), "docs is a folder, not a file."},
		"broken description":     {product("versions: [{name: v1, spec: broken.yaml}]"), "broken.yaml: error: This is a web page"},
		"missing documents":      {product("documents: nowhere"), "portico.yaml:4:16: error: There is no folder nowhere."},
		"documents are a file":   {product("documents: weather.json"), "is a file, not a folder"},
		"environment":            {product("versions: [{name: v1, environments: {Live Now: {base_path: /a, upstream: 'http://u'}}}]"), `The environment "Live Now" must be`},
		"no base path":           {endpoint("upstream: 'http://u'"), "The environment production has no base_path."},
		"base path":              {endpoint("base_path: weather, upstream: 'http://u'"), "must be a path such as /weather/v1"},
		"base path dots":         {endpoint("base_path: /a/../b, upstream: 'http://u'"), "must be a path such as /weather/v1"},
		"base path end":          {endpoint("base_path: /a/, upstream: 'http://u'"), "must be a path such as /weather/v1"},
		"base path encoded":      {endpoint("base_path: /a%2fb, upstream: 'http://u'"), "must be a path such as /weather/v1"},
		"own base path":          {endpoint("base_path: /metrics/a, upstream: 'http://u'"), "reserved for the gateway"},
		"base path twice":        {product("versions: [{name: v1, environments: {a: {base_path: /a, upstream: 'http://u'}, b: {base_path: /A, upstream: 'http://u'}}}]"), `The base path "/a" is used again`},
		"upstream file":          {endpoint("base_path: /a, upstream: 'file:///etc/passwd'"), "must begin with https://"},
		"upstream user":          {endpoint("base_path: /a, upstream: 'http://me:secret@u'"), "must not contain a user or password"},
		"upstream nothing":       {endpoint("base_path: /a, upstream: 'http://'"), "has no host"},
		"upstream query":         {endpoint("base_path: /a, upstream: 'http://u/?a=b'"), "must not have a query"},
		"upstream builtin":       {endpoint("base_path: /a, upstream: 'builtin:../x'"), "must have the form builtin:NAME"},
		"refusals":               {endpoint("base_path: /a, upstream: 'http://u', refusals: apin"), `perhaps you mean "apim"`},
		"timeout":                {endpoint("base_path: /a, upstream: 'http://u', timeout: 30"), "timeout must be a duration from 1ms to 1h"},
		"max body":               {endpoint("base_path: /a, upstream: 'http://u', max_body: 10 parsecs"), "max_body must be a size"},
		"kind":                   {"strategies: [{slug: a, kind: jwt}]", "is not supported"},
		"header":                 {"strategies: [{slug: a, kind: key, headers: ['X Key']}]", "is not a valid header name"},
		"header for another use": {"strategies: [{slug: a, kind: key, headers: [cookie]}]", "is reserved"},
		"headers of basic":       {"strategies: [{slug: a, kind: basic, headers: [X-A]}]", "neither headers nor query"},
		"two defaults":           {"strategies: [{slug: a, kind: key, default: true}, {slug: b, kind: key, default: true}]", `The default "strategy" is used again`},
		"unknown strategy":       {planned("environment: production, strategy: api-kee, opens: [weather/v1]"), `portico.yaml:15:65: error: There is no strategy "api-kee". Did you mean "api-key"?`},
		"unknown version":        {planned("environment: production, strategy: api-key, opens: [weather/v2]"), `There is no version "weather/v2". Did you mean "weather/v1"?`},
		"opens nothing":          {planned("environment: production, strategy: api-key"), "The plan opens no version."},
		"unknown environment":    {planned("environment: produktion, strategy: api-key, opens: [weather/v1]"), `The version "weather/v1" has no environment "produktion". Did you mean "production"?`},
		"limit":                  {planned(complete + ", limits: [{calls: 0, window: 1s}]"), "calls must be a whole number from 1 to"},
		"limit without window":   {planned(complete + ", limits: [{calls: 5}]"), "The limit has no window."},
		"limit window":           {planned(complete + ", limits: [{calls: 5, window: 1.5s}]"), "window must be month, day, or whole seconds"},
		"limit per":              {planned(complete + ", limits: [{calls: 5, per: person, window: 1s}]"), "must be subscription, credential or team"},
		"limit twice":            {planned(complete + ", limits: [{calls: 5, window: 1s}, {calls: 6, window: 1s}]"), "Another limit has the same window."},
		"price":                  {planned(complete + ", price: {currency: EUR, monthly: 1.005}"), "at most 2 decimals"},
		"price in yen":           {planned(complete + ", price: {currency: JPY, monthly: 1.5}"), "at most 0 decimals"},
		"currency":               {planned(complete + ", price: {currency: euro}"), "three capital letters"},
		"validity":               {planned(complete + ", keys: {validity: -1h}"), "validity must be a duration"},
		"registrable twice": {strings.Replace(planned(complete+", registrable: true"), "approval: automatic", "registrable: true", 1),
			`portico.yaml:15:108: error: The plans "basic" and "gold" are both registrable`},
		"trial of production": {planned(complete + ", trial: true"), "A plan for trial must be for a sandbox, not for the environment production."},
		"trial of basic": {
			strings.NewReplacer("{slug: api-key, name: API key, kind: key, default: true}", "{slug: api-key, name: Password, kind: basic}", "production", "sandbox").
				Replace(planned(complete + ", trial: true")),
			`A plan for trial needs a strategy of kind key, but "api-key" is of kind basic.`,
		},
		"site":    {"site: {support: nobody}", "portico.yaml:1:17: error: The site's support must be a mail address"},
		"unnamed": {"site: {name: ''}", "portico.yaml:1:14: error: The site's name must have"},
	} {
		t.Run(name, func(t *testing.T) {
			files := weatherFolder(test.manifest)
			files["broken.yaml"] = folder(map[string]string{"x": "<html>"})["x"]
			_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(listed(findings), test.want) || !openapi.HasErrors(findings) {
				t.Errorf("want %s\ngot  %s", test.want, listed(findings))
			}
			for _, found := range findings {
				if found.Advice == "" || found.Message == "" || found.File == "" {
					t.Errorf("says too little: %+v", found)
				}
			}
		})
	}
}

func listed(findings []openapi.Finding) string {
	lines := make([]string, len(findings))
	for i, found := range findings {
		lines[i] = found.String()
	}
	return strings.Join(lines, "\n")
}

func TestAnchorsAndMergeKeysAreRead(t *testing.T) {
	kit := testkit.New(t)
	manifest := strings.Replace(weather, "plans:\n", `plans:
  - &plan {slug: gold, name: Gold, environment: production, strategy: api-key, opens: &opens [weather/v1]}
  - {<<: *plan, slug: silver, name: Silver}
  - {slug: bronze, name: Bronze, environment: production, strategy: api-key, opens: *opens}
`, 1)
	if got := apply(t, kit, weatherFolder(manifest)); !strings.Contains(got, "plan gold\ncreated plan silver\ncreated plan bronze\n") {
		t.Error(got)
	}
}

func TestHostileYAMLIsRejected(t *testing.T) {
	kit := testkit.New(t)
	list := func(item string, count int) string { return "[" + strings.Repeat(item+", ", count) + item + "]" }
	bomb := "strategies: [{slug: a, kind: key, headers: &a " + list("x", 900) + "}]\nplans:\n" +
		strings.Repeat("  - {scopes: *a, limits: *a, opens: *a}\n", 60_000)
	for name, test := range map[string]struct{ text, want string }{
		"brackets":        {strings.Repeat("[", 1_000_000), "This is not valid YAML: exceeded max depth"},
		"braces":          {strings.Repeat("{a: ", 500_000), "This is not valid YAML: exceeded max depth"},
		"indentation":     {strings.Repeat("- ", 1_000_000), "This is not valid YAML: exceeded max depth"},
		"aliases":         {"a: &a [x, x]\nb: &b [*a, *a]\nproducts: &p [*b, *b, *p]\n", `The file has no setting "a"`},
		"alias to itself": {"products: &p [*p]\nsite: &s {<<: *s}\n", "The product must be a group of settings, not a list."},
		"many aliases":    {bomb, "The file has more than 200000 values after its aliases are expanded."},
		"many errors":     {"products: " + list("1", 150_000), "149801 more errors are not listed."},
		"too large":       {strings.Repeat("# comment\n", 500_000), "portico.yaml is larger than 4 MiB."},
		"lone alias":      {"products: *nowhere", "unknown anchor"},
		"complex key":     {"? [a, b]\n: c\n", "A name must be plain text."},
		"merge of a list": {"site: {<<: [1, 2]}", "The site must be a group of settings, not a list."},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(kit.As(kit.Staff), testkit.Patience)
			defer cancel()
			_, findings, err := kit.Publish.Read(ctx, weatherFolder(test.text))
			if err != nil || !openapi.HasErrors(findings) || !strings.Contains(listed(findings), test.want) {
				t.Fatalf("want %s\ngot %v\n%.2000s", test.want, err, listed(findings))
			}
			if len(findings) > 300 {
				t.Errorf("%d findings", len(findings))
			}
		})
	}
}
