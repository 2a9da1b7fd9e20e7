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

// ManagedBy tells whether files or staff manage an object.
//
// Objects that files manage are read-only on the site; applying files does not change objects that staff manage.
type ManagedBy string

// Who may manage an object.
const (
	Files ManagedBy = "files"
	Staff ManagedBy = "staff"
)

// Audience tells who may see a product.
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
	// Teams are the teams that may see the product if the audience is Teams, without duplicates.
	Teams     []TeamRights
	Published bool
	ManagedBy ManagedBy
	// File is the file it was read from, relative to the applied folder.
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	// DeletedAt is set on a tombstone, which keeps the name for usage.
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
	// Spec is the digest of its description, or empty.
	Spec string
	// Endpoints are where the version is called, one per environment. A version with documentation only has none.
	Endpoints []Endpoint
	File      string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
}

// Endpoint is where a version is called in one environment, and where its calls go.
type Endpoint struct {
	// Environment is chosen by the operator, such as production or sandbox.
	Environment string
	// BasePath is the path at the gateway, canonical, such as /weather/v1.
	BasePath string
	// Upstream is an http or https address, or builtin:NAME for a handler inside the product.
	Upstream string
	// Refusals is the format of the gateway's error responses; empty means apim.
	Refusals string
	// Timeout is how long the upstream may take to begin its response; 0 means the gateway's default.
	Timeout time.Duration
	// MaxBody is the largest accepted request body in bytes; 0 means the gateway's default.
	MaxBody int64
	// CORSUpstream forwards preflights to the upstream unless they come from the portal.
	CORSUpstream bool
}

// Document is a page of a product's documentation.
type Document struct {
	ID      DocumentID
	Product ProductID
	// Parent is the zero ID for a top-level page. Position orders the pages of one parent.
	Parent   DocumentID
	Position int
	Slug     string
	Title    string
	// Markdown is the text without front matter and without the heading that became the title.
	Markdown string
	// Pictures are the pictures in the text, sorted by name. A loaded page has them without their contents.
	Pictures  []Picture
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CatalogLock names the lock that serializes changes of the catalogue.
const CatalogLock = "catalog"

// Store stores the catalogue. Loading a missing or deleted object is a not_found error.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock makes transactions with the same name wait for each other.
	Lock(ctx context.Context, name string) error

	// Products lists all products that are not deleted, sorted by name.
	//
	// With teams, this and the following methods load only these teams of an audience, which may have hundreds. Do not
	// save such a product.
	Products(ctx context.Context, of ...identity.TeamID) ([]Product, error)
	Product(ctx context.Context, product ProductID, of ...identity.TeamID) (Product, error)
	ProductBySlug(ctx context.Context, slug string, of ...identity.TeamID) (Product, error)
	SaveProduct(ctx context.Context, product Product) error
	// ProductRows lists products as staff see them, sorted by name.
	ProductRows(ctx context.Context, filter ProductFilter, request page.Request) (page.Page[ProductRow], error)
	CountProducts(ctx context.Context, filter ProductFilter) (PublishedCounts, error)

	// Versions lists the versions of the products, or of all products, newest first.
	Versions(ctx context.Context, products ...ProductID) ([]Version, error)
	// SaveVersion inserts or replaces a version. A base path of another version is a conflict, "base_path_taken".
	SaveVersion(ctx context.Context, version Version) error
	// BasePathOwner returns the other version, as product/version, that has a base path with this key.
	BasePathOwner(ctx context.Context, key string, but VersionID) (owner string, taken bool, err error)

	// Documents lists the pages of a product in reading order. DocumentOutlines lists the pages of these products, or of
	// all products, without their texts.
	Documents(ctx context.Context, product ProductID) ([]Document, error)
	DocumentOutlines(ctx context.Context, products ...ProductID) ([]Document, error)
	// Document returns a page of a product by its slug or by its ID in any format.
	Document(ctx context.Context, product ProductID, named string) (Document, error)
	// DocumentPicture returns a picture with its content by the slug of its page and its name.
	DocumentPicture(ctx context.Context, product ProductID, document, name string) (Picture, error)
	// SaveDocument keeps the content of pictures that are listed without one.
	SaveDocument(ctx context.Context, document Document) error
	DeleteDocument(ctx context.Context, document DocumentID) error

	Specs
	SearchStore
	Editions
	// VersionHistories loads the newest audit records about versions, at most this many, with the visible published
	// versions that they are about. It adds deprecated versions, up to the same number.
	VersionHistories(ctx context.Context, visibility Visibility, most int) ([]VersionHistory, error)
}

// Specs is the part of the store that stores descriptions by their digest.
type Specs interface {
	// StageSpec stores a description in batches that are short enough not to block other writers.
	//
	// No version refers to it yet. It does nothing if the description is already complete; incomplete ones are never
	// returned.
	StageSpec(ctx context.Context, spec openapi.Spec, findings []openapi.Finding) error
	// HasSpec reports whether the description is stored completely, as read by this openapi.ReaderVersion.
	HasSpec(ctx context.Context, digest string) (bool, error)
	// Spec returns the description without its text and operations, SpecText its text.
	Spec(ctx context.Context, digest string) (openapi.Spec, error)
	SpecText(ctx context.Context, digest string) ([]byte, error)
	// Operations lists the operations and webhooks of a description in its order, without descriptions and details.
	Operations(ctx context.Context, digest string) ([]openapi.Operation, error)
	Operation(ctx context.Context, digest, slug string) (openapi.Operation, error)
	// OperationInput returns the operation with its input.
	OperationInput(ctx context.Context, digest, slug string) (openapi.Operation, error)
	// OperationCounts returns the number of operations and webhooks of each description, by digest.
	OperationCounts(ctx context.Context) (map[string]int, error)
	// OperationSlugs returns the slugs of the operations of each description in its order, by digest.
	OperationSlugs(ctx context.Context, digests []string) (map[string][]string, error)
	SchemaDetail(ctx context.Context, digest, slug string) (openapi.SchemaDetail, error)
	LongExample(ctx context.Context, digest string, number int) (openapi.LongExample, error)
	Findings(ctx context.Context, digest string) ([]openapi.Finding, error)
	// DropUnusedSpecs deletes descriptions that no version refers to and that were staged before this time.
	DropUnusedSpecs(ctx context.Context, before time.Time) error
}
