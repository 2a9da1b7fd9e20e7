package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/oasdiff/yaml3"
)

// yaml3 is also the YAML parser of kin-openapi. It limits nesting and keeps aliases as references. goccy/go-yaml does
// neither: it needs three times the memory and fails on a file of opening brackets.

// readYAML parses a YAML text. It returns nil after it has reported an error.
func (t *tree) readYAML(text []byte) *node {
	if structure := yamlStructure(text); structure > t.limits.Values {
		t.stop(0, 0, fmt.Sprintf("The description has more than %d values.", t.limits.Values),
			"Split it into several products or versions.")
		return nil
	}
	document, more, err := parseYAML(bytes.NewReader(text))
	if err != nil {
		t.refuseYAML(text, err)
		return nil
	}
	if document == nil || len(document.Content) == 0 {
		t.stop(0, 0, "The file has no content.", "Add an OpenAPI description to it.")
		return nil
	}
	reader := yamlReader{tree: t, open: map[*yaml.Node]bool{}}
	root := reader.value(document.Content[0], nil, 0)
	if t.stopped {
		return nil
	}
	if more {
		t.findings.add(Finding{
			Severity: Warning, Message: "The file has several YAML documents; only the first was read.",
			Advice: "Put each description into its own file.",
		})
	}
	return root
}

// yamlStructure returns a cheap upper bound of the number of values, by counting the characters that can begin one.
//
// The YAML parser itself has no limit on the number of values.
func yamlStructure(text []byte) int {
	count := 0
	for _, c := range text {
		switch c {
		case ',', ':', '[', '{', '?', '-':
			count++
		}
	}
	return count
}

// parseYAML returns the first document of the text, and whether there are more.
func parseYAML(text io.Reader) (document *yaml.Node, more bool, err error) {
	// The parser panics on some texts that a fuzzer found.
	defer func() {
		if broken := recover(); broken != nil {
			document, err = nil, fmt.Errorf("yaml: the parser failed: %v", broken)
		}
	}()
	decoder := yaml.NewDecoder(text)
	decoder.DisableTimestamps(true)
	document = &yaml.Node{}
	if err := decoder.Decode(document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, false, nil
		}
		return nil, false, err
	}
	return document, !errors.Is(decoder.Decode(&yaml.Node{}), io.EOF), nil
}

var yamlError = regexp.MustCompile(`^yaml: (?:line \d+: )?(.*)$`)

// refuseYAML reports a syntax error at the last line that the parser read.
//
// The line in the parser's own message is often only the beginning of the block with the mistake.
func (t *tree) refuseYAML(text []byte, err error) {
	lines := &lineReader{rest: text}
	_, _, _ = parseYAML(lines)
	message := err.Error()
	if parts := yamlError.FindStringSubmatch(message); parts != nil {
		message = parts[1]
	}
	t.findings.add(Finding{
		Severity: Error, Line: max(1, lines.count), Column: 1, Message: "This is not valid YAML: " + shorten(message) + ".",
		Advice: "Fix the text here or just before. Check for tabs, wrong indentation and missing quotation marks.",
	})
}

// lineReader returns one line per read and counts the lines.
type lineReader struct {
	rest  []byte
	count int
}

func (r *lineReader) Read(into []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(r.rest, '\n') + 1
	if end == 0 {
		end = len(r.rest)
	}
	n := copy(into, r.rest[:end])
	if n == end {
		r.count++
	}
	r.rest = r.rest[n:]
	return n, nil
}

// yamlReader converts the parser's nodes to ours and expands aliases within the limits.
type yamlReader struct {
	tree *tree
	// open holds the values that are being read; an alias to one of them would be endless.
	open map[*yaml.Node]bool
}

func (r *yamlReader) value(from *yaml.Node, parent *node, depth int) *node {
	line, column := int32(from.Line), int32(from.Column)
	switch from.Kind {
	case yaml.AliasNode:
		if r.open[from.Alias] {
			r.tree.stop(line, column, "The alias *"+shorten(from.Value)+" is inside the value that it stands for.",
				"Write the value out, or use a $ref to a named schema.")
			return nil
		}
		return r.value(from.Alias, parent, depth)
	case yaml.MappingNode, yaml.SequenceNode:
		r.open[from] = true
		defer delete(r.open, from)
		if from.Kind == yaml.MappingNode {
			return r.object(from, parent, depth)
		}
		return r.array(from, parent, depth)
	default:
		return r.scalar(from, parent, depth)
	}
}

func (r *yamlReader) array(from *yaml.Node, parent *node, depth int) *node {
	made := r.tree.node(arrayKind, parent, int32(from.Line), int32(from.Column), depth)
	if made == nil {
		return nil
	}
	for _, item := range from.Content {
		value := r.value(item, made, depth+1)
		if value == nil {
			return nil
		}
		made.members = append(made.members, member{line: int32(item.Line), column: int32(item.Column), value: value})
	}
	return made
}

func (r *yamlReader) object(from *yaml.Node, parent *node, depth int) *node {
	made := r.tree.node(objectKind, parent, int32(from.Line), int32(from.Column), depth)
	if made == nil {
		return nil
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(from.Content); i += 2 {
		key, content := from.Content[i], from.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			r.tree.stop(int32(key.Line), int32(key.Column), "A name must be text, not a list or an object.",
				"Quote names that contain brackets or braces.")
			return nil
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, content)
			continue
		}
		value := r.value(content, made, depth+1)
		if value == nil {
			return nil
		}
		made.members = append(made.members, member{
			name: key.Value, line: int32(key.Line), column: int32(key.Column), value: value,
		})
	}
	r.tree.refuseRepeats(made)
	for _, from := range merged {
		if !r.merge(from, made, depth) {
			return nil
		}
	}
	return made
}

// merge adds the members of a merge key (<<) that the object does not have itself.
func (r *yamlReader) merge(from *yaml.Node, into *node, depth int) bool {
	brought := r.value(from, into, depth+1)
	if brought == nil {
		return false
	}
	sources := []*node{brought}
	if brought.kind == arrayKind {
		sources = sources[:0]
		for _, item := range brought.members {
			sources = append(sources, item.value)
		}
	}
	has := make(map[string]bool, len(into.members))
	for _, own := range into.members {
		has[own.name] = true
	}
	for _, source := range sources {
		for _, entry := range source.object() {
			if !has[entry.name] {
				has[entry.name] = true
				entry.value.parent = into
				into.members = append(into.members, entry)
			}
		}
	}
	return true
}

func (r *yamlReader) scalar(from *yaml.Node, parent *node, depth int) *node {
	made := r.tree.node(stringKind, parent, int32(from.Line), int32(from.Column), depth)
	if made == nil {
		return nil
	}
	made.text = from.Value
	switch from.ShortTag() {
	case "!!null":
		made.kind, made.text = nullKind, ""
	case "!!bool":
		made.kind, made.text = booleanKind, "false"
		if c := from.Value; c != "" && (c[0] == 't' || c[0] == 'T') {
			made.text = "true"
		}
	case "!!int", "!!float":
		if number, ok := jsonNumber(from); ok {
			made.kind, made.text = numberKind, number
		}
	}
	return made
}

// jsonNumber converts a YAML number to JSON. Infinities and NaN do not exist there and stay strings.
func jsonNumber(from *yaml.Node) (string, bool) {
	if json.Valid([]byte(from.Value)) {
		return from.Value, true
	}
	var number any
	if err := from.Decode(&number); err != nil {
		return "", false
	}
	spelled, err := json.Marshal(number)
	if err != nil || len(spelled) == 0 || spelled[0] == '"' {
		return "", false
	}
	return string(spelled), true
}
