package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

// sumsLock lets one node at a time claim marks and write sums.
const sumsLock = "usage sums"

// savedAtOnce limits the rows of one transaction, so that other writers wait less than 50 ms.
const savedAtOnce = 500

// The tables of counts and distributions by grain.
var (
	countTables  = [...]string{usage.Minute: "usage_count", usage.Hour: "usage_hour_count", usage.Day: "usage_day_count"}
	spreadTables = [...]string{usage.Minute: "usage_spread", usage.Hour: "usage_hour_spread", usage.Day: "usage_day_spread"}
)

// sketchColumns are the columns of a distribution's sketches, by measure.
var sketchColumns = []string{
	usage.OfLatency: "latency", usage.OfUpstream: "upstream", usage.OfRequestSize: "request_size", usage.OfResponseSize: "response_size",
}

type markRow struct {
	bun.BaseModel `bun:"table:usage_mark,alias:usage_mark"`

	Grain        usage.Grain `bun:",pk"`
	At           int64       `bun:",pk"`
	Marks        int64
	ClaimedUntil int64
}

// mark marks the hours of a batch. It leaves out hours whose minutes are no longer kept: their sums stay as they are.
func (s *Usage) mark(ctx context.Context, batch *usage.Batch) error {
	kept, err := s.keptSince(ctx)
	if err != nil {
		return err
	}
	var hours []int64
	note := func(at time.Time) {
		hour := at.Truncate(time.Hour)
		if !hour.Before(kept[usage.Minute]) && !slices.Contains(hours, micros(hour)) {
			hours = append(hours, micros(hour))
		}
	}
	for i := range batch.Counts {
		note(batch.Counts[i].At)
	}
	for i := range batch.Spreads {
		note(batch.Spreads[i].At)
	}
	slices.Sort(hours)
	return s.addMarks(ctx, usage.Hour, hours...)
}

func (s *Usage) addMarks(ctx context.Context, grain usage.Grain, times ...int64) error {
	if len(times) == 0 {
		return nil
	}
	rows := make([]markRow, len(times))
	for i, at := range times {
		rows[i] = markRow{Grain: grain, At: at, Marks: 1}
	}
	_, err := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (grain, at) DO UPDATE").Set("marks = usage_mark.marks + 1").Exec(ctx)
	return err
}

// ClaimMark implements usage.Sums.
func (s *Usage) ClaimMark(ctx context.Context, grain usage.Grain, span usage.Span, until time.Time) (mark usage.Mark, found bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, sumsLock); err != nil {
			return err
		}
		var row markRow
		query := s.reader(ctx).NewSelect().Model(&row).Where("grain = ?", grain).Where("at >= ?", micros(span.Since)).
			Where("at <= ?", micros(span.Until)).Where("claimed_until <= ?", micros(s.now())).Order("at").Limit(1)
		if grain == usage.Day {
			query.Where("NOT EXISTS (SELECT 1 FROM usage_mark AS h WHERE h.grain = ? AND h.at >= usage_mark.at AND h.at < usage_mark.at + ?)",
				usage.Hour, usage.Day.Length().Microseconds())
		}
		if err := query.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		found = true
		mark = usage.Mark{Grain: grain, At: instant(row.At), Marks: row.Marks, ClaimedUntil: until}
		_, err := s.writer(ctx).NewUpdate().Model(&row).WherePK().Set("claimed_until = ?", micros(until)).Exec(ctx)
		return err
	})
	return mark, found, err
}

var errClaimLost = errors.New("another node sums up")

// SumUp implements usage.Sums.
func (s *Usage) SumUp(ctx context.Context, mark usage.Mark) error {
	summary := usage.NewSummary(mark.Grain, mark.At)
	err := s.Snapshot(ctx, func(reading context.Context) error {
		if err := s.sumCounts(ctx, reading, mark, summary); err != nil {
			return err
		}
		return s.sumSpreads(ctx, reading, mark, summary)
	})
	if err == nil {
		err = s.saveSums(ctx, mark, summary.TakeRest)
	}
	if err == nil {
		err = s.finish(ctx, mark)
	}
	if errors.Is(err, errClaimLost) {
		return nil
	}
	return err
}

// finer selects the rows of the next finer grain and of one level that belong to the mark, one team after another.
func (s *Usage) finer(ctx context.Context, tables [usage.Day + 1]string, mark usage.Mark, level usage.Level) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().TableExpr("? AS c CROSS JOIN usage_series AS s", bun.Ident(tables[mark.Grain-1])).
		ColumnExpr("s.team, s.application, s.subscription, s.credential, s.version, s.environment, s.operation, c.status").
		Where("s.id = c.series").Where("s.level = ?", level).
		Where("c.at >= ?", micros(mark.At)).Where("c.at < ?", micros(mark.At.Add(mark.Grain.Length()))).Order("s.team")
}

func (s *Usage) sumCounts(ctx, reading context.Context, mark usage.Mark, summary *usage.Summary) error {
	query := s.finer(reading, countTables, mark, usage.ByCredential).
		ColumnExpr("SUM(c.requests) AS requests, SUM(c.forwarded) AS forwarded, SUM(c.bytes_in) AS bytes_in, SUM(c.bytes_out) AS bytes_out").
		GroupExpr("s.id, s.team, s.application, s.subscription, s.credential, s.version, s.environment, s.operation, c.status")
	return eachTeam(reading, s, query, func(row *countedRow) error {
		summary.AddCount(usage.Count{
			Series: row.series(), Status: row.Status,
			Requests: row.Requests, Forwarded: row.Forwarded, BytesIn: row.BytesIn, BytesOut: row.BytesOut,
		})
		return nil
	}, func() error { return s.saveSums(ctx, mark, summary.TakeTeam) })
}

