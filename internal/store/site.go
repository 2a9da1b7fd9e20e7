package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/site"
)

var _ site.Store = (*Site)(nil)

// Site stores the portal's settings.
type Site struct{ *DB }

// Site returns the store of the portal's settings.
func (db *DB) Site() *Site { return &Site{db} }

type siteRow struct {
	bun.BaseModel `bun:"table:site"`

	ID       int64 `bun:",pk"`
	Settings string
}

type siteImageRow struct {
	bun.BaseModel `bun:"table:site_image"`

	Hash    string `bun:",pk"`
	Content []byte
}

// Settings implements site.Store.
func (s *Site) Settings(ctx context.Context) (site.Settings, bool, error) {
	var row siteRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("id = 1").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return site.Settings{}, false, nil
	}
	if err != nil {
		return site.Settings{}, false, err
	}
	settings, err := restore[site.Settings](row.Settings)
	return settings, err == nil, err
}

// SaveSettings implements site.Store.
func (s *Site) SaveSettings(ctx context.Context, settings site.Settings) error {
	text, err := structure(settings)
	if err != nil {
		return err
	}
	_, err = s.writer(ctx).NewInsert().Model(&siteRow{ID: 1, Settings: text}).
		On("CONFLICT (id) DO UPDATE").Set("settings = EXCLUDED.settings").Exec(ctx)
	return err
}

// SaveImage implements site.Store.
func (s *Site) SaveImage(ctx context.Context, hash string, content []byte) error {
	_, err := s.writer(ctx).NewInsert().Model(&siteImageRow{Hash: hash, Content: content}).On("CONFLICT (hash) DO NOTHING").Exec(ctx)
	return err
}

// ImageContent implements site.Store.
func (s *Site) ImageContent(ctx context.Context, hash string) ([]byte, error) {
	var row siteImageRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("hash = ?", hash).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return row.Content, err
}

// DropImages implements site.Store.
func (s *Site) DropImages(ctx context.Context, kept ...string) error {
	_, err := s.writer(ctx).NewDelete().Model((*siteImageRow)(nil)).Where("hash NOT IN ?", bun.Tuple(kept)).Exec(ctx)
	return err
}
