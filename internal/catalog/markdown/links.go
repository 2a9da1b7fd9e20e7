package markdown

import (
	"regexp"
	"strings"
)

var (
	// linkTarget matches the target of a link or a link definition, with the text before it.
	linkTarget = regexp.MustCompile(`(\]\(\s*<?|^ {0,3}\[[^\]]+\]:\s*<?)([^\s()<>]+)`)
	// imageSource matches the address of a picture in HTML, with the text before it.
	imageSource = regexp.MustCompile(`(?i)(<img\s[^>]*?\bsrc\s*=\s*["'])([^"']+)`)
	codeSpan    = regexp.MustCompile("`+[^`]*`+")
	codeFence   = regexp.MustCompile("^ {0,3}(?:```|~~~)")
)

// RewriteLinks replaces the target of every link and picture in a text outside code. Lines count from 1.
func RewriteLinks(source string, target func(link string, line int) string) string {
	return outsideCode(source, func(text string, line int) string {
		for _, pattern := range []*regexp.Regexp{linkTarget, imageSource} {
			text = pattern.ReplaceAllStringFunc(text, func(link string) string {
				parts := pattern.FindStringSubmatch(link)
				return parts[1] + target(parts[2], line)
			})
		}
		return text
	})
}

// outsideCode rewrites a text line by line, except code blocks and code spans.
func outsideCode(text string, rewrite func(text string, line int) string) string {
	var rewritten strings.Builder
	inCode := false
	number := 0
	for line := range strings.Lines(text) {
		number++
		if codeFence.MatchString(line) {
			inCode = !inCode
		}
		if inCode {
			rewritten.WriteString(line)
			continue
		}
		end := 0
		for _, span := range codeSpan.FindAllStringIndex(line, -1) {
			rewritten.WriteString(rewrite(line[end:span[0]], number))
			rewritten.WriteString(line[span[0]:span[1]])
			end = span[1]
		}
		rewritten.WriteString(rewrite(line[end:], number))
	}
	return rewritten.String()
}
