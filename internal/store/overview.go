package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
)

var _ overview.Store = (*Overview)(nil)

// Overview answers questions that span the tables of several areas.
type Overview struct{ *DB }

// Overview returns the store of package overview.
func (db *DB) Overview() *Overview { return &Overview{db} }

// ApplicationCounts implements overview.Store.
func (s *Overview) ApplicationCounts(ctx context.Context, applications []access.ApplicationID, now time.Time) (map[access.ApplicationID]overview.ApplicationCount, error) {
	counts := make(map[access.ApplicationID]overview.ApplicationCount, len(applications))
	if len(applications) == 0 {
		return counts, nil
	}
	var rows []struct {
		ID                                      access.ApplicationID
		Registrations, Waiting, Suspended, Keys int64
		EndsAt, LastAt                          int64
	}
	registrations := "(SELECT COUNT(*) FROM subscription AS s WHERE s.application = a.id AND " + listed
	err := s.reader(ctx).NewSelect().TableExpr("application AS a").Column("a.id").
		ColumnExpr(registrations+") AS registrations").
		ColumnExpr(registrations+" AND s.state = 'pending') AS waiting").
		ColumnExpr(registrations+" AND s.state = 'suspended' AND (s.ends_at = 0 OR s.ends_at > ?)) AS suspended", micros(now)).
		ColumnExpr("(SELECT COUNT(*) FROM credential AS c WHERE c.application = a.id AND NOT c.ticket AND "+working+") AS keys", micros(now), micros(now)).
		ColumnExpr("(SELECT COALESCE(MIN(c.expires_at), 0) FROM credential AS c WHERE c.application = a.id AND "+expires+" AND expires_at > ?) AS ends_at", micros(now)).
		ColumnExpr("(SELECT COALESCE(MAX(u.last_at), 0) FROM credential AS c JOIN usage_credential AS u ON u.credential = c.id WHERE c.application = a.id) AS last_at").
		Where("a.id IN (?)", bun.List(applications)).Scan(ctx, &rows)
	for _, row := range rows {
		counts[row.ID] = overview.ApplicationCount{
			Registrations: int(row.Registrations), Waiting: int(row.Waiting), Suspended: int(row.Suspended),
			Keys: int(row.Keys), KeyEndsAt: instant(row.EndsAt), LastCall: instant(row.LastAt),
		}
	}
	return counts, err
}

// PortalFigures implements overview.Store.
func (s *Overview) PortalFigures(ctx context.Context, now time.Time) (overview.PortalFigures, error) {
	var row struct {
		Teams, Subscriptions, Products, Drafts, Versions, Deprecated, Plans int64
	}
	releases := "(SELECT COUNT(*) FROM version AS v JOIN product AS p ON p.id = v.product WHERE v.deleted_at = 0 AND v.published AND p.deleted_at = 0 AND p.published"
	err := s.reader(ctx).NewSelect().
		ColumnExpr("(SELECT COUNT(*) FROM team WHERE NOT disabled) AS teams").
		ColumnExpr("(SELECT COUNT(*) FROM subscription WHERE state = 'approved' AND removed_at = 0 AND (ends_at = 0 OR ends_at > ?)) AS subscriptions", micros(now)).
		ColumnExpr("(SELECT COUNT(*) FROM product WHERE deleted_at = 0 AND published) AS products").
		ColumnExpr("(SELECT COUNT(*) FROM product WHERE deleted_at = 0 AND NOT published) AS drafts").
		ColumnExpr(releases+") AS versions").
		ColumnExpr(releases+" AND v.deprecated) AS deprecated").
		ColumnExpr("(SELECT COUNT(*) FROM plan WHERE deleted_at = 0 AND published) AS plans").
		Scan(ctx, &row)
	return overview.PortalFigures{
		Teams: int(row.Teams), Subscriptions: int(row.Subscriptions), Products: int(row.Products), Drafts: int(row.Drafts),
		Versions: int(row.Versions), Deprecated: int(row.Deprecated), Plans: int(row.Plans),
	}, err
}

// ApplicationNames implements overview.Store.
func (s *Overview) ApplicationNames(ctx context.Context, applications []access.ApplicationID) (map[access.ApplicationID]string, error) {
	return namesIn(ctx, s.DB, "application", "name", applications)
}

// VersionNames implements overview.Store.
func (s *Overview) VersionNames(ctx context.Context, versions []catalog.VersionID) (map[catalog.VersionID]overview.VersionName, error) {
	names := make(map[catalog.VersionID]overview.VersionName, len(versions))
	if len(versions) == 0 {
		return names, nil
	}
	var rows []struct {
		ID                  catalog.VersionID
		Product, Slug, Name string
	}
	err := s.reader(ctx).NewSelect().TableExpr("version AS v JOIN product AS p ON p.id = v.product").
		ColumnExpr("v.id, p.name AS product, p.slug, v.name").Where("v.id IN (?)", bun.List(versions)).Scan(ctx, &rows)
	for _, row := range rows {
		names[row.ID] = overview.VersionName{Product: row.Product, Version: row.Name, Slug: row.Slug}
	}
	return names, err
}

// TeamNames implements overview.Store.
func (s *Overview) TeamNames(ctx context.Context, teams []identity.TeamID) (map[identity.TeamID]string, error) {
	return namesIn(ctx, s.DB, "team", "name", teams)
}

// KeyNames implements overview.Store.
func (s *Overview) KeyNames(ctx context.Context, keys []access.CredentialID) (map[access.CredentialID]access.Credential, error) {
	names := make(map[access.CredentialID]access.Credential, len(keys))
	if len(keys) == 0 {
		return names, nil
	}
	var rows []struct {
		ID     access.CredentialID
		Name   string
		Slot   access.Slot
		Prefix string
	}
	err := s.reader(ctx).NewSelect().Table("credential").Column("id", "name", "slot", "prefix").Where("id IN (?)", bun.List(keys)).Scan(ctx, &rows)
	for _, row := range rows {
		names[row.ID] = access.Credential{ID: row.ID, Name: row.Name, Slot: row.Slot, Prefix: row.Prefix}
	}
	return names, err
}

// OperationNames implements overview.Store.
func (s *Overview) OperationNames(ctx context.Context, operations []usage.Value) (map[usage.Value]overview.OperationName, error) {
	names := make(map[usage.Value]overview.OperationName, len(operations))
	var versions []catalog.VersionID
	var slugs []string
	for _, value := range operations {
		if version, slug, err := usage.OperationOf(value); err == nil && slug != "" {
			versions, slugs = append(versions, version), append(slugs, slug)
		}
	}
	if len(slugs) == 0 {
		return names, nil
	}
	var rows []struct {
		ID                          catalog.VersionID
		Slug, Method, Path, Summary string
	}
	err := s.reader(ctx).NewSelect().TableExpr("version AS v JOIN spec ON spec.digest = v.spec AND spec.whole JOIN operation AS o ON o.spec = spec.id").
		ColumnExpr("v.id, o.slug, o.method, o.path, o.summary").
		Where("v.id IN (?)", bun.List(versions)).Where("o.slug IN (?)", bun.List(slugs)).Scan(ctx, &rows)
	for _, row := range rows {
		names[usage.OperationValue(row.ID, row.Slug)] = overview.OperationName{Method: row.Method, Path: row.Path, Summary: row.Summary}
	}
	return names, err
}
