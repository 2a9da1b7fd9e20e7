package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// slowestPage is the target for a page of a list in milliseconds.
const slowestPage = 20

// list is a list that people or clients read page by page.
type list struct {
	what string
	// things is its number of items. If they fill more than one page, the last page is measured too.
	things int
	// read loads one page and returns its number of items.
	read func(request page.Request) (int, error)
}

// stocked is a database filled for a measurement.
type stocked struct {
	*store.DB
	ring *sealed.Ring
}

// shelf is a measurement of lists: fill fills an empty database in one transaction, and lists returns the lists to
// read.
type shelf struct {
	fill  func(ctx context.Context, db stocked) error
	lists func(ctx context.Context, db stocked) ([]list, error)
}

// measure measures the first and the last page of each list on SQLite and on PostgreSQL.
func (s shelf) measure(ctx context.Context, settings settings) ([]figure, error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	ring, err := sealed.Generate(filepath.Join(folder, "keyring"), clock.Now())
	if err != nil {
		return nil, err
	}
	postgres, err := testkit.MeasuredPostgres(ctx)
	if err != nil {
		return nil, err
	}
	var figures []figure
	for _, database := range []struct{ name, url string }{
		{"SQLite", "sqlite:" + filepath.Join(folder, "portico.db")}, {"PostgreSQL", postgres},
	} {
		db, err := store.Open(ctx, store.Config{URL: database.url, Now: clock.Now, Ring: ring})
		if err != nil {
			return nil, err
		}
		measured, err := s.measureOn(ctx, settings, stocked{db, ring}, database.url)
		if err := errors.Join(err, db.Close()); err != nil {
			return nil, err
		}
		for _, one := range measured {
			one.what += ", " + database.name
			figures = append(figures, one)
		}
	}
	return figures, nil
}

func (s shelf) measureOn(ctx context.Context, settings settings, db stocked, url string) ([]figure, error) {
	if err := db.InTx(ctx, func(ctx context.Context) error { return s.fill(ctx, db) }); err != nil {
		return nil, err
	}
	if strings.HasPrefix(url, "postgres:") {
		if err := analyze(ctx, url); err != nil {
			return nil, err
		}
	}
	lists, err := s.lists(ctx, db)
	if err != nil {
		return nil, err
	}
	var figures []figure
	for _, one := range lists {
		first, err := measurePage(settings, one, 1)
		if err != nil {
			return nil, err
		}
		figures = append(figures, first)
		if pages := (one.things + page.DefaultSize - 1) / page.DefaultSize; pages > 1 {
			last, err := measurePage(settings, one, pages)
			if err != nil {
				return nil, err
			}
			figures = append(figures, last)
		}
	}
	return figures, nil
}

func measurePage(settings settings, one list, number int) (figure, error) {
	took := figure{what: fmt.Sprintf("%s, page %d", one.what, number), unit: " ms", most: slowestPage}
	for range settings.rounds {
		began := time.Now()
		items, err := one.read(page.Request{Number: number})
		took.rounds = append(took.rounds, float64(time.Since(began).Microseconds())/1000)
		if err != nil || items == 0 {
			return figure{}, fmt.Errorf("%s returned %d items: %w", took.what, items, err)
		}
	}
	return took, nil
}

// analyze updates the planner's statistics, which autovacuum would do within a minute.
func analyze(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "ANALYZE")
	return errors.Join(err, db.Close())
}
