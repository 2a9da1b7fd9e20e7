package store

import (
	"bytes"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// listed is access.Subscription.Listed, of a subscription to a single version.
const listed = "version IS NOT NULL AND state <> 'cancelled' AND removed_at = 0 AND cleared_at = 0"

// endedByStaff is access.Subscription.EndedByStaff, of a subscription to a single version.
const endedByStaff = "version IS NOT NULL AND removed_at = 0 AND (state = 'cancelled' OR cleared_at > 0)"

// Registrations implements access.Store.
func (s *Access) Registrations(ctx context.Context, filter access.RegistrationFilter, request page.Request) (page.Page[access.Subscription], error) {
	var rows []subscriptionRow
	kept := listed
	if filter.EndedByStaff {
		kept = endedByStaff
	}
	query := s.reader(ctx).NewSelect().Model(&rows).Where("application = ?", filter.Application).Where(kept)
	if !filter.ID.IsZero() {
		query.Where("id = ?", filter.ID)
	}
	if len(filter.States) > 0 { // a subquery: else SQLite sorts by an index over all in a state
		inState := s.reader(ctx).NewSelect().Model((*subscriptionRow)(nil)).Column("id").Where("application = ?", filter.Application).Where(kept)
		inStates(inState, filter.States, filter.At)
		query.Where("id IN (?)", inState)
	}
	if filter.ByName() {
		called := s.reader(ctx).NewSelect().TableExpr("version AS v").Column("v.id").Join("JOIN product AS p ON p.id = v.product").
			Where("v.published").Where("p.published")
		seenBy(called, "p", filter.Sight)
		namedLike(called, "v.name", filter.VersionName, filter.VersionNameContains)
		namedLike(called, "p.name", filter.ProductName, filter.ProductNameContains)
		query.Where("(version IN (?)) IS TRUE", called) // so that PostgreSQL asks once, not for every registration
	}
	return list(ctx, query, request, &rows, subscriptionRow.subscription)
}

// namedLike filters by a name and by a part of it, ignoring case.
func namedLike(query *bun.SelectQuery, column, name, part string) {
	if name != "" {
		query.Where("LOWER("+column+") = LOWER(?)", name)
	}
	if part != "" {
		query.Where("LOWER("+column+`) LIKE LOWER(?) ESCAPE '\'`, pattern(part))
	}
}

// Releases implements access.Store.
func (s *Access) Releases(ctx context.Context, wanted []catalog.VersionID, of identity.TeamID) (map[catalog.VersionID]access.Release, error) {
	releases := make(map[catalog.VersionID]access.Release, len(wanted))
	if len(wanted) == 0 {
		return releases, nil
	}
	var versions []versionRow
	err := s.reader(ctx).NewSelect().Model(&versions).Where("id IN (?)", bun.List(wanted)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	var rows []productRow
	err = s.reader(ctx).NewSelect().Model(&rows).
		Where("id IN (SELECT v.product FROM version AS v WHERE v.id IN (?))", bun.List(wanted)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	products, err := s.products(ctx, rows, of)
	if err != nil {
		return nil, err
	}
	known := make(map[catalog.ProductID]catalog.Product, len(products))
	for _, product := range products {
		known[product.ID] = product
	}
	for _, row := range versions {
		releases[row.ID] = access.Release{Product: known[row.Product], Version: row.version(nil)}
	}
	return releases, nil
}

// VersionApplications implements access.Store.
func (s *Access) VersionApplications(ctx context.Context, filter access.VersionApplicationFilter, request page.Request) (page.Page[access.VersionApplication], error) {
	var rows []applicationRow
	query := s.reader(ctx).NewSelect().Model(&rows).
		Where("team = ?", filter.Team).Where(ofOwn)
	if !filter.Reader.IsZero() {
		query.Where("(account IS NULL OR account = ?)", filter.Reader)
	}
	if len(filter.Strategies) > 0 {
		query.Where("strategy IN (?)", bun.List(filter.Strategies))
	}
	if !filter.Application.IsZero() {
		query.Where("id = ?", filter.Application)
	}
	namedLike(query, "name", filter.Name, filter.NameContains)
	registered := s.registeredFor(ctx, filter)
	if filter.Unregistered {
		query.Where("id NOT IN (?)", registered.WhereOr(unclearedRevocation, filter.Version, filter.Team))
	} else {
		inStates(registered, filter.States, filter.At)
		query.Where("(id IN (?)) IS TRUE", registered) // so that PostgreSQL asks once, not for every application
	}
	total, err := paged(query, request).ScanAndCount(ctx)
	if err != nil || filter.Unregistered || len(rows) == 0 {
		return pageOf(rows, total, applicationRow.unregistered), err
	}
	return s.withRegistrations(ctx, rows, int(total), filter)
}

// unclearedRevocation is the condition for revoked registrations that staff have not cleared. They keep the application
// from registering again, even after their owner removed them, as in access.Subscription.Blocks.
const unclearedRevocation = "version = ? AND team = ? AND state = 'revoked' AND cleared_at = 0"

// registeredFor selects the applications of the team with a registration for the version.
func (s *Access) registeredFor(ctx context.Context, filter access.VersionApplicationFilter) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().Model((*subscriptionRow)(nil)).Column("application").
		Where("version = ?", filter.Version).Where("team = ?", filter.Team).Where(listed)
}

func (row applicationRow) unregistered() access.VersionApplication {
	return access.VersionApplication{ApplicationDetail: access.ApplicationDetail{Application: row.application()}}
}

// withRegistrations returns the applications, each with its newest registration for the version.
func (s *Access) withRegistrations(ctx context.Context, rows []applicationRow, total int, filter access.VersionApplicationFilter) (page.Page[access.VersionApplication], error) {
	ids := make([]access.ApplicationID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	var found []subscriptionRow
	query := s.reader(ctx).NewSelect().Model(&found).Where("application IN (?)", bun.List(ids)).
		Where("version = ?", filter.Version).Where(listed)
	inStates(query, filter.States, filter.At)
	err := query.Scan(ctx)
	if err != nil {
		return page.Page[access.VersionApplication]{}, err
	}
	slices.SortFunc(found, func(a, b subscriptionRow) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	newest := map[access.ApplicationID]access.Subscription{}
	for _, row := range found {
		if newest[row.Application], err = row.subscription(); err != nil {
			return page.Page[access.VersionApplication]{}, err
		}
	}
	items := make([]access.VersionApplication, len(rows))
	for i, row := range rows {
		items[i] = row.unregistered()
		items[i].Registration = newest[row.ID]
	}
	return page.Page[access.VersionApplication]{Items: items, Total: total}, nil
}

type registrableRow struct {
	Version     catalog.VersionID
	Plan        plan.ID
	Strategy    plan.StrategyID
	Environment string
	Approval    plan.Approval
}

func (row registrableRow) registrable() access.Registrable { return access.Registrable(row) }

// registrable selects the registrable plans with the versions that they open.
func (s *Access) registrable(ctx context.Context) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().TableExpr("plan_version AS o").ColumnExpr("o.version, p.id AS plan, p.strategy, p.environment, p.approval").
		Join("JOIN plan AS p ON p.id = o.plan").Join("JOIN strategy AS y ON y.id = p.strategy").
		Where("p.deleted_at = 0").Where("p.published").Where("p.registrable").Where("y.deleted_at = 0")
}

// Registrable implements access.Store.
func (s *Access) Registrable(ctx context.Context, versions []catalog.VersionID) ([]access.Registrable, error) {
	var rows []registrableRow
	err := s.registrable(ctx).Where("o.version IN (?)", bun.List(versions)).Order("y.name", "p.id").Scan(ctx, &rows)
	return pageOf(rows, 0, registrableRow.registrable).Items, err
}

// RegistrationChoices implements access.Store.
func (s *Access) RegistrationChoices(ctx context.Context, filter access.RegistrationChoiceFilter, request page.Request) (page.Page[access.Registrable], error) {
	registered := s.reader(ctx).NewSelect().Model((*subscriptionRow)(nil)).Column("version").
		Where("application = ?", filter.Application).Where("version IS NOT NULL").Where(listed + " OR state = 'revoked' AND cleared_at = 0")
	query := s.registrable(ctx).Join("JOIN version AS v ON v.id = o.version").Join("JOIN product AS d ON d.id = v.product").
		Where("p.strategy = ?", filter.Strategy).Where("v.deleted_at = 0").Where("v.published").Where("d.deleted_at = 0").Where("d.published").
		Where("(d.audience <> ? OR d.id IN (SELECT t.product FROM product_team AS t WHERE t.team = ? AND t.register))", catalog.Teams, filter.Team).
		Where("o.version NOT IN (?)", registered)
	namedLike(query, "d.name", "", filter.Search)
	var rows []registrableRow
	total, err := query.Order("d.name", "d.id", "v.position DESC", "v.id DESC").
		Limit(int64(request.Limit())).Offset(int64(request.Offset())).ScanAndCount(ctx, &rows)
	return pageOf(rows, total, registrableRow.registrable), err
}

// RegistrationTargets implements access.Store.
func (s *Access) RegistrationTargets(ctx context.Context, registrations []access.SubscriptionID) (map[access.SubscriptionID]access.RegistrationTarget, error) {
	targets := make(map[access.SubscriptionID]access.RegistrationTarget, len(registrations))
	if len(registrations) == 0 {
		return targets, nil
	}
	var rows []struct {
		ID                          access.SubscriptionID
		Plan, Environment, BasePath string
	}
	err := s.reader(ctx).NewSelect().TableExpr("subscription AS s").
		ColumnExpr("s.id, p.name AS plan, p.environment, COALESCE(e.base_path, '') AS base_path").Join("JOIN plan AS p ON p.id = s.plan").
		Join("LEFT JOIN endpoint AS e ON e.version = s.version AND e.environment = p.environment").
		Where("s.id IN (?)", bun.List(registrations)).Scan(ctx, &rows)
	for _, row := range rows {
		targets[row.ID] = access.RegistrationTarget{Plan: row.Plan, Environment: row.Environment, BasePath: row.BasePath}
	}
	return targets, err
}
