package portico_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/site"
)

// The import rules. A directory that ends in /... includes everything below it.
const module = "github.com/portico-api/portico"

// rule is what the packages of one directory may import besides the standard library.
type rule struct {
	directory string
	ours      []string // directories of this module
	others    []string // paths of other modules
	anyOther  bool
}

// areas of the domain, each of which may import those to its left.
var areas = []string{"site", "account", "catalog/openapi", "catalog/markdown", "catalog/samples", "catalog", "plan", "access", "publish", "usage/ledger", "usage", "dataset", "overview"}

// dialects returns the directories below internal/api that speak a wire protocol.
func dialects() []string {
	var names []string
	for _, dialect := range site.Dialects() {
		names = append(names, string(dialect))
	}
	return names
}

// webShared are the packages of the site that its areas build on, each of which may import those to its left.
var webShared = []string{"address", "view/chart", "view", "visit"}

// webAreas are the parts of the site, none of which may import another.
var webAreas = []string{
	"application", "catalogue", "desk", "home", "people", "profile", "record", "reference", "settings", "signin", "usage",
}

const ground = "internal/platform/..."

func rules() []rule {
	everyArea := leftOf("")
	everything := slices.Concat(everyArea, within("api", append([]string{"rest"}, dialects()...)), within("", []string{
		"config", "store", "mail", "oidc", "web", "gateway/...", "app", "demo",
	}))
	table := []rule{
		{directory: ground, ours: []string{ground}},
		{directory: "internal/config", ours: []string{ground}, others: []string{"github.com/knadh/koanf", "github.com/oasdiff/yaml3"}},
		{directory: "internal/identity", ours: []string{ground}},
		{directory: "internal/event", ours: []string{ground, "internal/identity"}},

		{directory: "internal/site", ours: leftOf("site")},
		{directory: "internal/account", ours: leftOf("account"), others: []string{
			"golang.org/x/crypto", "golang.org/x/net/idna", "github.com/go-webauthn/webauthn", "github.com/pquerna/otp",
		}},
		{directory: "internal/catalog/openapi", ours: []string{ground}, others: []string{
			"github.com/getkin/kin-openapi", "github.com/oasdiff",
		}},
		{directory: "internal/catalog/markdown", ours: []string{ground}, others: []string{
			"github.com/yuin/goldmark", "github.com/alecthomas/chroma/v2", "github.com/microcosm-cc/bluemonday",
		}},
		{directory: "internal/catalog/samples", ours: []string{ground}},
		{directory: "internal/catalog", ours: leftOf("catalog"), others: []string{"golang.org/x/text"}},
		{directory: "internal/plan", ours: leftOf("plan")},
		{directory: "internal/publish", ours: leftOf("publish"), others: []string{"github.com/oasdiff/yaml3"}},
		{directory: "internal/access", ours: leftOf("access"), others: []string{
			"golang.org/x/crypto", "github.com/twmb/murmur3", "github.com/go-jose/go-jose/v4",
		}},
		{directory: "internal/usage/ledger", ours: []string{ground}},
		{directory: "internal/usage", ours: leftOf("usage"), others: []string{"github.com/DataDog/sketches-go"}},
		{directory: "internal/dataset", ours: leftOf("dataset"), others: []string{
			"github.com/santhosh-tekuri/jsonschema/v6", "github.com/xuri/excelize/v2", "golang.org/x/text",
		}},
		{directory: "internal/overview", ours: leftOf("overview")},

		{directory: "internal/store/...", ours: everyArea, others: []string{
			"github.com/uptrace/bun", "modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3",
		}},
		{directory: "internal/mail", ours: append(within("", []string{"usage"}), outward...), others: []string{"github.com/wneessen/go-mail"}},
		{directory: "internal/oidc", ours: outward, others: []string{"github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"}},
		{directory: "internal/api/rest", ours: append(within("", []string{"identity", "site", "account"}), ground), others: surfaceModules},
		{directory: "internal/web/address", ours: everyArea},
		{directory: "internal/web/view/chart", others: webModules},
		{directory: "internal/web/view", ours: append(within("web", []string{"address"}), everyArea...), others: webModules},
		{directory: "internal/web/visit", ours: append(within("web", []string{"address", "view"}), everyArea...), others: webModules},
		{directory: "internal/web", ours: append(within("web", append(webShared, webAreas...)), everyArea...), others: webModules},
		{directory: "internal/gateway/...", ours: append(within("", []string{
			"gateway/...", "identity", "event", "catalog", "plan", "access", "usage/ledger", "usage",
		}), ground), others: []string{
			"github.com/maypok86/otter/v2", "github.com/redis/go-redis/v9", "github.com/go-jose/go-jose/v4", "golang.org/x/crypto",
			"github.com/prometheus/client_golang", "go.opentelemetry.io/otel",
		}},

		{directory: "internal/app", ours: everything, anyOther: true},
		{directory: "internal/demo", ours: everything, anyOther: true},
		{directory: "internal/testkit", ours: everything, anyOther: true},
		{directory: "internal/api/conformance", ours: append(everything, "internal/testkit"), anyOther: true},
		{directory: "internal/cli", ours: append(within("", []string{"app", "config", "demo"}), everyArea...), others: []string{
			"github.com/alecthomas/kong", "golang.org/x/sync",
		}},
		{directory: "cmd/portico", ours: []string{"internal/cli"}},

		{directory: "tools/bench", ours: append(everything, "internal/testkit"), anyOther: true},
		{directory: "tools/samples", ours: []string{"internal/catalog/samples"}},
		{directory: "tools/...", others: []string{"github.com/evanw/esbuild"}},
		{directory: "."},
	}
	for _, area := range webAreas {
		table = append(table, rule{
			directory: "internal/web/" + area, ours: append(within("web", webShared), everyArea...), others: webModules,
		})
	}
	for _, dialect := range dialects() {
		table = append(table, rule{
			directory: "internal/api/" + dialect, ours: append(leftOf(""), "internal/api/rest"), others: surfaceModules,
		})
	}
	return table
}

