package store

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

type subscriptionRow struct {
	bun.BaseModel `bun:"table:subscription"`

	ID          access.SubscriptionID `bun:",pk"`
	Application access.ApplicationID
	Team        identity.TeamID
	Plan        plan.ID
	Version     catalog.VersionID
	Request     access.RequestID
	State       access.SubscriptionState
	Scopes      string
	Reason      string
	CreatedAt   int64
	UpdatedAt   int64
	ApprovedAt  int64
	EndsAt      int64
	RemovedAt   int64
	ClearedAt   int64
}

func (row subscriptionRow) subscription() (access.Subscription, error) {
	scopes, err := restore[[]string](row.Scopes)
	return access.Subscription{
		ID: row.ID, Application: row.Application, Team: row.Team, Plan: row.Plan, Version: row.Version,
		Request: row.Request, State: row.State, Scopes: scopes, Reason: row.Reason,
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), ApprovedAt: instant(row.ApprovedAt),
		EndsAt: instant(row.EndsAt), RemovedAt: instant(row.RemovedAt), ClearedAt: instant(row.ClearedAt),
	}, err
}

// SaveSubscription implements access.Store.
func (s *Access) SaveSubscription(ctx context.Context, saved access.Subscription) error {
	scopes, err := structure(saved.Scopes)
	if err != nil {
		return err
	}
	row := subscriptionRow{
		ID: saved.ID, Application: saved.Application, Team: saved.Team, Plan: saved.Plan, Version: saved.Version,
		Request: saved.Request, State: saved.State, Scopes: scopes, Reason: saved.Reason,
		CreatedAt: micros(saved.CreatedAt), UpdatedAt: micros(saved.UpdatedAt), ApprovedAt: micros(saved.ApprovedAt),
		EndsAt: micros(saved.EndsAt), RemovedAt: micros(saved.RemovedAt), ClearedAt: micros(saved.ClearedAt),
	}
	_, err = s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
	return err
}

// Subscription implements access.Store.
func (s *Access) Subscription(ctx context.Context, wanted access.SubscriptionID) (access.Subscription, error) {
	var row subscriptionRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = ?", wanted).Scan(ctx)
	if err != nil {
		return access.Subscription{}, missing(err, "subscription")
	}
	return row.subscription()
}

// Subscriptions implements access.Store.
func (s *Access) Subscriptions(ctx context.Context, filter access.SubscriptionFilter, request page.Request) (page.Page[access.Subscription], error) {
	var rows []subscriptionRow
	query := s.subscriptions(ctx, filter).Model(&rows)
	if sorted(query, request.Order, subscriptionOrders) || filter.Search != "" {
		return listIDs(ctx, s.DB, query, request, func(row subscriptionRow) access.SubscriptionID { return row.ID }, subscriptionRow.subscription)
	}
	return list(ctx, query, request, &rows, subscriptionRow.subscription)
}

// subscriptionOrders are the columns that subscriptions can be sorted by.
var subscriptionOrders = map[string]string{
	"state": "state", "since": "id",
	"team": "(SELECT t.name FROM team AS t WHERE t.id = subscription_row.team)",
	"plan": "(SELECT p.name FROM plan AS p WHERE p.id = subscription_row.plan)",
}

// CountSubscriptions implements access.Overviews.
func (s *Access) CountSubscriptions(ctx context.Context, filter access.SubscriptionFilter) (map[access.SubscriptionState]int, error) {
	var rows []struct {
		State access.SubscriptionState
		Count int
	}
	err := s.subscriptions(ctx, filter).Model((*subscriptionRow)(nil)).
		ColumnExpr("CASE WHEN "+ended+" THEN 'expired' ELSE state END AS state", micros(filter.At)).ColumnExpr("COUNT(*) AS count").
		GroupExpr("1").Scan(ctx, &rows)
	counts := make(map[access.SubscriptionState]int, len(rows))
	for _, row := range rows {
		counts[row.State] = row.Count
	}
	return counts, err
}

// subscriptions selects the subscriptions that match a filter.
func (s *Access) subscriptions(ctx context.Context, filter access.SubscriptionFilter) *bun.SelectQuery {
	query := s.reader(ctx).NewSelect()
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	if !filter.Application.IsZero() {
		query.Where("application = ?", filter.Application)
	}
	if !filter.Account.IsZero() {
		query.Where("application IN (SELECT a.id FROM application AS a WHERE a.account = ?)", filter.Account)
	}
	if !filter.Plan.IsZero() {
		query.Where("plan = ?", filter.Plan)
	}
	if !filter.Version.IsZero() {
		query.Where("version = ?", filter.Version)
	}
	if !filter.Request.IsZero() {
		query.Where("request = ?", filter.Request)
	}
	if filter.Among != nil {
		query.Where("id IN (?)", bun.List(filter.Among))
	}
	inStates(query, filter.States, filter.At)
	if len(filter.Opening) > 0 {
		query.Where("(version IN (?) OR version IS NULL AND plan IN (SELECT o.plan FROM plan_version AS o WHERE o.version IN (?)))",
			bun.List(filter.Opening), bun.List(filter.Opening))
	}
	if filter.OnlyRegistrations {
		query.Where(registration)
	}
	if filter.NoRegistrations {
		query.Where("NOT (" + registration + ")")
	}
	if filter.Environment != "" {
		query.Where("plan IN (SELECT p.id FROM plan AS p WHERE p.environment = ?)", filter.Environment)
	}
	if filter.Search != "" {
		query.Where(ofTeamOrApplication, containing(filter.Search), containing(filter.Search))
	}
	if !filter.Removed {
		query.Where("removed_at = 0")
	}
	readable(query, filter.Reader)
	return query
}

// registration selects the subscriptions that are registrations of listed applications.
const registration = "version IS NOT NULL AND application IN (SELECT a.id FROM application AS a WHERE COALESCE(a.default_of, '') = '')"

// ofTeamOrApplication selects the rows of teams and applications whose name contains a text.
const ofTeamOrApplication = `(team IN (SELECT t.id FROM team AS t WHERE LOWER(t.name) LIKE ? ESCAPE '\')
	OR application IN (SELECT a.id FROM application AS a WHERE LOWER(a.name) LIKE ? ESCAPE '\'))`

// ended finds subscriptions that have expired at a moment although they are stored as approved or suspended; see
// access.Subscription.StateAt.
const ended = "state IN ('approved', 'suspended') AND ends_at <> 0 AND ends_at <= ?"

// inStates filters by the state at a time; the zero time compares the stored state.
func inStates(query *bun.SelectQuery, states []access.SubscriptionState, at time.Time) {
	switch {
	case len(states) == 0:
	case at.IsZero():
		query.Where("state IN (?)", bun.List(states))
	case slices.Contains(states, access.Expired):
		query.Where("(state IN (?) OR "+ended+")", bun.List(states), micros(at))
	default:
		query.Where("state IN (?)", bun.List(states)).Where("NOT ("+ended+")", micros(at))
	}
}
