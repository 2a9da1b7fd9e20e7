package openapi

// SchemaEntry is a line of the index of named schemas.
type SchemaEntry struct {
	Name string
	// Slug names the schema in addresses, as an operation's does; it is empty in what an earlier reader stored.
	Slug string
	Type string
	// Description is the beginning of the schema's own.
	Description string
	Deprecated  bool
}

// SchemaDetail is everything that the page of one named schema shows. Its texts are those of the description's author.
type SchemaDetail struct {
	Slug        string
	Title       string
	Description string
	Schema      Schema
	// Example and Whole are as in MediaType.
	Example      string
	Whole        int
	ExternalDocs Link
	// Operations are the slugs of operations and webhooks that name the schema, PartOf those of schemas that do; the
	// numbers count them all.
	Operations      []string
	OperationsCount int
	PartOf          []string
	PartOfCount     int
}
