package publish

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oasdiff/yaml3"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/spelling"
)

const (
	// valuesLimit limits how many values of the manifest are read, so that nested aliases cannot expand without end.
	valuesLimit = 200_000
	// findingsLimit limits how many errors are listed.
	findingsLimit = 200
)

// reader reads one YAML file and collects its errors.
type reader struct {
	ctx      context.Context
	folder   fs.FS
	file     string
	findings []openapi.Finding
	errors   int
	values   int
	// files counts documents, bytes their total size.
	files int
	bytes int64
	// images are the contents of the site's pictures by their digest.
	images map[string][]byte
}

// refuse records an error at a place of the YAML file, or about the whole file if at is nil.
func (r *reader) refuse(at *yaml.Node, message, advice string) {
	r.note(openapi.Error, at, message, advice)
}

func (r *reader) warn(at *yaml.Node, message, advice string) {
	r.note(openapi.Warning, at, message, advice)
}

func (r *reader) note(severity openapi.Severity, at *yaml.Node, message, advice string) {
	found := openapi.Finding{Severity: severity, File: r.file, Message: message, Advice: advice}
	if at != nil {
		found.Line, found.Column = at.Line, at.Column
	}
	r.add(found)
}

func (r *reader) add(found openapi.Finding) {
	if found.Severity == openapi.Error {
		r.errors++
		if r.errors > findingsLimit {
			return
		}
	}
	r.findings = append(r.findings, found)
}

// sorted returns the findings, errors first, file by file from top to bottom.
func (r *reader) sorted() []openapi.Finding {
	slices.SortStableFunc(r.findings, func(a, b openapi.Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if more := r.errors - findingsLimit; more > 0 {
		r.findings = append(r.findings, openapi.Finding{
			Severity: openapi.Error, File: r.file, Message: fmt.Sprintf("%d more errors are not listed.", more),
			Advice: "Fix the listed errors and apply again.",
		})
	}
	return r.findings
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parse parses YAML into nodes with their places. It returns nil after recording a finding.
func (r *reader) parse(text []byte) *yaml.Node {
	if line, what := badCharacter(text); line > 0 {
		r.refuse(&yaml.Node{Line: line, Column: 1}, "The file contains "+what+".", "Save it as UTF-8 text without control characters.")
		return nil
	}
	document, err := parseYAML(text)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(document.Content) == 0:
		r.refuse(nil, "The file is empty.", "See docs/apply.md for the format.")
		return nil
	case err != nil:
		at := &yaml.Node{Line: 1, Column: 1}
		message := err.Error()
		if parts := yamlErrorLine.FindStringSubmatch(message); parts != nil {
			message = message[len(parts[0]):]
			if line, err := strconv.Atoi(parts[1]); err == nil {
				at.Line = line
			}
		}
		r.refuse(at, "This is not valid YAML: "+clip(message)+".", "Check this line and the one above for wrong indentation, tabs and missing quotation marks.")
		return nil
	}
	return document.Content[0]
}

func parseYAML(text []byte) (document *yaml.Node, err error) {
	// The parser panics on some malformed texts, which fuzzing finds.
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("yaml: the parser gave up: %v", broken)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.DisableTimestamps(true)
	document = &yaml.Node{}
	if err := decoder.Decode(document); err != nil {
		return nil, err
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("yaml: the file contains several documents, separated by ---; keep one")
	}
	return document, nil
}

// clip shortens text from the files for messages.
func clip(text string) string {
	const longest = 80
	for i := range text {
		if i >= longest {
			return text[:i] + "…"
		}
	}
	return text
}

// follow resolves an alias and counts the values read.
func (r *reader) follow(at *yaml.Node) *yaml.Node {
	r.values++
	if r.values == valuesLimit {
		r.findings, r.errors = nil, 0 // this is the cause of all earlier findings
		r.refuse(at, fmt.Sprintf("The file has more than %d values after its aliases are expanded.", valuesLimit), "Remove nested aliases.")
	}
	if r.values >= valuesLimit {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: at.Line, Column: at.Column}
	}
	if at.Kind == yaml.AliasNode {
		return at.Alias
	}
	return at
}

func isNull(at *yaml.Node) bool { return at.Kind == yaml.ScalarNode && at.ShortTag() == "!!null" }

// items returns the items of a list; a missing list or null has none.
func (r *reader) items(at *yaml.Node, noun string) []*yaml.Node {
	if at == nil {
		return nil
	}
	list := r.follow(at)
	if isNull(list) {
		return nil
	}
	if list.Kind != yaml.SequenceNode {
		r.refuse(at, fmt.Sprintf("%s must be a list, not %s.", noun, kindOf(list)), "Write each item on its own line, after a hyphen.")
		return nil
	}
	return list.Content
}

func kindOf(at *yaml.Node) string {
	switch at.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a group of settings"
	}
	return fmt.Sprintf("the value %q", clip(at.Value))
}

// fields are the named members of a mapping of the file.
type fields struct {
	*reader

	// at is the mapping's node, noun what it describes.
	at   *yaml.Node
	noun string
	of   map[string]*yaml.Node
}

// fields reads a mapping and rejects unknown names.
func (r *reader) fields(at *yaml.Node, noun string, known ...string) (fields, bool) {
	read := fields{reader: r, at: at, noun: noun, of: map[string]*yaml.Node{}}
	for key, value := range r.members(at, noun) {
		if !slices.Contains(known, key.Value) {
			r.refuse(key, fmt.Sprintf("%s has no setting %q.", upperFirst(noun), clip(key.Value)), spelling.Advice(key.Value, known))
			continue
		}
		if !isNull(value) {
			read.of[key.Value] = value
		}
	}
	target := at
	if at.Kind == yaml.AliasNode {
		target = at.Alias
	}
	return read, target.Kind == yaml.MappingNode
}

// members yields the names and values of a mapping in file order, including merge keys. Each name appears once.
func (r *reader) members(at *yaml.Node, noun string) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		seen := map[string]int{}
		r.eachMember(at, noun, seen, true, yield)
	}
}

func (r *reader) eachMember(at *yaml.Node, noun string, seen map[string]int, own bool, yield func(key, value *yaml.Node) bool) bool {
	mapping := r.follow(at)
	if mapping.Kind != yaml.MappingNode {
		r.refuse(at, fmt.Sprintf("%s must be a group of settings, not %s.", upperFirst(noun), kindOf(mapping)), "Write each setting as name: value on its own line.")
		return true
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := r.follow(mapping.Content[i]), r.follow(mapping.Content[i+1])
		if key.Kind != yaml.ScalarNode {
			r.refuse(key, "A name must be plain text.", "Put it in quotation marks if it contains brackets or braces.")
			continue
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, mapping.Content[i+1])
			continue
		}
		if line, repeated := seen[key.Value]; repeated {
			if own {
				r.refuse(key, fmt.Sprintf("%q is used again; it was first used on line %d.", clip(key.Value), line), "Remove one of them.")
			}
			continue
		}
		seen[key.Value] = key.Line
		if !yield(key, value) {
			return false
		}
	}
	for _, from := range merged {
		if own && !r.eachMember(from, noun, seen, false, yield) {
			return false
		}
	}
	return true
}

func upperFirst(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
