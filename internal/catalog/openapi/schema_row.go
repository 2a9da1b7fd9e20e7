package openapi

import "slices"

// Limits for what a reference page shows of one schema.
const (
	mostRows       = 300
	mostProperties = 5_000
	// namedLevels is how deep rows follow schemas that have their own pages.
	namedLevels = 2
	// fewVariants is the largest number of alternatives that are all shown with their fields.
	fewVariants = 6
	// longestSchema limits the bytes of all rows together, longestRow those of the description in one row.
	longestSchema = 96 << 10
	longestRow    = 4 << 10
	longestName   = 200
)

// schema flattens a schema to the two levels that a page shows.
//
// Deeper levels have their own pages; only schemas without a name are followed further.
func (d *description) schema(n *node) Schema {
	if n == nil {
		return Schema{}
	}
	target, name := d.follow(n)
	if target == nil {
		return Schema{Value: ValueType{Type: "any", Ref: name}}
	}
	if rendered, known := d.schemas[target]; known {
		rendered.Value = d.valueType(n)
		return rendered
	}
	rendered := Schema{Value: d.valueType(n)}
	rows := rowReader{description: d}
	root := &rowBranch{}
	rows.queue = []rowsBelow{{above: root, schema: target, trail: []*node{target}}}
	for len(rows.queue) > 0 {
		next := rows.queue[0]
		rows.queue = rows.queue[1:]
		rows.read(next)
	}
	rendered.Rows = root.flat(nil)
	rendered.Omitted = root.row.Omitted
	if name != "" || d.pages[target] != "" {
		d.schemas[target] = rendered
	}
	return rendered
}

// rowBranch is a row with the rows below it.
type rowBranch struct {
	row   SchemaRow
	below []*rowBranch
}

func (b *rowBranch) flat(rows []SchemaRow) []SchemaRow {
	for _, branch := range b.below {
		rows = branch.flat(append(rows, branch.row))
	}
	return rows
}

// rowsBelow are rows that are still to be read. They stop at schemas in the trail, which has the enclosing schemas.
type rowsBelow struct {
	above  *rowBranch
	schema *node
	depth  int
	trail  []*node
	// levels is how much deeper than namedLevels the rows follow named schemas.
	levels int
}

// rowReader collects the rows of one schema level by level, so that one deep property does not use up the limit.
type rowReader struct {
	*description
	queue []rowsBelow
	rows  int
	size  int
}

// read adds the rows of the schema's properties and alternatives.
func (r *rowReader) read(from rowsBelow) {
	held, named := r.held(from.schema)
	if held == nil || named && from.depth >= namedLevels {
		return
	}
	if held != from.schema {
		if slices.Contains(from.trail, held) {
			return
		}
		from.trail = append(slices.Clip(from.trail), held)
	}
	for _, property := range r.properties(held) {
		r.add(from, property.value, SchemaRow{Name: property.name, Required: property.required})
	}
	for _, rest := range r.rest(held) {
		r.add(from, rest.value, SchemaRow{Name: rest.name, Rest: true})
	}
	variants := r.variants(held)
	for _, variant := range variants {
		target, _ := r.follow(variant.schema)
		row := SchemaRow{Variant: true, Any: variant.any, Name: r.typeText(variant.schema, 0).text}
		if title := target.string("title"); title != "" && r.pageOf(variant.schema) == "" {
			row.Name = title
		}
		below := from
		if len(variants) <= fewVariants {
			below.levels = 1 // alternatives are on the level of their parent
		}
		r.add(below, variant.schema, row)
	}
}

// add completes a row and adds it below its parent, if there is room.
func (r *rowReader) add(from rowsBelow, schema *node, row SchemaRow) {
	if r.rows >= mostRows || r.size >= longestSchema {
		from.above.row.Omitted++
		return
	}
	target, _ := r.follow(schema)
	row.Depth, row.Name = from.depth, shortenTo(row.Name, longestName)
	row.Value = r.valueType(schema)
	if row.Value.Page != "" {
		row.Value.Includes = nil // shown on its own page
	}
	row.Deprecated = target.true("deprecated") || schema.true("deprecated")
	row.ReadOnly = target.true("readOnly") || schema.true("readOnly")
	row.WriteOnly = target.true("writeOnly") || schema.true("writeOnly")
	row.Description = target.string("description")
	if own := schema.string("description"); own != "" { // allowed beside a $ref in OpenAPI 3.1
		row.Description = own
	}
	row.Description = shortenTo(row.Description, longestRow)
	r.rows++
	r.size += row.size()
	branch := &rowBranch{row: row}
	from.above.below = append(from.above.below, branch)
	named := r.pageOf(schema) != "" && from.depth+1 >= namedLevels+from.levels
	if target == nil || named || slices.Contains(from.trail, target) {
		return
	}
	r.queue = append(r.queue, rowsBelow{above: branch, schema: target, depth: from.depth + 1, trail: append(slices.Clip(from.trail), target)})
}

// size returns roughly how many bytes the row takes on a page.
func (row SchemaRow) size() int {
	size := 64 + len(row.Name) + len(row.Description) + len(row.Value.Type) + len(row.Value.Default)
	for _, texts := range [][]string{row.Value.Enum, row.Value.Constraints} {
		for _, text := range texts {
			size += len(text)
		}
	}
	if row.Value.Discriminator != nil {
		size += len(row.Value.Discriminator.Choices) * 64
	}
	return size + len(row.Value.Includes)*64
}

// size returns roughly how many bytes the schema takes on a page.
func (s Schema) size() int {
	size := SchemaRow{Value: s.Value}.size()
	for _, row := range s.Rows {
		size += row.size()
	}
	return size
}

// held returns the schema of the innermost items of a list or map, or the schema itself.
//
// It also reports whether there was a schema with its own page on the way.
func (d *description) held(schema *node) (held *node, named bool) {
	for range deepestType {
		inner := schema.get("items")
		if inner == nil && schema.get("properties") == nil && schema.get("allOf") == nil {
			inner = schema.get("additionalProperties")
		}
		if inner == nil || inner.kind != objectKind {
			return schema, named
		}
		named = named || d.pageOf(inner) != ""
		if schema, _ = d.follow(inner); schema == nil {
			return nil, named
		}
	}
	return schema, named
}

// property is a named part of a schema.
type property struct {
	name     string
	value    *node
	required bool
}

// rest returns the schemas of properties without fixed names.
func (d *description) rest(schema *node) []property {
	var found []property
	for _, entry := range schema.get("patternProperties").object() {
		if len(found) < mostChoices {
			found = append(found, property{name: entry.name, value: entry.value})
		}
	}
	extra := schema.get("additionalProperties")
	if extra != nil && extra.kind == objectKind && len(extra.members) > 0 && schema.get("properties") != nil {
		found = append(found, property{value: extra})
	}
	return found
}

// properties returns the properties of the schema and of those in its allOf, which it may override.
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
