package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/gateway/meter"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/usage/ledger"
)

const (
	activeKeys     = 100_000
	callsPerSecond = 3000
	// flushedEvery is the gateway's own interval.
	flushedEvery = time.Second
	recordedFor  = time.Minute
)

// measureCounting measures how old calls become before they are counted, and the transactions that count them, with
// 100,000 keys that are called one after another.
func measureCounting(ctx context.Context, _ settings) ([]figure, error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	postgres, err := testkit.MeasuredPostgres(ctx)
	if err != nil {
		return nil, err
	}
	var figures []figure
	for _, database := range []struct{ name, url string }{
		{"SQLite", "sqlite:" + filepath.Join(folder, "portico.db")}, {"PostgreSQL", postgres},
	} {
		measured, err := countOn(ctx, database.url, filepath.Join(folder, database.name))
		if err != nil {
			return nil, err
		}
		for _, one := range measured {
			one.what += ", " + database.name
			figures = append(figures, one)
		}
	}
	return figures, nil
}

// timed is a usage service whose transactions are timed.
type timed struct {
	*usage.Service

	took []float64 // in milliseconds
}

func (t *timed) Record(ctx context.Context, batch usage.Batch) error {
	began := clock.Now()
	err := t.Service.Record(ctx, batch)
	t.took = append(t.took, clock.Now().Sub(began).Seconds()*1000)
	return err
}

func countOn(ctx context.Context, url, ledgers string) (_ []figure, err error) {
	db, err := store.Open(ctx, store.Config{URL: url, Now: clock.Now})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	into := &timed{Service: usage.New(usage.Config{Store: db.Usage(), Now: clock.Now})}
	counting := meter.New(meter.Config{
		Ledger: ledger.Open(ledgers), Usage: into, Stored: func(context.Context, []usage.Increment, bool) {},
		Logger: slog.Default(), Now: clock.Now,
	})
	recording, stop := context.WithTimeout(ctx, recordedFor)
	defer stop()
	go recordCalls(recording, counting)
	age := figure{what: fmt.Sprintf("age of the oldest uncounted call, %d keys", activeKeys), unit: " s", most: 5}
	previous := time.Duration(0)
	for recording.Err() == nil {
		began := clock.Now()
		if err := counting.Flush(ctx); err != nil {
			return nil, err
		}
		// A flush counts what was recorded before it: the oldest call waits from the start of one flush to the end of the
		// next, which begins late if the first takes long.
		took := clock.Now().Sub(began)
		age.rounds = append(age.rounds, (max(flushedEvery, previous) + took).Seconds())
		previous = took
		time.Sleep(flushedEvery - took)
	}
	age.rounds = []float64{slices.Max(age.rounds)}
	slices.Sort(into.took)
	share := func(what string, share float64, most float64) figure {
		return figure{what: "transaction of a flush, " + what, unit: " ms", most: most, rounds: []float64{into.took[int(share*float64(len(into.took)-1))]}}
	}
	figures := []figure{age, share("median", 0.5, 50), share("p95", 0.95, 50), share("longest", 1, 0)}
	return figures, counting.Close(ctx)
}

// recordCalls records calls with each key in turn. Each key has a quota.
func recordCalls(ctx context.Context, to *meter.Meter) {
	now := clock.Now()
	charges := make([][]byte, activeKeys)
	version := id.New[catalog.VersionID](now)
	for i := range charges {
		charge := usage.Charge{
			Team: id.New[identity.TeamID](now), Application: id.New[access.ApplicationID](now), Version: version,
			Subscription: id.New[access.SubscriptionID](now), Credential: id.New[access.CredentialID](now), Environment: "production",
		}
		charge.Quotas = []usage.QuotaKey{{Subject: "subscription:" + charge.Subscription.Hex(), Meter: "calls", Window: "month"}}
		charges[i] = charge.Encode()
	}
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	began := clock.Now()
	for number := 0; ctx.Err() == nil; number++ {
		at := clock.Now()
		if ahead := time.Duration(number)*time.Second/callsPerSecond - at.Sub(began); ahead > 0 {
			time.Sleep(ahead)
		}
		to.Record(charges[number%activeKeys], &usage.Call{
			Began: at, Took: time.Duration(1+number%100) * time.Millisecond, Upstream: time.Duration(number%100) * time.Millisecond,
			Status: 200, Forwarded: true, BytesIn: 100, BytesOut: 1000, Operation: "list-things", Address: "192.0.2.1", Windows: []time.Time{month},
		})
	}
}
