package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/portico-api/portico/internal/usage"
)

// sumIndexes are created after the sums are stored.
var sumIndexes = []string{"usage_hour_count_at", "usage_hour_spread_at", "usage_day_count_at", "usage_day_spread_at"}

// summed are the sums of one hour or day.
type summed struct {
	grain   usage.Grain
	at      time.Time
	counts  []usage.SummedCount
	spreads []usage.SummedSpread
}

// saveSums sums up what the product would have summed up until a day before now, by the product's own code, and marks
// the rest.
func (c *counted) saveSums(ctx context.Context, into sqliteBulk, now time.Time) error {
	last := now.Truncate(24 * time.Hour).Add(-24 * time.Hour)
	days, done := make(chan []minuteRow), make(chan []summed)
	working, ctx := errgroup.WithContext(ctx)
	working.Go(func() error {
		defer close(days)
		return c.eachDay(ctx, last, days)
	})
	summing, summed := errgroup.WithContext(ctx)
	for range 2 {
		summing.Go(func() error {
			for rows := range days {
				sums, err := c.sumUpDay(rows)
				if err != nil {
					return err
				}
				select {
				case done <- sums:
				case <-summed.Done():
					return summed.Err()
				}
			}
			return nil
		})
	}
	working.Go(func() error {
		defer close(done)
		return summing.Wait()
	})
	working.Go(func() error {
		known := map[leveled]int64{}
		for i, series := range c.series {
			known[leveled{usage.ByCredential, series}], known[leveled{usage.ByOperation, withoutKey(series)}] = c.ids[i][0], c.ids[i][1]
		}
		for sums := range done {
			if err := into.insert(ctx, tablesOf(known, sums)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err := working.Wait(); err != nil {
		return err
	}
	return into.insert(ctx, marksOf(last, now))
}

// eachDay sends the rows of each UTC day before last.
func (c *counted) eachDay(ctx context.Context, last time.Time, to chan<- []minuteRow) error {
	byDay := map[int64][]minuteRow{}
	for _, row := range c.rows {
		day := c.at(row).Unix() / 86400
		byDay[day] = append(byDay[day], row)
	}
	for day, rows := range byDay {
		if !time.Unix(day*86400, 0).Before(last) {
			continue
		}
		select {
		case to <- rows:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (c *counted) sumUpDay(rows []minuteRow) ([]summed, error) {
	slices.SortFunc(rows, func(a, b minuteRow) int {
		return cmp.Or(
			c.at(a).Truncate(time.Hour).Compare(c.at(b).Truncate(time.Hour)),
			slices.Compare(c.series[a.series].Team[:], c.series[b.series].Team[:]),
		)
	})
	var sums []summed
	day := usage.NewSummary(usage.Day, c.at(rows[0]).Truncate(24*time.Hour))
	var counts []usage.Count
	var spreads []usage.Spread
	for len(rows) > 0 {
		hour := summed{grain: usage.Hour, at: c.at(rows[0]).Truncate(time.Hour)}
		sum := usage.NewSummary(usage.Hour, hour.at)
		for i := 0; i < len(rows) && c.at(rows[i]).Truncate(time.Hour).Equal(hour.at); {
			team := c.series[rows[i].series].Team
			for ; i < len(rows) && c.series[rows[i].series].Team == team && c.at(rows[i]).Truncate(time.Hour).Equal(hour.at); i++ {
				count, sketches := c.count(rows[i]), c.sketchesOf(rows[i])
				sum.AddCount(count)
				err := sum.AddSpread(usage.Spread{
					Series: withoutKey(count.Series), Status: count.Status,
					Latency: sketches[0], Upstream: sketches[1], RequestSize: sketches[2], ResponseSize: sketches[3],
				})
				if err != nil {
					return nil, err
				}
			}
			if err := hour.take(sum.TakeTeam); err != nil {
				return nil, err
			}
			if i == len(rows) || !c.at(rows[i]).Truncate(time.Hour).Equal(hour.at) {
				rows = rows[i:]
				break
			}
		}
		for _, count := range hour.counts {
			if count.Level == usage.ByCredential {
				counts = append(counts, count.Count)
			}
		}
		for _, spread := range hour.spreads {
			if spread.Level == usage.ByOperation {
				spreads = append(spreads, spread.Spread)
			}
		}
		if err := hour.take(sum.TakeRest); err != nil {
			return nil, err
		}
		sums = append(sums, hour)
	}
	whole := summed{grain: usage.Day, at: counts[0].At.Truncate(24 * time.Hour)}
	for _, count := range counts {
		day.AddCount(count)
	}
	for _, spread := range spreads {
		if err := day.AddSpread(spread); err != nil {
			return nil, err
		}
	}
	if err := whole.take(day.TakeTeam); err != nil {
		return nil, err
	}
	if err := whole.take(day.TakeRest); err != nil {
		return nil, err
	}
	return append(sums, whole), nil
}

func (s *summed) take(from func() ([]usage.SummedCount, []usage.SummedSpread, error)) error {
	counts, spreads, err := from()
	s.counts, s.spreads = append(s.counts, counts...), append(s.spreads, spreads...)
	return err
}

// leveled is a series of a level.
type leveled struct {
	level  usage.Level
	series usage.Series
}

// tablesOf returns the rows of sums, and those of series that are new. The ids of coarse series may be any: the product
// sums none of these hours and days up again.
func tablesOf(known map[leveled]int64, sums []summed) []table {
	var created []leveled
	idOf := func(level usage.Level, series usage.Series) int64 {
		key := leveled{level, series}
		if known[key] == 0 {
			created = append(created, key)
			known[key] = int64(len(known))
		}
		return known[key]
	}
	var tables []table
	for _, sum := range sums {
		prefix := map[usage.Grain]string{usage.Hour: "usage_hour_", usage.Day: "usage_day_"}[sum.grain]
		for _, count := range sum.counts {
			idOf(count.Level, count.Series)
		}
		for _, spread := range sum.spreads {
			idOf(spread.Level, spread.Series)
		}
		tables = append(tables, table{prefix + "count", countColumns, len(sum.counts), func(number int, values []any) {
			count := sum.counts[number]
			values[0], values[1], values[2] = idOf(count.Level, count.Series), sum.at.UnixMicro(), int64(count.Status)
			values[3], values[4], values[5], values[6] = count.Requests, count.Forwarded, count.BytesIn, count.BytesOut
		}}, table{prefix + "spread", spreadColumns, len(sum.spreads), func(number int, values []any) {
			spread := sum.spreads[number]
			values[0], values[1], values[2] = idOf(spread.Level, spread.Series), sum.at.UnixMicro(), int64(spread.Status)
			values[3], values[4], values[5], values[6] = spread.Latency, spread.Upstream, spread.RequestSize, spread.ResponseSize
		}})
	}
	columns := []string{"id", "level", "team", "application", "version", "environment", "operation"}
	series := table{"usage_series", columns, len(created), func(number int, values []any) {
		one := created[number]
		values[0], values[1], values[5], values[6] = known[one], int64(one.level), one.series.Environment, one.series.Operation
		values[2], values[3], values[4] = text(one.series.Team), text(one.series.Application), text(one.series.Version)
	}}
	return append([]table{series}, tables...)
}

// text returns the text of an id, or nil if it is zero.
func text(one interface {
	IsZero() bool
	Hex() string
},
) any {
	if one.IsZero() {
		return nil
	}
	return one.Hex()
}

// marksOf returns the marks of all hours from one time until another.
func marksOf(since, until time.Time) table {
	hours := int(until.Sub(since)/time.Hour) + 1
	return table{"usage_mark", []string{"grain", "at", "marks", "claimed_until"}, hours, func(number int, values []any) {
		values[0], values[1], values[2], values[3] = int64(usage.Hour), since.Add(time.Duration(number)*time.Hour).UnixMicro(), int64(1), int64(0)
	}}
}
