package route_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/gateway/route"
)

func TestTable(t *testing.T) {
	table := tableOf(t, "/weather/v1", "/weather", "/weather/v1/special", "/billing/v2", "/caf%C3%A9")
	for path, want := range map[string]string{
		"/weather/v1":           "/weather/v1 + ",
		"/weather/v1/":          "/weather/v1 + /",
		"/weather/v1/now":       "/weather/v1 + /now",
		"/weather/v10":          "/weather + /v10",
		"/weather/v1/special/x": "/weather/v1/special + /x",
		"/weather/v1/specials":  "/weather/v1 + /specials",
		"/Weather/v1":           "none",
		"/billing":              "none",
		"/billing/v2/a/b/c":     "/billing/v2 + /a/b/c",
		"/caf%C3%A9/x":          "/caf%C3%A9 + /x",
		"/":                     "none",
	} {
		if got := match(table, path); got != want {
			t.Errorf("%s matches %s; want %s", path, got, want)
		}
	}
	if got := match(tableOf(t, "/"), "/anything/x"); got != "/ + /anything/x" {
		t.Errorf("the root matches %s", got)
	}
}

func TestTableRefuses(t *testing.T) {
	for _, base := range []string{"", "weather", "/weather/", "/weather//v1", "/we%61ther", "/a/../b", "/taken"} {
		if err := tableOf(t, "/taken").Add(base, base); err == nil {
			t.Errorf("base path %q was accepted", base)
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	table := tableOf(t, "/weather/v1")
	if n := testing.AllocsPerRun(100, func() {
		path, _ := route.Canonical("/weather/v1/cities/42")
		table.Match(path)
	}); n != 0 {
		t.Errorf("%v allocations per match", n)
	}
}

// TestMatchIsTheLongestPrefix compares the table with a check of every base path in turn.
func TestMatchIsTheLongestPrefix(t *testing.T) {
	segments := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab"}), 1, 4)
	rapid.Check(t, func(t *rapid.T) {
		table := &route.Table[string]{}
		var bases []string
		for _, drawn := range rapid.SliceOfN(segments, 0, 6).Draw(t, "bases") {
			if base := "/" + strings.Join(drawn, "/"); table.Add(base, base) == nil {
				bases = append(bases, base)
			}
		}
		path := "/" + strings.Join(segments.Draw(t, "path"), "/") + rapid.SampledFrom([]string{"", "/"}).Draw(t, "end")
		want := "none"
		longest := -1
		for _, base := range bases {
			if (path == base || strings.HasPrefix(path, base+"/")) && len(base) > longest {
				longest, want = len(base), base+" + "+path[len(base):]
			}
		}
		if got := match(table, path); got != want {
			t.Fatalf("%s matches %s among %v; want %s", path, got, bases, want)
		}
	})
}

func tableOf(t *testing.T, bases ...string) *route.Table[string] {
	t.Helper()
	table := &route.Table[string]{}
	for _, base := range bases {
		if err := table.Add(base, base); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func match(table *route.Table[string], path string) string {
	base, rest, found := table.Match(path)
	if !found {
		return "none"
	}
	return base + " + " + rest
}
