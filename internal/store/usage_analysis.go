package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/usage"
)

type keptRow struct {
	bun.BaseModel `bun:"table:usage_kept,alias:usage_kept"`

	Grain usage.Grain `bun:",pk"`
	Since int64
}

func (s *Usage) keptSince(ctx context.Context) (kept [usage.Day + 1]time.Time, err error) {
	var rows []keptRow
	err = s.reader(ctx).NewSelect().Model(&rows).Scan(ctx)
	for _, row := range rows {
		kept[row.Grain] = instant(row.Since)
	}
	return kept, err
}

// Coverage implements usage.Sums.
func (s *Usage) Coverage(ctx context.Context) (usage.Coverage, error) {
	coverage := usage.Coverage{Marked: map[usage.Grain]map[time.Time]bool{usage.Hour: {}, usage.Day: {}}}
	var err error
	if coverage.Kept, err = s.keptSince(ctx); err != nil {
		return coverage, err
	}
	var marks []markRow
	err = s.reader(ctx).NewSelect().Model(&marks).Scan(ctx)
	for _, mark := range marks {
		at := instant(mark.At)
		coverage.Marked[mark.Grain][at] = true
		coverage.Marked[usage.Day][at.Truncate(usage.Day.Length())] = true
	}
	return coverage, err
}

// dimensionColumns are the expressions of the dimensions, of series s and rows c.
var dimensionColumns = map[usage.Dimension]string{
	usage.OfTeam: "s.team", usage.OfApplication: "s.application", usage.OfSubscription: "s.subscription", usage.OfCredential: "s.credential",
	usage.OfVersion:   "s.version",
	usage.OfOperation: "s.version || '/' || s.operation", usage.OfEnvironment: "s.environment",
	usage.OfStatus: "c.status", usage.OfStatusClass: "c.status / 100",
}

// Tallies implements usage.Sums.
func (s *Usage) Tallies(ctx context.Context, selection usage.Selection) ([]usage.Tally, error) {
	query, err := s.selected(ctx, selection, countTables)
	if err != nil {
		return nil, err
	}
	query.ColumnExpr("SUM(c.requests), SUM(c.forwarded), SUM(CASE WHEN c.status >= 400 THEN c.forwarded ELSE 0 END), SUM(c.bytes_in), SUM(c.bytes_out)").GroupExpr("1, 2, 3")
	rows, err := query.Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var tallies []usage.Tally
	for rows.Next() {
		var tally usage.Tally
		err := rows.Scan(&tally.Values[0], &tally.Values[1], &tally.Bucket, &tally.Requests, &tally.Forwarded, &tally.Failed, &tally.BytesIn, &tally.BytesOut)
		if err != nil {
			return nil, err
		}
		tallies = append(tallies, tally)
	}
	return tallies, rows.Err()
}

// Distributions implements usage.Sums.
func (s *Usage) Distributions(ctx context.Context, selection usage.Selection, measures []usage.Measure, fn func(key usage.TallyKey, sketches [4][]byte) error) error {
	query, err := s.selected(ctx, selection, spreadTables)
	if err != nil {
		return err
	}
	if selection.Total {
		query.Where("c.status = 0")
	} else {
		query.Where("c.status <> 0")
	}
	var key usage.TallyKey
	raw := make([]sql.RawBytes, len(measures))
	into := []any{&key.Values[0], &key.Values[1], &key.Bucket}
	for i, measure := range measures {
		query.ColumnExpr("c.?", bun.Ident(sketchColumns[measure]))
		into = append(into, &raw[i])
	}
	rows, err := query.Rows(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		var sketches [4][]byte
		for i, measure := range measures {
			sketches[measure] = raw[i]
		}
		if err := fn(key, sketches); err != nil {
			return fmt.Errorf("the stored distributions: %w", err)
		}
	}
	return rows.Err()
}

