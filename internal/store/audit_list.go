package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// Records implements event.TrailStore. It finds the positions of a page first, which needs only indexes.
func (db *DB) Records(ctx context.Context, filter event.TrailFilter, request page.Request) (page.Page[event.Record], error) {
	var records []event.Record
	places, total, err := db.places(ctx, filter, request)
	if err == nil && len(places) > 0 {
		var rows []auditRow
		query := db.reader(ctx).NewSelect().Model(&rows).Where("position IN (?)", bun.List(places))
		if err = newestFirst(query, filter).Scan(ctx); err == nil {
			records, err = db.named(ctx, rows)
		}
	}
	return page.Page[event.Record]{Items: records, Total: total}, err
}

// places returns the positions of a page of records and the length of the list. With a filter it reads a limited number
// of records, so that its time does not grow with the trail.
func (db *DB) places(ctx context.Context, filter event.TrailFilter, request page.Request) (places []int64, total int, err error) {
	if filter == (event.TrailFilter{}) {
		return db.placesOfAll(ctx, request)
	}
	query := db.reader(ctx).NewSelect().Table("audit").Column("position").Where("position IS NOT NULL")
	if err := db.narrow(ctx, newestFirst(query, filter), filter); err != nil {
		return nil, 0, err
	}
	if filter.Search == "" {
		query.Limit(event.ListedRecords)
	} else {
		newest := query.Column("details").Limit(event.SearchedRecords)
		query = db.reader(ctx).NewSelect().TableExpr("(?) AS newest", newest).Column("position")
		db.searchDetails(query, filter)
	}
	var found []int64
	err = query.Scan(ctx, &found)
	return page.Of(found, request).Items, len(found), err
}

// placesOfAll computes the positions from the end, because positions have no gaps.
func (db *DB) placesOfAll(ctx context.Context, request page.Request) (places []int64, total int, err error) {
	err = db.reader(ctx).NewSelect().Table("audit").ColumnExpr("COALESCE(MAX(position), 0)").Scan(ctx, &total)
	newest := total - request.Offset()
	for place := newest; place > max(newest-request.Limit(), 0); place-- {
		places = append(places, int64(place))
	}
	return places, total, err
}

// RecordsBefore implements event.TrailStore.
func (db *DB) RecordsBefore(ctx context.Context, filter event.TrailFilter, position int64, limit int) ([]event.Record, error) {
	var rows []auditRow
	query := db.reader(ctx).NewSelect().Model(&rows).Where("position IS NOT NULL")
	if err := db.narrow(ctx, query, filter); err != nil {
		return nil, err
	}
	if filter.Search != "" {
		db.searchDetails(query, filter)
	}
	if position > 0 {
		query.Where("position < ?", position)
	}
	if err := query.Order("position DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, err
	}
	return db.named(ctx, rows)
}

// newestFirst orders by position, or by time if only days filter the list, to match the index.
func newestFirst(query *bun.SelectQuery, filter event.TrailFilter) *bun.SelectQuery {
	days := event.TrailFilter{From: filter.From, To: filter.To, Search: filter.Search}
	if filter == days && (!filter.From.IsZero() || !filter.To.IsZero()) {
		query.Order("at DESC")
	}
	return query.Order("position DESC")
}

// searchDetails searches the values of details, not their JSON.
func (db *DB) searchDetails(query *bun.SelectQuery, filter event.TrailFilter) {
	each := "json_each(%s)"
	if db.postgres {
		each = "json_each_text((%s)::json)"
	}
	said := fmt.Sprintf(each, `CASE WHEN details LIKE '{%' THEN details ELSE '{}' END`)
	query.Where("EXISTS (SELECT 1 FROM "+said+` AS said WHERE LOWER(said.value) LIKE ? ESCAPE '\')`, containing(filter.Search))
}

// narrow adds the conditions of the filter except its search.
func (db *DB) narrow(ctx context.Context, query *bun.SelectQuery, filter event.TrailFilter) error {
	for _, one := range []struct{ column, is string }{
		{"object", string(filter.Object)}, {"actor_name", filter.ActorName}, {"address", filter.Address}, {"request_id", filter.RequestID},
	} {
		if one.is != "" {
			query.Where("? = ?", bun.Ident(one.column), one.is)
		}
	}
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	if !filter.Actor.IsZero() {
		query.Where("actor = ?", filter.Actor)
	}
	if noun, verb, _ := strings.Cut(filter.Action, "."); verb != "" {
		query.Where("action = ?", filter.Action)
	} else if noun != "" {
		query.Where("RTRIM(action, 'abcdefghijklmnopqrstuvwxyz_') = ?", noun+".")
	}
	if !filter.From.IsZero() {
		query.Where("at >= ?", micros(filter.From))
	}
	if !filter.To.IsZero() {
		query.Where("at < ?", micros(filter.To))
	}
	if filter.TeamName == "" {
		return nil
	}
	var teams []identity.TeamID
	err := db.reader(ctx).NewSelect().Table("team").Column("id").Where("LOWER(name) = LOWER(?)", filter.TeamName).Scan(ctx, &teams)
	if len(teams) == 0 {
		query.Where("FALSE")
		return err
	}
	query.Where("team IN (?)", bun.List(teams))
	return err
}
