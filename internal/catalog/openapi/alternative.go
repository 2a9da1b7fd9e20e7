package openapi

import "slices"

// Limits for reading the alternatives of request bodies: the steps for one example, and for all examples together.
const (
	mostAlternativeSteps = 5_000
	mostAlternatives     = 2_000_000
)

// OtherAlternative is the Variant of an example whose alternative has no rows.
const OtherAlternative = -1

// alternatives are the members of a schema's only oneOf or anyOf.
type alternatives struct {
	// of is the schema with the keyword.
	of   *node
	list []alternative
}

type alternative struct {
	name   string
	schema *node
	// variant is the Variant of its examples.
	variant int
}

// alternatives returns the alternatives of a schema; none if there are fewer than two, or several lists of them.
func (d *description) alternatives(schema *node) alternatives {
	lists := d.alternativeLists(schema, nil)
	if held, _ := d.held(schema); len(lists) != 1 || held != schema {
		return alternatives{}
	}
	found := alternatives{of: lists[0].parent}
	rows := 0
	for _, part := range lists[0].list() {
		target, name := d.follow(part.value)
		if target.string("type") == "null" {
			continue
		}
		one := alternative{schema: part.value, variant: OtherAlternative}
		switch {
		case d.structured(part.value):
			rows++
			one.variant = rows
		case target.get("type") == nil && target.get("enum") == nil && target.get("const") == nil:
			return alternatives{} // it only adds conditions to the others, such as required properties
		}
		one.name = target.string("title")
		if one.name == "" {
			one.name = name
		}
		if one.name == "" {
			one.name = d.typeText(part.value, 0).text
		}
		one.name = shortenTo(one.name, longestName)
		if found.list = append(found.list, one); len(found.list) == mostExamples {
			break
		}
	}
	if len(found.list) < 2 {
		return alternatives{}
	}
	return found
}

// alternativeLists returns the oneOf and anyOf lists of a schema and of what it includes through allOf.
func (d *description) alternativeLists(schema *node, trail []*node) []*node {
	if schema == nil || slices.Contains(trail, schema) || len(trail) > deepestType {
		return nil
	}
	var lists []*node
	for _, keyword := range [...]string{"oneOf", "anyOf"} {
		if list := schema.get(keyword); len(list.list()) > 0 {
			lists = append(lists, list)
		}
	}
	for i, part := range schema.get("allOf").list() {
		if i == mostChoices || len(lists) > 1 {
			break
		}
		target, _ := d.follow(part.value)
		lists = append(lists, d.alternativeLists(target, append(slices.Clip(trail), schema))...)
	}
	return lists
}

// readAlternatives completes the examples of a request body, so that there is one for each alternative of its schema.
func (d *description) readAlternatives(body *RequestBody, n *node) {
	from, _ := d.follow(n)
	for i, entry := range from.get("content").object() {
		if body == nil || i >= len(body.Content) || !isJSON(entry.name) {
			continue
		}
		of, _ := d.follow(entry.value)
		schema, _ := d.follow(of.get("schema"))
		if found := d.alternatives(schema); len(found.list) > 0 {
			d.completeExamples(&body.Content[i], of, schema, found)
		}
	}
}

func (d *description) completeExamples(media *MediaType, of, schema *node, found alternatives) {
	covered := map[int]bool{}
	if authored := d.authored(of, schema); authored != nil && len(media.Examples) == 0 {
		at := d.alternativeOf(authored, found)
		one := Example{Text: media.Example, Whole: media.Whole, Name: "Example"}
		if at >= 0 {
			one.Name, one.Variant = found.list[at].name, found.list[at].variant
		}
		covered[at] = true
		media.Examples = append(media.Examples, one)
	} else {
		for i := range media.Examples {
			named, _ := d.follow(of.get("examples").get(media.Examples[i].Name))
			if at := d.alternativeOf(named.get("value"), found); at >= 0 {
				media.Examples[i].Variant = found.list[at].variant
				covered[at] = true
			}
		}
	}
	made := len(media.Examples) == 0
	for at, one := range found.list {
		if covered[at] {
			continue
		}
		spelled := d.alternativeExample(schema, found.of, one)
		if len(media.Examples) >= mostExamples || !d.spend(len(spelled.text)) {
			break
		}
		media.Examples = append(media.Examples, Example{Name: one.name, Text: spelled.text, Whole: spelled.whole, Variant: one.variant})
	}
	if made && len(media.Examples) > 0 {
		media.Example, media.Whole = media.Examples[0].Text, media.Examples[0].Whole
	}
}

// alternativeOf returns the index of the alternative that a value matches, or -1.
func (d *description) alternativeOf(value *node, found alternatives) int {
	if value == nil || d.alternativeSteps >= mostAlternatives {
		return -1
	}
	if property := found.of.get("discriminator").string("propertyName"); property != "" {
		if said := value.string(property); said != "" {
			for at, one := range found.list {
				if d.discriminating(found.of, one.schema) == said {
					return at
				}
			}
		}
	}
	for at, one := range found.list {
		m := newMatcher(d)
		m.steps = mostAlternativeSteps
		mismatch := m.value(value, one.schema)
		d.alternativeSteps += mostAlternativeSteps - m.steps
		if mismatch == nil {
			return at
		}
	}
	return -1
}

// discriminating returns the value of the discriminator of a schema that selects the alternative, or "".
func (d *description) discriminating(schema, part *node) string {
	target, name := d.follow(part)
	for _, entry := range schema.get("discriminator").get("mapping").object() {
		if mapped := d.mapped(entry.value.text); mapped != nil && mapped == target {
			return entry.name
		}
	}
	return name
}

// alternativeExample generates an example of one alternative, with the properties that all of them have.
func (d *description) alternativeExample(schema, of *node, one alternative) spelledExample {
	maker := exampleMaker{description: d}
	made := maker.make(one.schema, []*node{schema})
	target, _ := d.follow(one.schema)
	if made.kind != objectKind || maker.given(target) != nil {
		return d.spell(made, made)
	}
	whole := maker.object(d.properties(schema), []*node{schema})
	for _, entry := range made.members {
		whole.set(entry.name, entry.value)
	}
	property, value := of.get("discriminator").string("propertyName"), d.discriminating(of, one.schema)
	if property != "" && value != "" && !d.fixed(target, property) {
		whole.set(property, &node{kind: stringKind, text: value})
	}
	return d.spell(whole, whole)
}

// fixed reports whether a schema lists the values of a property.
func (d *description) fixed(schema *node, name string) bool {
	for _, one := range d.properties(schema) {
		if one.name == name {
			target, _ := d.follow(one.value)
			return target.get("const") != nil || target.get("enum") != nil
		}
	}
	return false
}

// set adds a member to a generated object, or replaces it.
func (n *node) set(name string, value *node) {
	for i := range n.members {
		if n.members[i].name == name {
			n.members[i].value = value
			return
		}
	}
	n.members = append(n.members, member{name: name, value: value})
}
