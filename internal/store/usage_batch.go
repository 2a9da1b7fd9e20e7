package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	endian "encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

// lastUseEvery is the least time between two stored uses of a credential.
const lastUseEvery = time.Minute

type ledgerRow struct {
	bun.BaseModel `bun:"table:ledger,alias:ledger"`

	Identity  string `bun:",pk"`
	Position  int64
	CountedAt int64
}

type seriesRow struct {
	bun.BaseModel `bun:"table:usage_series,alias:usage_series"`

	ID           int64 `bun:",pk"`
	Level        usage.Level
	Team         identity.TeamID
	Application  access.ApplicationID
	Subscription access.SubscriptionID
	Credential   access.CredentialID
	Version      catalog.VersionID
	Environment  string
	Operation    string
}

type countRow struct {
	bun.BaseModel `bun:"table:usage_count,alias:usage_count"`

	Series    int64 `bun:",pk"`
	At        int64 `bun:",pk"`
	Status    int   `bun:",pk"`
	Requests  int64
	Forwarded int64
	BytesIn   int64
	BytesOut  int64
}

type spreadRow struct {
	bun.BaseModel `bun:"table:usage_spread,alias:usage_spread"`

	Series       int64 `bun:",pk"`
	At           int64 `bun:",pk"`
	Status       int   `bun:",pk"`
	Latency      []byte
	Upstream     []byte
	RequestSize  []byte
	ResponseSize []byte
}

// spreadKey identifies a row.
type spreadKey struct {
	series, at int64
	status     int
}

func (r *spreadRow) key() spreadKey { return spreadKey{r.Series, r.At, r.Status} }

// AddUsage implements usage.Store. Nodes take turns, so that none overwrites a sketch that another has just merged.
func (s *Usage) AddUsage(ctx context.Context, batch usage.Batch) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, "usage"); err != nil {
			return err
		}
		for _, add := range []func(context.Context, *usage.Batch) error{
			s.advance, s.addCounts, s.addSpreads, s.mark, s.addUses, s.addQuotas, s.addLines,
		} {
			if err := add(ctx, &batch); err != nil {
				return err
			}
		}
		return nil
	})
}

// advance moves the position of the batch's ledger.
func (s *Usage) advance(ctx context.Context, batch *usage.Batch) error {
	if batch.Ledger == "" {
		return nil
	}
	row := ledgerRow{Identity: batch.Ledger, Position: batch.To, CountedAt: micros(s.now())}
	result, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (identity) DO UPDATE").
		Set("position = EXCLUDED.position").Set("counted_at = EXCLUDED.counted_at").Where("ledger.position = ?", batch.From).Exec(ctx)
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		return errors.Join(err, usage.ErrCounted)
	}
	return nil
}

// LedgerPosition implements usage.Store.
func (s *Usage) LedgerPosition(ctx context.Context, ledger string) (position int64, known bool, err error) {
	var row ledgerRow
	err = s.reader(ctx).NewSelect().Model(&row).Where("identity = ?", ledger).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return row.Position, err == nil, err
}

// seriesID returns the id of a series: 63 bits of a hash. Among a million series two share an id with a probability of
// about one in 18 million.
func seriesID(level usage.Level, series usage.Series) int64 {
	text := make([]byte, 0, 128)
	for _, id := range [][12]byte{series.Team, series.Application, series.Subscription, series.Credential, series.Version} {
		text = append(text, id[:]...)
	}
	text = append(append(append(text, series.Environment...), 0), series.Operation...)
	if level > usage.ByOperation { // those of minutes differ by the credential
		text = append(text, 0, byte(level))
	}
	sum := sha256.Sum256(text)
	return int64(endian.BigEndian.Uint64(sum[:8]) >> 1)
}

// seriesRows collects the series that rows refer to, by id.
type seriesRows map[int64]seriesRow

