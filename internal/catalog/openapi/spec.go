// Package openapi reads API descriptions: OpenAPI 3.0 and 3.1 and Swagger 2, in JSON or YAML.
//
// Read returns a Spec, which holds what the reference shows of every operation and schema, and findings, which tell the
// author what is wrong and where. The package reads untrusted text within Limits and opens no other file or address. It
// does not know products or versions and stores nothing; packages catalog and publish call it.
package openapi

import "cmp"

// Format is the notation of a description's text.
type Format string

// The notations.
const (
	JSON Format = "json"
	YAML Format = "yaml"
)

// Spec is an API description as it was read: immutable, and known by the digest of its text.
type Spec struct {
	// Digest is the SHA-256 of the text in hexadecimal digits.
	Digest string
	Format Format
	// OpenAPI is the version of the notation as written: 2.0, 3.0.x or 3.1.x.
	OpenAPI         string
	Title           string
	Version         string
	Summary         string
	Description     string
	Contact         Contact
	License         Link
	TermsOfService  string
	ExternalDocs    Link
	Servers         []Server
	Tags            []Tag
	SecuritySchemes []SecurityScheme
	Schemas         []SchemaEntry
	// SchemaDetails are what the pages of the schemas show, in the same order.
	SchemaDetails []SchemaDetail
	// LongExamples are the examples of operations and schemas that their pages show the beginning of.
	LongExamples []LongExample
	// Operations are in the order of the text, Webhooks likewise.
	Operations []Operation
	Webhooks   []Operation
	// Text is the description as it was handed in.
	Text []byte
}

// Contact is whom the description names for questions.
type Contact struct {
	Name  string
	URL   string
	Email string
}

// Server is an address of the API as its author wrote it, with variables in braces.
type Server struct {
	URL         string
	Description string
}

// Tag groups operations; tags that operations use without declaring them follow the declared ones.
type Tag struct {
	Name        string
	Description string
}

// SecurityScheme is a way to prove oneself to the API.
type SecurityScheme struct {
	Name string
	// Type is apiKey, http, mutualTLS, oauth2 or openIdConnect.
	Type        string
	Description string
	// In and Parameter say where an API key goes.
	In, Parameter string
	// Scheme is the HTTP scheme: basic, bearer.
	Scheme       string
	BearerFormat string
	OpenIDURL    string
	Flows        []OAuthFlow
}

// OAuthFlow is one way to an OAuth 2 token.
type OAuthFlow struct {
	// Kind is implicit, password, clientCredentials or authorizationCode.
	Kind             string
	AuthorizationURL string
	TokenURL         string
	RefreshURL       string
	Scopes           []string
	// Meanings say what scopes allow, where the author does.
	Meanings map[string]string
}

// ReaderVersion counts up whenever something else of the same text is kept, so that what an earlier program stored is read
// again.
const ReaderVersion = 3

// MaxBytes is the size of the largest description that is read unless Limits say otherwise.
const MaxBytes = 32 << 20

// Limits bounds what reading a description may cost. A zero field stands for its default.
type Limits struct {
	// Bytes is the size of the text; 32 MiB.
	Bytes int
	// Depth is how deep values may nest; 100.
	Depth int
	// Values is how many values the text may hold after its YAML aliases are expanded; 1,000,000.
	Values int
	// Operations counts operations and webhooks; 10,000.
	Operations int
	// Schemas counts named schemas; 20,000.
	Schemas int
	// Findings is how many findings of each severity are kept; 1,000.
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