var (
	outward        = append(within("", []string{"event", "account", "access"}), ground)
	webModules     = []string{"github.com/go-chi/chi/v5", "github.com/a-h/templ", "golang.org/x/net/html"}
	surfaceModules = []string{"github.com/go-chi/chi/v5", "github.com/go-jose/go-jose/v4"}
	testModules    = []string{
		"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl", "golang.org/x/net", "golang.org/x/sync", "github.com/yuin/goldmark",
		"github.com/santhosh-tekuri/jsonschema/v6", "github.com/getkin/kin-openapi", "github.com/prometheus/client_model",
	}
)

// leftOf returns the packages of this module that an area of the domain may import. An empty area means all areas.
func leftOf(area string) []string {
	left := areas
	if at := slices.Index(areas, area); at >= 0 {
		left = areas[:at]
	}
	return append([]string{ground, "internal/identity", "internal/event"}, within("", left)...)
}

func within(parent string, names []string) []string {
	directories := make([]string, 0, len(names))
	for _, name := range names {
		directories = append(directories, path.Join("internal", parent, name))
	}
	return directories
}

// source is one Go file and what it imports.
type source struct {
	name    string
	imports []string
}

// breaches lists the imports that break the rules, and the directories without a rule.
func breaches(table []rule, sources []source) []string {
	var found []string
	for _, file := range sources {
		directory := path.Dir(file.name)
		at := slices.IndexFunc(table, func(r rule) bool { return covers(r.directory, directory) })
		if at < 0 {
			found = append(found, fmt.Sprintf("%s: no rule says what %s may import; add one to arch_test.go", file.name, directory))
			continue
		}
		for _, imported := range file.imports {
			if !allowed(table[at], directory, imported, strings.HasSuffix(file.name, "_test.go")) {
				found = append(found, fmt.Sprintf("%s: %s may not import %s", file.name, directory, imported))
			}
		}
	}
	return found
}

// allowed reports whether a rule allows an import. Tests may import every package of this module, because they set up
// real services, and the libraries for tests.
func allowed(r rule, directory, imported string, test bool) bool {
	if imported == "C" {
		return false
	}
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		return test || ours == directory || slices.ContainsFunc(r.ours, func(pattern string) bool { return covers(pattern, ours) })
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") || r.anyOther {
		return true
	}
	of := func(other string) bool { return covers(other+"/...", imported) }
	return slices.ContainsFunc(r.others, of) || test && slices.ContainsFunc(testModules, of)
}

