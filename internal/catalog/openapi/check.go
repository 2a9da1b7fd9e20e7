package openapi

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// valueChecker compares the examples, defaults and enumerations of a description with their schemas.
type valueChecker struct {
	*description
	ctx     context.Context
	budget  int
	matcher matcher
}

// mostCheckSteps bounds the work on all examples of one description.
const mostCheckSteps = 2_000_000

// checkValues warns about examples, defaults and enumerations that do not match their schema.
func (d *description) checkValues(ctx context.Context) {
	c := valueChecker{description: d, ctx: ctx, budget: mostCheckSteps}
	c.matcher = newMatcher(d)
	c.walk(d.root, asObject)
	if c.budget <= 0 {
		d.warn(d.root, "Some examples were not checked against their schemas: there are too many.", "Shorten or remove examples.")
	}
}

// role tells what an object of the description is, as far as the checks need to know.
type role uint8

const (
	asObject role = iota
	asNames
	asSchema
	asSchemaNames
	asSchemaList
)

func (c *valueChecker) walk(n *node, as role) {
	if c.budget <= 0 || c.ctx.Err() != nil {
		return
	}
	switch as {
	case asSchema:
		c.checkSchema(n)
	case asObject:
		if schema := n.get("schema"); schema != nil {
			c.checkExamples(n, schema)
		}
	}
	for _, entry := range n.members {
		if entry.value.kind != objectKind && entry.value.kind != arrayKind {
			continue
		}
		if next, follow := roleWithin(n, as, entry); follow {
			c.walk(entry.value, next)
		}
	}
}

// roleWithin returns the role of a member, and whether it can contain anything to check.
func roleWithin(n *node, as role, entry member) (role, bool) {
	switch as {
	case asSchemaNames, asSchemaList:
		return asSchema, true
	case asNames:
		return asObject, true
	case asSchema:
		switch entry.name {
		case "properties", "patternProperties", "$defs", "dependentSchemas":
			return asSchemaNames, true
		case "allOf", "anyOf", "oneOf", "prefixItems":
			return asSchemaList, true
		case "items", "not", "if", "then", "else", "contains", "propertyNames",
			"additionalProperties", "unevaluatedItems", "unevaluatedProperties":
			return asSchema, true
		}
		return 0, false
	}
	switch {
	case n.kind == arrayKind:
		return asObject, true
	case isData(entry):
		return 0, false
	case entry.name == "schema":
		return asSchema, true
	case entry.name == "schemas":
		return asSchemaNames, true
	case namesOf[entry.name] && entry.value.kind == objectKind:
		return asNames, true
	}
	return asObject, true
}

// checkExamples compares the examples of a media type, parameter or header with its schema.
func (c *valueChecker) checkExamples(of, schema *node) {
	if example := of.get("example"); example != nil {
		c.compare("example", example, schema)
	}
	for _, entry := range of.get("examples").object() {
		if named, _ := c.follow(entry.value); named.get("value") != nil {
			c.compare("example", named.get("value"), schema)
		}
	}
}

var knownTypes = []string{"string", "number", "integer", "boolean", "array", "object", "null"}

func (c *valueChecker) checkSchema(schema *node) {
	if schema.kind != objectKind {
		return
	}
	if _, isReference := reference(schema); isReference {
		return
	}
	c.checkType(schema)
	for _, keyword := range [...]string{"default", "example"} {
		if value := schema.get(keyword); value != nil {
			c.compare(keyword, value, schema)
		}
	}
	for _, item := range schema.get("examples").list() {
		c.compare("example", item.value, schema)
	}
	for _, item := range schema.get("enum").list() {
		c.compare("entry of enum", item.value, schema)
	}
}

func (c *valueChecker) checkType(schema *node) {
	declared := schema.get("type")
	values := declared.list()
	if declared != nil && declared.kind != arrayKind {
		values = []member{{value: declared}}
	}
	for _, entry := range values {
		if entry.value.kind != stringKind || !slices.Contains(knownTypes, entry.value.text) {
			c.warn(entry.value, "The type "+strconv.Quote(shorten(entry.value.text))+" is unknown.",
				"Use one of "+strings.Join(knownTypes, ", ")+".")
		}
	}
}

// compare warns if the value, or a part of it, does not match the schema.
func (c *valueChecker) compare(what string, value, schema *node) {
	if c.findings.full(Warning) && c.budget <= 0 {
		return
	}
	mismatch, steps := c.matcher.match(value, schema)
	c.budget -= steps
	if mismatch == nil {
		return
	}
	c.warn(mismatch.at, "The "+what+" does not match its schema: "+mismatch.message+".",
		"Correct the "+what+", or the schema.")
}
