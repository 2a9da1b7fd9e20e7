package openapi

import "unicode/utf8"

// jsonWriter writes nodes as JSON, up to a limit in bytes (0 for none).
type jsonWriter struct {
	text     []byte
	limit    int
	indented bool
}

func (w *jsonWriter) full() bool { return w.limit > 0 && len(w.text) >= w.limit }

func (w *jsonWriter) value(n *node, depth int) {
	switch n.kind {
	case nullKind:
		w.text = append(w.text, "null"...)
	case booleanKind, numberKind:
		w.text = append(w.text, n.text...)
	case stringKind:
		w.string(n.text)
	case arrayKind:
		w.members(n, '[', ']', depth)
	case objectKind:
		w.members(n, '{', '}', depth)
	}
}

func (w *jsonWriter) members(n *node, first, last byte, depth int) {
	w.text = append(w.text, first)
	for i, entry := range n.members {
		if w.full() {
			return
		}
		if i > 0 {
			w.text = append(w.text, ',')
		}
		w.newLine(depth + 1)
		if n.kind == objectKind {
			w.string(entry.name)
			w.text = append(w.text, ':')
			if w.indented {
				w.text = append(w.text, ' ')
			}
		}
		w.value(entry.value, depth+1)
	}
	if len(n.members) > 0 {
		w.newLine(depth)
	}
	w.text = append(w.text, last)
}

func (w *jsonWriter) newLine(depth int) {
	if !w.indented {
		return
	}
	w.text = append(w.text, '\n')
	for range depth {
		w.text = append(w.text, "  "...)
	}
}

func (w *jsonWriter) string(text string) {
	if w.limit > 0 && len(text) > w.limit {
		text = text[:runeStart(text, w.limit)]
	}
	w.text = appendJSONString(w.text, text)
}

// runeStart returns the last offset, at most the given one, at which a character begins.
func runeStart(text string, offset int) int {
	for offset > 0 && !utf8.RuneStart(text[offset]) {
		offset--
	}
	return offset
}

// appendJSONString quotes a text. Unlike encoding/json it does not escape <, > and &, which keeps examples readable.
func appendJSONString(to []byte, text string) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c == '\n':
			to = append(to, `\n`...)
		case c == '\r':
			to = append(to, `\r`...)
		case c == '\t':
			to = append(to, `\t`...)
		case c < ' ':
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}
