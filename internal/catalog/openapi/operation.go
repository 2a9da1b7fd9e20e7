package openapi

import "slices"

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
	// ReturnCalls are the calls that the API may make in return; OmittedCalls counts those that were left out.
	ReturnCalls  []ReturnCall
	OmittedCalls int
	// Servers are where this operation alone is called, as its author wrote them; none where it is like the others.
	Servers      []Server
	ExternalDocs Link
}

// ReturnCall is a call that the API makes to its caller because of an operation: one method of a callback.
type ReturnCall struct {
	// Callback is the name of the callback, Expression where the API finds the address, such as {$request.body#/url}.
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
	// Style and Explode say how lists and objects are spelled, where the author says so and it is not the usual way of the
	// place; Style is empty otherwise.
	Style   string
	Explode bool
	// Content is the media type that the value is written in, empty where it is written plainly.
	Content string
}

// ValueType says in words what a value may be.
type ValueType struct {
	// Type reads like "string", "array of Pet" or "one of: Cat, Dog".
	Type string
	// Links are the names in Type that have pages, in order.
	Links []TypeLink
	// Ref is the named schema that the value follows, or its items do, and Page the name of its page in addresses, where
	// it has one.
	Ref     string
	Page    string
	Format  string
	Enum    []string
	Default string
	// Constraints are short texts such as "at least 1" or "pattern ^[a-z]+$".
	Constraints []string
	// Includes are the named schemas whose properties are among its own, by allOf.
	Includes []SchemaLink
	// Discriminator says which property decides between the alternatives, nil where none does.
	Discriminator *Discriminator
}

// TypeLink is a part of a type's text that is the name of a schema with a page: its bytes from From up to To.
type TypeLink struct {
	From, To int
	Page     string
}

// SchemaLink is a named schema, and the name of its page in addresses; that is empty where it has none.
type SchemaLink struct {
	Name string
	Page string
}

// Discriminator is a property whose value names the alternative that an object follows.
type Discriminator struct {
	Property string
	Choices  []DiscriminatorChoice
}

// DiscriminatorChoice is one value of the property with what it means.
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

// Response is what an operation answers.
type Response struct {
	// Status is a number, a class such as 4XX, or default.
	Status      string
	Description string
	Headers     []Parameter
	Content     []MediaType
	Links       []ResponseLink
}

// ResponseLink is an operation that one may call with what a response holds.
type ResponseLink struct {
	Name        string
	Description string
	// Operation is the operation's id or reference as written, Slug its name in addresses where it is known.
	Operation string
	Slug      string
}

// MediaType is a body in one representation.
type MediaType struct {
	Name   string
	Schema Schema
	// Example is a body as written in the description, or one made from the schema; cut at a line with a mark. Whole is
	// then the number of the whole one, 0 where that is not kept.
	Example string
	Whole   int
	// Examples are the author's, where there are several to choose from or they say something about themselves.
	Examples []Example
	// Parts say how the parts of a form are sent, where the author says so.
	Parts []PartEncoding
}

// Example is one of several bodies.
type Example struct {
	Name        string
	Summary     string
	Description string
	// Text and Whole are as in MediaType; URL is where the body lies if it is elsewhere.
	Text  string
	Whole int
	URL   string
}

// LongExample is an example that is too long for a page, in full.
type LongExample struct {
	// Number counts the long examples of a description from 1.
	Number int
	Text   string
}

// PartEncoding is how one property of a form is sent.
type PartEncoding struct {
	Name        string
	ContentType string
	// Headers are those that the part may carry.
	Headers []string
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
	// Depth is 0 for the schema's own properties and 1 for those of a property. Rows go deeper only where a structure has no
	// name, and so no page of its own.
	Depth int
	Name  string
	// Variant marks an alternative of the schema, a member of oneOf, or of anyOf where Any is set; the rows below it are its
	// properties.
	Variant bool
	Any     bool
	// Rest marks the properties that are not named one by one: those whose name matches Name, or all others.
	Rest        bool
	Description string
	Required    bool
	Deprecated  bool
	ReadOnly    bool
	WriteOnly   bool
	Value       ValueType
	// Omitted counts the rows below this one that were left out.
	Omitted int
}

// SecurityAlternative is a set of proofs that together let a caller in.
type SecurityAlternative []SecurityNeed

// SecurityNeed is one proof: a security scheme of the description and the scopes that it must carry.
type SecurityNeed struct {
	Scheme string
	Scopes []string
}

// RequiresInput reports whether a call must send a parameter or a body.
func (d OperationDetail) RequiresInput() bool {
	body := d.RequestBody != nil && d.RequestBody.Required
	return body || slices.ContainsFunc(d.Parameters, func(parameter Parameter) bool { return parameter.Required })
}

// HasLongExample reports whether one of the operation's bodies is cut and has the long example of this number in full.
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
