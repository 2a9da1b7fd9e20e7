package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/usage"
)

// deletedAtOnce limits the rows that one transaction deletes, so that other writers wait less than 50 ms.
const deletedAtOnce = 1000

// Forget implements usage.Sums.
func (s *Usage) Forget(ctx context.Context, expiry usage.Expiry) error {
	for grain, before := range expiry.Grains {
		if err := s.forgetGrain(ctx, usage.Grain(grain), before); err != nil {
			return err
		}
	}
	const over = "span = 'month' AND begins_at < ? OR span = 'day' AND begins_at < ? OR" +
		" span LIKE 'seconds:%' AND begins_at + CAST(SUBSTR(span, 9) AS BIGINT) * 1000000 < ?"
	spent := expiry.Spent
	month := time.Date(spent.Year(), spent.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		table, key, condition string
		args                  []any
	}{
		{"quota", "subject, meter, span, begins_at", "begins_at < ? AND (" + over + ")", []any{micros(spent), micros(month), micros(spent.Add(-rollingDay)), micros(spent)}},
		{"usage_alert", "subject, quota, began_at, percent", "ends_at < ?", []any{micros(spent)}},
		{"usage_address", "credential, address", "last_at < ?", []any{micros(expiry.Addresses)}},
		{"ledger", "identity", "counted_at < ?", []any{micros(expiry.Ledgers)}},
	} {
		if err := s.deleteInBatches(ctx, one.table, one.key, one.condition, one.args...); err != nil {
			return err
		}
	}
	return s.forgetSeries(ctx)
}

// forgetSeries deletes the series that no count and no distribution refers to. It looks for them without a lock, a part
// of the table at a time.
func (s *Usage) forgetSeries(ctx context.Context) error {
	for last := int64(-1); ; {
		var part, unused []int64
		err := s.reader(ctx).NewSelect().Model((*seriesRow)(nil)).Column("id").Where("id > ?", last).Order("id").Limit(deletedAtOnce).Scan(ctx, &part)
		if err != nil || len(part) == 0 {
			return err
		}
		err = s.unusedSeries(s.reader(ctx), last, part[len(part)-1]).Scan(ctx, &unused)
		if err == nil && len(unused) > 0 {
			err = s.deleteUnused(ctx, unused)
		}
		if err != nil {
			return err
		}
		last = part[len(part)-1]
	}
}

// unusedSeries selects the ids after one and up to another that no row refers to.
func (s *Usage) unusedSeries(in bun.IDB, after, until int64) *bun.SelectQuery {
	query := in.NewSelect().Model((*seriesRow)(nil)).Column("id").Where("id > ?", after).Where("id <= ?", until).Order("id")
	for _, tables := range [][usage.Day + 1]string{countTables, spreadTables} {
		for _, table := range tables {
			query.Where("NOT EXISTS (SELECT 1 FROM ? AS c WHERE c.series = usage_series.id)", bun.Ident(table))
		}
	}
	return query
}

// deleteUnused deletes series that are still unused. It holds the locks of all writers of counts: one of them may have
// found the series before and add its first count now.
func (s *Usage) deleteUnused(ctx context.Context, ids []int64) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		for _, name := range []string{"usage", sumsLock} {
			if err := s.Lock(ctx, name); err != nil {
				return err
			}
		}
		still := s.unusedSeries(s.writer(ctx), ids[0]-1, ids[len(ids)-1]).Where("id IN (?)", bun.List(ids))
		_, err := s.writer(ctx).NewDelete().Model((*seriesRow)(nil)).Where("id IN (?)", still).Exec(ctx)
		return err
	})
}

// rollingDay is how long an hour of a rolling day counts.
const rollingDay = 25 * time.Hour

// forgetGrain deletes the rows of a grain before a time, but none whose sums are not complete.
func (s *Usage) forgetGrain(ctx context.Context, grain usage.Grain, before time.Time) error {
	err := s.InTx(ctx, func(ctx context.Context) error {
		// A batch must not mark an hour meanwhile.
		if err := s.Lock(ctx, "usage"); err != nil {
			return err
		}
		if grain != usage.Day {
			var oldest sql.NullInt64
			marks := s.reader(ctx).NewSelect().Model((*markRow)(nil)).ColumnExpr("MIN(at)").Where("grain <= ?", grain+1)
			if err := marks.Scan(ctx, &oldest); err != nil {
				return err
			}
			if marked := instant(oldest.Int64).Truncate(usage.Day.Length()); oldest.Valid && marked.Before(before) {
				before = marked
			}
		}
		row := keptRow{Grain: grain, Since: micros(before)}
		_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (grain) DO UPDATE").
			Set("since = EXCLUDED.since").Where("usage_kept.since < EXCLUDED.since").Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	kept, err := s.keptSince(ctx)
	if err != nil {
		return err
	}
	if err := s.deleteInBatches(ctx, countTables[grain], "series, at, status", "at < ?", micros(kept[grain])); err != nil {
		return err
	}
	return s.deleteInBatches(ctx, spreadTables[grain], "series, at, status", "at < ?", micros(kept[grain]))
}

// deleteInBatches deletes the rows that fulfil a condition, in short transactions.
func (db *DB) deleteInBatches(ctx context.Context, table, key, condition string, args ...any) error {
	for {
		var deleted int64
		err := db.InTx(ctx, func(ctx context.Context) error {
			some := db.writer(ctx).NewSelect().Table(table).ColumnExpr(key).Where(condition, args...).Limit(deletedAtOnce)
			result, err := db.writer(ctx).NewDelete().Table(table).Where("(?) IN (?)", bun.Safe(key), some).Exec(ctx)
			if err != nil {
				return err
			}
			deleted, err = result.RowsAffected()
			return err
		})
		if err != nil || deleted < deletedAtOnce {
			return err
		}
	}
}
