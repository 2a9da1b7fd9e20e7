package catalog

import (
	"slices"
	"strconv"
	"strings"
)

// What a reference page can show of one schema.
const (
	mostRows       = 300
	mostProperties = 5_000
	mostEnum       = 60
	mostNames      = 8
	longestValue   = 200
	deepestType    = 4
)

// schema flattens a schema to the two levels that a page shows; deeper ones are named by their type.
func (d *description) schema(n *node) Schema {
	if n == nil {
		return Schema{}
	}
	target, name := d.follow(n)
	if target == nil {
		return Schema{Value: ValueType{Type: "any", Ref: name}}
	}
	if rendered, known := d.schemas[target]; known && name != "" {
		return rendered
	}
	rendered := Schema{Value: d.valueType(n)}
	rows := rowReader{description: d, schema: &rendered}
	rows.read(target, 0, []*node{target})
	if name != "" {
		d.schemas[target] = rendered
	}
	return rendered
}

// rowReader collects the rows of one schema.
type rowReader struct {
	*description
	schema *Schema
}

// read adds the rows of what the schema holds. The trail are the schemas around it, which a recursive one folds at.
func (r *rowReader) read(schema *node, depth int, trail []*node) {
	held := r.held(schema)
	if held == nil || depth > 1 {
		return
	}
	if held != schema {
		if slices.Contains(trail, held) {
			return
		}
		trail = append(trail, held)
	}
	properties := r.properties(held)
	for i, property := range properties {
		if len(r.schema.Rows) >= mostRows {
			r.schema.Omitted += len(properties) - i
			return
		}
		r.add(property, depth, trail)
	}
	for _, variant := range r.variants(held) {
		if len(r.schema.Rows) >= mostRows {
			r.schema.Omitted++
			continue
		}
		value := r.valueType(variant)
		row := SchemaRow{Depth: depth, Name: value.Type, Variant: true, Value: value}
		if target, _ := r.follow(variant); target != nil {
			row.Description = target.string("description")
		}
		r.schema.Rows = append(r.schema.Rows, row)
		r.descend(variant, depth, trail)
	}
}

func (r *rowReader) add(property property, depth int, trail []*node) {
	target, _ := r.follow(property.value)
	row := SchemaRow{
		Depth: depth, Name: property.name, Required: property.required,
		Description: target.string("description"), Value: r.valueType(property.value),
		Deprecated: target.true("deprecated"), ReadOnly: target.true("readOnly"), WriteOnly: target.true("writeOnly"),
	}
	if own := property.value.string("description"); own != "" { // beside a $ref, which OpenAPI 3.1 allows
		row.Description = own
	}
	r.schema.Rows = append(r.schema.Rows, row)
	r.descend(property.value, depth, trail)
}

func (r *rowReader) descend(schema *node, depth int, trail []*node) {
	target, _ := r.follow(schema)
	if target == nil || slices.Contains(trail, target) {
		return
	}
	r.read(target, depth+1, append(slices.Clip(trail), target))
}

// held returns the schema of the items where there is a list or a map, followed to the end, else the schema itself.
func (d *description) held(schema *node) *node {
	for range deepestType {
		inner := schema.get("items")
		if inner == nil && schema.get("properties") == nil {
			inner = schema.get("additionalProperties")
		}
		if inner == nil || inner.kind != objectKind {
			return schema
		}
		if schema, _ = d.follow(inner); schema == nil {
			return nil
		}
	}
	return schema
}

// property is a named part of a schema.
type property struct {
	name     string
	value    *node
	required bool
}

// properties merges what the schema and the schemas in its allOf declare, its own winning.
func (d *description) properties(schema *node) []property {
	gathered := propertyGatherer{description: d, seen: map[*node]bool{}, at: map[string]int{}, required: map[string]bool{}}
	gathered.gather(schema)
	for i := range gathered.list {
		gathered.list[i].required = gathered.required[gathered.list[i].name]
	}
	return gathered.list
}

type propertyGatherer struct {
	*description
	seen     map[*node]bool
	list     []property
	at       map[string]int
	required map[string]bool
}

func (g *propertyGatherer) gather(schema *node) {
	if g.seen[schema] || len(g.list) >= mostProperties {
		return
	}
	g.seen[schema] = true
	for _, part := range schema.get("allOf").list() {
		if target, _ := g.follow(part.value); target != nil {
			g.gather(target)
		}
	}
	for _, entry := range schema.get("properties").object() {
		if i, known := g.at[entry.name]; known {
			g.list[i].value = entry.value
			continue
		}
		if len(g.list) >= mostProperties {
			break
		}
		g.at[entry.name] = len(g.list)
		g.list = append(g.list, property{name: entry.name, value: entry.value})
	}
	for _, name := range schema.get("required").list() {
		if len(g.required) < mostProperties {
			g.required[name.value.text] = true
		}
	}
}

// variants are the alternatives of a schema that are objects of their own; null and plain values say all in the type.
func (d *description) variants(schema *node) []*node {
	var variants []*node
	for _, keyword := range [...]string{"oneOf", "anyOf"} {
		for _, part := range schema.get(keyword).list() {
			if target, _ := d.follow(part.value); target.get("properties") != nil || target.get("allOf") != nil {
				variants = append(variants, part.value)
			}
		}
	}
	return variants
}

