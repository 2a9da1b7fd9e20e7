package openapi

import "slices"

// Operation is one method of one path, or one webhook.
type Operation struct {
	// Ordinal is the position in the description, from 0. Webhooks follow the operations.
	Ordinal int
	// Method is in upper case.
	Method string
	// Path is as written, with parameters in braces. For a webhook it is the name.
	Path string
	// Webhook marks a call that the API makes to its clients.
	Webhook bool
	// OperationID is as written. It may be empty and, in careless descriptions, not unique.
	OperationID string
	// Slug names the operation in addresses: lower-case letters, digits and hyphens, unique within the description.
	Slug        string
	Summary     string
	Description string
	Tags        []string
	Deprecated  bool
	Detail      OperationDetail
	// Input describes parameters and bodies for programs; see inputReader for the format. It is empty if there are none.
	Input []byte
}

// OperationDetail is everything that the reference page of one operation shows.
//
// All texts are the author's and not trusted; descriptions are markdown.
type OperationDetail struct {
	Parameters  []Parameter
	RequestBody *RequestBody
	Responses   []Response
	// Security lists alternatives: a caller must meet all needs of one of them. An alternative without needs allows
	// calls without credentials.
	Security []SecurityAlternative
	// ReturnCalls are the calls that the API may make in return; OmittedCalls counts those beyond the limit.
	ReturnCalls  []ReturnCall
	OmittedCalls int
	// Servers are the operation's own servers; empty if it uses those of the API.
	Servers      []Server
	ExternalDocs Link
}

// ReturnCall is a call that the API makes to its client after an operation: one method of a callback.
type ReturnCall struct {
	// Callback is the name of the callback. Expression tells which address is called, such as {$request.body#/url}.
	Callback   string
	Expression string
	// Method is in upper case.
	Method      string
	Summary     string
	Description string
	Deprecated  bool
	Parameters  []Parameter
	RequestBody *RequestBody
	Responses   []Response
}

// Link is a web address with a text. URL is http, https or relative, or empty.
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
	// Example is a value as text; strings have no quotation marks.
	Example string
	// Style and Explode tell how lists and objects are serialized. Style is empty for the default of the location.
	Style   string
	Explode bool
	// Content is the media type of the value, empty for plain text.
	Content string
}

// ValueType describes in words which values are allowed.
type ValueType struct {
	// Type reads like "string", "array of Pet" or "one of: Cat, Dog".
	Type string
	// Links are the names in Type that have pages, in order.
	Links []TypeLink
	// Ref is the named schema of the value or of its items, and Page the slug of the schema's page. Either may be empty.
	Ref     string
	Page    string
	Format  string
	Enum    []string
	Default string
	// Constraints are short texts such as "at least 1" or "pattern ^[a-z]+$".
	Constraints []string
	// Includes are the named schemas that it includes through allOf.
	Includes []SchemaLink
	// Discriminator tells which property decides between the alternatives; it may be nil.
	Discriminator *Discriminator
}

// TypeLink marks the name of a schema with a page in the text of a type: the bytes from From up to To.
type TypeLink struct {
	From, To int
	Page     string
}

// SchemaLink is the name of a schema and the slug of its page, which may be empty.
type SchemaLink struct {
	Name string
	Page string
}

// Discriminator is a property whose value selects one of several alternative schemas.
type Discriminator struct {
	Property string
	Choices  []DiscriminatorChoice
}

// DiscriminatorChoice is one value of the property and the schema that it selects.
type DiscriminatorChoice struct {
	Value  string
	Schema SchemaLink
}

// RequestBody is what an operation accepts.
type RequestBody struct {
	Description string
	Required    bool
	Content     []MediaType
}

// Response is a response of an operation.
type Response struct {
	// Status is a number, a class such as 4XX, or default.
	Status      string
	Description string
	Headers     []Parameter
	Content     []MediaType
	Links       []ResponseLink
}

// ResponseLink is an operation that can be called with data of the response.
type ResponseLink struct {
	Name        string
	Description string
	// Operation is the operation's id or reference as written. Slug is empty if the operation is unknown.
	Operation string
	Slug      string
}

// MediaType is a body in one representation.
type MediaType struct {
	Name   string
	Schema Schema
	// Example is the author's body, or one generated from the schema. A long one is cut; Whole is then the number of the
	// LongExample with the whole text, or 0 if that is not stored.
	Example string
	Whole   int
	// Examples are the author's, if there are several or they have descriptions. Those of a request body include one
	// for each alternative of its schema.
	Examples []Example
	// Parts tell how the parts of a form are encoded, if the author says so.
	Parts []PartEncoding
}

// Example is one of several bodies.
type Example struct {
	Name        string
	Summary     string
	Description string
	// Text and Whole are like Example and Whole of MediaType. URL is the address of an external body.
	Text  string
	Whole int
	URL   string
	// Variant is the number of the variant row of depth 0 that the example belongs to, counted from 1. It is 0 if there
	// are no alternatives or the row is unknown, and OtherAlternative if the alternative has no rows.
	Variant int
}

// LongExample is the whole text of an example that is too long for a page.
type LongExample struct {
	// Number counts the long examples of a description from 1.
	Number int
	Text   string
}

// PartEncoding is the encoding of one property of a form.
type PartEncoding struct {
	Name        string
	ContentType string
	// Headers are the names of the headers that the part may have.
	Headers []string
}

// Schema describes a body, flattened to rows.
type Schema struct {
	Value ValueType
	Rows  []SchemaRow
	// Omitted counts the rows beyond the limit.
	Omitted int
}

// SchemaRow is one property of a schema.
type SchemaRow struct {
	// Depth is 0 for the schema's own properties and 1 for those of a property. Rows are deeper only below
	// alternatives, and below structures without a name, which have no page.
	Depth int
	Name  string
	// Variant marks an alternative of the schema: a member of oneOf, or of anyOf if Any is set. The rows below it are its
	// properties.
	Variant bool
	Any     bool
	// Rest marks properties without fixed names: those that match the pattern in Name, or all others if it is empty.
	Rest        bool
	Description string
	Required    bool
	Deprecated  bool
	ReadOnly    bool
	WriteOnly   bool
	Value       ValueType
	// Omitted counts the rows below this one beyond the limit.
	Omitted int
}

// SecurityAlternative is a set of needs that together allow a call.
type SecurityAlternative []SecurityNeed

// SecurityNeed is a security scheme with the scopes that a call needs.
type SecurityNeed struct {
	Scheme string
	Scopes []string
}

// RequiresInput reports whether a call must send a parameter or a body.
func (d OperationDetail) RequiresInput() bool {
	body := d.RequestBody != nil && d.RequestBody.Required
	return body || slices.ContainsFunc(d.Parameters, func(parameter Parameter) bool { return parameter.Required })
}

// HasLongExample reports whether the operation has the long example with this number.
func (d OperationDetail) HasLongExample(number int) bool {
	bodies := []*RequestBody{d.RequestBody}
	responses := d.Responses
	for _, call := range d.ReturnCalls {
		bodies, responses = append(bodies, call.RequestBody), slices.Concat(responses, call.Responses)
	}
	var content []MediaType
	for _, body := range bodies {
		if body != nil {
			content = append(content, body.Content...)
		}
	}
	for _, response := range responses {
		content = append(content, response.Content...)
	}
	return number > 0 && slices.ContainsFunc(content, func(m MediaType) bool {
		return m.Whole == number || slices.ContainsFunc(m.Examples, func(e Example) bool { return e.Whole == number })
	})
}
