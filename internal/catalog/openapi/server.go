package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/oasdiff/yaml3"
)

// WithServer returns the description with the given address as its only server and everything else unchanged.
//
// The catalogue uses it for downloads, so that clients call the gateway.
func WithServer(text []byte, format Format, serverURL string) ([]byte, error) {
	limits := Limits{}.withDefaults()
	limits.Bytes = max(limits.Bytes, len(text))
	found := newFindings("", 1)
	root := readText(format, text, limits, found)
	if root == nil {
		return nil, errors.New("openapi: set the server of a description: " + found.list[0].Message)
	}
	parts, err := serverMembers(root, serverURL)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, byteOrderMark)
	if format == JSON {
		return replaceInJSON(text, parts)
	}
	if replaced, ok := replaceInYAML(text, parts); ok {
		if again := readText(YAML, replaced, limits, newFindings("", 1)); again != nil {
			return replaced, nil
		}
	}
	// For an unusual layout, or an alias to a replaced part, write JSON: it is valid YAML too.
	return replaceInTree(root, parts)
}

// part is a member of the root to set, as JSON, or to remove if the value is empty.
type part struct {
	name  string
	value []byte
}

// serverMembers returns the members that hold the server: one in OpenAPI 3, three in Swagger 2.
func serverMembers(root *node, serverURL string) ([]part, error) {
	if root.get("swagger") == nil {
		return []part{{"servers", fmt.Appendf(nil, `[{"url": %s}]`, appendJSONString(nil, serverURL))}}, nil
	}
	address, err := url.Parse(serverURL)
	if err != nil {
		return nil, fmt.Errorf("catalog: put a server into a description: %w", err)
	}
	parts := []part{{name: "host"}, {name: "basePath", value: appendJSONString(nil, "/"+strings.TrimPrefix(address.Path, "/"))}, {name: "schemes"}}
	if address.Host != "" {
		parts[0].value = appendJSONString(nil, address.Host)
		parts[2].value = fmt.Appendf(nil, "[%s]", appendJSONString(nil, address.Scheme))
	}
	return parts, nil
}

// span is the position of a root member in the text, from its name to the end of its value.
type span struct {
	name       string
	start, end int
}

func replaceInJSON(text []byte, parts []part) ([]byte, error) {
	spans, err := jsonSpans(text)
	if err != nil {
		return nil, fmt.Errorf("catalog: put a server into a description: %w", err)
	}
	var kept [][]byte
	for _, span := range spans {
		if !isAmong(parts, span.name) {
			kept = append(kept, text[span.start:span.end])
		}
	}
	// The new members follow the first one, which is usually the version of OpenAPI.
	var put [][]byte
	for _, part := range parts {
		if part.value != nil {
			put = append(put, fmt.Appendf(nil, `"%s": %s`, part.name, part.value))
		}
	}
	at := min(1, len(kept))
	members := append(append(append([][]byte{}, kept[:at]...), put...), kept[at:]...)

	opening := bytes.IndexByte(text, '{') + 1
	between := text[opening:spans[0].start]
	replaced := bytes.Clone(text[:opening])
	for i, member := range members {
		if i > 0 {
			replaced = append(replaced, ',')
		}
		replaced = append(append(replaced, between...), member...)
	}
	return append(replaced, text[spans[len(spans)-1].end:]...), nil
}

func isAmong(parts []part, name string) bool {
	for _, part := range parts {
		if part.name == name {
			return true
		}
	}
	return false
}

// jsonSpans returns the positions of the members of the root object.
func jsonSpans(text []byte) ([]span, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var spans []span
	var skipped json.RawMessage
	for decoder.More() {
		before := int(decoder.InputOffset())
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		if err := decoder.Decode(&skipped); err != nil {
			return nil, err
		}
		start := before + bytes.IndexByte(text[before:], '"')
		spans = append(spans, span{name: fmt.Sprint(name), start: start, end: int(decoder.InputOffset())})
	}
	if len(spans) == 0 {
		return nil, errors.New("the description is empty")
	}
	return spans, nil
}

// replaceInYAML replaces whole lines. It reports false if the members of the root do not each have their own lines.
func replaceInYAML(text []byte, parts []part) ([]byte, bool) {
	parsed, _, err := parseYAML(bytes.NewReader(text))
	if err != nil || parsed == nil || len(parsed.Content) == 0 {
		return nil, false
	}
	root := parsed.Content[0]
	if root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 || root.Column != 1 || len(root.Content) == 0 {
		return nil, false
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	if !keysBeginLines(root, lines) {
		return nil, false
	}
	first := root.Content[0].Line - 1
	replaced := bytes.Join(lines[:first], nil)
	for _, part := range parts {
		if part.value != nil {
			replaced = fmt.Appendf(replaced, "%s: %s\n", part.name, part.value)
		}
	}
	for i := 0; i < len(root.Content); i += 2 {
		begin, end := root.Content[i].Line-1, endOfDocument(lines)
		if i+2 < len(root.Content) {
			end = root.Content[i+2].Line - 1
		}
		if begin >= end {
			return nil, false // two members on one line, or further documents
		}
		if isAmong(parts, root.Content[i].Value) {
			begin = commentsBefore(lines, begin+1, end)
		}
		replaced = append(replaced, bytes.Join(lines[begin:end], nil)...)
	}
	return replaced, true
}

// keysBeginLines reports whether our lines match the parser's: YAML has several kinds of line breaks.
func keysBeginLines(root *yaml.Node, lines [][]byte) bool {
	for i := 0; i < len(root.Content); i += 2 {
		key := root.Content[i]
		if key.Line > len(lines) || !bytes.HasPrefix(bytes.TrimLeft(lines[key.Line-1], `"'`), []byte(key.Value)) {
			return false
		}
	}
	return true
}

// endOfDocument returns the number of lines of the first document.
func endOfDocument(lines [][]byte) int {
	for i := len(lines) - 1; i > 0; i-- {
		if bytes.HasPrefix(lines[i], []byte("...")) || bytes.HasPrefix(lines[i], []byte("---")) {
			return i
		}
	}
	return len(lines)
}

// commentsBefore returns the first of the comments and blank lines directly before end: they belong to what follows.
func commentsBefore(lines [][]byte, begin, end int) int {
	for end > begin && (len(bytes.TrimSpace(lines[end-1])) == 0 || lines[end-1][0] == '#') {
		end--
	}
	return end
}

func replaceInTree(root *node, parts []part) ([]byte, error) {
	writer := jsonWriter{indented: true}
	kept := *root
	kept.members = nil
	for _, entry := range root.members {
		if !isAmong(parts, entry.name) {
			kept.members = append(kept.members, entry)
		}
	}
	writer.value(&kept, 0)
	return replaceInJSON(append(writer.text, '\n'), parts)
}
