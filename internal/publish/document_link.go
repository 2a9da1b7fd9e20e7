package publish

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// mostMissing limits how many broken links are named per page.
const mostMissing = 3

var (
	// linkTarget matches the target of a link or a link definition, with the text before it.
	linkTarget = regexp.MustCompile(`(\]\(\s*<?|^ {0,3}\[[^\]]+\]:\s*<?)([^\s()<>]+)`)
	codeSpan   = regexp.MustCompile("`+[^`]*`+")
)

// linkPages turns links between files into links between pages. All pages of a product have addresses on one level:
// in guides/retry.md, "../errors.md#codes" becomes "errors#codes".
func (d *documentReader) linkPages() {
	for i := range d.found {
		made := &d.found[i]
		var missing []string
		made.Markdown, missing = d.linked(made.file, made.Markdown)
		d.warnOfMissing(made.file, missing)
	}
}

// linked returns the file's text with its links to files turned into links to pages, and the pages that are missing.
func (d *documentReader) linked(file, markdown string) (text string, missing []string) {
	text = rewriteLinks(markdown, func(link string) string {
		target, known := d.pageOf(file, link)
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

// rewriteLinks replaces the target of every link in a text.
func rewriteLinks(markdown string, target func(link string) string) string {
	return outsideCode(markdown, func(text string) string {
		return linkTarget.ReplaceAllStringFunc(text, func(link string) string {
			parts := linkTarget.FindStringSubmatch(link)
			return parts[1] + target(parts[2])
		})
	})
}

// pageOf returns the address of the page that a link in the file leads to. If there is no such page, it returns the
// name of the missing markdown file, or an empty text for a link to anything else.
func (d *documentReader) pageOf(file, link string) (target string, known bool) {
	written, fragment, parted := strings.Cut(link, "#")
	name, err := url.PathUnescape(written)
	if err != nil || name == "" || strings.HasPrefix(name, "/") || strings.ContainsAny(name, ":?") {
		return "", false
	}
	name = path.Join(path.Dir(file), name)
	slug, known := d.slugs[name]
	switch {
	case known && parted:
		return slug + "#" + fragment, true
	case known || !isMarkdown(name):
		return slug, known
	}
	return name, false
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

// outsideCode rewrites a text line by line, except code blocks and code spans.
func outsideCode(text string, rewrite func(string) string) string {
	var rewritten strings.Builder
	inCode := false
	for line := range strings.Lines(text) {
		if codeFence.MatchString(line) {
			inCode = !inCode
		}
		if inCode {
			rewritten.WriteString(line)
			continue
		}
		end := 0
		for _, span := range codeSpan.FindAllStringIndex(line, -1) {
			rewritten.WriteString(rewrite(line[end:span[0]]))
			rewritten.WriteString(line[span[0]:span[1]])
			end = span[1]
		}
		rewritten.WriteString(rewrite(line[end:]))
	}
	return rewritten.String()
}
