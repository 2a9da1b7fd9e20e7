// Package openapi reads API descriptions: OpenAPI 3.0 and 3.1 and Swagger 2, in JSON or YAML.
//
// Read returns a Spec, which holds what the reference shows of every operation and schema, and findings, which tell the
// author what is wrong and where. The package reads untrusted text within Limits and opens no other file or address. It
// does not know products or versions and stores nothing; packages catalog and publish call it.
package openapi

import "cmp"

// Format is the format of a description's text.
type Format string

// The formats.
const (
	JSON Format = "json"
	YAML Format = "yaml"
)

// Spec is an API description as Read returns it. It is immutable and identified by the digest of its text.
type Spec struct {
	// Digest is the SHA-256 of the text in hexadecimal digits.
	Digest string
	Format Format
	// OpenAPI is the version of OpenAPI or Swagger as written: 2.0, 3.0.x or 3.1.x.
	OpenAPI        string
	Title          string
	Version        string
	Summary        string
	Description    string
	Contact        Contact
	License        Link
	TermsOfService string
	ExternalDocs   Link
	Servers        []Server
	Tags           []Tag
	// TagGroups are the sections that x-tagGroups puts tags into; few descriptions have them.
	TagGroups       []TagGroup
	SecuritySchemes []SecurityScheme
	Schemas         []SchemaEntry
	// SchemaDetails are what the pages of the schemas show, in the same order.
	SchemaDetails []SchemaDetail
	// LongExamples are the examples of operations and schemas that are cut on their pages.
	LongExamples []LongExample
	// Operations and Webhooks are in the order of the text.
	Operations []Operation
	Webhooks   []Operation
	// Text is the description as it was read.
	Text []byte
}

// Contact is the contact that the description names.
type Contact struct {
	Name  string
	URL   string
	Email string
}

// Server is an address of the API as written, with variables in braces.
type Server struct {
	URL         string
	Description string
}

// Tag groups operations. Undeclared tags follow the declared ones.
type Tag struct {
	Name        string
	Description string
}

// TagGroup is a section of tags under a heading.
type TagGroup struct {
	Name string
	Tags []string
}

// SecurityScheme is a way to authenticate to the API.
type SecurityScheme struct {
	Name string
	// Type is apiKey, http, mutualTLS, oauth2 or openIdConnect.
	Type        string
	Description string
	// In and Parameter tell where an API key is sent.
	In, Parameter string
	// Scheme is the HTTP scheme: basic, bearer.
	Scheme       string
	BearerFormat string
	OpenIDURL    string
	Flows        []OAuthFlow
}

// OAuthFlow is one way to get an OAuth 2 token.
type OAuthFlow struct {
	// Kind is implicit, password, clientCredentials or authorizationCode.
	Kind             string
	AuthorizationURL string
	TokenURL         string
	RefreshURL       string
	Scopes           []string
	// Meanings are the author's descriptions of the scopes.
	Meanings map[string]string
}

// ReaderVersion is increased when Read changes its result for the same text. Stored descriptions are then read again.
const ReaderVersion = 6

// MaxBytes is the default limit for the size of a description.
const MaxBytes = 32 << 20

// Limits limits the cost of reading a description. A zero field means the default.
type Limits struct {
	// Bytes is the size of the text; default MaxBytes.
	Bytes int
	// Depth is how deep values may nest; default 100.
	Depth int
	// Values is the number of values after YAML aliases are expanded; default 1,000,000.
	Values int
	// Operations is the number of operations and webhooks; default 10,000.
	Operations int
	// Schemas is the number of named schemas; default 20,000.
	Schemas int
	// Findings is how many findings of each severity are kept; default 1,000.
	Findings int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Bytes:      cmp.Or(l.Bytes, MaxBytes),
		Depth:      cmp.Or(l.Depth, 100),
		Values:     cmp.Or(l.Values, 1_000_000),
		Operations: cmp.Or(l.Operations, 10_000),
		Schemas:    cmp.Or(l.Schemas, 20_000),
		Findings:   cmp.Or(l.Findings, 1_000),
	}
}
