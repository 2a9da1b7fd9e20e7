package store

import (
	"database/sql/driver"
	"strings"

	"modernc.org/sqlite"
)

// SQLite's LOWER handles only ASCII, so a search for österreich would not find Österreich. No index may use this
// function.
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
