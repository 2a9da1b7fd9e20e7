package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// table is what is inserted at once.
type table struct {
	name    string
	columns []string
	rows    int
	// row sets the values of a row.
	row func(number int, values []any)
}

// insertedAtOnce is the number of rows of one statement.
const insertedAtOnce = 500

// sqliteBulk writes to SQLite past the product, many rows at once.
type sqliteBulk struct{ *sql.DB }

func openSQLiteBulk(path string) (sqliteBulk, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(0)&_pragma=cache_size(-1000000)&_pragma=busy_timeout(10000)")
	if err != nil {
		return sqliteBulk{}, err
	}
	db.SetMaxOpenConns(1)
	return sqliteBulk{db}, nil
}

// without drops indexes, runs fn, and creates them again.
func (b sqliteBulk) without(ctx context.Context, indexes []string, fn func() error) error {
	var again []string
	for _, index := range indexes {
		var create string
		if err := b.QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE name = ?", index).Scan(&create); err != nil {
			return err
		}
		again = append(again, create)
		if _, err := b.ExecContext(ctx, "DROP INDEX "+index); err != nil {
			return err
		}
	}
	err := fn()
	for _, create := range again {
		if err == nil {
			_, err = b.ExecContext(ctx, create)
		}
	}
	return err
}

// insert inserts the rows of tables in one transaction.
func (b sqliteBulk) insert(ctx context.Context, tables ...table) error {
	tx, err := b.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, rows := range tables {
		one := "(" + strings.Repeat("?, ", len(rows.columns)-1) + "?)"
		for number := 0; number < rows.rows; {
			some := min(insertedAtOnce, rows.rows-number)
			values := make([]any, some*len(rows.columns))
			for i := range some {
				rows.row(number, values[i*len(rows.columns):(i+1)*len(rows.columns)])
				number++
			}
			statement := "INSERT INTO " + rows.name + " (" + strings.Join(rows.columns, ", ") + ") VALUES " + strings.Repeat(one+", ", some-1) + one
			if _, err := tx.ExecContext(ctx, statement, values...); err != nil {
				return fmt.Errorf("table %s: %w", rows.name, err)
			}
		}
	}
	return tx.Commit()
}

// copiedTables are the tables of a counted portal, in an order in which their rows can be inserted.
var copiedTables = []string{
	"team", "strategy", "product", "version", "application", "usage_series", "usage_count", "usage_spread",
	"usage_hour_count", "usage_hour_spread", "usage_day_count", "usage_day_spread", "usage_mark",
}

// copyTo copies the tables into an empty PostgreSQL database with the same schema.
func (b sqliteBulk) copyTo(ctx context.Context, url string) error {
	to, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close(ctx) }()
	for _, name := range copiedTables {
		if err := b.copyTable(ctx, to, name); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

func (b sqliteBulk) copyTable(ctx context.Context, to *pgx.Conn, name string) error {
	kinds, err := kindsOf(ctx, to, name)
	if err != nil {
		return err
	}
	if _, err := to.Exec(ctx, "TRUNCATE "+name+" CASCADE"); err != nil {
		return err
	}
	rows, err := b.QueryContext(ctx, "SELECT * FROM "+name)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	_, err = to.CopyFrom(ctx, pgx.Identifier{name}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, value := range values {
			if number, is := value.(int64); is && kinds[columns[i]] == "boolean" {
				values[i] = number != 0
			}
		}
		return values, nil
	}))
	return errors.Join(err, rows.Close())
}

// kindsOf returns the types of the columns of a table.
func kindsOf(ctx context.Context, in *pgx.Conn, table string) (map[string]string, error) {
	rows, err := in.Query(ctx, "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1", table)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{}
	var column, kind string
	_, err = pgx.ForEachRow(rows, []any{&column, &kind}, func() error {
		kinds[column] = kind
		return nil
	})
	return kinds, err
}
