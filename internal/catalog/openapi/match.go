package openapi

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// matcher compares values with schemas in a limited number of steps; general validators have no such limit.
//
// It is lenient by design: unknown keywords and work beyond the limit count as a match, so that there are no false
// mismatches.
type matcher struct {
	*description
	steps    int
	open     map[pair]bool
	done     map[pair]bool
	patterns map[string]*regexp.Regexp
}

type pair struct{ value, schema *node }

// mismatch is the part of a value that does not match its schema, and why.
type mismatch struct {
	at      *node
	message string
}

const (
	mostMatchSteps     = 50_000
	longestPattern     = 1_000
	longestPatternText = 10_000
)

func newMatcher(d *description) matcher {
	return matcher{description: d, open: map[pair]bool{}, done: map[pair]bool{}, patterns: map[string]*regexp.Regexp{}}
}

// match returns the first mismatch or nil, and the number of steps taken. It compares each pair only once.
func (m *matcher) match(value, schema *node) (*mismatch, int) {
	target, _ := m.follow(schema)
	if m.done[pair{value, target}] {
		return nil, 1
	}
	m.done[pair{value, target}] = true
	m.steps = mostMatchSteps
	found := m.value(value, target)
	return found, mostMatchSteps - m.steps
}

func (m *matcher) value(value, schema *node) *mismatch {
	schema, _ = m.follow(schema)
	if m.steps--; m.steps <= 0 || schema == nil {
		return nil
	}
	if schema.kind == booleanKind && schema.text == "false" {
		return &mismatch{value, "no value is allowed here"}
	}
	key := pair{value, schema}
	if schema.kind != objectKind || m.open[key] {
		return nil
	}
	m.open[key] = true
	defer delete(m.open, key)

	if value.kind == nullKind && m.allowsNull(schema) {
		return nil
	}
	for _, check := range [...]func(value, schema *node) *mismatch{
		m.matchType, m.matchEnum, m.matchNumber, m.matchString, m.matchList, m.matchObject, m.matchParts,
	} {
		if found := check(value, schema); found != nil {
			return found
		}
	}
	return nil
}

// allowsNull accepts nullable beside $ref, allOf and enum too, where OpenAPI 3.0 is unclear.
func (m *matcher) allowsNull(schema *node) bool {
	return schema.true("nullable") || slices.Contains(schema.strings("type"), "null")
}

func (m *matcher) matchType(value, schema *node) *mismatch {
	declared := schema.get("type")
	var allowed []string
	switch {
	case declared == nil:
		return nil
	case declared.kind == stringKind:
		allowed = []string{declared.text}
	default:
		allowed = schema.strings("type")
	}
	for _, name := range allowed {
		if !slices.Contains(knownTypes, name) || isOfType(value, name) {
			return nil
		}
	}
	if len(allowed) == 0 {
		return nil
	}
	return &mismatch{value, "it is " + value.kind.String() + ", not " + strings.Join(allowed, " or ")}
}

func isOfType(value *node, name string) bool {
	if name == "integer" {
		number, err := strconv.ParseFloat(value.text, 64)
		return value.kind == numberKind && (err != nil || number == math.Trunc(number))
	}
	return typeOf(value) == name
}

func (m *matcher) matchEnum(value, schema *node) *mismatch {
	if constant := schema.get("const"); constant != nil && !m.equal(value, constant) {
		return &mismatch{value, "it must be " + shorten(valueText(constant))}
	}
	entries := schema.get("enum").list()
	if len(entries) == 0 {
		return nil
	}
	for _, entry := range entries {
		if m.equal(value, entry.value) {
			return nil
		}
	}
	return &mismatch{value, strconv.Quote(shorten(valueText(value))) + " is not one of the listed values"}
}

// equal compares two values. They count as equal when the steps run out.
func (m *matcher) equal(a, b *node) bool {
	if m.steps--; m.steps <= 0 || a == b {
		return true
	}
	if a.kind != b.kind || len(a.members) != len(b.members) {
		return false
	}
	if a.kind == numberKind && a.text != b.text {
		x, errX := strconv.ParseFloat(a.text, 64)
		y, errY := strconv.ParseFloat(b.text, 64)
		return errX != nil || errY != nil || x == y
	}
	for i, entry := range a.members {
		other := b.members[i].value
		if a.kind == objectKind {
			other = m.child(b, entry.name)
		}
		if other == nil || !m.equal(entry.value, other) {
			return false
		}
	}
	return a.text == b.text
}

func (m *matcher) matchNumber(value, schema *node) *mismatch {
	if value.kind != numberKind {
		return nil
	}
	number, err := strconv.ParseFloat(value.text, 64)
	if err != nil {
		return nil
	}
	limit := func(keyword string) (float64, bool) {
		bound := schema.get(keyword)
		if bound == nil || bound.kind != numberKind {
			return 0, false
		}
		parsed, err := strconv.ParseFloat(bound.text, 64)
		return parsed, err == nil
	}
	if least, ok := limit("minimum"); ok && (number < least || number == least && schema.true("exclusiveMinimum")) {
		return &mismatch{value, "it is too small"}
	}
	if most, ok := limit("maximum"); ok && (number > most || number == most && schema.true("exclusiveMaximum")) {
		return &mismatch{value, "it is too large"}
	}
	if least, ok := limit("exclusiveMinimum"); ok && number <= least {
		return &mismatch{value, "it is too small"}
	}
	if most, ok := limit("exclusiveMaximum"); ok && number >= most {
		return &mismatch{value, "it is too large"}
	}
	if schema.string("format") == "int32" && (number < math.MinInt32 || number > math.MaxInt32) {
		return &mismatch{value, "it does not fit the format int32"}
	}
	return nil
}