func (r seriesRows) add(level usage.Level, series usage.Series) int64 {
	id := seriesID(level, series)
	r[id] = seriesRow{
		ID: id, Level: level, Team: series.Team, Application: series.Application, Subscription: series.Subscription,
		Credential: series.Credential, Version: series.Version, Environment: series.Environment, Operation: series.Operation,
	}
	return id
}

func (s *Usage) saveSeries(ctx context.Context, known seriesRows) error {
	if len(known) == 0 {
		return nil
	}
	rows := slices.Collect(maps.Values(known))
	slices.SortFunc(rows, func(a, b seriesRow) int { return cmp.Compare(a.ID, b.ID) })
	_, err := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (id) DO NOTHING").Exec(ctx)
	return err
}

func (s *Usage) addCounts(ctx context.Context, batch *usage.Batch) error {
	known, rows := seriesRows{}, make([]countRow, len(batch.Counts))
	for i := range batch.Counts {
		rows[i] = rowOfCount(known, usage.ByCredential, &batch.Counts[i])
	}
	rows = mergeRows(rows, func(a, b countRow) int {
		return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.At, b.At), cmp.Compare(a.Status, b.Status))
	}, func(into *countRow, row countRow) {
		into.Requests += row.Requests
		into.Forwarded += row.Forwarded
		into.BytesIn += row.BytesIn
		into.BytesOut += row.BytesOut
	})
	if len(rows) == 0 {
		return nil
	}
	if err := s.saveSeries(ctx, known); err != nil {
		return err
	}
	insert := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (series, at, status) DO UPDATE")
	for _, counter := range []string{"requests", "forwarded", "bytes_in", "bytes_out"} {
		insert = insert.Set("? = usage_count.? + EXCLUDED.?", bun.Ident(counter), bun.Ident(counter), bun.Ident(counter))
	}
	_, err := insert.Exec(ctx)
	return err
}

// mergeRows sorts rows and merges those with the same key, because one statement may touch a row only once.
func mergeRows[R any](rows []R, compare func(a, b R) int, merge func(into *R, row R)) []R {
	slices.SortFunc(rows, compare)
	merged := rows[:0]
	for _, row := range rows {
		if last := len(merged) - 1; last >= 0 && compare(merged[last], row) == 0 {
			merge(&merged[last], row)
			continue
		}
		merged = append(merged, row)
	}
	return merged
}

