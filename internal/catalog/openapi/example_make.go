package openapi

import "slices"

// Limits for generated examples.
const (
	mostMadeValues = 200
	deepestMade    = 6
)

// exampleMaker generates a value that matches a schema.
type exampleMaker struct {
	*description
	values int
}

// make generates a value for the schema. The trail has the enclosing schemas; make stops at them, because they repeat.
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

// given returns a value that the schema itself contains, or nil.
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
	switch m.typesOf(schema)[0] {
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
		items, _ := m.follow(schema.get("items"))
		if items != nil && !slices.Contains(trail, items) {
			made.members = []member{{value: m.make(schema.get("items"), trail)}}
		}
		return made
	case "object", "":
		return &node{kind: objectKind}
	default:
		return &node{kind: nullKind}
	}
}
