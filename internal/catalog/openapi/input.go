package openapi

import (
	"slices"
	"strconv"
	"strings"
)

// Limits for the inputs, in bytes. Beyond them a schema allows any value.
const (
	longestInput        = 256 << 10
	longestInputs       = 64 << 20
	longestInputExample = 32 << 10
	longestInputText    = 300
)

// inputReader writes the input of an operation as one self-contained JSON text, for a program that builds a form from
// it and validates the entries:
//
//	{"parameters": [{"name", "in", "required", "description", "style", "explode", "mediaType", "schema", "example"}],
//	 "bodyRequired": false, "bodies": [{"mediaType", "schema", "example", "encoding": {"part": "media/type"}}],
//	 "$defs": {"1": schema}}
//
// Schemas are always JSON Schema 2020-12. The target of every $ref is in $defs once.
type inputReader struct {
	*description
	write jsonWriter
	room  int
	names map[*node]string
	queue []*node
}

func (d *description) input(parameters []*node, requestBody *node) []byte {
	body, _ := d.follow(requestBody)
	if len(parameters) == 0 && body == nil {
		return nil
	}
	r := inputReader{description: d, room: min(longestInput, longestInputs-d.inputs), names: map[*node]string{}}
	r.raw(`{"parameters":[`)
	for i, from := range parameters {
		r.separate(i)
		r.parameter(from)
	}
	r.raw(`],"bodyRequired":`, strconv.FormatBool(body.true("required")), `,"bodies":[`)
	for i, entry := range body.get("content").object() {
		r.separate(i)
		r.body(entry)
	}
	r.raw(`],"$defs":{`)
	for i := 0; i < len(r.queue); i++ { // the queue grows meanwhile
		r.separate(i)
		r.name(r.names[r.queue[i]])
		r.schema(r.queue[i])
	}
	r.raw("}}")
	d.inputs += len(r.write.text)
	return r.write.text
}

func (r *inputReader) full() bool { return len(r.write.text) > r.room }

func (r *inputReader) raw(texts ...string) {
	for _, text := range texts {
		r.write.text = append(r.write.text, text...)
	}
}

func (r *inputReader) separate(index int) {
	if index > 0 {
		r.raw(",")
	}
}

func (r *inputReader) name(name string) {
	r.write.string(name)
	r.raw(":")
}

// text writes a string member, unless it is empty.
func (r *inputReader) text(name, text string) {
	if text != "" {
		r.raw(",")
		r.name(name)
		r.write.string(text)
	}
}

func (r *inputReader) parameter(from *node) {
	schema, mediaType := from.get("schema"), ""
	if content := from.get("content").object(); schema == nil && len(content) > 0 {
		schema, mediaType = content[0].value.get("schema"), content[0].name
	}
	r.raw(`{"name":`)
	r.write.string(from.string("name"))
	r.text("in", from.string("in"))
	r.text("description", shortenTo(from.string("description"), longestInputText))
	r.text("style", from.string("style"))
	r.text("mediaType", mediaType)
	if from.true("required") || from.string("in") == "path" {
		r.raw(`,"required":true`)
	}
	if explode := from.get("explode"); explode != nil && explode.kind == booleanKind {
		r.raw(`,"explode":`, explode.text)
	}
	r.raw(`,"schema":`)
	r.schema(schema)
	r.example(r.authored(from, schema))
	r.raw("}")
}

func (r *inputReader) body(entry member) {
	schema := entry.value.get("schema")
	r.raw(`{"mediaType":`)
	r.write.string(entry.name)
	r.raw(`,"schema":`)
	r.schema(schema)
	example := r.authored(entry.value, schema)
	target, _ := r.follow(schema)
	isForm := strings.HasPrefix(entry.name, "multipart/") || strings.HasPrefix(entry.name, "application/x-www-form-urlencoded")
	if example == nil && target != nil && !isForm { // the fields of a form are better left empty
		maker := exampleMaker{description: r.description}
		example = maker.make(target, nil)
	}
	r.example(example)
	r.raw(`,"encoding":{`)
	written := 0
	for _, part := range entry.value.get("encoding").object() {
		if mediaType := part.value.string("contentType"); mediaType != "" {
			r.separate(written)
			r.name(part.name)
			r.write.string(mediaType)
			written++
		}
	}
	r.raw("}}")
}

// example writes the example if it fits: a part of one is useless in a form.
func (r *inputReader) example(example *node) {
	if example == nil {
		return
	}
	if text, whole := r.short(example); whole && !r.full() {
		r.raw(`,"example":`, text)
	}
}

// short returns a value as JSON, and whether it is short enough for a form.
func (r *inputReader) short(value *node) (text string, whole bool) {
	writer := jsonWriter{limit: longestInputExample}
	writer.value(value, 0)
	return string(writer.text), !writer.full()
}