// addSpreads merges distributions with the stored ones. The database cannot merge sketches, so they are read first.
func (s *Usage) addSpreads(ctx context.Context, batch *usage.Batch) error {
	known, rows := seriesRows{}, make([]spreadRow, 0, len(batch.Spreads))
	at := make(map[spreadKey]int, len(batch.Spreads))
	var times []int64
	for i := range batch.Spreads {
		row := rowOfSpread(known, usage.ByOperation, &batch.Spreads[i])
		if i, doubled := at[row.key()]; doubled {
			if err := rows[i].merge(&row); err != nil {
				return err
			}
			continue
		}
		at[row.key()] = len(rows)
		rows = append(rows, row)
		if !slices.Contains(times, row.At) {
			times = append(times, row.At)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.saveSeries(ctx, known); err != nil {
		return err
	}
	var stored []spreadRow
	series := slices.Collect(maps.Keys(known))
	err := s.reader(ctx).NewSelect().Model(&stored).Where("series IN (?)", bun.List(series)).Where("at IN (?)", bun.List(times)).Scan(ctx)
	if err != nil {
		return err
	}
	for i := range stored {
		if at, touched := at[stored[i].key()]; touched {
			if err := rows[at].merge(&stored[i]); err != nil {
				return fmt.Errorf("the stored distributions of %s: %w", instant(stored[i].At).Format(time.RFC3339), err)
			}
		}
	}
	return s.replace(ctx, &rows, spreadTables[usage.Minute], "series, at, status", sketchColumns...)
}

// rowOfCount returns the row of a count and adds its series to the known ones.
func rowOfCount(known seriesRows, level usage.Level, count *usage.Count) countRow {
	return countRow{
		Series: known.add(level, count.Series), At: micros(count.At), Status: count.Status,
		Requests: count.Requests, Forwarded: count.Forwarded, BytesIn: count.BytesIn, BytesOut: count.BytesOut,
	}
}

// rowOfSpread returns the row of a distribution and adds its series to the known ones.
func rowOfSpread(known seriesRows, level usage.Level, spread *usage.Spread) spreadRow {
	return spreadRow{
		Series: known.add(level, spread.Series), At: micros(spread.At), Status: spread.Status,
		Latency: spread.Latency, Upstream: spread.Upstream, RequestSize: spread.RequestSize, ResponseSize: spread.ResponseSize,
	}
}

func (r *spreadRow) merge(other *spreadRow) error {
	for _, pair := range []struct {
		into *[]byte
		from []byte
	}{
		{&r.Latency, other.Latency}, {&r.Upstream, other.Upstream},
		{&r.RequestSize, other.RequestSize}, {&r.ResponseSize, other.ResponseSize},
	} {
		merged, err := usage.MergeSketches(*pair.into, pair.from)
		if err != nil {
			return err
		}
		*pair.into = merged
	}
	return nil
}

type lastUseRow struct {
	bun.BaseModel `bun:"table:usage_credential,alias:usage_credential"`

	Credential access.CredentialID `bun:",pk"`
	LastAt     int64
}

type addressRow struct {
	bun.BaseModel `bun:"table:usage_address,alias:usage_address"`

	Credential access.CredentialID `bun:",pk"`
	Address    string              `bun:",pk"`
	LastAt     int64
}

// addUses stores the last uses. It leaves a stored use that is less than a minute older, so that a busy key costs one
// write a minute.
func (s *Usage) addUses(ctx context.Context, batch *usage.Batch) error {
	if len(batch.Uses) == 0 {
		return nil
	}
	latest := map[access.CredentialID]int64{}
	addresses := make([]addressRow, 0, len(batch.Uses))
	for _, use := range batch.Uses {
		at := micros(use.At)
		latest[use.Credential] = max(latest[use.Credential], at)
		addresses = append(addresses, addressRow{Credential: use.Credential, Address: use.Address, LastAt: at})
	}
	addresses = mergeRows(addresses, func(a, b addressRow) int {
		return cmp.Or(slices.Compare(a.Credential[:], b.Credential[:]), cmp.Compare(a.Address, b.Address))
	}, func(into *addressRow, row addressRow) { into.LastAt = max(into.LastAt, row.LastAt) })
	rows := make([]lastUseRow, 0, len(latest))
	for credential, at := range latest {
		rows = append(rows, lastUseRow{Credential: credential, LastAt: at})
	}
	const every = int64(lastUseEvery / time.Microsecond)
	_, err := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (credential) DO UPDATE").
		Set("last_at = EXCLUDED.last_at").Where("usage_credential.last_at + ? <= EXCLUDED.last_at", every).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = s.writer(ctx).NewInsert().Model(&addresses).On("CONFLICT (credential, address) DO UPDATE").
		Set("last_at = EXCLUDED.last_at").Where("usage_address.last_at + ? <= EXCLUDED.last_at", every).Exec(ctx)
	return err
}

func (s *Usage) addQuotas(ctx context.Context, batch *usage.Batch) error {
	if len(batch.Increments) == 0 {
		return nil
	}
	rows := make([]quotaRow, len(batch.Increments))
	for i, increment := range batch.Increments {
		key := increment.Key
		rows[i] = quotaRow{Subject: key.Subject, Meter: key.Meter, Span: key.Window, BeginsAt: micros(increment.Start), Used: increment.Add}
	}
	rows = mergeRows(rows, func(a, b quotaRow) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Span, b.Span), cmp.Compare(a.BeginsAt, b.BeginsAt))
	}, func(into *quotaRow, row quotaRow) { into.Used += row.Used })
	_, err := s.writer(ctx).NewInsert().Model(&rows).On("CONFLICT (subject, meter, span, begins_at) DO UPDATE").
		Set("used = quota.used + EXCLUDED.used").Exec(ctx)
	return err
}
