package store

import (
	"database/sql/driver"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// lowerAllLetters gives the connections of this program that are made later a LOWER that lowers as PostgreSQL and Go do.
// SQLite's own knows the letters of ASCII alone: "Österreich" would never be found. No index may be made with it, since other
// programs could not read that.
var lowerAllLetters = sync.OnceFunc(func() { sqlite.MustRegisterDeterministicScalarFunction("lower", 1, lower) })

func lower(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	switch text := args[0].(type) {
	case string:
		return strings.ToLower(text), nil
	case []byte:
		return strings.ToLower(string(text)), nil
	}
	return args[0], nil // NULL stays NULL, and a number has no capitals
}
