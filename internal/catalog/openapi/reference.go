package openapi

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// longestChain is how many references may follow one another.
const longestChain = 32

// description is an API description while it is read: its tree and the lookups that are cached.
type description struct {
	root     *node
	limits   Limits
	findings *findings
	// converted is set if the root was converted from Swagger 2; findings then point into the original.
	converted *conversion
	index     map[*node]map[string]*node
	targets   map[string]*node
	anchors   map[string]*node
	// schemas, examples and types cache what was rendered, so that operations share it.
	schemas  map[*node]Schema
	examples map[*node]spelledExample
	types    map[typeKey]typeWords
	// pages holds the slugs of the schemas that have a page.
	pages map[*node]string
	// uses holds, for each schema with a page, what refers to it.
	uses map[*node]*uses
	// shared caches the schemas that a shared part refers to.
	shared map[*node][]*node
	// long holds the examples that are too long for a page, and wholeBytes their total size.
	long       []LongExample
	wholeBytes int
	// room is how many bytes are left for the current page, allRoom for all pages together.
	room, allRoom int
	// inputs counts the bytes of all inputs written so far.
	inputs int
	// alternativeSteps counts the steps of comparing examples with the alternatives of their schemas.
	alternativeSteps int
}

func newDescription(root *node, limits Limits, findings *findings) *description {
	return &description{
		root: root, limits: limits, findings: findings,
		index: map[*node]map[string]*node{}, targets: map[string]*node{},
		schemas: map[*node]Schema{}, examples: map[*node]spelledExample{}, types: map[typeKey]typeWords{},
		pages: map[*node]string{}, uses: map[*node]*uses{}, shared: map[*node][]*node{}, allRoom: longestOperations,
	}
}

// report adds a finding at the value.
func (d *description) report(severity Severity, at *node, message, advice string) {
	if d.findings.full(severity) {
		d.findings.omitted[severity]++
		return
	}
	found := Finding{Severity: severity, Pointer: at.pointer(), Message: message, Advice: advice}
	if d.converted != nil {
		at = d.converted.locate(found.Pointer)
		found.Pointer = at.pointer()
	}
	line, column := at.place()
	found.Line, found.Column = int(line), int(column)
	d.findings.add(found)
}

func (d *description) fail(at *node, message, advice string) { d.report(Error, at, message, advice) }

func (d *description) warn(at *node, message, advice string) { d.report(Warning, at, message, advice) }

// child returns a member like get, but is also fast for large objects.
func (d *description) child(of *node, name string) *node {
	const fewMembers = 16
	if of == nil || of.kind != objectKind || len(of.members) <= fewMembers {
		return of.get(name)
	}
	index := d.index[of]
	if index == nil {
		index = make(map[string]*node, len(of.members))
		for _, entry := range of.members {
			index[entry.name] = entry.value
		}
		d.index[of] = index
	}
	return index[name]
}

// reference returns the $ref of a value, if it has one.
func reference(n *node) (string, bool) {
	ref := n.get("$ref")
	if ref == nil || ref.kind != stringKind {
		return "", false
	}
	return ref.text, true
}

// follow resolves references and returns the value behind them and the name of the first target.
//
// It returns nil for a reference that is broken or circular; checkReferences reports those.
func (d *description) follow(n *node) (target *node, name string) {
	for range longestChain {
		ref, is := reference(n)
		if !is {
			return n, name
		}
		if n = d.target(ref); n == nil {
			return nil, ""
		}
		if name == "" {
			name = referenceName(ref)
		}
	}
	return nil, ""
}

// referenceName returns the last part of a reference, which names its target.
func referenceName(ref string) string {
	name := ref[strings.LastIndexAny(ref, "/#")+1:]
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	return unescapePointer(name)
}