func (m *matcher) matchString(value, schema *node) *mismatch {
	if value.kind != stringKind {
		return nil
	}
	length := utf8.RuneCountInString(value.text)
	if m.fewer(length, schema, "minLength") {
		return &mismatch{value, "it is too short"}
	}
	if m.more(length, schema, "maxLength") {
		return &mismatch{value, "it is too long"}
	}
	if pattern := m.pattern(schema.string("pattern")); pattern != nil && len(value.text) <= longestPatternText &&
		!pattern.MatchString(value.text) {
		return &mismatch{value, strconv.Quote(shorten(value.text)) + " does not match the pattern " + shorten(pattern.String())}
	}
	format := schema.string("format")
	if valid, known := formats[format]; known && !valid(value.text) {
		return &mismatch{value, strconv.Quote(shorten(value.text)) + " does not have the format " + format}
	}
	return nil
}

// pattern compiles a pattern once. Patterns that Go does not support, such as look-aheads, are not checked.
func (m *matcher) pattern(text string) *regexp.Regexp {
	if text == "" || len(text) > longestPattern {
		return nil
	}
	compiled, known := m.patterns[text]
	if !known {
		compiled, _ = regexp.Compile(text)
		m.patterns[text] = compiled
	}
	m.steps -= len(text)
	return compiled
}

func (m *matcher) fewer(count int, schema *node, keyword string) bool {
	bound, err := strconv.ParseFloat(schema.string(keyword), 64)
	return err == nil && float64(count) < bound
}

func (m *matcher) more(count int, schema *node, keyword string) bool {
	bound, err := strconv.ParseFloat(schema.string(keyword), 64)
	return err == nil && float64(count) > bound
}

func (m *matcher) matchList(value, schema *node) *mismatch {
	if value.kind != arrayKind {
		return nil
	}
	if m.fewer(len(value.members), schema, "minItems") {
		return &mismatch{value, "it has too few items"}
	}
	if m.more(len(value.members), schema, "maxItems") {
		return &mismatch{value, "it has too many items"}
	}
	prefix := schema.get("prefixItems").list()
	for i, entry := range value.members {
		items := schema.get("items")
		if i < len(prefix) {
			items = prefix[i].value
		}
		if items == nil || m.steps <= 0 {
			return nil
		}
		if found := m.value(entry.value, items); found != nil {
			return found
		}
	}
	return nil
}

func (m *matcher) matchObject(value, schema *node) *mismatch {
	if value.kind != objectKind {
		return nil
	}
	if m.fewer(len(value.members), schema, "minProperties") || m.more(len(value.members), schema, "maxProperties") {
		return &mismatch{value, "it has the wrong number of properties"}
	}
	properties, extra := schema.get("properties"), schema.get("additionalProperties")
	for _, name := range schema.get("required").list() {
		if m.steps--; m.steps <= 0 {
			return nil
		}
		property, _ := m.follow(m.child(properties, name.value.text))
		oneWay := property.true("readOnly") || property.true("writeOnly") // may be missing in one direction
		if m.child(value, name.value.text) == nil && !oneWay {
			return &mismatch{value, strconv.Quote(shorten(name.value.text)) + " is missing"}
		}
	}
	for _, entry := range value.members {
		if m.steps <= 0 {
			return nil
		}
		allowed := m.child(properties, entry.name)
		if allowed == nil && schema.get("patternProperties") == nil {
			allowed = extra
		}
		if allowed == nil {
			m.steps--
			continue
		}
		if allowed.kind == booleanKind && allowed.text == "false" {
			return &mismatch{entry.value, strconv.Quote(shorten(entry.name)) + " is not an allowed property"}
		}
		if found := m.value(entry.value, allowed); found != nil {
			return found
		}
	}
	return nil
}

// matchParts compares the value with the schemas in allOf, oneOf and anyOf.
func (m *matcher) matchParts(value, schema *node) *mismatch {
	for _, part := range schema.get("allOf").list() {
		if found := m.value(value, part.value); found != nil {
			return found
		}
	}
	for _, keyword := range [...]string{"oneOf", "anyOf"} {
		parts := schema.get(keyword).list()
		var last *mismatch
		for _, part := range parts {
			if last = m.value(value, part.value); last == nil {
				break
			}
		}
		switch {
		case last == nil:
		case len(parts) == 1:
			return last
		default:
			return &mismatch{value, "it matches none of the " + strconv.Itoa(len(parts)) + " alternatives"}
		}
	}
	return nil
}
