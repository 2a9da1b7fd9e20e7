package openapi

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// readJSON parses a JSON text. It returns nil after it has reported an error.
func (t *tree) readJSON(text []byte) *node {
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		t.refuseJSON(text, err)
		return nil
	}
	// From here on the text is known to be valid, and the scanner relies on it.
	s := jsonScanner{tree: t, text: string(text), line: 1}
	root := s.value(nil, 0)
	if t.stopped {
		return nil
	}
	return root
}

func (t *tree) refuseJSON(text []byte, err error) {
	found := Finding{
		Severity: Error, Message: "This is not valid JSON: " + err.Error() + ".",
		Advice: "Fix the text here or just before.",
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset := min(int(syntax.Offset), len(text))
		if strings.HasPrefix(syntax.Error(), "unexpected end") {
			found.Advice = "The file seems to be incomplete. Download or export it again."
		} else {
			offset = max(0, offset-1) // the offset counts the offending byte
		}
		found.Line, found.Column = placeOf(text, offset)
	}
	t.findings.add(found)
}

// placeOf converts an offset to a line and a column in characters.
func placeOf(text []byte, offset int) (line, column int) {
	before := string(text[:offset])
	lastBreak := strings.LastIndexByte(before, '\n')
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[lastBreak+1:]) + 1
}

// jsonScanner parses a valid JSON text and counts lines and columns.
type jsonScanner struct {
	tree *tree
	text string
	at   int
	line int32
	// lineStart is the offset of the line; inner counts the continuation bytes of characters in it.
	lineStart, inner int
}

func (s *jsonScanner) column() int32 { return int32(s.at - s.lineStart - s.inner + 1) }

func (s *jsonScanner) value(parent *node, depth int) *node {
	s.space()
	switch s.text[s.at] {
	case '{':
		return s.object(parent, depth)
	case '[':
		return s.array(parent, depth)
	case '"':
		made := s.tree.node(stringKind, parent, s.line, s.column(), depth)
		if made != nil {
			made.text = s.string()
		}
		return made
	default:
		return s.word(parent, depth)
	}
}

func (s *jsonScanner) object(parent *node, depth int) *node {
	made := s.tree.node(objectKind, parent, s.line, s.column(), depth)
	if made == nil {
		return nil
	}
	s.at++
	for s.space(); s.text[s.at] != '}'; s.space() {
		if s.text[s.at] == ',' {
			s.at++
			s.space()
		}
		entry := member{line: s.line, column: s.column()}
		entry.name = s.string()
		s.space()
		s.at++ // the colon
		if entry.value = s.value(made, depth+1); entry.value == nil {
			return nil
		}
		made.members = append(made.members, entry)
	}
	s.at++
	s.tree.refuseRepeats(made)
	return made
}

func (s *jsonScanner) array(parent *node, depth int) *node {
	made := s.tree.node(arrayKind, parent, s.line, s.column(), depth)
	if made == nil {
		return nil
	}
	s.at++
	for s.space(); s.text[s.at] != ']'; s.space() {
		if s.text[s.at] == ',' {
			s.at++
			s.space()
		}
		entry := member{line: s.line, column: s.column()}
		if entry.value = s.value(made, depth+1); entry.value == nil {
			return nil
		}
		made.members = append(made.members, entry)
	}
	s.at++
	return made
}

// word reads a number, true, false or null.
func (s *jsonScanner) word(parent *node, depth int) *node {
	length := strings.IndexAny(s.text[s.at:], ",]} \t\r\n")
	if length < 0 {
		length = len(s.text) - s.at
	}
	text, kind := s.text[s.at:s.at+length], numberKind
	switch text {
	case "null":
		kind = nullKind
	case "true", "false":
		kind = booleanKind
	}
	made := s.tree.node(kind, parent, s.line, s.column(), depth)
	if made != nil {
		made.text = text
		s.at += length
	}
	return made
}

// string reads the string that begins here. Strings without escapes share the memory of the text.
func (s *jsonScanner) string() string {
	start, escaped := s.at, false
	for s.at++; s.text[s.at] != '"'; s.at++ {
		switch c := s.text[s.at]; {
		case c == '\\':
			escaped = true
			s.at++
		case c&0xC0 == 0x80:
			s.inner++
		}
	}
	s.at++
	if !escaped {
		return s.text[start+1 : s.at-1]
	}
	var text string
	_ = json.Unmarshal([]byte(s.text[start:s.at]), &text) // cannot fail: the whole text is valid
	return text
}

func (s *jsonScanner) space() {
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\n':
			s.line++
			s.lineStart, s.inner = s.at+1, 0
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}
