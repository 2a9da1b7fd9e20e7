package cli

import (
	"maps"
	"strings"
	"testing"
)

func TestDriftSetsTheExitCode(t *testing.T) {
	data := t.TempDir()
	if said, code := run(t, data, "apply", "-f", writeFolder(t, firstManifest)); code != 0 {
		t.Fatal(said)
	}
	with := func(from, to string) map[string]string {
		changed := maps.Clone(firstManifest)
		changed["portico.yaml"] = strings.Replace(changed["portico.yaml"], from, to, 1)
		return changed
	}
	for name, test := range map[string]struct {
		files map[string]string
		code  int
		says  string
	}{
		"nothing":        {firstManifest, 0, "What runs is what"},
		"another name":   {with("name: Clock", "name: Watch"), 3, "changed   product clock (name)"},
		"another slug":   {with("slug: clock", "slug: watch"), 3, "gone      product clock"},
		"a broken file":  {with("products:", "products: ["), 1, "not valid YAML"},
		"no description": {map[string]string{"portico.yaml": firstManifest["portico.yaml"]}, 1, "no file clock.yaml"},
	} {
		if said, code := run(t, data, "drift", writeFolder(t, test.files)); code != test.code || !strings.Contains(said, test.says) {
			t.Errorf("%s: %d %s", name, code, said)
		}
	}
	if said, code := run(t, data, "apply", "-f", writeFolder(t, firstManifest), "--dry-run"); code != 0 || !strings.Contains(said, nothingChanges) {
		t.Errorf("asking has changed something: %s", said)
	}
}

func TestPruningNeedsItsFlag(t *testing.T) {
	data := t.TempDir()
	empty := map[string]string{"portico.yaml": "products: []"}
	for _, step := range []struct {
		files map[string]string
		flags []string
		code  int
		says  string
	}{
		{firstManifest, nil, 0, "Published."},
		{empty, nil, 0, "2 not in the files any more (left as they are)"},
		{empty, []string{"--close-access"}, 1, "works only with --prune"},
		{empty, []string{"--prune", "--dry-run"}, 0, "removed   product clock"},
		{empty, []string{"--prune"}, 0, "0 created, 0 changed, 2 removed"},
		{empty, []string{"--prune"}, 0, "0 removed"},
	} {
		said, code := run(t, data, append([]string{"apply", "-f", writeFolder(t, step.files)}, step.flags...)...)
		if code != step.code || !strings.Contains(said, step.says) {
			t.Errorf("%v: %d %s", step.flags, code, said)
		}
	}
}
