package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
)

type versionRow struct {
	bun.BaseModel `bun:"table:version"`

	ID         catalog.VersionID `bun:",pk"`
	Product    catalog.ProductID
	Name       string
	Position   int64
	Published  bool
	Deprecated bool
	Spec       string
	File       string
	CreatedAt  int64
	UpdatedAt  int64
	DeletedAt  int64
}

func (row versionRow) version(endpoints []catalog.Endpoint) catalog.Version {
	return catalog.Version{
		ID: row.ID, Product: row.Product, Name: row.Name, Position: int(row.Position), Published: row.Published,
		Deprecated: row.Deprecated, Spec: row.Spec, Endpoints: endpoints, File: row.File,
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), DeletedAt: instant(row.DeletedAt),
	}
}

type endpointRow struct {
	bun.BaseModel `bun:"table:endpoint"`

	Version      catalog.VersionID `bun:",pk"`
	Environment  string            `bun:",pk"`
	Position     int64
	BasePath     string
	Upstream     string
	Refusals     string
	Timeout      int64
	MaxBody      int64
	CORSUpstream bool
}

func (row endpointRow) endpoint() catalog.Endpoint {
	return catalog.Endpoint{
		Environment: row.Environment, BasePath: row.BasePath, Upstream: row.Upstream, Refusals: row.Refusals,
		Timeout: time.Duration(row.Timeout), MaxBody: row.MaxBody, CORSUpstream: row.CORSUpstream,
	}
}

// Versions implements catalog.Store.
func (s *Catalog) Versions(ctx context.Context, products ...catalog.ProductID) ([]catalog.Version, error) {
	var rows []versionRow
	query := s.reader(ctx).NewSelect().Model(&rows).Where("deleted_at = 0").Order("position DESC", "id DESC")
	ofThem := s.reader(ctx).NewSelect().Model((*versionRow)(nil)).Column("id").Where("deleted_at = 0")
	if len(products) > 0 {
		query = query.Where("product IN (?)", bun.List(products))
		ofThem = ofThem.Where("product IN (?)", bun.List(products))
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	var endpoints []endpointRow
	err := s.reader(ctx).NewSelect().Model(&endpoints).Where("version IN (?)", ofThem).Order("version", "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	ofVersion := map[catalog.VersionID][]catalog.Endpoint{}
	for _, row := range endpoints {
		ofVersion[row.Version] = append(ofVersion[row.Version], row.endpoint())
	}
	versions := make([]catalog.Version, len(rows))
	for i, row := range rows {
		versions[i] = row.version(ofVersion[row.ID])
	}
	return versions, nil
}

// SaveVersion implements catalog.Store.
func (s *Catalog) SaveVersion(ctx context.Context, version catalog.Version) error {
	row := versionRow{
		ID: version.ID, Product: version.Product, Name: version.Name, Position: int64(version.Position),
		Published: version.Published, Deprecated: version.Deprecated, Spec: version.Spec, File: version.File,
		CreatedAt: micros(version.CreatedAt), UpdatedAt: micros(version.UpdatedAt), DeletedAt: micros(version.DeletedAt),
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
		if err != nil {
			return taken(err, "version_taken", "The API has another version named %q. Choose another name.", version.Name)
		}
		if err := s.indexVersion(ctx, version); err != nil {
			return err
		}
		return s.saveEndpoints(ctx, version)
	})
}

// saveEndpoints replaces the endpoints of a version. A deleted version has none, which frees its base paths.
func (s *Catalog) saveEndpoints(ctx context.Context, version catalog.Version) error {
	_, err := s.writer(ctx).NewDelete().Model((*endpointRow)(nil)).Where("version = ?", version.ID).Exec(ctx)
	if err != nil || !version.DeletedAt.IsZero() {
		return err
	}
	for i, endpoint := range version.Endpoints {
		row := endpointRow{
			Version: version.ID, Environment: endpoint.Environment, Position: int64(i), BasePath: endpoint.BasePath,
			Upstream: endpoint.Upstream, Refusals: endpoint.Refusals, Timeout: int64(endpoint.Timeout),
			MaxBody: endpoint.MaxBody, CORSUpstream: endpoint.CORSUpstream,
		}
		if _, err := s.writer(ctx).NewInsert().Model(&row).Exec(ctx); err != nil {
			return taken(err, "base_path_taken", "Another version is already called at %s. Choose another base path.", endpoint.BasePath)
		}
	}
	return nil
}
