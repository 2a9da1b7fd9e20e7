package store

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5/stdlib"
)

// connector creates the connections to PostgreSQL. It classifies connection failures for all statements of the package,
// because any read outside of a transaction can meet one.
type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	return connection{made.(*stdlib.Conn)}, nil //nolint:forcetypeassert // the connector is stdlib's
}

type connection struct{ *stdlib.Conn }

// QueryContext implements driver.QueryerContext.
func (c connection) QueryContext(ctx context.Context, query string, arguments []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, query, arguments)
	return rows, classify(err)
}

// ExecContext implements driver.ExecerContext.
func (c connection) ExecContext(ctx context.Context, query string, arguments []driver.NamedValue) (driver.Result, error) {
	result, err := c.Conn.ExecContext(ctx, query, arguments)
	return result, classify(err)
}
