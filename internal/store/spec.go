package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// A description has one row, and rows of text and of operations below it. Staging always creates a new description,
// which cannot be loaded until it is complete. So processes that stage the same text do not disturb each other, and
// incomplete descriptions are deleted like all unused ones.

type (
	specStage struct{}
	specID    = id.ID[specStage]
)

type specRow struct {
	bun.BaseModel `bun:"table:spec"`

	ID       specID `bun:",pk"`
	Digest   string
	Reader   int64
	Whole    bool
	StagedAt int64
	// Head is the description without the text and the operations.
	Head     []byte
	Findings []byte
	// FindingCount is the number of findings.
	FindingCount int64
}

type specTextRow struct {
	bun.BaseModel `bun:"table:spec_text"`

	Spec specID `bun:",pk"`
	Part int64  `bun:",pk"`
	Text []byte
}

type operationRow struct {
	bun.BaseModel `bun:"table:operation"`

	Spec        specID `bun:",pk"`
	Ordinal     int64  `bun:",pk"`
	Slug        string
	Method      string
	Path        string
	Webhook     bool
	OperationID string
	Summary     string
	Tags        string
	Deprecated  bool
	Detail      []byte
	Input       []byte
}

// operationDetail is the content of the compressed column.
type operationDetail struct {
	Description string
	Detail      openapi.OperationDetail
}

func newOperationRow(spec specID, operation openapi.Operation, pack *packer) (operationRow, error) {
	tags, err := structure(operation.Tags)
	if err != nil {
		return operationRow{}, err
	}
	detail, err := pack.structure(operationDetail{operation.Description, operation.Detail})
	if err != nil {
		return operationRow{}, err
	}
	var input []byte
	if len(operation.Input) > 0 {
		input, err = pack.bytes(operation.Input)
	}
	return operationRow{
		Spec: spec, Ordinal: int64(operation.Ordinal), Slug: plainText(operation.Slug), Method: plainText(operation.Method),
		Path: plainText(operation.Path), Webhook: operation.Webhook, OperationID: plainText(operation.OperationID),
		Summary: plainText(operation.Summary), Tags: tags, Deprecated: operation.Deprecated, Detail: detail, Input: input,
	}, err
}

// plainText removes what PostgreSQL cannot store from a text.
func plainText(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

// operation returns the operation without its detail.
func (row operationRow) operation() (openapi.Operation, error) {
	tags, err := restore[[]string](row.Tags)
	return openapi.Operation{
		Ordinal: int(row.Ordinal), Method: row.Method, Path: row.Path, Webhook: row.Webhook,
		OperationID: row.OperationID, Slug: row.Slug, Summary: row.Summary, Tags: tags, Deprecated: row.Deprecated,
	}, err
}

// HasSpec implements catalog.Specs.
func (s *Catalog) HasSpec(ctx context.Context, digest string) (bool, error) {
	return s.reader(ctx).NewSelect().Model((*specRow)(nil)).
		Where("digest = ?", digest).Where("whole").Where("reader = ?", openapi.ReaderVersion).Exists(ctx)
}

// whole selects the complete description with this digest.
func (s *Catalog) whole(ctx context.Context, digest string) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().Model((*specRow)(nil)).Where("digest = ?", digest).Where("whole")
}

// Spec implements catalog.Specs.
func (s *Catalog) Spec(ctx context.Context, digest string) (openapi.Spec, error) {
	var head []byte
	if err := s.whole(ctx, digest).Column("head").Scan(ctx, &head); err != nil {
		return openapi.Spec{}, missing(err, "API description")
	}
	return unpackStructure[openapi.Spec](head)
}

// Findings implements catalog.Specs.
func (s *Catalog) Findings(ctx context.Context, digest string) ([]openapi.Finding, error) {
	var findings []byte
	if err := s.whole(ctx, digest).Column("findings").Scan(ctx, &findings); err != nil {
		return nil, missing(err, "API description")
	}
	return unpackStructure[[]openapi.Finding](findings)
}

// SpecText implements catalog.Specs.
func (s *Catalog) SpecText(ctx context.Context, digest string) ([]byte, error) {
	var parts [][]byte
	err := s.reader(ctx).NewSelect().Model((*specTextRow)(nil)).Column("text").
		Where("spec = (?)", s.whole(ctx, digest).Column("id")).Order("part").Scan(ctx, &parts)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, fault.Missing("API description")
	}
	return unpack(parts...)
}

// Operations implements catalog.Specs.
func (s *Catalog) Operations(ctx context.Context, digest string) ([]openapi.Operation, error) {
	var rows []operationRow
	err := s.reader(ctx).NewSelect().Model(&rows).ExcludeColumn("detail", "input").
		Where("spec = (?)", s.whole(ctx, digest).Column("id")).Order("ordinal").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return each(rows, operationRow.operation)
}

// Operation implements catalog.Specs.
func (s *Catalog) Operation(ctx context.Context, digest, slug string) (openapi.Operation, error) {
	_, operation, err := s.operation(ctx, digest, slug, "input")
	return operation, err
}

// operation returns an operation with its description and detail, and its row without the excluded columns.
func (s *Catalog) operation(ctx context.Context, digest, slug string, without ...string) (operationRow, openapi.Operation, error) {
	var row operationRow
	err := s.reader(ctx).NewSelect().Model(&row).ExcludeColumn(without...).
		Where("spec = (?)", s.whole(ctx, digest).Column("id")).Where("slug = ?", slug).Scan(ctx)
	if err != nil {
		return operationRow{}, openapi.Operation{}, missing(err, "operation")
	}
	operation, err := row.operation()
	if err != nil {
		return operationRow{}, openapi.Operation{}, err
	}
	detail, err := unpackStructure[operationDetail](row.Detail)
	operation.Description, operation.Detail = detail.Description, detail.Detail
	return row, operation, err
}

// OperationInput implements catalog.Specs.
func (s *Catalog) OperationInput(ctx context.Context, digest, slug string) (openapi.Operation, error) {
	row, operation, err := s.operation(ctx, digest, slug)
	if err != nil || len(row.Input) == 0 {
		return operation, err
	}
	operation.Input, err = unpack(row.Input)
	return operation, err
}
