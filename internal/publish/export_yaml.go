package publish

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// yamlWriter writes the subset of YAML that the apply format uses: settings, groups and lists, each on its own line.
type yamlWriter struct {
	text  strings.Builder
	depth int
	// begins is set when the next setting is the first of a list item.
	begins bool
}

func (w *yamlWriter) indent() string {
	if w.begins {
		w.begins = false
		return strings.Repeat("  ", w.depth-1) + "- "
	}
	return strings.Repeat("  ", w.depth)
}

// setting writes a value that is already YAML.
func (w *yamlWriter) setting(name, value string) {
	line := w.indent() + quote(name) + ": " + value
	w.text.WriteString(strings.TrimSuffix(line, " ") + "\n")
}

// words writes a text, as a block if it has several lines and YAML can keep them unchanged.
func (w *yamlWriter) words(name, value string) {
	if !isBlock(value) {
		w.setting(name, quote(value))
		return
	}
	mark := "|-"
	if strings.HasSuffix(value, "\n") {
		mark = "|"
	}
	w.setting(name, mark)
	for line := range strings.SplitSeq(strings.TrimSuffix(value, "\n"), "\n") {
		if line != "" {
			line = strings.Repeat("  ", w.depth+1) + line
		}
		w.text.WriteString(line + "\n")
	}
}

// optional writes a text unless it is empty.
func (w *yamlWriter) optional(name, value string) {
	if value != "" {
		w.words(name, value)
	}
}

// flag writes a boolean unless it has its default value.
func (w *yamlWriter) flag(name string, value, fallback bool) {
	if value != fallback {
		w.setting(name, fmt.Sprint(value))
	}
}

// list writes texts on one line unless the list is empty.
func (w *yamlWriter) list(name string, values []string) {
	if len(values) > 0 {
		w.setting(name, flow(values))
	}
}

func flow(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = quote(value)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// group writes settings below a name.
func (w *yamlWriter) group(name string, inside func()) {
	w.setting(name, "")
	w.depth++
	inside()
	w.depth--
}

// items writes a list of groups below a name unless it is empty.
func (w *yamlWriter) items(name string, count int, inside func(i int)) {
	if count == 0 {
		return
	}
	w.setting(name, "")
	w.depth += 2
	for i := range count {
		w.begins = true
		inside(i)
	}
	w.depth -= 2
}

var plainText = regexp.MustCompile(`^[A-Za-z/](?:[A-Za-z0-9 _./-]*[A-Za-z0-9])?$`)

// otherTypes are the words that some version of YAML does not read as text.
var otherTypes = []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n"}

// quote returns the text in quotation marks if YAML would read it as something else.
func quote(text string) string {
	if plainText.MatchString(text) && !slices.Contains(otherTypes, strings.ToLower(text)) {
		return text
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, character := range text {
		switch {
		case character == '"' || character == '\\':
			quoted.WriteString(`\` + string(character))
		case character == '\n':
			quoted.WriteString(`\n`)
		case character == '\t':
			quoted.WriteString(`\t`)
		case unicode.IsPrint(character):
			quoted.WriteRune(character)
		default:
			fmt.Fprintf(&quoted, `\U%08X`, character)
		}
	}
	return quoted.String() + `"`
}

// isBlock reports whether a text of several lines can be written as a block and read back unchanged.
func isBlock(text string) bool {
	if !strings.Contains(text, "\n") || strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n\n") {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line != strings.TrimRight(line, " ") || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return false
		}
	}
	return !strings.ContainsRune(text, unicode.ReplacementChar)
}
