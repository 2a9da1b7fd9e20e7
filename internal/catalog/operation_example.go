package catalog

import (
	"slices"
	"strings"
)

// What an example may cost.
const (
	longestExample = 8 << 10
	mostMadeValues = 200
	deepestMade    = 6
)

// authored returns the example that the author gave, nil where there is none: of the media type or parameter first, of
// its schema otherwise.
func (d *description) authored(of, schema *node) *node {
	target, _ := d.follow(schema)
	for _, from := range []*node{of, target} {
		if example := from.get("example"); example != nil {
			return example
		}
		examples := from.get("examples")
		if list := examples.list(); len(list) > 0 {
			return list[0].value
		}
		for _, entry := range examples.object() {
			if named, _ := d.follow(entry.value); named.get("value") != nil {
				return named.get("value")
			}
		}
	}
	return nil
}

func (d *description) parameterExample(of, schema *node) string {
	example := d.authored(of, schema)
	if example == nil {
		target, _ := d.follow(schema)
		if example = target.get("default"); example == nil && len(target.get("enum").list()) > 0 {
			example = target.get("enum").members[0].value
		}
	}
	if example == nil {
		return ""
	}
	return valueText(example)
}

// bodyExample returns a body of the media type, the author's or one made from the schema.
func (d *description) bodyExample(mediaType string, of, schema *node) string {
	isJSON := strings.Contains(mediaType, "json") || mediaType == "*/*"
	if example := d.authored(of, schema); example != nil {
		if example.kind == stringKind && !isJSON {
			return cutExample(example.text)
		}
		return d.spell(example, example)
	}
	target, _ := d.follow(schema)
	if !isJSON || target == nil {
		return ""
	}
	if made, known := d.examples[target]; known {
		return made
	}
	maker := exampleMaker{description: d}
	return d.spell(target, maker.make(schema, nil))
}

// spell writes an example as indented JSON, once for each key.
func (d *description) spell(key, example *node) string {
	if spelled, known := d.examples[key]; known {
		return spelled
	}
	writer := jsonWriter{limit: longestExample, indented: true}
	writer.value(example, 0)
	spelled := cutExample(string(writer.text))
	d.examples[key] = spelled
	return spelled
}

// cutExample cuts a long example at the end of a line and marks the place.
func cutExample(text string) string {
	if len(text) <= longestExample {
		return strings.Clone(text)
	}
	text = text[:runeStart(text, longestExample)]
	if end := strings.LastIndexByte(text, '\n'); end > 0 {
		text = text[:end]
	}
	return text + "\n…"
}

// exampleMaker invents a value that fits a schema, as a small tree of its own.
type exampleMaker struct {
	*description
	values int
}

// make follows the schema; the trail holds the schemas around it, at which a recursive one ends.
func (m *exampleMaker) make(schema *node, trail []*node) *node {
	m.values++
	target, _ := m.follow(schema)
	if target == nil || target.kind != objectKind || slices.Contains(trail, target) || len(trail) > deepestMade || m.values > mostMadeValues {
		return &node{kind: nullKind}
	}
	if given := m.given(target); given != nil {
		return given
	}
	trail = append(slices.Clip(trail), target)
	for _, keyword := range [...]string{"oneOf", "anyOf"} {
		if parts := target.get(keyword).list(); len(parts) > 0 && target.get("properties") == nil {
			return m.make(parts[0].value, trail)
		}
	}
	if properties := m.properties(target); len(properties) > 0 {
		return m.object(properties, trail)
	}
	if parts := target.get("allOf").list(); len(parts) > 0 {
		return m.make(parts[0].value, trail)
	}
	return m.plain(target, trail)
}

// given returns a value that the schema itself names.
func (m *exampleMaker) given(schema *node) *node {
	for _, keyword := range [...]string{"example", "const", "default"} {
		if value := schema.get(keyword); value != nil {
			return value
		}
	}
	for _, keyword := range [...]string{"examples", "enum"} {
		if list := schema.get(keyword).list(); len(list) > 0 {
			return list[0].value
		}
	}
	return nil
}

func (m *exampleMaker) object(properties []property, trail []*node) *node {
	made := &node{kind: objectKind}
	for _, property := range properties {
		if m.values > mostMadeValues {
			break
		}
		target, _ := m.follow(property.value)
		if target == nil || slices.Contains(trail, target) {
			continue
		}
		made.members = append(made.members, member{name: property.name, value: m.make(property.value, trail)})
	}
	return made
}

var madeTexts = map[string]string{
	"date-time": "2025-01-31T09:30:00Z", "date": "2025-01-31", "time": "09:30:00Z", "email": "user@example.com",
	"uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "uri": "https://example.com", "url": "https://example.com",
	"hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "c3RyaW5n",
}

func (m *exampleMaker) plain(schema *node, trail []*node) *node {
	switch m.types(schema)[0] {
	case "string":
		if text, known := madeTexts[schema.string("format")]; known {
			return &node{kind: stringKind, text: text}
		}
		return &node{kind: stringKind, text: "string"}
	case "integer", "number":
		if least := schema.get("minimum"); least != nil && least.kind == numberKind {
			return least
		}
		return &node{kind: numberKind, text: "1"}
	case "boolean":
		return &node{kind: booleanKind, text: "true"}
	case "array":
		made := &node{kind: arrayKind}
		if items := schema.get("items"); items != nil {
			made.members = []member{{value: m.make(items, trail)}}
		}
		return made
	case "object", "":
		return &node{kind: objectKind}
	default:
		return &node{kind: nullKind}
	}
}
