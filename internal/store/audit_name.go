package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
)

// namesOf holds the queries for the names of objects, by noun. Deleted objects have no name.
var namesOf = map[string]string{
	event.TagAccount:      "SELECT 'account:' || id AS tag, COALESCE(email, name) AS name FROM account WHERE state <> 'removed' AND id IN (?)",
	event.TagTeam:         "SELECT 'team:' || id AS tag, name FROM team WHERE id IN (?)",
	event.TagApplication:  "SELECT 'application:' || id AS tag, name FROM application WHERE deleted_at = 0 AND id IN (?)",
	event.TagSubscription: "SELECT 'subscription:' || s.id AS tag, p.name FROM subscription AS s JOIN plan AS p ON p.id = s.plan WHERE s.removed_at = 0 AND s.id IN (?)",
	event.TagCredential:   "SELECT 'credential:' || id AS tag, prefix || '…' AS name FROM credential WHERE id IN (?)",
	event.TagRequest:      "SELECT 'request:' || r.id AS tag, a.name FROM request AS r JOIN application AS a ON a.id = r.application WHERE r.id IN (?)",
	event.TagMessage:      "SELECT 'message:' || id AS tag, recipient AS name FROM outbox WHERE id IN (?)",
	event.TagProduct:      "SELECT 'product:' || id AS tag, name FROM product WHERE deleted_at = 0 AND id IN (?)",
	event.TagVersion:      "SELECT 'version:' || v.id AS tag, p.name || ' ' || v.name AS name FROM version AS v JOIN product AS p ON p.id = v.product WHERE v.deleted_at = 0 AND v.id IN (?)",
	event.TagPlan:         "SELECT 'plan:' || id AS tag, name FROM plan WHERE deleted_at = 0 AND id IN (?)",
	event.TagStrategy:     "SELECT 'strategy:' || id AS tag, name FROM strategy WHERE deleted_at = 0 AND id IN (?)",
}

// named turns rows into records with the names of their objects and teams, which it loads in one query.
func (db *DB) named(ctx context.Context, rows []auditRow) ([]event.Record, error) {
	records := make([]event.Record, len(rows))
	wanted := map[string][]string{}
	want := func(tag event.Tag) {
		noun, id, _ := strings.Cut(string(tag), ":")
		if _, known := namesOf[noun]; known && !slices.Contains(wanted[noun], id) {
			wanted[noun] = append(wanted[noun], id)
		}
	}
	for i, row := range rows {
		var err error
		if records[i], err = row.record(); err != nil {
			return nil, err
		}
		want(records[i].Object)
		if !row.Team.IsZero() {
			want(event.TagOf(event.TagTeam, row.Team))
		}
	}
	if len(wanted) == 0 {
		return records, nil
	}
	names, err := db.names(ctx, wanted)
	for i := range records {
		records[i].ObjectName = names[records[i].Object]
		records[i].TeamName = names[event.TagOf(event.TagTeam, records[i].Team)]
	}
	return records, err
}

func (db *DB) names(ctx context.Context, wanted map[string][]string) (map[event.Tag]string, error) {
	var queries []string
	var arguments []any
	for _, noun := range slices.Sorted(maps.Keys(wanted)) {
		queries, arguments = append(queries, namesOf[noun]), append(arguments, bun.List(wanted[noun]))
	}
	var found []struct{ Tag, Name string }
	err := db.reader(ctx).NewRaw(strings.Join(queries, " UNION ALL "), arguments...).Scan(ctx, &found)
	names := make(map[event.Tag]string, len(found))
	for _, one := range found {
		names[event.Tag(one.Tag)] = one.Name
	}
	return names, err
}
