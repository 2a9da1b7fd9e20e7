package store

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/platform/fault"
)

type ringRow struct {
	bun.BaseModel `bun:"table:key_ring,alias:key_ring"`

	Version     int64 `bun:",pk"`
	Fingerprint string
}

// CheckRing compares the fingerprints of a node's key ring with those that the database was used with, and refuses a ring
// that lacks one of them or has another key under its version: what the database holds could not be read, or would be
// written so that no other node can read it. Versions that the database has not heard of are added.
func (db *DB) CheckRing(ctx context.Context, fingerprints map[int]string) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		if err := db.Lock(ctx, "key ring"); err != nil {
			return err
		}
		var rows []ringRow
		if err := db.reader(ctx).NewSelect().Model(&rows).Order("version").Scan(ctx); err != nil {
			return err
		}
		stored := make(map[int]string, len(rows))
		for _, row := range rows {
			if fingerprints[int(row.Version)] != row.Fingerprint {
				return fault.Newf(fault.Precondition, "wrong_key_ring",
					"This key ring is not the one of this database: version %d is missing or is another key. "+
						"Put the ring that belongs to this database in its place, or copy the rotated one to this node.", row.Version)
			}
			stored[int(row.Version)] = row.Fingerprint
		}
		for _, version := range slices.Sorted(maps.Keys(fingerprints)) {
			if _, known := stored[version]; known {
				continue
			}
			row := ringRow{Version: int64(version), Fingerprint: fingerprints[version]}
			if _, err := db.writer(ctx).NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
