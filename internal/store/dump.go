package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/platform/fault"
)

// chunkSize is the approximate number of bytes per chunk.
const chunkSize = 4 << 20

// Chunk is a part of a table: its columns, then its rows, one JSON array per line. Byte strings are base64 within an
// object, so that a chunk can be loaded into either database.
type Chunk struct {
	Table string
	Rows  []byte
}

// SchemaVersion returns the version of the schema that this program reads and writes.
func (db *DB) SchemaVersion(ctx context.Context) (int64, error) {
	var version int64
	err := db.read.NewRaw("SELECT MAX(version_id) FROM "+goose.DefaultTablename).Scan(ctx, &version)
	return version, err
}

// Dump yields a consistent snapshot of all tables in chunks, while others read and write. It holds one chunk in memory.
func (db *DB) Dump(ctx context.Context, take func(Chunk) error) error {
	snapshot, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: db.postgres, Isolation: db.snapshotLevel()})
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = snapshot.Rollback() }()
	tables, err := db.tables(ctx, snapshot)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := dumpTable(ctx, snapshot, table, take); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	return nil
}

func (db *DB) snapshotLevel() sql.IsolationLevel {
	if db.postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault // a read transaction of SQLite is a snapshot
}

// tables lists the product's own tables in an order in which their rows can be loaded.
func (db *DB) tables(ctx context.Context, from bun.IDB) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
	if db.postgres {
		query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY oid"
	}
	var names []string
	if err := from.NewRaw(query).Scan(ctx, &names); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return name == goose.DefaultTablename || strings.HasPrefix(name, searchIndex)
	}), nil
}

func dumpTable(ctx context.Context, from bun.IDB, table string, take func(Chunk) error) (err error) {
	rows, err := from.QueryContext(ctx, "SELECT * FROM "+quoted(table))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	header, err := headerOf(columns)
	if err != nil {
		return err
	}
	chunk := bytes.NewBuffer(append(slices.Clone(header), '\n'))
	for rows.Next() {
		line, err := scanLine(rows, columns)
		if err != nil {
			return err
		}
		chunk.Write(line)
		if chunk.Len() < chunkSize {
			continue
		}
		if err := take(Chunk{table, chunk.Bytes()}); err != nil {
			return err
		}
		chunk = bytes.NewBuffer(append(slices.Clone(header), '\n'))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return take(Chunk{table, chunk.Bytes()})
}

type binary struct {
	Bytes []byte `json:"bytes"`
}

func headerOf(columns []*sql.ColumnType) ([]byte, error) {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name()
	}
	return json.Marshal(names)
}

func scanLine(rows *sql.Rows, columns []*sql.ColumnType) ([]byte, error) {
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	for i, value := range values {
		switch stored := value.(type) {
		case []byte:
			values[i] = binary{stored}
		case int64:
			if columns[i].DatabaseTypeName() == "BOOLEAN" { // SQLite keeps truth as a number
				values[i] = stored != 0
			}
		}
	}
	line, err := json.Marshal(values)
	return append(line, '\n'), err
}

// Load loads all chunks of next into an empty installation in one transaction; next returns false at the end.
func (db *DB) Load(ctx context.Context, next func() (Chunk, bool, error)) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		known, err := db.tables(ctx, db.writer(ctx))
		if err != nil {
			return err
		}
		if err := db.refuseUsed(ctx); err != nil {
			return err
		}
		for _, table := range slices.Backward(known) { // what the migrations themselves have put there
			if _, err := db.writer(ctx).ExecContext(ctx, "DELETE FROM "+quoted(table)); err != nil {
				return err
			}
		}
		for {
			chunk, more, err := next()
			if err != nil || !more {
				return err
			}
			if !slices.Contains(known, chunk.Table) {
				return fmt.Errorf("the backup has a table %q that this program does not know", chunk.Table)
			}
			if err := db.loadChunk(ctx, chunk); err != nil {
				return fmt.Errorf("table %s: %w", chunk.Table, err)
			}
		}
	})
}

// refuseUsed rejects a restore into a database with data, or one whose change log a node follows.
func (db *DB) refuseUsed(ctx context.Context) error {
	var used int
	const query = "SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM product) + (SELECT COUNT(*) FROM change_log)"
	if err := db.reader(ctx).NewRaw(query).Scan(ctx, &used); err != nil {
		return err
	}
	if used > 0 {
		return fault.New(fault.Precondition, "not_empty", "This installation is in use already. Restore into an empty data directory or an empty database.")
	}
	return nil
}

func (db *DB) loadChunk(ctx context.Context, chunk Chunk) error {
	decoder := json.NewDecoder(bytes.NewReader(chunk.Rows))
	decoder.UseNumber()
	var columns []string
	if err := decoder.Decode(&columns); err != nil {
		return err
	}
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = quoted(column)
	}
	insert := "INSERT INTO " + quoted(chunk.Table) + " (" + strings.Join(names, ", ") + ") VALUES (" +
		strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	for decoder.More() {
		var stored []json.RawMessage
		if err := decoder.Decode(&stored); err != nil {
			return err
		}
		if len(stored) != len(columns) {
			return fmt.Errorf("a row has %d values for %d columns", len(stored), len(columns))
		}
		values := make([]any, len(stored))
		for i, text := range stored {
			value, err := loadValue(text)
			if err != nil {
				return err
			}
			values[i] = value
		}
		if _, err := db.writer(ctx).ExecContext(ctx, insert, values...); err != nil {
			return err
		}
	}
	return nil
}

func loadValue(text json.RawMessage) (any, error) {
	if bytes.HasPrefix(text, []byte("{")) {
		var value binary
		err := json.Unmarshal(text, &value)
		return value.Bytes, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if number, isNumber := value.(json.Number); isNumber {
		if whole, err := number.Int64(); err == nil {
			return whole, nil
		}
		return number.Float64()
	}
	return value, nil
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
