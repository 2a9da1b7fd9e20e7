package openapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
)

// conversion holds the Swagger 2 tree that a description was converted from, so that findings point into it.
type conversion struct {
	original, converted *node
}

// convert replaces the root by its OpenAPI 3 form and reports whether that worked.
func (d *description) convert() bool {
	d.readSwaggerShape()
	if d.findings.failed() {
		return false
	}
	original := d.root
	writer := jsonWriter{}
	writer.value(original, 0)
	text, err := convertSwagger(writer.text)
	if err != nil {
		d.fail(original, "This Swagger 2 description cannot be converted to OpenAPI 3: "+shorten(err.Error())+".",
			"Fix it, or convert it with another tool and publish the result.")
		return false
	}
	// The conversion repeats shared parts, so the result gets higher limits than the original.
	limits := d.limits
	limits.Values *= 2
	limits.Depth += 10
	root := (&tree{limits: limits, findings: d.findings}).readJSON(text)
	if root == nil {
		return false
	}
	*d = *newDescription(root, d.limits, d.findings)
	d.converted = &conversion{original: original, converted: root}
	restoreOrder(root.get("paths"), original.get("paths"))
	return true
}

// readSwaggerShape reports parts of the wrong kind; the converter would fail on them without a location.
func (d *description) readSwaggerShape() {
	d.wantKinds(d.root, objectKind, "info", "paths", "definitions", "parameters", "responses", "securityDefinitions")
	d.wantKinds(d.root, arrayKind, "schemes", "consumes", "produces", "tags", "security")
	for _, entry := range d.root.get("paths").object() {
		if entry.value.kind != objectKind && !strings.HasPrefix(entry.name, "x-") {
			d.fail(entry.value, "A path must be an object with operations; this is "+entry.value.kind.String()+".", "Check the indentation.")
		}
	}
}

func convertSwagger(text []byte) (converted []byte, err error) {
	// The converter panics on some broken descriptions; the caller gets an error instead.
	defer func() {
		if broken := recover(); broken != nil {
			converted, err = nil, fmt.Errorf("the converter failed: %v", broken)
		}
	}()
	var swagger openapi2.T
	if err := json.Unmarshal(text, &swagger); err != nil {
		return nil, err
	}
	openapi, err := openapi2conv.ToV3(&swagger)
	if err != nil {
		return nil, err
	}
	return json.Marshal(openapi)
}

// restoreOrder sorts the converted paths and their methods as in the original.
func restoreOrder(converted, original *node) {
	sortLike(converted, original)
	for _, entry := range converted.object() {
		sortLike(entry.value, original.get(entry.name))
	}
}

func sortLike(converted, original *node) {
	if converted == nil || original == nil {
		return
	}
	order := make(map[string]int, len(original.members))
	for i, entry := range original.members {
		order[entry.name] = i
	}
	slices.SortStableFunc(converted.members, func(a, b member) int { return order[a.name] - order[b.name] })
}

// renamed maps the places of named parts in OpenAPI 3 to their places in Swagger 2.
var renamed = map[string]string{
	"schemas": "definitions", "securitySchemes": "securityDefinitions", "requestBodies": "parameters",
}

// locate returns the value of the original for a pointer into the converted description, or the nearest value around
// it.
//
// In Swagger 2, bodies are parameters and there are no media types.
func (c *conversion) locate(pointer string) *node {
	at, converted := c.original, c.converted
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = unescapePointer(token)
		converted = step(converted, token)
		if next := c.next(at, converted, token); next != nil {
			at = next
		}
	}
	return at
}

func (c *conversion) next(at, converted *node, token string) *node {
	if at.kind == arrayKind {
		for _, item := range at.members {
			sameParameter := converted != nil && item.value.string("name") == converted.string("name") &&
				item.value.string("in") == converted.string("in")
			if sameParameter {
				return item.value
			}
		}
		return step(at, token)
	}
	if at == c.original && renamed[token] != "" {
		return at.get(renamed[token])
	}
	if token == "requestBody" {
		for _, item := range at.get("parameters").list() {
			if item.value.string("in") == "body" {
				return item.value
			}
		}
	}
	return at.get(token)
}

func step(at *node, token string) *node {
	if at == nil || at.kind != arrayKind {
		return at.get(token)
	}
	if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(at.members) {
		return at.members[i].value
	}
	return nil
}
