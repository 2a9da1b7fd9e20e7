package catalog

import (
	"cmp"
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// NewAPI is a product with its first version, which gets a staged description.
type NewAPI struct {
	ProductInput

	Version string
	// Digest names the staged description, and File is the name of the file that it came from.
	Digest, File string
}

// Staged is an uploaded description that no version has yet.
type Staged struct {
	Spec openapi.Spec
	// Operations is the number of its operations and webhooks.
	Operations int
	Findings   []openapi.Finding
	// Proposed is the API that the description suggests.
	Proposed NewAPI
}

// StageSpec stores a description for CreateAPI. It is deleted after UnusedAfter unless a version gets it.
func (s *Service) StageSpec(ctx context.Context, open func() (file string, content io.Reader, err error)) (Uploaded, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Uploaded{}, err
	}
	file, content, err := open()
	if err != nil {
		return Uploaded{}, err
	}
	text, done, err := s.receive(content)
	if err != nil {
		return Uploaded{}, err
	}
	defer done()
	return s.stage(ctx, fileName(file), text, false)
}

// Staged returns a staged description and the API that it suggests.
func (s *Service) Staged(ctx context.Context, digest, file string) (Staged, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Staged{}, err
	}
	if has, err := s.store.HasSpec(ctx, digest); err != nil || !has {
		return Staged{}, cmp.Or(err, specGone(fault.NotFound))
	}
	kept, err := s.outline(ctx, digest)
	if err != nil {
		return Staged{}, err
	}
	found := Staged{Spec: kept.spec, Operations: len(kept.operations)}
	if found.Findings, err = s.store.Findings(ctx, digest); err != nil {
		return Staged{}, err
	}
	found.Proposed = proposed(kept.spec)
	found.Proposed.Digest, found.Proposed.File = digest, fileName(file)
	found.Proposed.Slug, err = s.freeSlug(ctx, found.Proposed.Slug)
	return found, err
}

// specGone says that a staged description was deleted.
func specGone(kind fault.Kind) error {
	return fault.New(kind, "spec_gone", "The uploaded description was deleted, because it was not used within an hour. Upload it again.")
}

// CreateAPI creates an unpublished product with its first version, which has the staged description.
func (s *Service) CreateAPI(ctx context.Context, in NewAPI) (Product, Version, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Product{}, Version{}, err
	}
	now := s.now()
	product, err := s.withInput(ctx, Product{ID: id.New[ProductID](now), Slug: in.Slug, ManagedBy: Staff, CreatedAt: now}, in.ProductInput)
	if wrong := VersionNameRule(in.Version); wrong != "" {
		err = alsoRefused(err, fault.Field{Name: "version", Reason: wrong})
	}
	if err != nil {
		return Product{}, Version{}, err
	}
	version := Version{
		ID: id.New[VersionID](now), Product: product.ID, Name: in.Version, Spec: in.Digest, File: fileName(in.File), CreatedAt: now, UpdatedAt: now,
	}
	return product, version, s.edit(ctx, func(ctx context.Context) error {
		if has, err := s.store.HasSpec(ctx, in.Digest); err != nil || !has {
			return cmp.Or(err, specGone(fault.Conflict))
		}
		if err := s.saveProduct(ctx, Product{}, product, "product.created"); err != nil {
			return err
		}
		return s.saveVersion(ctx, product, Version{}, version, "version.created")
	})
}

// alsoRefused adds a field to an error that lists fields. Other errors come first.
func alsoRefused(err error, field fault.Field) error {
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	var fields []fault.Field
	if err != nil {
		fields = fault.From(err).Fields
	}
	return fault.InvalidFields(append(fields, field))
}

// proposed returns the API that a description suggests. Fields that it does not suggest are empty.
func proposed(spec openapi.Spec) NewAPI {
	in := NewAPI{Version: versionNameOf(spec.Version)}
	in.Name, in.Slug, in.Audience = nameOf(spec.Title), SlugOf(spec.Title), SignedIn
	in.Description = cmp.Or(strings.TrimSpace(spec.Summary), firstParagraph(spec.Description))
	if DescriptionRule(in.Description) != "" {
		in.Description = ""
	}
	return in
}

// mostInName is the length of a name that NameRule allows.
const mostInName = 100

func nameOf(title string) string {
	title = strings.Map(func(character rune) rune {
		if isUnprintable(character) {
			return ' '
		}
		return character
	}, strings.TrimSpace(title))
	if utf8.RuneCountInString(title) > mostInName {
		title = strings.TrimSpace(string([]rune(title)[:mostInName]))
	}
	return title
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

// SlugOf returns the slug that a title suggests, or "" if it has no characters that a slug may have.
func SlugOf(title string) string {
	const most = 50 // leaves room for a number
	slug := strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
	return strings.Trim(slug[:min(len(slug), most)], "-")
}

var semantic = regexp.MustCompile(`^v?(\d{1,6})(?:\.\d+){1,2}(?:[-+].*)?$`)

// versionNameOf returns v2 for 2.4.1, and other versions as they are; v1 if they cannot be names.
func versionNameOf(version string) string {
	version = strings.TrimSpace(version)
	if parts := semantic.FindStringSubmatch(version); parts != nil {
		return "v" + parts[1]
	}
	if _, err := strconv.Atoi(version); err == nil && len(version) < 4 {
		return "v" + version
	}
	if VersionNameRule(version) != "" {
		return "v1"
	}
	return version
}

func firstParagraph(text string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n\n")
	if strings.HasPrefix(first, "#") {
		return ""
	}
	return strings.TrimSpace(first)
}

// freeSlug returns the slug, with a number if another product has it.
func (s *Service) freeSlug(ctx context.Context, slug string) (string, error) {
	if slug == "" {
		return "", nil
	}
	for number, tried := 2, slug; ; number++ {
		_, err := s.store.ProductBySlug(ctx, tried)
		if fault.Is(err, fault.NotFound) {
			return tried, nil
		}
		if err != nil {
			return "", err
		}
		tried = slug + "-" + strconv.Itoa(number)
	}
}
