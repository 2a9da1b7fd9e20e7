package store

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

type schemaRow struct {
	bun.BaseModel `bun:"table:schema"`

	Spec    specID `bun:",pk"`
	Ordinal int64  `bun:",pk"`
	Slug    string
	Detail  []byte
}

type exampleRow struct {
	bun.BaseModel `bun:"table:example"`

	Spec   specID `bun:",pk"`
	Number int64  `bun:",pk"`
	Part   int64  `bun:",pk"`
	Text   []byte
}

func newSchemaRow(spec specID, ordinal int, detail openapi.SchemaDetail, pack *packer) (schemaRow, error) {
	packed, err := pack.structure(detail)
	return schemaRow{Spec: spec, Ordinal: int64(ordinal), Slug: plainText(detail.Slug), Detail: packed}, err
}

// newExampleRows compresses each example and splits it into rows that are small enough for a batch.
func newExampleRows(spec specID, examples []openapi.LongExample, pack *packer) ([]exampleRow, error) {
	var rows []exampleRow
	for _, example := range examples {
		packed, err := pack.bytes([]byte(example.Text))
		if err != nil {
			return nil, err
		}
		part := int64(0)
		for chunk := range slices.Chunk(packed, stagedBytes) {
			rows = append(rows, exampleRow{Spec: spec, Number: int64(example.Number), Part: part, Text: chunk})
			part++
		}
	}
	return rows, nil
}

// SchemaDetail implements catalog.Specs.
func (s *Catalog) SchemaDetail(ctx context.Context, digest, slug string) (openapi.SchemaDetail, error) {
	var detail []byte
	err := s.reader(ctx).NewSelect().Model((*schemaRow)(nil)).Column("detail").
		Where("spec = (?)", s.whole(ctx, digest).Column("id")).Where("slug = ?", slug).Scan(ctx, &detail)
	if err != nil {
		return openapi.SchemaDetail{}, missing(err, "schema")
	}
	return unpackStructure[openapi.SchemaDetail](detail)
}

// LongExample implements catalog.Specs.
func (s *Catalog) LongExample(ctx context.Context, digest string, number int) (openapi.LongExample, error) {
	var parts [][]byte
	err := s.reader(ctx).NewSelect().Model((*exampleRow)(nil)).Column("text").
		Where("spec = (?)", s.whole(ctx, digest).Column("id")).Where("number = ?", number).Order("part").Scan(ctx, &parts)
	if err != nil {
		return openapi.LongExample{}, err
	}
	if len(parts) == 0 {
		return openapi.LongExample{}, fault.Missing("example")
	}
	text, err := unpack(parts...)
	return openapi.LongExample{Number: number, Text: string(text)}, err
}
