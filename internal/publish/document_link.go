package publish

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/markdown"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

// mostMissing limits how many broken links are named per page.
const mostMissing = 3

// linkPages turns links between files into links between pages. All pages of a product have addresses on one level:
// in guides/retry.md, "../errors.md#codes" becomes "errors#codes".
func (d *documentReader) linkPages() {
	for i := range d.found {
		made := &d.found[i]
		var missing []string
		made.Markdown, missing = d.linked(made)
		d.warnOfMissing(made.file, missing)
	}
	d.warnOfUnused()
}

// linked returns the page's text with its links to files turned into links to pages and pictures, and the pages that
// are missing. It adds the pictures to the page.
func (d *documentReader) linked(made *document) (text string, missing []string) {
	text = markdown.RewriteLinks(made.Markdown, func(link string, line int) string {
		if shown, is := d.pictureOf(made, link, line); is {
			return shown
		}
		target, known := d.pageOf(made.file, link)
		if known {
			return target
		}
		if target != "" && !slices.Contains(missing, target) {
			missing = append(missing, target)
		}
		return link
	})
	return text, missing
}

// pageOf returns the address of the page that a link in the file leads to. If there is no such page, it returns the
// name of the missing markdown file, or an empty text for a link to anything else.
func (d *documentReader) pageOf(file, link string) (target string, known bool) {
	name, fragment, local := fileOf(file, link)
	if !local {
		return "", false
	}
	slug, known := d.slugs[name]
	switch {
	case known && fragment != "":
		return slug + fragment, true
	case known || !isMarkdown(name):
		return slug, known
	}
	return name, false
}

// fileOf returns the file that a link in another file leads to, and the part after it with its number sign.
func fileOf(file, link string) (name, fragment string, local bool) {
	written, _, _ := strings.Cut(link, "#")
	fragment = link[len(written):]
	name, err := url.PathUnescape(written)
	if err != nil || name == "" || strings.HasPrefix(name, "/") || strings.ContainsAny(name, ":?") {
		return "", "", false
	}
	return path.Join(path.Dir(file), name), fragment, true
}

func (d *documentReader) warnOfMissing(file string, missing []string) {
	if len(missing) == 0 {
		return
	}
	names := make([]string, min(len(missing), mostMissing))
	for i := range names {
		names[i] = fmt.Sprintf("%q", clip(missing[i]))
	}
	named := strings.Join(names, ", ")
	if more := len(missing) - mostMissing; more > 0 {
		named = fmt.Sprintf("%s and %d more", named, more)
	}
	d.add(openapi.Finding{
		Severity: openapi.Warning, File: file, Message: "The page links to pages that this product does not have: " + named + ".",
		Advice: "Correct the link, or add the page to the folder.",
	})
}
