package publish_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/testkit"
)

// onDisk returns a folder of real files, which may hold symbolic links and pipes.
func onDisk(t *testing.T, manifest string) *os.Root {
	t.Helper()
	directory := t.TempDir()
	if err := os.CopyFS(directory, weatherFolder(manifest)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(directory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

func TestFilesThatCannotBeReadAreRefused(t *testing.T) {
	kit := testkit.New(t)
	outside := filepath.Join(t.TempDir(), "outside.json")
	if err := os.WriteFile(outside, []byte(smallSpec), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		file string
		make func(path string) error
		want string
	}{
		"link out of the folder": {"weather.json", func(path string) error { return os.Symlink(outside, path) }, "is a link that leads outside the folder"},
		"link up":                {"weather.json", func(path string) error { return os.Symlink("../outside.json", path) }, "is a link that leads outside the folder"},
		"link to nothing":        {"weather.json", func(path string) error { return os.Symlink("nothing", path) }, "There is no file weather.json."},
		"link in a circle":       {"weather.json", func(path string) error { return os.Symlink("weather.json", path) }, "weather.json cannot be read"},
		"pipe":                   {"weather.json", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "weather.json is not a regular file."},
		"folder":                 {"weather.json", func(path string) error { return os.Mkdir(path, 0o700) }, "weather.json is a folder"},
		"huge description":       {"weather.json", func(path string) error { return sparse(path, 33<<20) }, "weather.json is larger than 32 MiB."},
		"huge manifest":          {"portico.yaml", func(path string) error { return sparse(path, 5<<20) }, "portico.yaml is larger than 4 MiB."},
		"missing manifest":       {"portico.yaml", func(string) error { return nil }, "There is no file portico.yaml."},
		"manifest is a folder":   {"portico.yaml", func(path string) error { return os.Mkdir(path, 0o700) }, "portico.yaml is a folder"},
		"huge page":              {"docs/10-start.md", func(path string) error { return sparse(path, 2<<20) }, "docs/10-start.md is larger than 1 MiB."},
		"page with NUL":          {"docs/10-start.md", func(path string) error { return os.WriteFile(path, []byte("a\nb\x00"), 0o600) }, "docs/10-start.md:2:1: error: The file contains the control character U+0000."},
		"page not UTF-8":         {"docs/10-start.md", func(path string) error { return os.WriteFile(path, []byte("a\xff"), 0o600) }, "docs/10-start.md:1:1: error: The file contains text that is not UTF-8."},
		"page links out":         {"docs/10-start.md", func(path string) error { return os.Symlink(outside, path) }, "docs/10-start.md: error: docs/10-start.md is a link that leads outside the folder."},
		"pages in a circle":      {"docs/10-start.md", func(path string) error { return os.Symlink(".", path) }, "docs/10-start.md"},
		"folders too deep": {"docs/10-start.md", func(path string) error {
			return os.MkdirAll(filepath.Join(filepath.Dir(path), "a", "b", "c", "d", "e"), 0o700)
		}, "at most 4 levels deep"},
		"same address": {"docs/10-start.md", func(path string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), "30-errors.md"), nil, 0o600)
		}, `docs/30-errors.md: error: The page would have the same URL name as docs/20-errors.md: "errors".`},
		"no address": {"docs/10-start.md", func(path string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), "10-数.md"), nil, 0o600)
		}, "add slug: NAME to its front matter"},
	} {
		t.Run(name, func(t *testing.T) {
			root := onDisk(t, weather)
			if err := root.Remove(test.file); err != nil {
				t.Fatal(err)
			}
			if err := test.make(filepath.Join(root.Name(), test.file)); err != nil {
				t.Fatal(err)
			}
			_, findings, err := kit.Publish.Read(kit.As(kit.Staff), root.FS())
			if err != nil || !openapi.HasErrors(findings) || !strings.Contains(listed(findings), test.want) {
				t.Errorf("want %s\ngot %v\n%s", test.want, err, listed(findings))
			}
		})
	}
}

// sparse creates a file of this size that uses no disk space.
func sparse(path string, size int64) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, size)
}

func TestTooManyPagesAreRefused(t *testing.T) {
	kit := testkit.New(t)
	root := onDisk(t, weather)
	for i := range 2100 {
		if err := root.WriteFile("docs/"+strings.Repeat("a", i%60+1)+strings.Repeat("b", i/60)+".md", nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, findings, err := kit.Publish.Read(kit.As(kit.Staff), root.FS())
	if err != nil || !strings.Contains(listed(findings), "There are more than 2000 document files.") {
		t.Errorf("%v %d", err, len(findings))
	}
}

func TestPagesOfAFolder(t *testing.T) {
	kit := testkit.New(t)
	files := weatherFolder(weather)
	delete(files, "docs/10-start.md")
	delete(files, "docs/20-errors.md")
	for name, text := range map[string]string{
		"docs/README.md":            "# Weather for everybody #\n\nWelcome.",
		"docs/2-paging.md":          "Before.\n\n# Paging *through* `lists`\n\nText.",
		"docs/10_errors.md":         "---\ntitle: When it breaks\nslug: broken\nsidebar_position: 4\n---\n# Errors\n\nText.",
		"docs/guides/index.md":      "# How to\n\nAll guides.",
		"docs/guides/02-retry.md":   "```\n# not a heading\n```\n",
		"docs/guides/01-backoff.md": "\uFEFF# Back off\r\n\r\nText.\r\n",
		"docs/empty/z.markdown":     "",
		"docs/_draft.md":            "# Draft",
		"docs/.hidden.md":           "# Hidden",
		"docs/picture.png":          "PNG",
		"docs/zz-lines.md":          "---\nBetween lines.\n---\n",
	} {
		files[name] = folder(map[string]string{"x": text})["x"]
	}
	_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
	if err != nil || len(findings) != 1 || findings[0].File != "docs/picture.png" {
		t.Errorf("findings: %v %s", err, listed(findings))
	}
	apply(t, kit, files)
	documents := pagesOf(t, kit, "weather")
	slugs := map[catalog.DocumentID]string{{}: ""}
	var got []string
	for _, document := range documents {
		slugs[document.ID] = document.Slug
		got = append(got, strings.Join([]string{slugs[document.Parent], document.Slug, document.Title, document.Markdown}, "|"))
	}
	want := []string{
		"|overview|Weather for everybody|Welcome.",
		"|paging|Paging through lists|Before.\n\n# Paging *through* `lists`\n\nText.",
		"|broken|When it breaks|Text.",
		"|empty|Empty|",
		"empty|z|Z|",
		"|guides|How to|All guides.",
		"guides|backoff|Back off|Text.\n",
		"guides|retry|Retry|```\n# not a heading\n```\n",
		"|zz-lines|Zz lines|---\nBetween lines.\n---\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// pagesOf returns the pages of a product with their texts, in reading order.
func pagesOf(t *testing.T, kit *testkit.Kit, slug string) []catalog.Document {
	t.Helper()
	product, err := kit.DB.Catalog().ProductBySlug(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := kit.DB.Catalog().Documents(t.Context(), product.ID)
	if err != nil {
		t.Fatal(err)
	}
	return documents
}