// selected selects the two values and the bucket of each selected row. SQLite joins in the order of the tables: a few
// series with their times first, but few minutes, and those of all teams, by time.
func (s *Usage) selected(ctx context.Context, selection usage.Selection, tables [usage.Day + 1]string) (*bun.SelectQuery, error) {
	query := s.reader(ctx).NewSelect()
	table := bun.Ident(tables[selection.Grain])
	within := ""
	if len(selection.Spans) > 1 {
		spans := make([]string, len(selection.Spans))
		for i, span := range selection.Spans {
			spans[i] = fmt.Sprintf("(%d, %d)", micros(span.Since), micros(span.Until))
		}
		query.With("r", bun.NewRawQuery(s.read, "VALUES "+strings.Join(spans, ", ")))
		within = "r CROSS JOIN "
		query.Where("c.at >= r.column1").Where("c.at < r.column2")
	} else {
		span := selection.Spans[0]
		query.Where("c.at >= ?", micros(span.Since)).Where("c.at < ?", micros(span.Until))
	}
	byTime, err := s.byTime(ctx, selection)
	if err != nil {
		return nil, err
	}
	if byTime {
		query.TableExpr("?? AS c CROSS JOIN usage_series AS s", bun.Safe(within), table)
	} else {
		query.TableExpr("usage_series AS s CROSS JOIN ?? AS c", bun.Safe(within), table)
	}
	query.Where("c.series = s.id").Where("s.level = ?", selection.Level)
	for i := range 2 {
		column := "''"
		if i < len(selection.Dimensions) {
			column = dimensionColumns[selection.Dimensions[i]]
		}
		query.ColumnExpr("COALESCE(CAST(? AS TEXT), '')", bun.Safe(column))
	}
	if selection.Bucket > 0 {
		query.ColumnExpr("(c.at - ?) / ?", micros(selection.Base), selection.Bucket.Microseconds())
	} else {
		query.ColumnExpr("0")
	}
	for _, filter := range selection.Filters {
		if err := filtered(query, filter); err != nil {
			return nil, err
		}
	}
	return query, nil
}

// fewMinutes is how many rows are found faster by their time than by the series of a team with many applications.
const fewMinutes = 10_000

// byTime reports whether rows are found by their time first. PostgreSQL decides itself.
func (s *Usage) byTime(ctx context.Context, selection usage.Selection) (bool, error) {
	switch {
	case selection.Grain != usage.Minute:
		return false, nil
	case s.postgres || !narrow(selection.Filters):
		return true, nil
	}
	var rows int64
	for _, span := range selection.Spans {
		some := s.reader(ctx).NewSelect().Table(countTables[usage.Minute]).ColumnExpr("1").
			Where("at >= ?", micros(span.Since)).Where("at < ?", micros(span.Until)).Limit(fewMinutes)
		counted, err := s.reader(ctx).NewSelect().TableExpr("(?) AS some", some).Count(ctx)
		if err != nil {
			return false, err
		}
		if rows += counted; rows >= fewMinutes {
			return false, nil
		}
	}
	return true, nil
}

// narrow reports whether the filters select the series of a few teams, applications or keys.
func narrow(filters []usage.Filter) bool {
	for _, filter := range filters {
		switch filter.Dimension {
		case usage.OfTeam, usage.OfApplication, usage.OfSubscription, usage.OfCredential:
			if !filter.Not {
				return true
			}
		default:
		}
	}
	return false
}

func filtered(query *bun.SelectQuery, filter usage.Filter) error {
	if len(filter.Values) == 0 {
		if !filter.Not {
			query.Where("1 = 0")
		}
		return nil
	}
	values := bun.List(filter.Values)
	if filter.Dimension == usage.OfStatus || filter.Dimension == usage.OfStatusClass {
		numbers := make([]int, len(filter.Values))
		for i, value := range filter.Values {
			number, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			numbers[i] = number
		}
		values = bun.List(numbers)
	}
	operator := "IN"
	if filter.Not {
		operator = "NOT IN"
	}
	query.Where("? ? (?)", bun.Safe(dimensionColumns[filter.Dimension]), bun.Safe(operator), values)
	return nil
}
