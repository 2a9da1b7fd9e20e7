// Package catalog owns the published APIs: products, their versions and documents, the audience that may see them, and
// the search over them.
//
// A version points to a description by the digest of its text. A description never changes: publishing stores the new
// one first and then points the version to it. Package openapi reads descriptions and package markdown renders
// documents. Package access decides who may call an API, and package publish reads the apply format.
package catalog

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

type (
	product  struct{}
	version  struct{}
	document struct{}
)

// ProductID identifies a published API.
type ProductID = id.ID[product]

// VersionID identifies one release of a product.
type VersionID = id.ID[version]

// DocumentID identifies a page of a product's documentation.
type DocumentID = id.ID[document]

// ManagedBy says who may change an object: what files made is read-only elsewhere, and applying files leaves alone what
// staff made.
type ManagedBy string

// Who may manage an object.
const (
	Files ManagedBy = "files"
	Staff ManagedBy = "staff"
)

// Audience says who may see a product.
type Audience string

// The audiences.
const (
	Public   Audience = "public"
	SignedIn Audience = "signed-in"
	Teams    Audience = "teams"
)

// Product is a published API.
type Product struct {
	ID          ProductID
	Slug        string
	Name        string
	Description string
	Audience    Audience
	// Teams are the teams that may see the product where the audience is Teams, each once.
	Teams     []TeamRights
	Published bool
	ManagedBy ManagedBy
	// File names where it was read from, relative to the applied folder.
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	// DeletedAt is set on the tombstone that usage keeps its names by.
	DeletedAt time.Time
}

// Version is one release of a product.
type Version struct {
	ID      VersionID
	Product ProductID
	Name    string
	// Position orders the versions of a product; the highest is the newest.
	Position   int
	Published  bool
	Deprecated bool
	// Spec is the digest of its description, empty where there is none.
	Spec string
	// Endpoints are where the version is called, one per environment; none for documentation alone.
	Endpoints []Endpoint
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
}

// Endpoint is where a version is called in one environment, and where its calls go.
type Endpoint struct {
	// Environment is a word of the operator's own, such as production or sandbox.
	Environment string
	// BasePath is the path at the gateway, canonical, such as /weather/v1.
	BasePath string
	// Upstream is an http or https address, or builtin:NAME for a handler inside the product.
	Upstream string
	// Refusals names how the gateway words its refusals; empty is apim.
	Refusals string
	// Timeout is how long the upstream may take to begin its answer; 0 is the gateway's default.
	Timeout time.Duration
	// MaxBody is the largest accepted request body in bytes; 0 is the gateway's default.
	MaxBody int64
	// CORSUpstream lets preflights of other origins than the portal's through to the upstream.
	CORSUpstream bool
}

// Document is a page of a product's documentation.
type Document struct {
	ID      DocumentID
	Product ProductID
	// Parent is the zero id for a page of the first level; Position orders pages of one parent.
	Parent   DocumentID
	Position int
	Slug     string
	Title    string
	// Markdown is the text under the title, without front matter and without the heading that became the title.
	Markdown  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CatalogLock is the name of the lock under which versions are pointed at descriptions, and unused ones are dropped.
const CatalogLock = "catalog"

// Store keeps the catalogue. Loads answer not_found for what does not exist; deleted things are not found.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that name the same thing.
	Lock(ctx context.Context, name string) error

	// Products lists every product that is not deleted, by name. Where teams are named, the audiences hold those alone, here
	// and in the other loads: who looks at products of hundreds of teams asks for one of them. What is saved must be whole.
	Products(ctx context.Context, of ...identity.TeamID) ([]Product, error)
	Product(ctx context.Context, product ProductID, of ...identity.TeamID) (Product, error)
	ProductBySlug(ctx context.Context, slug string, of ...identity.TeamID) (Product, error)
	SaveProduct(ctx context.Context, product Product) error
	// ProductRows lists what staff see of products, by name.
	ProductRows(ctx context.Context, filter ProductFilter, request page.Request) (page.Page[ProductRow], error)

	// Versions lists the versions of the products, of every product where none is named, the newest first.
	Versions(ctx context.Context, products ...ProductID) ([]Version, error)
	// SaveVersion inserts or replaces; a base path that another version has is a conflict with the code "base_path_taken".
	SaveVersion(ctx context.Context, version Version) error
	// BasePathOwner names the other version, as product/version, that is called at a path with the key.
	BasePathOwner(ctx context.Context, key string, but VersionID) (owner string, taken bool, err error)

	// Documents lists the pages of a product in reading order. DocumentOutlines lists those of products without their texts, of
	// every product where none is named.
	Documents(ctx context.Context, product ProductID) ([]Document, error)
	DocumentOutlines(ctx context.Context, products ...ProductID) ([]Document, error)
	// Document is a page of a product by its slug or by its identifier in any spelling.
	Document(ctx context.Context, product ProductID, named string) (Document, error)
	SaveDocument(ctx context.Context, document Document) error
	DeleteDocument(ctx context.Context, document DocumentID) error

	Specs
	SearchStore
	Editions
}

// Specs is the part of the store that holds immutable descriptions by their digest.
type Specs interface {
	// StageSpec stores a description with its operations, schemas, examples and findings in batches short enough that other writers do not
	// wait; nothing refers to it yet. Staging what is whole already does nothing; what a killed process left half is
	// never found.
	StageSpec(ctx context.Context, spec openapi.Spec, findings []openapi.Finding) error
	// HasSpec reports whether the description is there, whole, as this program's openapi.ReaderVersion reads it.
	HasSpec(ctx context.Context, digest string) (bool, error)
	// Spec returns the description without its text and operations, SpecText the text as it was read.
	Spec(ctx context.Context, digest string) (openapi.Spec, error)
	SpecText(ctx context.Context, digest string) ([]byte, error)
	// Operations lists the operations and webhooks of a description in its order, without descriptions and details.
	Operations(ctx context.Context, digest string) ([]openapi.Operation, error)
	Operation(ctx context.Context, digest, slug string) (openapi.Operation, error)
	// OperationInput returns the operation with its input, without description and detail.
	OperationInput(ctx context.Context, digest, slug string) (openapi.Operation, error)
	// OperationCounts says how many operations and webhooks each description has, by its digest.
	OperationCounts(ctx context.Context) (map[string]int, error)
	// OperationSlugs lists the slugs of the operations of each description in its order, by its digest.
	OperationSlugs(ctx context.Context, digests []string) (map[string][]string, error)
	SchemaDetail(ctx context.Context, digest, slug string) (openapi.SchemaDetail, error)
	LongExample(ctx context.Context, digest string, number int) (openapi.LongExample, error)
	Findings(ctx context.Context, digest string) ([]openapi.Finding, error)
	// DropUnusedSpecs deletes what no version refers to and was staged before the time.
	DropUnusedSpecs(ctx context.Context, before time.Time) error
}
