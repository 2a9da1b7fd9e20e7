package publish

import (
	"regexp"
	"strings"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog"
)

// matter holds the front matter of a page.
type matter struct{ title, slug string }

const matterFence = "---\n"

// frontMatter splits off the settings between lines of hyphens at the start of a page. It ignores settings that only
// other programs use.
func (d *documentReader) frontMatter(name, text string) (matter, string) {
	if !strings.HasPrefix(text, matterFence) {
		return matter{}, text
	}
	end := strings.Index(text[len(matterFence)-1:], "\n"+matterFence)
	if end < 0 {
		return matter{}, text // a horizontal rule
	}
	settings, body := text[len(matterFence):len(matterFence)+end], text[len(matterFence)+end+len(matterFence):]
	if strings.TrimSpace(settings) == "" {
		return matter{}, body
	}
	read := &reader{ctx: d.ctx, folder: d.folder, file: name}
	defer func() {
		for _, found := range read.findings {
			found.Line++ // the fence above
			d.add(found)
		}
	}()
	root := read.parse([]byte(settings))
	if root == nil {
		return matter{}, body
	}
	if root.Kind != yaml.MappingNode {
		return matter{}, text // two horizontal rules with text between them
	}
	known := fields{reader: read, at: root, noun: "the front matter", of: map[string]*yaml.Node{}}
	for key, value := range read.members(root, known.noun) {
		if !isNull(value) {
			known.of[key.Value] = value
		}
	}
	return matter{title: known.text("title", "", catalog.NameRule), slug: known.text("slug", "", catalog.SlugRule)}, body
}

var (
	topHeading = regexp.MustCompile(`^ {0,3}# +(.*?)(?: +#+)? *$`)
	codeFence  = regexp.MustCompile("^ {0,3}(?:```|~~~)")
)

// splitTitle returns the first top-level heading. If the text begins with it, splitTitle removes it from the text,
// because the page shows its title above.
func splitTitle(text string) (title, body string) {
	inCode, before := false, true
	offset := 0
	for line := range strings.Lines(text) {
		start := offset
		offset += len(line)
		line = strings.TrimSuffix(line, "\n")
		if codeFence.MatchString(line) {
			inCode = !inCode
		}
		if parts := topHeading.FindStringSubmatch(line); parts != nil && !inCode {
			title = plainHeading(parts[1])
			if catalog.NameRule(title) != "" {
				return "", text
			}
			if before {
				return title, strings.TrimLeft(text[start+len(line):], "\n")
			}
			return title, text
		}
		if strings.TrimSpace(line) != "" {
			before = false
		}
	}
	return "", text
}

var (
	markdownLink = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	emphasis     = regexp.MustCompile("\\*\\*?([^*]+)\\*\\*?|__([^_]+)__|`([^`]+)`")
)

// plainHeading returns a heading without its marks.
func plainHeading(text string) string {
	return strings.TrimSpace(emphasis.ReplaceAllString(markdownLink.ReplaceAllString(text, "$1"), "$1$2$3"))
}

var notInSlugs = regexp.MustCompile(`[^a-z0-9]+`)

// slugify turns a file name into a slug.
func slugify(name string) string {
	return strings.Trim(notInSlugs.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// humanise turns a file name into a title.
func humanise(name string) string {
	return upperFirst(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " "))
}
