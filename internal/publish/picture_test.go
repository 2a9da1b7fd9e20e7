package publish_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

const plainSVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>`

// picturesIn returns a small picture of this colour as PNG, JPEG and GIF.
func picturesIn(shade uint8) (asPNG, asJPEG, asGIF string) {
	pixels := image.NewPaletted(image.Rect(0, 0, 3, 2), color.Palette{color.Gray{Y: shade}})
	var files [3]bytes.Buffer
	_, _, _ = png.Encode(&files[0], pixels), jpeg.Encode(&files[1], pixels, nil), gif.Encode(&files[2], pixels, nil)
	return files[0].String(), files[1].String(), files[2].String()
}

func picturesFolder(t *testing.T) fstest.MapFS {
	t.Helper()
	asPNG, asJPEG, asGIF := picturesIn(10)
	files := weatherFolder(weather)
	for name, text := range map[string]string{
		"docs/10-start.md": "---\ntitle: Start\n---\n\n![A map](images/My%20map.PNG \"Map\") ![](./images/deep/photo.jpg)\n" +
			"<img alt=\"x\" src=\"images/move.gif\"> `![no](images/none.png)` [plan](../shared/plan.svg#a) ![again](images/My%20map.PNG)\n",
		"docs/guides/index.md":       "![A map](../images/deep/photo.jpg)",
		"docs/images/My map.PNG":     asPNG,
		"docs/images/deep/photo.jpg": asJPEG,
		"docs/images/move.gif":       asGIF,
		"docs/images/unused.png":     asPNG,
		"shared/plan.svg":            plainSVG,
	} {
		files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return files
}

func TestPicturesArePartOfAPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		files := picturesFolder(t)
		_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
		if err != nil || listed(findings) != "docs/images/unused.png: warning: No page shows this picture, so it is not published. Show it in a page, or move it out of the folder." {
			t.Errorf("findings: %v %s", err, listed(findings))
		}
		apply(t, kit, files)
		pages := map[string]catalog.Document{}
		for _, page := range pagesOf(t, kit, "weather") {
			pages[page.Slug] = page
		}
		want := "![A map](start/my-map.png \"Map\") ![](start/photo.jpg)\n" +
			"<img alt=\"x\" src=\"start/move.gif\"> `![no](images/none.png)` [plan](start/plan.svg#a) ![again](start/my-map.png)\n"
		if diff := cmp.Diff("\n"+want, pages["start"].Markdown); diff != "" {
			t.Error(diff)
		}
		if got := pages["guides"].Markdown; got != "![A map](guides/photo.jpg)" || len(pages) != 3 {
			t.Errorf("%d pages, %q", len(pages), got)
		}
		media := map[string]string{}
		for _, one := range pages["start"].Pictures {
			media[one.Name] = one.Media
		}
		if diff := cmp.Diff(map[string]string{
			"my-map.png": "image/png", "photo.jpg": "image/jpeg", "move.gif": "image/gif", "plan.svg": "image/svg+xml",
		}, media); diff != "" {
			t.Error(diff)
		}
		shown, err := kit.Catalog.DocumentPicture(kit.As(kit.Staff), "weather", "start", "plan.svg")
		if err != nil || string(shown.Content) != plainSVG {
			t.Errorf("%q, %v", shown.Content, err)
		}
		if again := apply(t, kit, files); again != "" {
			t.Errorf("applied again: %s", again)
		}

		exported := export(t, kit, "")
		if got := string(exported["docs/weather/images/start/plan.svg"].Data); got != plainSVG {
			t.Errorf("the exported picture is %q", got)
		}
		if got := string(exported["docs/weather/01-start.md"].Data); !strings.Contains(got, "![A map](images/start/my-map.png \"Map\")") {
			t.Errorf("the exported page is %s", got)
		}
		copied := empty(t, kit)
		apply(t, copied, exported)
		if diff := cmp.Diff(texts(exported), texts(export(t, copied, ""))); diff != "" {
			t.Errorf("the copy differs: %s", diff)
		}

		other, _, _ := picturesIn(200)
		files["docs/images/My map.PNG"] = &fstest.MapFile{Data: []byte(other), Mode: 0o644}
		drift, err := kit.Publish.Drift(kit.As(kit.Staff), read(t, kit, files))
		if err != nil || !strings.Contains(told(drift), "changed document weather/start (pictures)") {
			t.Errorf("drift %q, %v", told(drift), err)
		}
		apply(t, kit, files)
		if shown, err = kit.Catalog.DocumentPicture(kit.As(kit.Staff), "weather", "start", "my-map.png"); err != nil || string(shown.Content) != other {
			t.Errorf("the picture was not replaced: %v", err)
		}
		files["docs/10-start.md"] = &fstest.MapFile{Data: []byte("Nothing."), Mode: 0o644}
		apply(t, kit, files)
		if _, err = kit.Catalog.DocumentPicture(kit.As(kit.Staff), "weather", "start", "my-map.png"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a picture that no page shows is still there: %v", err)
		}
	})
}

func TestRefusedPictures(t *testing.T) {
	kit := testkit.New(t)
	asPNG, _, _ := picturesIn(1)
	dark, _, _ := picturesIn(2)
	many := ""
	for i := range catalog.MostPictures + 1 {
		many += fmt.Sprintf("![](many/%d.png)\n", i)
	}
	for _, test := range []struct{ name, link, want string }{
		{"missing", "none.png", "docs/20-errors.md:7:1: error: There is no file docs/none.png."},
		{"outside", "../../etc/secret.png", "docs/20-errors.md:7:1: error: The picture \"../etc/secret.png\" is outside the folder."},
		{"escaped dots", "%2e%2e/%2e%2e/secret.png", "docs/20-errors.md:7:1: error: The picture \"../secret.png\" is outside the folder."},
		{"a text", "text.png", "docs/20-errors.md:7:1: error: The picture docs/text.png is neither PNG, JPEG, WebP nor SVG."},
		{"damaged", "damaged.png", "docs/20-errors.md:7:1: error: The picture docs/damaged.png cannot be read: it seems to be damaged."},
		{"a page as SVG", "page.svg", "docs/20-errors.md:7:1: error: The picture docs/page.svg is neither PNG, JPEG, WebP nor SVG."},
		{"entities", "bomb.svg", "docs/20-errors.md:7:1: error: The picture docs/bomb.svg has a DOCTYPE: export it again as plain SVG without one."},
		{"too large", "large.svg", "docs/20-errors.md:7:1: error: docs/large.svg is larger than 1 MiB."},
		{"same name", "a.png) ![](other/a.png", "docs/20-errors.md:7:1: error: The page shows another picture with the name \"a.png\"."},
		{"no name", "--.png", "docs/20-errors.md:7:1: error: The name of the picture \"docs/--.png\" has neither letters nor digits."},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := weatherFolder(weather)
			for name, text := range map[string]string{
				"docs/text.png": "no picture", "docs/damaged.png": "\x89PNG\r\n\x1a\n....", "docs/page.svg": "<html><script>alert(1)</script><svg></svg></html>",
				"docs/bomb.svg":  `<!DOCTYPE svg [<!ENTITY a "b">]>` + plainSVG,
				"docs/large.svg": plainSVG + strings.Repeat(" ", catalog.LargestPicture), "docs/a.png": asPNG, "docs/other/a.png": dark, "docs/--.png": asPNG,
				"docs/20-errors.md": "---\ntitle: Errors\n---\n\n# Errors\n\n![](" + test.link + ")\n",
			} {
				files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
			if err != nil || !strings.Contains(listed(findings), test.want) {
				t.Errorf("%v, %s", err, listed(findings))
			}
		})
	}
	files := weatherFolder(weather)
	files["docs/20-errors.md"] = &fstest.MapFile{Data: []byte(many), Mode: 0o644}
	for i := range catalog.MostPictures + 1 {
		files[fmt.Sprintf("docs/many/%d.png", i)] = &fstest.MapFile{Data: []byte(asPNG), Mode: 0o644}
	}
	_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
	if want := "docs/20-errors.md:21:1: error: The page shows more than 20 pictures."; err != nil || !strings.Contains(listed(findings), want) {
		t.Errorf("%v, %s", err, listed(findings))
	}
}
