package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

type lineRow struct {
	bun.BaseModel `bun:"table:request_line,alias:request_line"`

	Team        identity.TeamID `bun:",pk"`
	ID          usage.LineID    `bun:",pk"`
	Application access.ApplicationID
	Credential  access.CredentialID
	Version     catalog.VersionID
	Environment string
	Operation   string
	At          int64
	Took        int64
	Upstream    int64
	Status      int
	Class       int
	Forwarded   bool
	BytesIn     int64
	BytesOut    int64
	Method      string
	Path        string
	Address     string
	Reason      string
	RequestID   string
}

func rowOfLine(line *usage.Line) lineRow {
	return lineRow{
		Team: line.Team, ID: line.ID, Application: line.Application, Credential: line.Credential, Version: line.Version,
		Environment: line.Environment, Operation: line.Operation, At: micros(line.At), Took: line.Took.Microseconds(),
		Upstream: line.Upstream.Microseconds(), Status: line.Status, Class: line.Status / 100, Forwarded: line.Forwarded,
		BytesIn: line.BytesIn, BytesOut: line.BytesOut, Method: line.Method, Path: line.Path, Address: line.Address,
		Reason: line.Reason, RequestID: line.RequestID,
	}
}

func (r lineRow) line() usage.Line {
	return usage.Line{
		ID: r.ID, Team: r.Team, Application: r.Application, Credential: r.Credential, Version: r.Version,
		Environment: r.Environment, Operation: r.Operation, At: instant(r.At), Took: time.Duration(r.Took) * time.Microsecond,
		Upstream: time.Duration(r.Upstream) * time.Microsecond, Status: r.Status, Forwarded: r.Forwarded,
		BytesIn: r.BytesIn, BytesOut: r.BytesOut, Method: r.Method, Path: r.Path, Address: r.Address,
		Reason: r.Reason, RequestID: r.RequestID,
	}
}

type logDayRow struct {
	bun.BaseModel `bun:"table:request_log_day,alias:request_log_day"`

	Team   identity.TeamID `bun:",pk"`
	Day    int64           `bun:",pk"`
	Lines  int64
	FullAt int64
}

// logDay identifies the row of one day.
type logDay struct {
	team identity.TeamID
	day  int64
}

// addLines stores the lines of logs that were on when the calls began and are not full.
func (s *Usage) addLines(ctx context.Context, batch *usage.Batch) error {
	if len(batch.Lines) == 0 {
		return nil
	}
	since, days, err := s.logsOf(ctx, batch.Lines)
	if err != nil {
		return err
	}
	lines := slices.Clone(batch.Lines)
	slices.SortFunc(lines, func(a, b usage.Line) int { return slices.Compare(a.ID[:], b.ID[:]) })
	rows, changed := make([]lineRow, 0, len(lines)), map[logDay]*logDayRow{}
	for i := range lines {
		line := &lines[i]
		if on, known := since[line.Team]; !known || line.At.Before(on) {
			continue
		}
		key := logDay{line.Team, micros(line.At.Truncate(usage.Day.Length()))}
		day := days[key]
		if day == nil {
			day = &logDayRow{Team: key.team, Day: key.day}
			days[key] = day
		}
		changed[key] = day
		if day.Lines >= usage.LinesPerDay {
			day.FullAt = cmp.Or(day.FullAt, micros(line.At))
			continue
		}
		day.Lines++
		rows = append(rows, rowOfLine(line))
	}
	if len(rows) > 0 {
		if _, err := s.writer(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	for _, day := range changed {
		_, err := s.writer(ctx).NewInsert().Model(day).On("CONFLICT (team, day) DO UPDATE").
			Set("lines = EXCLUDED.lines").Set("full_at = EXCLUDED.full_at").Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// logsOf returns since when the logs of the lines' teams are on, without those that are off, and how full they are.
func (s *Usage) logsOf(ctx context.Context, lines []usage.Line) (map[identity.TeamID]time.Time, map[logDay]*logDayRow, error) {
	var teams []identity.TeamID
	var days []int64
	for i := range lines {
		if !slices.Contains(teams, lines[i].Team) {
			teams = append(teams, lines[i].Team)
		}
		if day := micros(lines[i].At.Truncate(usage.Day.Length())); !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	var on []teamRow
	err := s.reader(ctx).NewSelect().Model(&on).Column("id", "logged_since").
		Where("id IN (?)", bun.List(teams)).Where("logged_since > 0").Scan(ctx)
	if err != nil {
		return nil, nil, err
	}
	since := make(map[identity.TeamID]time.Time, len(on))
	for _, team := range on {
		since[team.ID] = instant(team.LoggedSince)
	}
	var stored []logDayRow
	err = s.reader(ctx).NewSelect().Model(&stored).Where("team IN (?)", bun.List(teams)).Where("day IN (?)", bun.List(days)).Scan(ctx)
	full := make(map[logDay]*logDayRow, len(stored))
	for i := range stored {
		full[logDay{stored[i].Team, stored[i].Day}] = &stored[i]
	}
	return since, full, err
}

// FullDays implements usage.Lines.
func (s *Usage) FullDays(ctx context.Context, team identity.TeamID, since time.Time) ([]time.Time, error) {
	var rows []logDayRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("team = ?", team).Where("full_at >= ?", micros(since)).Order("day").Scan(ctx)
	days := make([]time.Time, len(rows))
	for i, row := range rows {
		days[i] = instant(row.FullAt)
	}
	return days, err
}

// ForgetLines implements usage.Lines. Every team with lines has a row of their day.
func (s *Usage) ForgetLines(ctx context.Context, before time.Time) error {
	var logs []struct {
		Team        identity.TeamID
		LoggedSince int64
	}
	err := s.reader(ctx).NewSelect().TableExpr("request_log_day AS d").Join("JOIN team AS t ON t.id = d.team").
		ColumnExpr("DISTINCT d.team, t.logged_since").Scan(ctx, &logs)
	if err != nil {
		return err
	}
	for _, log := range logs {
		condition, args := "team = ?", []any{log.Team}
		if log.LoggedSince > 0 {
			oldest := before
			if since := instant(log.LoggedSince); since.After(before) {
				oldest = since
			}
			condition, args = "team = ? AND id < ?", []any{log.Team, usage.FirstLineID(oldest)}
		}
		if err := s.deleteInBatches(ctx, "request_line", "team, id", condition, args...); err != nil {
			return err
		}
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, "usage"); err != nil { // no batch may add lines of such a day meanwhile
			return err
		}
		_, err := s.writer(ctx).NewDelete().Model((*logDayRow)(nil)).
			Where("day < ? OR team IN (SELECT id FROM team WHERE logged_since = 0)", micros(before.Truncate(usage.Day.Length()))).
			Where("NOT EXISTS (SELECT 1 FROM request_line AS l WHERE l.team = request_log_day.team)").Exec(ctx)
		return err
	})
}
