package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/usage"
)

// lineCondition is a condition on lines that an index can find, and the same condition in a form that no index can:
// the database then walks the index of another condition in the order of the list, and never sorts.
type lineCondition struct {
	found, checked string
	args           []any
}

func equals(column string, value any) lineCondition {
	return lineCondition{found: column + " = ?", checked: "COALESCE(" + column + ", '') = ?", args: []any{value}}
}

// lineConditions returns the conditions of a filter. The one that fits the fewest lines is usually the first.
func lineConditions(filter usage.LineFilter) []lineCondition {
	var conditions []lineCondition
	add := func(wanted bool, condition lineCondition) {
		if wanted {
			conditions = append(conditions, condition)
		}
	}
	add(filter.RequestID != "", equals("request_id", filter.RequestID))
	add(filter.Address != "", equals("address", filter.Address))
	add(!filter.Credential.IsZero(), equals("credential", filter.Credential))
	add(filter.Operation != "" && !filter.Version.IsZero(), lineCondition{
		"version = ? AND operation = ?", "COALESCE(version, '') = ? AND COALESCE(operation, '') = ?", []any{filter.Version, filter.Operation},
	})
	add(filter.Operation == "" && !filter.Version.IsZero(), equals("version", filter.Version))
	add(filter.Outcome == usage.Errors, lineCondition{"class >= 4", "class + 0 >= 4", nil})
	add(!filter.Application.IsZero(), equals("application", filter.Application))
	add(filter.Outcome.Class() > 0, lineCondition{"class = ?", "class + 0 = ?", []any{filter.Outcome.Class()}})
	return conditions
}

// unindexed adds the conditions that no index finds.
func unindexed(query *bun.SelectQuery, filter usage.LineFilter) {
	if filter.Environment != "" {
		query.Where("COALESCE(environment, '') = ?", filter.Environment)
	}
	if filter.Path != "" {
		query.Where(`LOWER(path) LIKE ? ESCAPE '\'`, containing(filter.Path))
	}
	if !filter.Reader.IsZero() {
		query.Where("application NOT IN (SELECT a.id FROM application AS a WHERE a.team = ? AND a.account IS NOT NULL AND a.account <> ?)", filter.Team, filter.Reader)
	}
}

// readableLines selects the lines that a filter's team and reader may see, if the log is on.
func (s *Usage) readableLines(ctx context.Context, filter usage.LineFilter) (query *bun.SelectQuery, on bool, err error) {
	var team teamRow
	err = s.reader(ctx).NewSelect().Model(&team).Where("id = ?", filter.Team).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) || err == nil && team.LoggedSince == 0 {
		return nil, false, nil
	}
	since := filter.Since
	if on := instant(team.LoggedSince); on.After(since) {
		since = on
	}
	query = s.reader(ctx).NewSelect().Table("request_line").Where("team = ?", filter.Team).Where("id >= ?", usage.FirstLineID(since))
	return query, true, err
}

// RequestLines implements usage.Lines.
func (s *Usage) RequestLines(ctx context.Context, filter usage.LineFilter) ([]usage.Line, usage.LineID, error) {
	query, on, err := s.readableLines(ctx, filter)
	if err != nil || !on {
		return nil, usage.LineID{}, err
	}
	if !filter.Before.IsZero() {
		query.Where("id < ?", filter.Before)
	}
	conditions := lineConditions(filter)
	if len(conditions) > 0 {
		query.Where(conditions[0].found, conditions[0].args...)
	}
	// Where the examined part of the index ends.
	var rest usage.LineID
	err = query.Clone().Column("id").Order("id DESC").Offset(int64(filter.Examine)).Limit(1).Scan(ctx, &rest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, usage.LineID{}, err
	}
	if !rest.IsZero() {
		query.Where("id > ?", rest)
	}
	for _, condition := range conditions[min(1, len(conditions)):] {
		query.Where(condition.checked, condition.args...)
	}
	unindexed(query, filter)
	var rows []lineRow
	if err := query.Order("id DESC").Limit(int64(filter.Limit)+1).Scan(ctx, &rows); err != nil {
		return nil, usage.LineID{}, err
	}
	if len(rows) > filter.Limit {
		rows = rows[:filter.Limit]
		rest = rows[filter.Limit-1].ID
	} else if !rest.IsZero() {
		rest = after(rest)
	}
	lines := make([]usage.Line, len(rows))
	for i, row := range rows {
		lines[i] = row.line()
	}
	return lines, rest, nil
}

// after returns the next id, so that a list before it begins with the given one.
func after(line usage.LineID) usage.LineID {
	for i := len(line) - 1; i >= 0; i-- {
		if line[i]++; line[i] != 0 {
			break
		}
	}
	return line
}

// RequestLine implements usage.Lines.
func (s *Usage) RequestLine(ctx context.Context, filter usage.LineFilter, wanted usage.LineID) (usage.Line, error) {
	query, on, err := s.readableLines(ctx, filter)
	if err != nil {
		return usage.Line{}, err
	}
	if !on {
		return usage.Line{}, fault.Missing("call")
	}
	unindexed(query, filter)
	var row lineRow
	err = query.Where("id = ?", wanted).Scan(ctx, &row)
	return row.line(), missing(err, "call")
}