func (s *Usage) sumSpreads(ctx, reading context.Context, mark usage.Mark, summary *usage.Summary) error {
	query := s.finer(reading, spreadTables, mark, usage.ByOperation).Where("c.status <> 0").
		ColumnExpr("c.latency, c.upstream, c.request_size, c.response_size")
	return eachTeam(reading, s, query, func(row *spreadOfRow) error {
		return summary.AddSpread(usage.Spread{
			Series: row.series(), Status: row.Status,
			Latency: row.Latency, Upstream: row.Upstream, RequestSize: row.RequestSize, ResponseSize: row.ResponseSize,
		})
	}, func() error { return s.saveSums(ctx, mark, summary.TakeTeam) })
}

type countedRow struct {
	seriesRow

	Status                                 int
	Requests, Forwarded, BytesIn, BytesOut int64
}

type spreadOfRow struct {
	seriesRow

	Status                                       int
	Latency, Upstream, RequestSize, ResponseSize []byte
}

type rowOfTeam interface{ team() identity.TeamID }

func (r *seriesRow) team() identity.TeamID { return r.Team }

// eachTeam calls add for each row and done after the last one of each team.
func eachTeam[R any, P interface {
	*R
	rowOfTeam
}](ctx context.Context, s *Usage, query *bun.SelectQuery, add func(row P) error, done func() error) error {
	rows, err := query.Rows(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var last identity.TeamID
	for first := true; rows.Next(); first = false {
		row := P(new(R))
		if err := s.read.ScanRow(ctx, rows, row); err != nil {
			return err
		}
		if !first && row.team() != last {
			if err := done(); err != nil {
				return err
			}
		}
		last = row.team()
		if err := add(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return done()
}

// saveSums saves what take returns.
func (s *Usage) saveSums(ctx context.Context, mark usage.Mark, take func() ([]usage.SummedCount, []usage.SummedSpread, error)) error {
	counts, spreads, err := take()
	if err != nil {
		return err
	}
	for some := range slices.Chunk(counts, savedAtOnce) {
		if err := s.whileClaimed(ctx, mark, func(ctx context.Context) error { return s.saveCounts(ctx, mark.Grain, some) }); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(spreads, savedAtOnce) {
		if err := s.whileClaimed(ctx, mark, func(ctx context.Context) error { return s.saveSpreads(ctx, mark.Grain, some) }); err != nil {
			return err
		}
	}
	return nil
}

// whileClaimed runs fn in a transaction in which no other process can claim the mark.
func (s *Usage) whileClaimed(ctx context.Context, mark usage.Mark, fn func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, sumsLock); err != nil {
			return err
		}
		claimed, err := s.reader(ctx).NewSelect().Model((*markRow)(nil)).Where("grain = ?", mark.Grain).Where("at = ?", micros(mark.At)).
			Where("claimed_until = ?", micros(mark.ClaimedUntil)).Exists(ctx)
		if err != nil {
			return err
		}
		if !claimed {
			return errClaimLost
		}
		return fn(ctx)
	})
}

func (s *Usage) saveCounts(ctx context.Context, grain usage.Grain, counts []usage.SummedCount) error {
	known, rows := seriesRows{}, make([]countRow, len(counts))
	for i := range counts {
		rows[i] = rowOfCount(known, counts[i].Level, &counts[i].Count)
	}
	if err := s.saveSeries(ctx, known); err != nil {
		return err
	}
	return s.replace(ctx, &rows, countTables[grain], "series, at, status", "requests", "forwarded", "bytes_in", "bytes_out")
}

func (s *Usage) saveSpreads(ctx context.Context, grain usage.Grain, spreads []usage.SummedSpread) error {
	known, rows := seriesRows{}, make([]spreadRow, len(spreads))
	for i := range spreads {
		rows[i] = rowOfSpread(known, spreads[i].Level, &spreads[i].Spread)
	}
	if err := s.saveSeries(ctx, known); err != nil {
		return err
	}
	return s.replace(ctx, &rows, spreadTables[grain], "series, status, at", sketchColumns...)
}

// replace inserts rows into a table. The given columns of rows that exist are replaced.
func (s *Usage) replace(ctx context.Context, rows any, table, key string, columns ...string) error {
	insert := s.writer(ctx).NewInsert().Model(rows).ModelTableExpr("?", bun.Ident(table)).On("CONFLICT (?) DO UPDATE", bun.Safe(key))
	for _, column := range columns {
		insert.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	_, err := insert.Exec(ctx)
	return err
}

// finish deletes the mark, unless it changed since it was claimed. The day of a summed hour has to be summed up anew.
func (s *Usage) finish(ctx context.Context, mark usage.Mark) error {
	return s.whileClaimed(ctx, mark, func(ctx context.Context) error {
		at := s.writer(ctx).NewDelete().Model((*markRow)(nil)).Where("grain = ?", mark.Grain).Where("at = ?", micros(mark.At))
		result, err := at.Where("marks = ?", mark.Marks).Exec(ctx)
		if err != nil {
			return err
		}
		deleted, err := result.RowsAffected()
		switch {
		case err != nil:
			return err
		case deleted == 0:
			_, err = s.writer(ctx).NewUpdate().Model((*markRow)(nil)).Where("grain = ?", mark.Grain).Where("at = ?", micros(mark.At)).
				Set("claimed_until = 0").Exec(ctx)
			return err
		case mark.Grain == usage.Hour:
			return s.addMarks(ctx, usage.Day, micros(mark.At.Truncate(usage.Day.Length())))
		}
		return nil
	})
}
