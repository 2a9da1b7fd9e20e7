package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// keptFolder holds the counted portals, which take long to fill, between runs.
const keptFolder = ".cache/usage"

// keptPortal is a counted portal on one database.
type keptPortal struct {
	*store.DB

	name, url string
	// at is when it was filled.
	at time.Time
}

// openKept opens the counted portal of a database, and fills it first if it is new.
func openKept(ctx context.Context, name string) (*keptPortal, error) {
	folder, err := filepath.EvalSymlinks(filepath.Dir(keptFolder))
	if err != nil {
		return nil, err
	}
	folder = filepath.Join(folder, filepath.Base(keptFolder), name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	kept := &keptPortal{name: name, url: "sqlite:" + filepath.Join(folder, "portico.db")}
	if name == "PostgreSQL" {
		if kept.url, err = testkit.KeptPostgres(filepath.Join(folder, "data")); err != nil {
			return nil, err
		}
	}
	ringPath := filepath.Join(folder, "keyring")
	ring, err := sealed.Load(ringPath)
	if errors.Is(err, os.ErrNotExist) {
		ring, err = sealed.Generate(ringPath, clock.Now())
	}
	if err != nil {
		return nil, err
	}
	if kept.DB, err = store.Open(ctx, store.Config{URL: kept.url, Now: clock.Now, Ring: ring}); err != nil {
		return nil, err
	}
	if err := kept.fillOnce(ctx, filepath.Join(folder, "filled")); err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	return kept, nil
}

// fillOnce fills a new portal, and sums up what is not summed up yet. The file says when it was filled.
func (k *keptPortal) fillOnce(ctx context.Context, filled string) error {
	text, err := os.ReadFile(filled)
	switch {
	case err == nil:
		if k.at, err = time.Parse(time.RFC3339, string(text)); err != nil {
			return err
		}
	case errors.Is(err, os.ErrNotExist):
		if err := k.fill(ctx); err != nil {
			return err
		}
		if err := os.WriteFile(filled, []byte(k.at.Format(time.RFC3339)), 0o600); err != nil {
			return err
		}
	default:
		return err
	}
	began := clock.Now()
	service := usage.New(usage.Config{Store: k.Usage(), Now: func() time.Time { return k.at }})
	if err := service.RollUp(identity.With(ctx, identity.SystemPrincipal("bench"))); err != nil {
		return err
	}
	if took := clock.Now().Sub(began); took > time.Second {
		_, _ = fmt.Fprintf(os.Stderr, "%s: hours and days were summed up in %s\n", k.name, took)
		return k.analyse(ctx)
	}
	return nil
}

// fill fills a new portal. That on PostgreSQL is a copy of that on SQLite.
func (k *keptPortal) fill(ctx context.Context) error {
	if k.name == "PostgreSQL" {
		return k.copyFrom(ctx)
	}
	k.at = clock.Now().UTC().Truncate(time.Second)
	into, err := openSQLiteBulk(strings.TrimPrefix(k.url, "sqlite:"))
	if err != nil {
		return err
	}
	return errors.Join(fillCounted(ctx, k.DB, into, k.at), into.Close())
}

func (k *keptPortal) copyFrom(ctx context.Context) error {
	original, err := openKept(ctx, "SQLite")
	if err != nil {
		return err
	}
	k.at = original.at
	from, err := openSQLiteBulk(strings.TrimPrefix(original.url, "sqlite:"))
	if err == nil {
		err = errors.Join(from.copyTo(ctx, k.url), from.Close())
	}
	if err := errors.Join(err, original.Close()); err != nil {
		return err
	}
	return k.analyse(ctx)
}

// analyse updates the planner's statistics of PostgreSQL, which autovacuum would do.
func (k *keptPortal) analyse(ctx context.Context) error {
	if k.name != "PostgreSQL" {
		return nil
	}
	db, err := sql.Open("pgx", k.url)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM ANALYZE")
	return errors.Join(err, db.Close())
}

// analysed is a query that the counted portal answers.
type analysed struct {
	what string
	as   identity.Principal
	// most is the target in milliseconds on SQLite and on PostgreSQL.
	most    [2]float64
	queries []usage.Query
}

// measureUsage measures queries over 10 million counted minutes. The first ones fill the caches of the database.
func measureUsage(ctx context.Context, settings settings) ([]figure, error) {
	var figures []figure
	for i, name := range []string{"SQLite", "PostgreSQL"} {
		kept, err := openKept(ctx, name)
		if err != nil {
			return nil, err
		}
		service := usage.New(usage.Config{Store: kept.Usage(), Now: func() time.Time { return kept.at }})
		asked, err := kept.asked(ctx)
		for _, one := range asked {
			took := figure{what: one.what + ", p95, " + name, unit: " ms", most: one.most[i]}
			for range settings.rounds {
				p95, failed := one.p95(ctx, service)
				err = errors.Join(err, failed)
				took.rounds = append(took.rounds, p95)
			}
			figures = append(figures, took)
		}
		if err := errors.Join(err, kept.Close()); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// answeredPerRound is how often a query is answered in a round, whose second slowest time is the p95.
const answeredPerRound = 20

func (a analysed) p95(ctx context.Context, service *usage.Service) (float64, error) {
	var took []float64
	for range answeredPerRound {
		began := clock.Now()
		for _, query := range a.queries {
			result, err := service.Analyse(identity.With(ctx, a.as), query)
			if err != nil || len(result.Rows) == 0 {
				return 0, fmt.Errorf("%s returned %d rows: %w", a.what, len(result.Rows), err)
			}
		}
		took = append(took, clock.Now().Sub(began).Seconds()*1000)
	}
	slices.Sort(took)
	return took[answeredPerRound-2], nil
}

func (k *keptPortal) asked(ctx context.Context) ([]analysed, error) {
	team, err := k.largestTeam(ctx)
	if err != nil {
		return nil, err
	}
	staff, member := identity.SystemPrincipal("bench"), identity.Principal{Account: identity.AccountID{1}, Team: team, Role: identity.Member}
	today := k.at.Truncate(24 * time.Hour)
	byVersion := func(since time.Time) []usage.Query {
		return []usage.Query{{
			Since: since, Until: k.at, Metrics: []usage.Metric{usage.Requests, usage.LatencyP99}, AllTeams: true,
			Dimensions: []usage.Dimension{usage.ByTime, usage.OfVersion}, Bucket: 24 * time.Hour,
		}}
	}
	page := func(days int) []usage.Query {
		counts := []usage.Metric{usage.Requests, usage.Forwarded}
		latencies := slices.Concat(counts, []usage.Metric{usage.LatencyP50, usage.LatencyP95, usage.LatencyP99})
		everything := slices.Concat(latencies, []usage.Metric{usage.UpstreamP50, usage.UpstreamP95, usage.UpstreamP99})
		base := usage.Query{Since: today.AddDate(0, 0, 1-days), Until: k.at, Metrics: counts}
		with := func(metrics []usage.Metric, dimensions ...usage.Dimension) usage.Query {
			query := base
			query.Metrics, query.Dimensions, query.Bucket = metrics, dimensions, 24*time.Hour
			return query
		}
		return []usage.Query{
			with(everything), with(latencies, usage.ByTime), with(latencies, usage.OfOperation), with(counts, usage.OfApplication),
			with(counts, usage.OfVersion), with(counts, usage.OfStatus), with(counts, usage.OfEnvironment),
		}
	}
	most := [2]float64{200, 100}
	return []analysed{
		{"staff, by version and UTC day, 90 days", staff, most, byVersion(today.AddDate(0, 0, 1-countedDays))},
		{"staff, by version and day elsewhere, 90 days", staff, most, byVersion(today.AddDate(0, 0, 1-countedDays).Add(-time.Hour))},
		{"usage of a team, 7 days", member, [2]float64{150, 150}, page(7)},
		{"usage of a team, 30 days", member, [2]float64{150, 150}, page(30)},
		{"usage of a team, 90 days", member, [2]float64{150, 150}, page(countedDays)},
	}, nil
}

// largestTeam returns the team with the most applications.
func (k *keptPortal) largestTeam(ctx context.Context) (identity.TeamID, error) {
	db, err := sql.Open(map[string]string{"SQLite": "sqlite", "PostgreSQL": "pgx"}[k.name], strings.TrimPrefix(k.url, "sqlite:"))
	if err != nil {
		return identity.TeamID{}, err
	}
	var text string
	err = db.QueryRowContext(ctx, "SELECT team FROM application GROUP BY team ORDER BY COUNT(*) DESC LIMIT 1").Scan(&text)
	if err := errors.Join(err, db.Close()); err != nil {
		return identity.TeamID{}, err
	}
	return id.Parse[identity.TeamID](text)
}
