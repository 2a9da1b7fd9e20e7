package samples

import (
	"fmt"
	"strings"
	"unicode"
)

// isHidden reports whether a character is invisible or moves the text around it: control and format characters, changes
// of writing direction, line separators, and spaces that only look like a space.
func isHidden(r rune) bool { return !unicode.IsPrint(r) }

var named = map[rune]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}

// escape writes one character as an escape sequence.
type escape func(rune) string

// fixed writes \u0000 and \U00000000, as in Go, Python and C#.
func fixed(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// braced writes \u{0}, as in JavaScript and PHP.
func braced(r rune) string { return fmt.Sprintf(`\u{%x}`, r) }

// escaped puts a backslash before special characters and writes out hidden ones.
func escaped(text, special string, write escape) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune(special, r):
			out.WriteByte('\\')
			out.WriteRune(r)
		case !isHidden(r):
			out.WriteRune(r)
		case named[r] != "":
			out.WriteString(named[r])
		default:
			out.WriteString(write(r))
		}
	}
	return out.String()
}

func quoted(text string, write escape) string { return `"` + escaped(text, `"\`, write) + `"` }

// readsAsBlock reports whether a text of several lines, or full of quotes, can appear in a sample unchanged.
func readsAsBlock(text string) bool {
	hidden := func(r rune) bool { return isHidden(r) && r != '\n' && r != '\t' }
	return strings.ContainsAny(text, "\"\\\n") && !strings.ContainsFunc(text, hidden)
}

// indented indents every line that is not empty.
func indented(text, by string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = by + line
		}
	}
	return strings.Join(lines, "\n")
}

// fixedString returns a string literal of Go, Python and C#.
func fixedString(text string) string { return quoted(text, fixed) }

// backslashed puts a backslash before the bytes at which needs reports true; those are ASCII.
func backslashed(text string, needs func(at int) bool) string {
	var out strings.Builder
	for i := range len(text) {
		if needs(i) {
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// each joins what write returns for each item.
func each[T any](items []T, between string, write func(T) string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = write(item)
	}
	return strings.Join(texts, between)
}
