package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/portico-api/portico/internal/platform/fault"
)

// isUnique reports whether a write was refused because it would double what must be unique.
func isUnique(err error) bool {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused.Code == "23505"
	}
	code, known := sqliteCode(err)
	return known && (code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// isBusy reports whether another process or connection held what was wanted on SQLite.
func isBusy(err error) bool {
	code, known := sqliteCode(err)
	return known && code&0xff == sqlite3.SQLITE_BUSY
}

// sqliteCode is the extended result code of a refusal by SQLite.
func sqliteCode(err error) (int, bool) {
	if refused, ok := errors.AsType[*sqlite.Error](err); ok {
		return refused.Code(), true
	}
	return 0, false
}

// missing turns the empty result into the domain's answer and leaves every other error to classify.
func missing(err error, noun string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(noun)
	}
	return classify(err)
}

// classify names the failures of the database itself, about which the client can do nothing but try again, and tells the
// operator what to do about them. What the domain has classified, and what is a mistake in a statement, stays as it is.
func classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, classified := errors.AsType[*fault.Error](err); classified {
		return err
	}
	if _, failed := errors.AsType[*pgconn.ConnectError](err); failed { // whatever the server gave as its reason
		return unavailable(err)
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		// Connections (08), resources such as the disk (53), intervention such as a shutdown (57), the system (58).
		if class := refused.Code[:min(2, len(refused.Code))]; class == "08" || class == "53" || class == "57" || class == "58" {
			return unavailable(err)
		}
		return err
	}
	if code, ok := sqliteCode(err); ok {
		if sqliteAdvice(code) == "" {
			return err
		}
		return unavailable(err)
	}
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable(err)
	}
	return err
}

// sqliteAdvice says what an operator can do about a result code, and nothing for the codes that a statement earns.
func sqliteAdvice(code int) string {
	switch code & 0xff { // the primary result code
	case sqlite3.SQLITE_FULL:
		return "the disk is full: make room in the data directory"
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return "the database file is damaged or is no portico database: put a backup in its place with portico restore"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return "the data directory cannot be written: let the user that runs portico write it and every file in it"
	case sqlite3.SQLITE_IOERR:
		return "the disk failed: look at the system's log"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another program holds the database"
	}
	return ""
}

// unavailable tells the client to try again, and whoever reads the log or the terminal what to do about it.
func unavailable(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if code, ok := sqliteCode(err); ok {
		if advice := sqliteAdvice(code); advice != "" {
			err = fmt.Errorf("%s: %w", advice, err)
		}
	}
	return fault.Wrap(fault.Unavailable, "database_unavailable", "The portal's database does not answer. Please try again in a moment.", err)
}

// opening explains why a database could not be opened, to the operator who reads it on the terminal.
func opening(url string, err error) error {
	where := "the database"
	if path, isFile := strings.CutPrefix(url, "sqlite:"); isFile {
		path, _, _ = strings.Cut(path, "?")
		where = "the database " + path
	}
	if code, ok := sqliteCode(err); ok {
		if advice := sqliteAdvice(code); advice != "" {
			return fmt.Errorf("open %s: %s: %w", where, advice, err)
		}
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("open %s: %s: %w", where, sqliteAdvice(sqlite3.SQLITE_READONLY), err)
	}
	return fmt.Errorf("open %s: %w", where, err)
}
