package openapi

// SchemaEntry is a named schema in the index.
type SchemaEntry struct {
	Name string
	// Slug names the schema in addresses. It is empty in descriptions that an earlier reader stored.
	Slug string
	Type string
	// Description is the beginning of the schema's description.
	Description string
	Deprecated  bool
}

// SchemaDetail is everything that the page of one named schema shows. Its texts are the author's and not trusted.
type SchemaDetail struct {
	Slug        string
	Title       string
	Description string
	Schema      Schema
	// Example and Whole are as in MediaType.
	Example      string
	Whole        int
	ExternalDocs Link
	// Operations are the slugs of the operations and webhooks that refer to the schema, PartOf the slugs of the schemas
	// that do. Both lists are limited; the counts are not.
	Operations      []string
	OperationsCount int
	PartOf          []string
	PartOfCount     int
}
