package openapi

import (
	"strconv"
	"strings"
)

// kind is the type of a value, the same for JSON and YAML.
type kind uint8

const (
	nullKind kind = iota
	booleanKind
	numberKind
	stringKind
	arrayKind
	objectKind
)

var kindNames = [...]string{"null", "a boolean", "a number", "a string", "a list", "an object"}

func (k kind) String() string { return kindNames[k] }

// node is one value of a description with its position in the text.
//
// JSON and YAML are both parsed into nodes, so that every finding has a line and a column. The model of kin-openapi has
// them for YAML only.
type node struct {
	kind         kind
	line, column int32
	parent       *node
	// text is the content of a string, a number as written, true or false.
	text string
	// members are the members of an object in the order of the text, or the items of a list without names.
	members []member
}

// member is a value within an object, with the position of its name.
type member struct {
	name         string
	line, column int32
	value        *node
}

// get returns a member of an object. It returns nil if there is none or n is not an object; n may be nil.
func (n *node) get(name string) *node {
	if n == nil || n.kind != objectKind {
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// object returns the members of an object, and nil for every other kind.
func (n *node) object() []member {
	if n == nil || n.kind != objectKind {
		return nil
	}
	return n.members
}

// list returns the items of a list, and nil for every other kind.
func (n *node) list() []member {
	if n == nil || n.kind != arrayKind {
		return nil
	}
	return n.members
}

// string returns the text of a string or number member. In YAML an unquoted version is a number.
func (n *node) string(name string) string {
	if value := n.get(name); value != nil && (value.kind == stringKind || value.kind == numberKind) {
		return value.text
	}
	return ""
}

func (n *node) true(name string) bool {
	value := n.get(name)
	return value != nil && value.kind == booleanKind && value.text == "true"
}

// strings returns the strings of a list member and skips all other items.
func (n *node) strings(name string) []string {
	var texts []string
	for _, item := range n.get(name).list() {
		if item.value.kind == stringKind {
			texts = append(texts, item.value.text)
		}
	}
	return texts
}

// name returns the name of the node in its parent, empty for items and the root.
func (n *node) name() string {
	if n.parent != nil {
		for i := range n.parent.members {
			if n.parent.members[i].value == n {
				return n.parent.members[i].name
			}
		}
	}
	return ""
}

// place returns the position to report for a value: its name for an object or a list, otherwise the value itself.
func (n *node) place() (line, column int32) {
	if n.parent != nil && n.parent.kind == objectKind && (n.kind == objectKind || n.kind == arrayKind) {
		for i := range n.parent.members {
			if entry := &n.parent.members[i]; entry.value == n {
				return entry.line, entry.column
			}
		}
	}
	return n.line, n.column
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointer returns the JSON pointer of the node (RFC 6901). It is slow, so only findings use it.
func (n *node) pointer() string {
	var tokens []string
	for ; n.parent != nil; n = n.parent {
		for i := range n.parent.members {
			if n.parent.members[i].value != n {
				continue
			}
			if n.parent.kind == arrayKind {
				tokens = append(tokens, strconv.Itoa(i))
			} else {
				tokens = append(tokens, pointerEscapes.Replace(n.parent.members[i].name))
			}
			break
		}
	}
	var spelled strings.Builder
	for i := len(tokens) - 1; i >= 0; i-- {
		spelled.WriteByte('/')
		spelled.WriteString(tokens[i])
	}
	return spelled.String()
}

// tree creates nodes and reports when a limit is exceeded.
type tree struct {
	limits   Limits
	findings *findings
	values   int
	spare    []node
	stopped  bool
}

const nodesPerAllocation = 512

// node creates a value. It returns nil if the tree is too large or too deep; the parser must then stop.
func (t *tree) node(kind kind, parent *node, line, column int32, depth int) *node {
	switch {
	case t.stopped:
		return nil
	case depth > t.limits.Depth:
		t.stop(line, column, "Values nest deeper than "+strconv.Itoa(t.limits.Depth)+" levels.",
			"Move the inner parts to named schemas and reference them.")
		return nil
	case t.values >= t.limits.Values:
		t.stop(line, column, "The description has more than "+strconv.Itoa(t.limits.Values)+" values, counting every use of an alias.",
			"Split it into several products or versions, or use fewer aliases.")
		return nil
	}
	t.values++
	if len(t.spare) == 0 {
		t.spare = make([]node, nodesPerAllocation)
	}
	made := &t.spare[0]
	t.spare = t.spare[1:]
	made.kind, made.parent, made.line, made.column = kind, parent, line, column
	return made
}

func (t *tree) stop(line, column int32, message, advice string) {
	t.stopped = true
	t.findings.add(Finding{Severity: Error, Line: int(line), Column: int(column), Message: message, Advice: advice})
}

// refuseRepeats reports duplicate names in an object: parsers differ in which one they use.
func (t *tree) refuseRepeats(object *node) {
	const fewMembers = 12
	if len(object.members) <= fewMembers {
		for i, later := range object.members {
			for _, earlier := range object.members[:i] {
				if earlier.name == later.name {
					t.refuseRepeat(object, earlier, later)
					break
				}
			}
		}
		return
	}
	first := make(map[string]int, len(object.members))
	for i, later := range object.members {
		if earlier, repeated := first[later.name]; repeated {
			t.refuseRepeat(object, object.members[earlier], later)
			continue
		}
		first[later.name] = i
	}
}

func (t *tree) refuseRepeat(object *node, earlier, later member) {
	if t.findings.full(Error) {
		t.findings.add(Finding{Severity: Error})
		return
	}
	t.findings.add(Finding{
		Severity: Error, Line: int(later.line), Column: int(later.column),
		Pointer: object.pointer() + "/" + pointerEscapes.Replace(later.name),
		Message: "The name " + strconv.Quote(shorten(later.name)) + " is a duplicate; it was first used on line " + strconv.Itoa(int(earlier.line)) + ".",
		Advice:  "Remove one of the two.",
	})
}

// shorten cuts text from the description to a length that is readable in a message.
func shorten(text string) string {
	const readable = 80
	return shortenTo(text, readable)
}

func shortenTo(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	return text[:runeStart(text, longest)] + "…"
}
