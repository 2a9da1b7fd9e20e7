package catalog

// Operation is one method of one path, or one webhook.
type Operation struct {
	// Ordinal is the operation's place in its description, from 0; webhooks count on after the operations.
	Ordinal int
	// Method is in upper case.
	Method string
	// Path is as written, with its parameters in braces; of a webhook, its name.
	Path string
	// Webhook marks a call that the API makes to its clients.
	Webhook bool
	// OperationID is as written; it may be empty or, in careless descriptions, used twice.
	OperationID string
	// Slug names the operation in addresses: unique within the description, lower-case letters, digits and hyphens.
	Slug        string
	Summary     string
	Description string
	Tags        []string
	Deprecated  bool
	Detail      OperationDetail
	// Input is what the operation takes, for programs; see inputReader for its shape. Empty where it takes nothing.
	Input []byte
}

// OperationDetail is everything that the reference page of one operation shows, complete in itself. All texts are those
// of the description's author: markdown in descriptions, and never trusted.
type OperationDetail struct {
	Parameters  []Parameter
	RequestBody *RequestBody
	Responses   []Response
	// Security lists alternatives; a caller meets all needs of any one of them. An alternative without needs lets
	// callers without credentials in.
	Security []SecurityAlternative
	// Callbacks names the calls that the API may make in return.
	Callbacks    []string
	ExternalDocs Link
}

// Link is an address on the web with a text; URL is empty where there is none, else http or https.
type Link struct {
	Text string
	URL  string
}

// Parameter is a parameter of an operation or a header of a response.
type Parameter struct {
	Name string
	// In is path, query, header or cookie.
	In          string
	Description string
	Required    bool
	Deprecated  bool
	Value       ValueType
	// Example is a value as one would write it, a string without quotation marks.
	Example string
}

// ValueType says in words what a value may be.
type ValueType struct {
	// Type reads like "string", "array of Pet" or "one of: Cat, Dog".
	Type string
	// Ref is the named schema that the value follows, or its items do.
	Ref     string
	Format  string
	Enum    []string
	Default string
	// Constraints are short texts such as "at least 1" or "pattern ^[a-z]+$".
	Constraints []string
}

// RequestBody is what an operation accepts.
type RequestBody struct {
	Description string
	Required    bool
	Content     []MediaType
}

// Response is what an operation answers.
type Response struct {
	// Status is a number, a class such as 4XX, or default.
	Status      string
	Description string
	Headers     []Parameter
	Content     []MediaType
}

// MediaType is a body in one representation.
type MediaType struct {
	Name   string
	Schema Schema
	// Example is a body as written in the description, or one made from the schema; cut at a line with a mark.
	Example string
}

// Schema is what a body may be, flattened for reading.
type Schema struct {
	Value ValueType
	Rows  []SchemaRow
	// Omitted counts the rows that were left out.
	Omitted int
}

// SchemaRow is one property of a schema.
type SchemaRow struct {
	// Depth is 0 for the schema's own properties and 1 for those of a property.
	Depth int
	Name  string
	// Variant marks an alternative of the schema, such as a member of oneOf; the rows below it are its properties.
	Variant     bool
	Description string
	Required    bool
	Deprecated  bool
	ReadOnly    bool
	WriteOnly   bool
	Value       ValueType
}

// SecurityAlternative is a set of proofs that together let a caller in.
type SecurityAlternative []SecurityNeed

// SecurityNeed is one proof: a security scheme of the description and the scopes that it must carry.
type SecurityNeed struct {
	Scheme string
	Scopes []string
}
