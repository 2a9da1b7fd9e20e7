package store

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/id"
)

// Limits for one transaction of staging or deleting. On SQLite all other writers wait for it, so it must take far less
// than the 50 ms that a sign-in may wait. After each there is a pause for other processes.
const (
	stagedBytes  = 64 << 10
	stagedRows   = 48
	stagingPause = 5 * time.Millisecond
)

// StageSpec implements catalog.Specs.
func (s *Catalog) StageSpec(ctx context.Context, spec openapi.Spec, findings []openapi.Finding) error {
	if staged, err := s.HasSpec(ctx, spec.Digest); staged || err != nil {
		return err
	}
	pack := newPacker()
	row, err := s.newSpecRow(spec, findings, pack)
	if err != nil {
		return err
	}
	if err := s.inBatch(ctx, func(ctx context.Context) error {
		_, err := s.writer(ctx).NewInsert().Model(&row).Exec(ctx)
		return err
	}); err != nil {
		return err
	}
	if err := s.stageText(ctx, row.ID, spec.Text, pack); err != nil {
		return err
	}
	if err := s.stageReference(ctx, row.ID, spec, pack); err != nil {
		return err
	}
	return s.publishSpec(ctx, row)
}

// stageReference writes the operations, schemas and examples.
func (s *Catalog) stageReference(ctx context.Context, id specID, spec openapi.Spec, pack *packer) error {
	operations := slices.Concat(spec.Operations, spec.Webhooks)
	if err := stageRows(ctx, s, len(operations), func(i int) (operationRow, int, error) {
		row, err := newOperationRow(id, operations[i], pack)
		return row, len(row.Detail) + len(row.Input), err
	}, func(ctx context.Context, rows []operationRow) error {
		var entries []searchEntryRow
		for _, row := range rows {
			operation := operations[row.Ordinal]
			entries = append(entries, newSearchEntryRow(catalog.OperationFound, id.Hex(), row.Ordinal, catalog.OperationSearchText(operation)))
			if text := catalog.FieldSearchText(operation); text.Names != "" { // a negative ordinal keeps it apart from the operation's own entry
				entries = append(entries, newSearchEntryRow(catalog.FieldFound, id.Hex(), -1-row.Ordinal, text))
			}
		}
		return s.addSearchEntries(ctx, entries)
	}); err != nil {
		return err
	}
	if err := stageRows(ctx, s, len(spec.SchemaDetails), func(i int) (schemaRow, int, error) {
		row, err := newSchemaRow(id, i, spec.SchemaDetails[i], pack)
		return row, len(row.Detail), err
	}); err != nil {
		return err
	}
	parts, err := newExampleRows(id, spec.LongExamples, pack)
	if err != nil {
		return err
	}
	return stageRows(ctx, s, len(parts), func(i int) (exampleRow, int, error) { return parts[i], len(parts[i].Text), nil })
}

func (s *Catalog) newSpecRow(spec openapi.Spec, findings []openapi.Finding, pack *packer) (specRow, error) {
	head := spec
	head.Text, head.Operations, head.Webhooks, head.SchemaDetails, head.LongExamples = nil, nil, nil, nil, nil
	now := s.now()
	row := specRow{ID: id.New[specID](now), Digest: spec.Digest, Reader: openapi.ReaderVersion, StagedAt: micros(now), FindingCount: int64(len(findings))}
	var err error
	if row.Head, err = pack.structure(head); err != nil {
		return specRow{}, err
	}
	row.Findings, err = pack.structure(findings)
	return row, err
}

func (s *Catalog) stageText(ctx context.Context, spec specID, text []byte, pack *packer) error {
	packed, err := pack.bytes(text)
	if err != nil {
		return err
	}
	parts := slices.Collect(slices.Chunk(packed, stagedBytes))
	return stageRows(ctx, s, len(parts), func(i int) (specTextRow, int, error) {
		return specTextRow{Spec: spec, Part: int64(i), Text: parts[i]}, len(parts[i]), nil
	})
}

