package openapi

import (
	"slices"
	"strings"
)

// mostChoices limits the values of a discriminator and the number of included schemas.
const mostChoices = 60

// constraints describes what a schema requires beyond the type. It at least mentions what a page cannot show in full.
func (d *description) constraints(schema *node) []string {
	texts := sizes(schema)
	add := func(text string) { texts = append(texts, text) }
	if schema.true("uniqueItems") {
		add("unique items")
	}
	if pattern := schema.string("pattern"); pattern != "" {
		add("pattern " + shortenTo(pattern, longestValue))
	}
	for _, media := range [...]struct{ keyword, before string }{{"contentEncoding", "encoded as "}, {"contentMediaType", "holds "}} {
		if text := schema.string(media.keyword); text != "" {
			add(media.before + shortenTo(text, longestValue))
		}
	}
	for _, closed := range [...]string{"additionalProperties", "unevaluatedProperties"} {
		if value := schema.get(closed); value != nil && value.kind == booleanKind && value.text == "false" {
			add("no other properties")
			break
		}
	}
	for _, inner := range [...]struct{ keyword, before string }{
		{"contains", "contains: "}, {"propertyNames", "names are: "}, {"not", "not: "},
	} {
		if value := schema.get(inner.keyword); value != nil {
			add(inner.before + d.innerText(value))
		}
	}
	if first := schema.get("prefixItems").list(); len(first) > 0 {
		add("begins with: " + d.joinTypes(first, 0).text)
	}
	return append(texts, conditions(schema)...)
}

// innerText describes a schema that is only a condition: its type, values and required properties.
func (d *description) innerText(schema *node) string {
	value := d.valueType(schema)
	texts := []string{value.Type}
	if len(value.Enum) > 0 {
		texts = []string{strings.Join(value.Enum, ", ")}
	}
	if required := schema.strings("required"); len(required) > 0 {
		texts = append(texts, "with "+strings.Join(required, ", "))
	}
	return shortenTo(strings.Join(append(texts, value.Constraints...), ", "), longestValue)
}

// conditions describes requirements that depend on other properties.
func conditions(schema *node) []string {
	var texts []string
	for _, keyword := range [...]string{"dependentRequired", "dependencies"} {
		for i, entry := range schema.get(keyword).object() {
			needs := schema.get(keyword).strings(entry.name)
			if i == mostNames || len(needs) == 0 {
				break
			}
			texts = append(texts, shortenTo(shorten(entry.name)+" requires "+strings.Join(needs, ", "), longestValue))
		}
	}
	for i, entry := range schema.get("dependentSchemas").object() {
		if i == mostNames {
			break
		}
		texts = append(texts, "more requirements if "+shorten(entry.name)+" is present")
	}
	if schema.get("if") != nil {
		texts = append(texts, "conditional (if, then, else): see the description")
	}
	return texts
}

// sizes describes the limits of numbers, strings, lists and objects.
func sizes(schema *node) []string {
	var texts []string
	say := func(keyword, before, after string) {
		if value := schema.get(keyword); value != nil && value.kind == numberKind {
			texts = append(texts, shortenTo(before+value.text+after, longestValue))
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
	return texts
}

// includes lists the named schemas in allOf, unless the schema is only another name for one.
func (d *description) includes(schema *node) []SchemaLink {
	all := schema.get("allOf").list()
	if len(all) < 2 && schema.get("properties") == nil {
		return nil
	}
	var included []SchemaLink
	for _, part := range all {
		if len(included) == mostChoices {
			break
		}
		if page := d.pageOf(part.value); page != "" {
			_, name := d.follow(part.value)
			included = append(included, SchemaLink{shortenTo(name, longestTypeName), page})
		}
	}
	return included
}

// discriminator reads which property decides between alternatives, and what its values mean.
//
// An alternative that the author does not map has its own name as the value.
func (d *description) discriminator(schema *node) *Discriminator {
	from := schema.get("discriminator")
	name := from.string("propertyName")
	if name == "" {
		return nil
	}
	read := &Discriminator{Property: shortenTo(name, longestValue)}
	mapped := map[string]bool{}
	for _, entry := range from.get("mapping").object() {
		if len(read.Choices) == mostChoices || entry.value.kind != stringKind {
			break
		}
		link := d.mappedSchema(entry.value.text)
		mapped[link.Page] = true
		read.Choices = append(read.Choices, DiscriminatorChoice{shortenTo(entry.name, longestValue), link})
	}
	for _, variant := range d.variants(schema) {
		page := d.pageOf(variant.schema)
		if len(read.Choices) == mostChoices || page == "" || mapped[page] {
			continue
		}
		_, name := d.follow(variant.schema)
		name = shortenTo(name, longestTypeName)
		read.Choices = append(read.Choices, DiscriminatorChoice{name, SchemaLink{name, page}})
	}
	return read
}

// mappedSchema returns the schema that a mapping names, by a reference or by its bare name.
func (d *description) mappedSchema(text string) SchemaLink {
	target := d.mapped(text)
	if strings.HasPrefix(text, "#") {
		text = referenceName(text)
	}
	return SchemaLink{shortenTo(text, longestTypeName), d.pages[target]}
}

// mapped returns the schema that a mapping names, or nil.
func (d *description) mapped(text string) *node {
	if strings.HasPrefix(text, "#") {
		return d.target(text)
	}
	return d.child(d.root.get("components").get("schemas"), text)
}

// variant is an alternative of a schema.
type variant struct {
	schema *node
	any    bool
}

// variants returns the alternatives of a schema, and of those it includes, that have a structure or a name.
//
// For null and plain values the text of the type is enough.
func (d *description) variants(schema *node) []variant {
	var found []variant
	var gather func(schema *node, trail []*node)
	gather = func(schema *node, trail []*node) {
		if schema == nil || slices.Contains(trail, schema) || len(trail) > deepestType {
			return
		}
		for _, keyword := range [...]string{"oneOf", "anyOf"} {
			for _, part := range schema.get(keyword).list() {
				if len(found) < mostRows && d.structured(part.value) {
					found = append(found, variant{part.value, keyword == "anyOf"})
				}
			}
		}
		for i, part := range schema.get("allOf").list() {
			if i == mostChoices {
				break
			}
			target, _ := d.follow(part.value)
			gather(target, append(slices.Clip(trail), schema))
		}
	}
	gather(schema, nil)
	return found
}

// structured reports whether there is more to say about a schema than its type.
func (d *description) structured(schema *node) bool {
	target, _ := d.follow(schema)
	if target == nil {
		return false
	}
	if d.pageOf(schema) != "" {
		return true
	}
	for _, keyword := range [...]string{"properties", "allOf", "oneOf", "anyOf"} {
		if target.get(keyword) != nil {
			return true
		}
	}
	held, _ := d.held(target)
	return held != target && held.get("properties") != nil
}
