package store

import (
	"database/sql/driver"
	"strings"

	"modernc.org/sqlite"
)

// SQLite's own LOWER knows the capitals of ASCII alone, so that nobody would find Österreich by its name. No index leans on it.
func init() {
	sqlite.MustRegisterDeterministicScalarFunction("lower", 1, func(_ *sqlite.FunctionContext, arguments []driver.Value) (driver.Value, error) {
		switch text := arguments[0].(type) {
		case string:
			return strings.ToLower(text), nil
		case []byte:
			return strings.ToLower(string(text)), nil
		default:
			return text, nil
		}
	})
}
