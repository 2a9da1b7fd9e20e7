package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

type visitorKeyRow struct {
	bun.BaseModel `bun:"table:visitor_key"`

	ID        access.CredentialID `bun:",pk"`
	Lookup    []byte
	Product   catalog.ProductID
	Version   catalog.VersionID
	Plan      plan.ID
	ExpiresAt int64
}

// SaveVisitorKey implements access.VisitorKeys.
func (s *Access) SaveVisitorKey(ctx context.Context, saved access.VisitorKey) error {
	row := visitorKeyRow{
		ID: saved.ID, Lookup: saved.Lookup, Product: saved.Product, Version: saved.Version, Plan: saved.Plan, ExpiresAt: micros(saved.ExpiresAt),
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).Exec(ctx)
	return err
}

// VisitorKey implements access.VisitorKeys.
func (s *Access) VisitorKey(ctx context.Context, lookups [][]byte) (access.VisitorKey, error) {
	var row visitorKeyRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("lookup IN (?)", bun.List(lookups)).Limit(1).Scan(ctx)
	if err != nil {
		return access.VisitorKey{}, missing(err, "credential")
	}
	return access.VisitorKey{
		ID: row.ID, Lookup: row.Lookup, Product: row.Product, Version: row.Version, Plan: row.Plan, ExpiresAt: instant(row.ExpiresAt),
	}, nil
}

// WorkingVisitorKeys implements access.VisitorKeys.
func (s *Access) WorkingVisitorKeys(ctx context.Context, now time.Time) (int, error) {
	count, err := s.reader(ctx).NewSelect().Model((*visitorKeyRow)(nil)).Where("expires_at > ?", micros(now)).Count(ctx)
	return int(count), err
}

// DropVisitorKeys implements access.VisitorKeys. Calls are counted under the ID of the key.
func (s *Access) DropVisitorKeys(ctx context.Context, before time.Time) error {
	const counted = "subject IN (SELECT 'subscription:' || id FROM visitor_key WHERE expires_at <= ?)" +
		" OR subject IN (SELECT 'subscription:' || id || ' credential:' || id FROM visitor_key WHERE expires_at <= ?)"
	if _, err := s.writer(ctx).NewDelete().Model((*quotaRow)(nil)).Where(counted, micros(before), micros(before)).Exec(ctx); err != nil {
		return err
	}
	_, err := s.writer(ctx).NewDelete().Model((*visitorKeyRow)(nil)).Where("expires_at <= ?", micros(before)).Exec(ctx)
	return err
}
