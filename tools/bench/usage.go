package main

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// addCalls adds calls of the current minute to a batch.
func addCalls(to *usage.Batch, series usage.Series, calls int64) {
	now := clock.Now()
	to.Counts = append(to.Counts, usage.Count{Series: series, At: now.Truncate(time.Minute), Status: 200, Requests: calls, Forwarded: calls})
	to.Uses = append(to.Uses, usage.Use{Credential: series.Credential, Address: "192.0.2.1", At: now})
}

// addUsage stores a batch in parts, as the gateway does.
func addUsage(ctx context.Context, to *store.Usage, batch usage.Batch) error {
	for counts := range slices.Chunk(batch.Counts, 500) {
		if err := to.AddUsage(ctx, usage.Batch{Counts: counts}); err != nil {
			return err
		}
	}
	for uses := range slices.Chunk(batch.Uses, 500) {
		if err := to.AddUsage(ctx, usage.Batch{Uses: uses}); err != nil {
			return err
		}
	}
	return nil
}