func covers(pattern, directory string) bool {
	above, below := strings.CutSuffix(pattern, "/...")
	return directory == above || below && strings.HasPrefix(directory, above+"/")
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	sources := goFiles(t)
	if len(sources) < 20 {
		t.Fatalf("found %d Go files only", len(sources))
	}
	for _, breach := range breaches(rules(), sources) {
		t.Error(breach)
	}
}

func goFiles(t *testing.T) []source {
	t.Helper()
	var sources []source
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file := source{name: filepath.ToSlash(name)}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			file.imports = append(file.imports, imported)
		}
		sources = append(sources, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestTheRulesCatchBreaches(t *testing.T) {
	cases := []struct {
		file, imported string
		allowed        bool
	}{
		{"internal/platform/sealed/ring.go", "crypto/hkdf", true},
		{"internal/platform/page/page.go", module + "/internal/platform/fault", true},
		{"internal/platform/page/page.go", module + "/internal/identity", false},
		{"internal/identity/principal.go", module + "/internal/event", false},
		{"internal/event/event.go", module + "/internal/identity", true},
		{"internal/catalog/product.go", module + "/internal/account", true},
		{"internal/catalog/product.go", module + "/internal/plan", false},
		{"internal/catalog/product.go", module + "/internal/catalog/openapi", true},
		{"internal/catalog/product.go", module + "/internal/catalog/markdown", true},
		{"internal/catalog/product.go", "golang.org/x/text/unicode/norm", true},
		{"internal/catalog/product.go", "github.com/getkin/kin-openapi/openapi3", false},
		{"internal/catalog/product.go", "github.com/yuin/goldmark", false},
		{"internal/catalog/openapi/read.go", "github.com/getkin/kin-openapi/openapi2", true},
		{"internal/catalog/openapi/read.go", "github.com/getkin/kin-openapi-other", false},
		{"internal/catalog/openapi/read.go", "github.com/oasdiff/yaml3", true},
		{"internal/catalog/openapi/read.go", "github.com/yuin/goldmark", false},
		{"internal/catalog/openapi/read.go", module + "/internal/platform/fault", true},
		{"internal/catalog/openapi/read.go", module + "/internal/catalog", false},
		{"internal/catalog/openapi/read.go", module + "/internal/catalog/markdown", false},
		{"internal/catalog/openapi/read.go", module + "/internal/identity", false},
		{"internal/catalog/markdown/tree.go", "github.com/yuin/goldmark/ast", true},
		{"internal/catalog/markdown/tree.go", "github.com/alecthomas/chroma/v2/lexers", true},
		{"internal/catalog/markdown/tree.go", "github.com/microcosm-cc/bluemonday", true},
		{"internal/catalog/markdown/tree.go", "github.com/getkin/kin-openapi/openapi3", false},
		{"internal/catalog/markdown/tree.go", module + "/internal/catalog", false},
		{"internal/catalog/markdown/tree.go", module + "/internal/catalog/openapi", false},
		{"internal/api/konnect/node.go", module + "/internal/catalog/markdown", true},
		{"internal/gateway/handler.go", module + "/internal/catalog/openapi", false},
		{"internal/plan/plan.go", "github.com/oasdiff/yaml3", false},
		{"internal/publish/publish.go", module + "/internal/plan", true},
		{"internal/publish/publish.go", module + "/internal/access", true},
		{"internal/publish/publish.go", module + "/internal/usage", false},
		{"internal/access/service.go", module + "/internal/store", false},
		{"internal/access/service.go", module + "/internal/publish", false},
		{"internal/account/service.go", module + "/internal/testkit", false},
		{"internal/account/service_test.go", module + "/internal/testkit", true},
		{"internal/account/service_test.go", "github.com/google/go-cmp/cmp", true},
		{"internal/account/service_test.go", "github.com/stretchr/testify/require", false},
		{"internal/store/account.go", module + "/internal/dataset", true},
		{"internal/store/account.go", module + "/internal/web", false},
		{"internal/store/migrations/migrations.go", "github.com/pressly/goose/v3", true},
		{"internal/mail/mail.go", module + "/internal/catalog", false},
		{"internal/api/rest/caller.go", module + "/internal/account", true},
		{"internal/api/rest/caller.go", module + "/internal/site", true},
		{"internal/api/rest/caller.go", module + "/internal/access", false},
		{"internal/api/rest/caller.go", module + "/internal/store", false},
		{"internal/api/rest/caller.go", module + "/internal/api/konnect", false},
		{"internal/api/rest/caller.go", "github.com/go-jose/go-jose/v4/jwt", true},
		{"internal/api/rest/caller.go", "golang.org/x/crypto/argon2", false},
		{"internal/api/tyk/routes.go", module + "/internal/access", true},
		{"internal/api/tyk/routes.go", module + "/internal/api/rest", true},
		{"internal/api/tyk/routes.go", module + "/internal/api/konnect", false},
		{"internal/api/tyk/routes.go", module + "/internal/store", false},
		{"internal/api/tyk/routes.go", module + "/internal/gateway", false},
		{"internal/api/tyk/routes.go", module + "/internal/web", false},
		{"internal/api/tyk/routes.go", "github.com/go-chi/chi/v5", true},
		{"internal/api/tyk/routes.go", "github.com/uptrace/bun", false},
		{"internal/api/konnect/routes.go", module + "/internal/api/conformance", false},
		{"internal/api/konnect/scenario_test.go", module + "/internal/api/conformance", true},
		{"internal/api/conformance/suite.go", module + "/internal/app", true},
		{"internal/api/conformance/suite.go", module + "/internal/testkit", true},
		{"internal/app/dialects.go", module + "/internal/api/konnect", true},
		{"internal/app/dialects.go", module + "/internal/api/conformance", false},
		{"internal/cli/serve.go", module + "/internal/api/conformance", false},
		{"internal/web/page_templ.go", "github.com/a-h/templ/runtime", true},
		{"internal/web/page.go", module + "/internal/gateway", false},
		{"internal/web/web.go", module + "/internal/web/desk", true},
		{"internal/web/address/address.go", module + "/internal/web/view", false},
		{"internal/web/view/form.go", module + "/internal/web/address", true},
		{"internal/web/view/form.go", module + "/internal/web/visit", false},
		{"internal/web/visit/visit.go", module + "/internal/web/view", true},
		{"internal/web/visit/visit.go", module + "/internal/web/home", false},
		{"internal/web/desk/key.go", module + "/internal/web/visit", true},
		{"internal/web/desk/key.go", module + "/internal/web/people", false},
		{"internal/web/desk/key.go", module + "/internal/web", false},
		{"internal/web/payments/page.go", "fmt", false}, // an area without a rule
		{"internal/web/page.go", "github.com/uptrace/bun", false},
		{"internal/gateway/limit/limit.go", module + "/internal/gateway/meter", true},
		{"internal/gateway/handler.go", module + "/internal/account", false},
		{"internal/gateway/handler.go", module + "/internal/identity", true},
		{"internal/app/app.go", module + "/internal/gateway/keyauth", true},
		{"internal/app/app.go", "github.com/prometheus/client_golang/prometheus", true},
		{"internal/app/app.go", module + "/internal/testkit", false},
		{"internal/app/app.go", module + "/internal/cli", false},
		{"internal/cli/serve.go", module + "/internal/app", true},
		{"internal/cli/serve.go", module + "/internal/store", false},
		{"internal/web/page.go", module + "/internal/demo", false},
		{"cmd/portico/main.go", module + "/internal/app", false},
		{"tools/assets/main.go", "github.com/evanw/esbuild/pkg/api", true},
		{"tools/assets/main.go", module + "/internal/web", false},
		{"internal/api/graph/routes.go", "fmt", false}, // a directory without a rule
		{"internal/store/db.go", "C", false},
	}
	for _, c := range cases {
		found := breaches(rules(), []source{{name: c.file, imports: []string{c.imported}}})
		if (len(found) == 0) != c.allowed {
			t.Errorf("%s importing %s: %v; allowed should be %v", c.file, c.imported, found, c.allowed)
		}
	}
}

// TestOnlyAreasOfTheSiteHoldServices checks that address, view and visit use types of the domain but no service.
func TestOnlyAreasOfTheSiteHoldServices(t *testing.T) {
	for _, shared := range webShared {
		files, err := filepath.Glob(filepath.Join("internal", "web", shared, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no Go files: %v", shared, err)
		}
		for _, name := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(node ast.Node) bool {
				if selected, is := node.(*ast.SelectorExpr); is && selected.Sel.Name == "Service" {
					t.Errorf("%s holds a service; only the areas and web may", name)
				}
				return true
			})
		}
	}
}
