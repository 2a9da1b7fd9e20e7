package publish_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/testkit"
)

func TestLinksBetweenFilesLeadToPages(t *testing.T) {
	kit := testkit.New(t)
	files := weatherFolder(weather)
	text := strings.Join([]string{
		"[a](20-errors.md) [b](./20-errors.md#codes \"Title\") [c](guides/) [d](guides/01-retry.md)![e](20-errors.md)",
		"[f](https://a.example/20-errors.md) [g](/20-errors.md) [h](#here) [i](mailto:a@b.example) [j](20-errors.md?x) [k](data.csv)",
		"`[l](20-errors.md)` [`m`](20-errors.md) [n](<20-errors.md>) [o](%32%30-errors.md) [p](../weather.json)",
		"```", "[q](20-errors.md)", "```",
		"[r]: guides/index.md#top",
	}, "\n")
	for name, text := range map[string]string{
		"docs/10-start.md":         "# Begin here\n\n" + text,
		"docs/20-errors.md":        "---\nslug: broken\n---\n[back](10-start.md)",
		"docs/guides/index.md":     "[down](01-retry.md)",
		"docs/guides/01-retry.md":  "[up](../20-errors.md#codes) [none](../none.md) [out](../../README.md) [none](../none.md) [a](a.md) [b](b.md)",
		"docs/alone/02-nothing.md": "[self](02-nothing.md#part)",
	} {
		files[name] = folder(map[string]string{"x": text})["x"]
	}
	_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
	want := "docs/guides/01-retry.md: warning: The page links to pages that this product does not have: \"docs/none.md\", \"README.md\", \"docs/guides/a.md\" and 1 more."
	if err != nil || len(findings) != 1 || !strings.HasPrefix(listed(findings), want) {
		t.Errorf("findings: %v %s", err, listed(findings))
	}
	apply(t, kit, files)
	documents := pagesOf(t, kit, "weather")
	got := map[string]string{}
	for _, document := range documents {
		got[document.Slug] = document.Markdown
	}
	wanted := map[string]string{
		"start": strings.Join([]string{
			"[a](broken) [b](broken#codes \"Title\") [c](guides) [d](retry)![e](broken)",
			"[f](https://a.example/20-errors.md) [g](/20-errors.md) [h](#here) [i](mailto:a@b.example) [j](20-errors.md?x) [k](data.csv)",
			"`[l](20-errors.md)` [`m`](broken) [n](<broken>) [o](broken) [p](../weather.json)",
			"```", "[q](20-errors.md)", "```",
			"[r]: guides#top",
		}, "\n"),
		"broken":  "[back](start)",
		"guides":  "[down](retry)",
		"retry":   "[up](broken#codes) [none](../none.md) [out](../../README.md) [none](../none.md) [a](a.md) [b](b.md)",
		"alone":   "",
		"nothing": "[self](nothing#part)",
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
	if again := apply(t, kit, files); again != "" {
		t.Errorf("applied again: %s", again)
	}
}
