package openapi

import (
	"context"
	"fmt"
	"strconv"
)

const (
	// mostUses limits how many operations and schemas the page of a schema lists.
	mostUses = 50
	// longestEntry limits the bytes of a description in the index of schemas.
	longestEntry = 300
)

// readSchemaIndex lists the named schemas and gives each a slug.
func (d *description) readSchemaIndex(spec *Spec, schemas *node) {
	named := schemas.object()
	if len(named) > d.limits.Schemas {
		d.fail(schemas, fmt.Sprintf("The description has more than %d named schemas.", d.limits.Schemas),
			"Split the description into several products or versions.")
		return
	}
	taken := slugs{}
	for i, entry := range named {
		d.pages[entry.value] = taken.takeName(entry.name, "schema-"+strconv.Itoa(i+1))
	}
	for _, entry := range named {
		spec.Schemas = append(spec.Schemas, SchemaEntry{
			Name: entry.name, Slug: d.pages[entry.value], Type: d.typeText(entry.value, 0).text,
			Description: shortenTo(entry.value.string("description"), longestEntry), Deprecated: entry.value.true("deprecated"),
		})
	}
}

// readSchemas reads what the pages of the named schemas show. Call it after readOperations, which notes their uses.
func (d *description) readSchemas(ctx context.Context, spec *Spec) {
	named := d.root.get("components").get("schemas").object()
	if len(spec.Schemas) != len(named) {
		return
	}
	for _, entry := range named {
		for _, used := range d.schemasIn(entry.value) {
			if used != entry.value {
				d.use(used).schemas.note(d.pages[entry.value])
			}
		}
	}
	for _, entry := range named {
		if ctx.Err() != nil {
			return
		}
		spec.SchemaDetails = append(spec.SchemaDetails, d.readSchema(entry.value))
	}
	spec.LongExamples = d.long
}

func (d *description) readSchema(from *node) SchemaDetail {
	target, _ := d.follow(from)
	uses := d.use(from)
	d.room = longestOperation
	read := SchemaDetail{
		Slug: d.pages[from], Title: target.string("title"), Description: target.string("description"), Schema: d.schema(from),
		ExternalDocs: d.externalDocs(target),
		Operations:   uses.operations.slugs, OperationsCount: uses.operations.count,
		PartOf: uses.schemas.slugs, PartOfCount: uses.schemas.count,
	}
	if !d.spend(read.Schema.size()) {
		read.Schema.Omitted += len(read.Schema.Rows)
		read.Schema.Rows = nil
	}
	if example := d.bodyExample("application/json", nil, from); d.spend(len(example.text)) {
		read.Example, read.Whole = example.text, example.whole
	}
	return read
}

// uses holds which operations and schemas refer to a schema.
type uses struct{ operations, schemas slugList }

// slugList keeps the first mostUses slugs and the number of all slugs.
type slugList struct {
	slugs []string
	count int
}

func (p *slugList) note(slug string) {
	p.count++
	if len(p.slugs) < mostUses {
		p.slugs = append(p.slugs, slug)
	}
}

func (d *description) use(schema *node) *uses {
	if d.uses[schema] == nil {
		d.uses[schema] = &uses{}
	}
	return d.uses[schema]
}

// noteUse records which schemas the parameters, bodies and callbacks of an operation refer to.
func (r *operationReader) noteUse(operation, item *node, slug string) {
	for _, schema := range r.schemasIn(operation, item.get("parameters")) {
		r.use(schema).operations.note(slug)
	}
}

// schemasIn lists the named schemas that the values refer to, directly or through a shared part that is not a schema.
//
// It does not follow the references of these schemas.
func (d *description) schemasIn(values ...*node) []*node {
	search := schemaSearch{description: d, seen: map[*node]bool{}}
	for _, value := range values {
		search.walk(value)
	}
	return search.found
}

type schemaSearch struct {
	*description
	seen  map[*node]bool
	found []*node
}

func (s *schemaSearch) walk(n *node) {
	if n == nil {
		return
	}
	if ref, is := reference(n); is {
		s.add(s.target(ref))
		return
	}
	for _, entry := range n.members {
		if (entry.value.kind == objectKind || entry.value.kind == arrayKind) && (n.kind == arrayKind || !isData(entry)) {
			s.walk(entry.value)
		}
	}
}

// add records a schema, or the schemas that a shared part refers to, which are cached.
func (s *schemaSearch) add(target *node) {
	if target == nil || s.seen[target] {
		return
	}
	s.seen[target] = true
	if s.pages[target] != "" {
		s.found = append(s.found, target)
		return
	}
	within, known := s.shared[target]
	if !known {
		s.shared[target] = nil // ends recursion
		within = s.schemasIn(target)
		s.shared[target] = within
	}
	for _, schema := range within {
		s.add(schema)
	}
}