// valueType says in words what a schema allows.
func (d *description) valueType(schema *node) ValueType {
	if schema == nil {
		return ValueType{Type: "any"}
	}
	target, name := d.follow(schema)
	value := ValueType{Type: d.typeText(schema, 0), Ref: name}
	if target == nil {
		return value
	}
	if items := target.get("items"); items != nil && name == "" {
		_, value.Ref = d.follow(items)
	}
	value.Format = target.string("format")
	if def := target.get("default"); def != nil {
		value.Default = valueText(def)
	}
	if constant := target.get("const"); constant != nil {
		value.Enum = []string{valueText(constant)}
	}
	entries := target.get("enum").list()
	for i, entry := range entries {
		if i == mostEnum {
			value.Enum = append(value.Enum, "… and "+strconv.Itoa(len(entries)-i)+" more")
			break
		}
		value.Enum = append(value.Enum, valueText(entry.value))
	}
	value.Constraints = constraints(target)
	return value
}

// valueText is a value as one would write it: strings bare, others as JSON, cut to a readable length.
func valueText(n *node) string {
	text := n.text
	if n.kind != stringKind {
		writer := jsonWriter{limit: longestValue}
		writer.value(n, 0)
		text = string(writer.text)
	}
	return shortenTo(text, longestValue)
}

func constraints(schema *node) []string {
	var texts []string
	say := func(keyword, before, after string) {
		if value := schema.get(keyword); value != nil && value.kind == numberKind {
			texts = append(texts, before+value.text+after)
		}
	}
	bound := func(keyword, exclusive, with, without string) {
		if schema.true(exclusive) { // OpenAPI 3.0
			with = without
		}
		say(keyword, with, "")
		say(exclusive, without, "") // OpenAPI 3.1
	}
	bound("minimum", "exclusiveMinimum", "at least ", "more than ")
	bound("maximum", "exclusiveMaximum", "at most ", "less than ")
	say("multipleOf", "multiple of ", "")
	say("minLength", "at least ", " characters")
	say("maxLength", "at most ", " characters")
	say("minItems", "at least ", " items")
	say("maxItems", "at most ", " items")
	say("minProperties", "at least ", " properties")
	say("maxProperties", "at most ", " properties")
	if schema.true("uniqueItems") {
		texts = append(texts, "items differ")
	}
	if pattern := schema.string("pattern"); pattern != "" {
		texts = append(texts, "pattern "+shortenTo(pattern, longestValue))
	}
	return texts
}

// typeText reads like "string or null", "array of Pet", "one of: Cat, Dog".
func (d *description) typeText(schema *node, depth int) string {
	target, name := d.follow(schema)
	if target == nil || depth > deepestType {
		return "any"
	}
	if target.kind == booleanKind && target.text == "false" {
		return "nothing"
	}
	texts := d.types(target)
	null := target.true("nullable")
	if i := slices.Index(texts, "null"); i >= 0 && len(texts) > 1 {
		texts, null = slices.Delete(texts, i, i+1), true
	}
	for i, text := range texts {
		switch text {
		case "array":
			texts[i] = "array of " + d.typeText(target.get("items"), depth+1)
		case "object", "":
			texts[i] = d.structureText(target, name, depth)
		}
	}
	text := strings.Join(texts, " or ")
	if null {
		text += " or null"
	}
	return text
}

// types returns the declared types, or what the other keywords imply; "" stands for a type told by its structure.
func (d *description) types(schema *node) []string {
	declared := schema.get("type")
	switch {
	case declared == nil:
	case declared.kind == stringKind:
		return []string{declared.text}
	case len(declared.list()) > 0:
		return schema.strings("type")
	}
	switch {
	case schema.get("items") != nil:
		return []string{"array"}
	case schema.get("enum") != nil && len(schema.get("enum").list()) > 0:
		return []string{typeOf(schema.get("enum").members[0].value)}
	case schema.get("const") != nil:
		return []string{typeOf(schema.get("const"))}
	}
	return []string{""}
}

func typeOf(value *node) string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[value.kind]
}

func (d *description) structureText(schema *node, name string, depth int) string {
	alternatives := func(keyword, before string) string {
		if parts := schema.get(keyword).list(); len(parts) > 0 {
			return before + d.joinTypes(parts, depth)
		}
		return ""
	}
	if name != "" {
		return name
	}
	if text := alternatives("oneOf", "one of: "); text != "" {
		return text
	}
	if text := alternatives("anyOf", "any of: "); text != "" {
		return text
	}
	if all := schema.get("allOf").list(); len(all) == 1 {
		return d.typeText(all[0].value, depth+1)
	}
	if text := alternatives("allOf", "all of: "); text != "" {
		return text
	}
	extra := schema.get("additionalProperties")
	switch {
	case schema.get("properties") == nil && extra != nil && extra.kind == objectKind:
		return "map of " + d.typeText(extra, depth+1)
	case schema.get("properties") != nil || schema.string("type") == "object" || slices.Contains(schema.strings("type"), "object"):
		return "object"
	}
	return "any"
}

func (d *description) joinTypes(parts []member, depth int) string {
	var names []string
	for i, part := range parts {
		if i == mostNames {
			names = append(names, "…")
			break
		}
		if name := d.typeText(part.value, depth+1); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