// stageRows creates and writes rows in batches of limited size. The with functions write the dependent rows of each
// batch in the same transaction.
func stageRows[Row any](
	ctx context.Context, s *Catalog, count int, row func(i int) (Row, int, error), with ...func(ctx context.Context, rows []Row) error,
) error {
	var rows []Row
	size := 0
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := s.inBatch(ctx, func(ctx context.Context) error {
			if _, err := s.writer(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
				return err
			}
			for _, write := range with {
				if err := write(ctx, rows); err != nil {
					return err
				}
			}
			return nil
		})
		rows, size = rows[:0], 0
		return err
	}
	for i := range count {
		made, length, err := row(i)
		if err != nil {
			return err
		}
		if len(rows) == stagedRows || size+length > stagedBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		rows, size = append(rows, made), size+length
	}
	return flush()
}

// publishSpec completes the staged description. It replaces one that an earlier openapi.ReaderVersion has read.
func (s *Catalog) publishSpec(ctx context.Context, staged specRow) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		if has, err := s.HasSpec(ctx, staged.Digest); has || err != nil {
			return err // another process was faster; this one will be deleted as unused
		}
		_, err := s.writer(ctx).NewUpdate().Model((*specRow)(nil)).Set("whole = FALSE").
			Where("digest = ?", staged.Digest).Where("whole").Exec(ctx)
		if err != nil {
			return err
		}
		_, err = s.writer(ctx).NewUpdate().Model((*specRow)(nil)).Set("whole = TRUE").Where("id = ?", staged.ID).Exec(ctx)
		return err
	})
}

// DropUnusedSpecs implements catalog.Specs.
func (s *Catalog) DropUnusedSpecs(ctx context.Context, before time.Time) error {
	var unused []specID
	err := s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		used := s.reader(ctx).NewSelect().Model((*versionRow)(nil)).Column("spec").Where("deleted_at = 0")
		err := s.reader(ctx).NewSelect().Model((*specRow)(nil)).Column("id").
			Where("staged_at < ?", micros(before)).Where("NOT whole OR digest NOT IN (?)", used).Scan(ctx, &unused)
		if err != nil || len(unused) == 0 {
			return err
		}
		// They can no longer be found, so deleting the rest may take a while.
		_, err = s.writer(ctx).NewUpdate().Model((*specRow)(nil)).Set("whole = FALSE").Where("id IN (?)", bun.List(unused)).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, spec := range unused {
		if err := s.dropSpec(ctx, spec); err != nil {
			return err
		}
	}
	return nil
}

// dropSpec deletes a description in batches. Its own row goes last, so that the next call continues an interrupted one.
func (s *Catalog) dropSpec(ctx context.Context, spec specID) error {
	for _, part := range []struct{ table, spec, column string }{
		{"search_entry", "owner", "ordinal"}, {"operation", "spec", "ordinal"}, {"schema", "spec", "ordinal"},
		{"example", "spec", "number"}, {"spec_text", "spec", "part"},
	} {
		for left := true; left; {
			if err := s.inBatch(ctx, func(ctx context.Context) error {
				deleted, err := s.writer(ctx).NewRaw(
					"DELETE FROM "+part.table+" WHERE "+part.spec+" = ? AND "+part.column+" IN (SELECT "+part.column+" FROM "+part.table+
						" WHERE "+part.spec+" = ? ORDER BY "+part.column+" LIMIT ?)", spec, spec, stagedRows).Exec(ctx)
				if err != nil {
					return err
				}
				count, err := deleted.RowsAffected()
				left = count >= stagedRows // an example may have several rows
				return err
			}); err != nil {
				return err
			}
		}
	}
	_, err := s.writer(ctx).NewDelete().Model((*specRow)(nil)).Where("id = ?", spec).Exec(ctx)
	return err
}

// inBatch runs fn in its own transaction, followed by a pause for other writers.
func (s *Catalog) inBatch(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := s.InTx(ctx, fn); err != nil {
		return err
	}
	return s.pause(ctx)
}

// letOthersWrite pauses briefly for other processes on the same SQLite file, which cannot queue for the lock.
//
// Writers of this process queue and need no pause.
func letOthersWrite(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(stagingPause):
		return nil
	}
}