func unescapePointer(token string) string {
	if !strings.Contains(token, "~") {
		return token
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
}

// target returns the value that a reference within the document points to, or nil.
func (d *description) target(ref string) *node {
	if found, known := d.targets[ref]; known {
		return found
	}
	found := d.seek(ref)
	d.targets[ref] = found
	return found
}

func (d *description) seek(ref string) *node {
	fragment, internal := strings.CutPrefix(ref, "#")
	if !internal {
		return nil
	}
	if decoded, err := url.PathUnescape(fragment); err == nil {
		fragment = decoded
	}
	if fragment == "" {
		return d.root
	}
	if fragment[0] != '/' {
		return d.anchor(fragment)
	}
	at := d.root
	for token := range strings.SplitSeq(fragment[1:], "/") {
		token = unescapePointer(token)
		if at != nil && at.kind == arrayKind {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(at.members) {
				return nil
			}
			at = at.members[i].value
			continue
		}
		if at = d.child(at, token); at == nil {
			return nil
		}
	}
	return at
}

// anchor returns the schema with this $anchor (OpenAPI 3.1).
func (d *description) anchor(name string) *node {
	if d.anchors == nil {
		d.anchors = map[string]*node{}
		d.gatherAnchors(d.root)
	}
	return d.anchors[name]
}

func (d *description) gatherAnchors(n *node) {
	for _, keyword := range [...]string{"$anchor", "$dynamicAnchor"} {
		if anchor := n.get(keyword); anchor != nil && anchor.kind == stringKind && d.anchors[anchor.text] == nil {
			d.anchors[anchor.text] = n
		}
	}
	for _, entry := range n.members {
		gatherable := entry.value.kind == objectKind || entry.value.kind == arrayKind
		if gatherable {
			d.gatherAnchors(entry.value)
		}
	}
}

// namesOf holds the fields whose members are named by the author, so that these names are not keywords.
var namesOf = map[string]bool{
	"properties": true, "patternProperties": true, "$defs": true, "definitions": true, "dependentSchemas": true,
	"paths": true, "webhooks": true, "responses": true, "headers": true, "content": true, "callbacks": true,
	"links": true, "schemas": true, "parameters": true, "examples": true, "requestBodies": true,
	"securitySchemes": true, "securityDefinitions": true, "pathItems": true, "encoding": true, "variables": true,
}

// isData reports whether a field holds data of the API, in which "$ref" is an ordinary name.
func isData(entry member) bool {
	switch entry.name {
	case "example", "default", "enum", "const", "value":
		return true
	case "examples": // of a schema; those of a media type are named
		return entry.value.kind == arrayKind
	}
	return strings.HasPrefix(entry.name, "x-")
}

// checkReferences reports every reference that leaves the file, is broken or is circular.
func (d *description) checkReferences(n *node, named bool) {
	if !named {
		if ref, is := reference(n); is {
			d.checkReference(n, ref)
		}
	}
	for _, entry := range n.members {
		if entry.value.kind != objectKind && entry.value.kind != arrayKind {
			continue
		}
		if named || n.kind == arrayKind {
			d.checkReferences(entry.value, false)
		} else if !isData(entry) {
			d.checkReferences(entry.value, namesOf[entry.name] && entry.value.kind == objectKind)
		}
	}
}

func (d *description) checkReference(n *node, ref string) {
	at, quoted := n.get("$ref"), strconv.Quote(shorten(ref))
	if !strings.HasPrefix(ref, "#") {
		d.fail(at, "The reference "+quoted+" points outside this file; other files and addresses are never opened.",
			`Bundle the description into one file, so that every $ref begins with "#/".`)
		return
	}
	next := n
	for range longestChain {
		link, is := reference(next)
		if !is {
			return
		}
		if next = d.target(link); next == nil {
			if link == ref {
				d.fail(at, "The reference "+quoted+" is broken: nothing has this name.", "Correct the name, or add the missing part.")
			}
			return // the broken reference itself is reported
		}
		if next == n {
			break
		}
	}
	d.fail(at, "The reference "+quoted+" is circular, or leads through too many others.",
		"Point it directly to a value.")
}

// checkInclusions reports schemas that include themselves through allOf: they cannot be checked or shown.
func (d *description) checkInclusions(schemas []*node) {
	states := map[*node]inclusion{}
	for _, schema := range schemas {
		d.include(schema, states, 0)
	}
}

type inclusion uint8

const (
	including inclusion = iota + 1
	included
)

func (d *description) include(schema *node, states map[*node]inclusion, depth int) {
	target, _ := d.follow(schema)
	if target == nil || states[target] == included {
		return
	}
	all := target.get("allOf").list()
	if len(all) == 0 {
		return
	}
	if states[target] == including {
		d.fail(schema, "This schema includes itself through allOf.", "Remove it from allOf, or reference it from a property.")
		return
	}
	if depth > d.limits.Depth {
		d.fail(schema, fmt.Sprintf("More than %d schemas include one another through allOf.", d.limits.Depth),
			"Merge some of them.")
		return
	}
	states[target] = including
	for _, part := range all {
		d.include(part.value, states, depth+1)
	}
	states[target] = included
}
