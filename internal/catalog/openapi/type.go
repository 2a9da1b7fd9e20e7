package openapi

import (
	"slices"
	"strconv"
	"strings"
)

// Limits for the words that describe a type.
const (
	mostEnum        = 60
	mostNames       = 8
	longestValue    = 200
	longestTypeName = 120
	longestType     = 400
	deepestType     = 4
)

// typeWords is the text for a type while it is built, with links for the names that have pages.
type typeWords struct {
	text  string
	links []TypeLink
}

// typeKey is the key of the cache of type texts.
type typeKey struct {
	schema *node
	depth  int
}

func (w *typeWords) say(text string) { w.text += text }

func (w *typeWords) add(more typeWords) {
	if len(w.text) > longestType {
		return
	}
	for _, link := range more.links {
		w.links = append(w.links, TypeLink{len(w.text) + link.From, len(w.text) + link.To, link.Page})
	}
	w.text += more.text
}

// pageOf returns the slug of the schema that the value refers to, or "".
func (d *description) pageOf(n *node) string {
	for range longestChain {
		ref, is := reference(n)
		if !is {
			return ""
		}
		if n = d.target(ref); n == nil {
			return ""
		}
		if page := d.pages[n]; page != "" {
			return page
		}
	}
	return ""
}

// valueType describes in words what a schema allows.
func (d *description) valueType(schema *node) ValueType {
	if schema == nil {
		return ValueType{Type: "any"}
	}
	target, name := d.follow(schema)
	words := d.typeText(schema, 0)
	value := ValueType{Type: words.text, Links: words.links, Ref: name, Page: d.pageOf(schema)}
	if target == nil {
		return value
	}
	if items := target.get("items"); items != nil && name == "" {
		_, value.Ref = d.follow(items)
		value.Page = d.pageOf(items)
	}
	value.Format = target.string("format")
	if def := firstOf(schema, target, "default"); def != nil {
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
	value.Constraints = d.constraints(target)
	value.Includes = d.includes(target)
	value.Discriminator = d.discriminator(target)
	return value
}

// firstOf returns a member beside a reference (allowed in OpenAPI 3.1), or the one of its target.
func firstOf(beside, target *node, name string) *node {
	if own := beside.get(name); own != nil {
		return own
	}
	return target.get(name)
}

// valueText returns a value as text: strings without quotes, others as JSON, cut to a readable length.
func valueText(n *node) string {
	text := n.text
	if n.kind != stringKind {
		writer := jsonWriter{limit: longestValue}
		writer.value(n, 0)
		text = string(writer.text)
	}
	return shortenTo(text, longestValue)
}

// typeText returns a text such as "string or null", "array of Pet" or "one of: Cat, Dog".
func (d *description) typeText(schema *node, depth int) typeWords {
	key := typeKey{schema, depth}
	if worded, known := d.types[key]; known {
		return worded
	}
	worded := d.wordType(schema, depth)
	d.types[key] = worded
	return worded
}

func (d *description) wordType(schema *node, depth int) typeWords {
	target, name := d.follow(schema)
	if target == nil || depth > deepestType {
		return typeWords{text: "any"}
	}
	if target.kind == booleanKind && target.text == "false" {
		return typeWords{text: "nothing"}
	}
	types := d.typesOf(target)
	null := target.true("nullable")
	if i := slices.Index(types, "null"); i >= 0 && len(types) > 1 {
		types, null = slices.Delete(types, i, i+1), true
	}
	var words typeWords
	for i, word := range types {
		if i > 0 {
			words.say(" or ")
		}
		switch word {
		case "array":
			words.say("array of ")
			words.add(d.typeText(target.get("items"), depth+1))
		case "object", "":
			words.add(d.structureText(schema, target, name, depth))
		default:
			words.say(shortenTo(word, longestTypeName))
		}
	}
	if null && !strings.HasSuffix(words.text, " or null") {
		words.say(" or null")
	}
	return words
}

// typesOf returns the declared types, or else the one that other keywords imply, "" if none does.
func (d *description) typesOf(schema *node) []string {
	declared := schema.get("type")
	switch {
	case declared == nil:
	case declared.kind == stringKind:
		return []string{declared.text}
	case len(declared.list()) > 0:
		return schema.strings("type")
	}
	switch {
	case schema.get("items") != nil || schema.get("prefixItems") != nil:
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

// structureText returns the text for a type without a simple type. The name is that of the reference to it.
func (d *description) structureText(schema, target *node, name string, depth int) typeWords {
	if name != "" {
		words := typeWords{text: shortenTo(name, longestTypeName)}
		if page := d.pageOf(schema); page != "" {
			words.links = []TypeLink{{0, len(words.text), page}}
		}
		return words
	}
	for _, choice := range [...]struct{ keyword, before string }{{"oneOf", "one of: "}, {"anyOf", "any of: "}} {
		if parts := target.get(choice.keyword).list(); len(parts) > 0 {
			return d.choiceText(choice.before, parts, depth)
		}
	}
	all := target.get("allOf").list()
	switch {
	case len(all) == 1 && target.get("properties") == nil:
		return d.typeText(all[0].value, depth+1)
	case len(all) > 1 && target.get("properties") == nil && len(d.properties(target)) == 0:
		words := typeWords{text: "all of: "}
		words.add(d.joinTypes(all, depth))
		return words
	case len(all) > 0:
		return typeWords{text: "object"}
	}
	extra := target.get("additionalProperties")
	switch {
	case target.get("properties") == nil && extra != nil && extra.kind == objectKind:
		words := typeWords{text: "map of "}
		words.add(d.typeText(extra, depth+1))
		return words
	case target.get("properties") != nil || target.string("type") == "object" || slices.Contains(target.strings("type"), "object"):
		return typeWords{text: "object"}
	}
	return typeWords{text: "any"}
}

// choiceText returns the text for alternatives; null among them becomes "or null".
func (d *description) choiceText(before string, parts []member, depth int) typeWords {
	var some []member
	for _, part := range parts {
		if part.value.string("type") != "null" {
			some = append(some, part)
		}
	}
	var words typeWords
	if len(some) != 1 {
		words.say(before)
	}
	words.add(d.joinTypes(some, depth))
	if len(some) < len(parts) && len(some) > 0 {
		words.say(" or null")
	}
	return words
}

func (d *description) joinTypes(parts []member, depth int) typeWords {
	var words typeWords
	var names []string
	for i, part := range parts {
		if i == mostNames {
			words.say(", …")
			break
		}
		name := d.typeText(part.value, depth+1)
		if slices.Contains(names, name.text) {
			continue
		}
		if len(names) > 0 {
			words.say(", ")
		}
		names = append(names, name.text)
		words.add(name)
	}
	return words
}
