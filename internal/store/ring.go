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

// CheckRing compares a node's key ring with the fingerprints in the database. It rejects a ring that lacks a version or
// has another key for it, because this node could not read the data or other nodes could not read this node's. It adds
// the fingerprints of new versions.
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