// schema writes a schema, or a reference to it in $defs. Without room left it writes true, which allows any value.
func (r *inputReader) schema(n *node) {
	switch {
	case n == nil || r.full():
		r.raw("true")
		return
	case n.kind == booleanKind:
		r.raw(n.text)
		return
	case n.kind != objectKind:
		r.raw("true")
		return
	}
	if _, refers := reference(n); refers {
		r.referTo(n)
		return
	}
	nullable := n.true("nullable") && !slices.Contains(n.strings("type"), "null")
	if nullable && n.string("type") == "" { // nullable, but with no type to add null to
		r.raw(`{"anyOf":[{"type":"null"},`)
		r.keywords(n, false)
		r.raw("]}")
		return
	}
	r.keywords(n, nullable)
}

func (r *inputReader) referTo(n *node) {
	target, _ := r.follow(n)
	if target == nil {
		r.raw("true")
		return
	}
	name, known := r.names[target]
	if !known {
		name = strconv.Itoa(len(r.queue) + 1)
		r.names[target], r.queue = name, append(r.queue, target)
	}
	r.raw(`{"$ref":"#/$defs/`, name, `"}`)
}

func (r *inputReader) keywords(n *node, nullable bool) {
	r.raw("{")
	written := 0
	for _, entry := range n.members {
		if r.full() {
			break
		}
		before := len(r.write.text)
		r.separate(written)
		start := len(r.write.text)
		r.keyword(n, entry, nullable)
		if len(r.write.text) == start {
			r.write.text = r.write.text[:before]
			continue
		}
		written++
	}
	r.raw("}")
}

// keyword writes one member of a schema as in JSON Schema 2020-12, and skips keywords that do not exist there.
func (r *inputReader) keyword(of *node, entry member, nullable bool) {
	value := entry.value
	switch entry.name {
	case "type":
		r.name("type")
		if nullable {
			r.raw("[")
			r.write.value(value, 0)
			r.raw(`,"null"]`)
			return
		}
		r.write.value(value, 0)
	case "enum":
		r.enum(value, nullable)
	case "exclusiveMinimum", "exclusiveMaximum":
		r.exclusive(of, entry)
	case "minimum", "maximum":
		if !of.true("exclusive" + strings.ToUpper(entry.name[:1]) + entry.name[1:]) {
			r.plain(entry, numberKind)
		}
	case "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		r.plain(entry, numberKind)
	case "format", "pattern", "contentEncoding", "contentMediaType":
		r.plain(entry, stringKind)
	case "title", "description":
		if value.kind == stringKind {
			r.name(entry.name)
			r.write.string(shortenTo(value.text, longestInputText))
		}
	case "uniqueItems", "readOnly", "writeOnly", "deprecated":
		r.plain(entry, booleanKind)
	case "const", "default":
		r.plain(entry, value.kind)
	case "required":
		r.plain(entry, arrayKind)
	case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames":
		if value.kind == objectKind || value.kind == booleanKind {
			r.name(entry.name)
			r.schema(value)
		}
	case "allOf", "oneOf", "anyOf", "prefixItems":
		r.list(entry)
	case "properties", "patternProperties", "dependentSchemas":
		r.named(entry)
	}
}

// plain writes a member unchanged if it has the kind that the keyword requires.
func (r *inputReader) plain(entry member, kind kind) {
	if entry.value.kind != kind {
		return
	}
	if text, whole := r.short(entry.value); whole {
		r.name(entry.name)
		r.raw(text)
	}
}

// enum writes the allowed values, and null if the schema is nullable (OpenAPI 3.0).
func (r *inputReader) enum(values *node, nullable bool) {
	text, whole := r.short(values)
	if !whole || len(values.list()) == 0 {
		return
	}
	r.name("enum")
	if nullable && !slices.ContainsFunc(values.list(), func(entry member) bool { return entry.value.kind == nullKind }) {
		text = strings.TrimSuffix(text, "]") + ",null]"
	}
	r.raw(text)
}

// exclusive writes an exclusive bound: a number in OpenAPI 3.1, a boolean beside the bound in 3.0.
func (r *inputReader) exclusive(of *node, entry member) {
	bound := entry.value
	if entry.value.kind == booleanKind {
		bound = of.get(strings.ToLower(strings.TrimPrefix(entry.name, "exclusive")))
		if entry.value.text != "true" {
			return
		}
	}
	if bound != nil && bound.kind == numberKind {
		r.name(entry.name)
		r.raw(bound.text)
	}
}

func (r *inputReader) list(entry member) {
	items := entry.value.list()
	if len(items) == 0 { // not allowed in JSON Schema
		return
	}
	r.name(entry.name)
	r.raw("[")
	for i, item := range items {
		if r.full() && i > 0 {
			break
		}
		r.separate(i)
		r.schema(item.value)
	}
	r.raw("]")
}

func (r *inputReader) named(entry member) {
	if entry.value.kind != objectKind {
		return
	}
	r.name(entry.name)
	r.raw("{")
	for i, property := range entry.value.members {
		if r.full() {
			break
		}
		r.separate(i)
		r.name(property.name)
		r.schema(property.value)
	}
	r.raw("}")
}
