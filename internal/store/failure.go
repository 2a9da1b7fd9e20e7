package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/portico-api/portico/internal/platform/fault"
)

// isUnique reports whether a write violated a unique constraint.
func isUnique(err error) bool {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused.Code == "23505"
	}
	code, known := sqliteCode(err)
	return known && (code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// isBusy reports whether another process or connection had locked the SQLite database.
func isBusy(err error) bool {
	code, known := sqliteCode(err)
	return known && code&0xff == sqlite3.SQLITE_BUSY
}

// sqliteCode returns the extended result code of an SQLite error.
func sqliteCode(err error) (int, bool) {
	if refused, ok := errors.AsType[*sqlite.Error](err); ok {
		return refused.Code(), true
	}
	return 0, false
}

// missing turns sql.ErrNoRows into the domain's error and passes all other errors to classify.
func missing(err error, noun string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(noun)
	}
	return classify(err)
}

// classify turns failures of the database itself into Unavailable errors, with advice for the operator. It returns
// domain errors and errors in statements unchanged.
func classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, classified := errors.AsType[*fault.Error](err); classified {
		return err
	}
	if _, failed := errors.AsType[*pgconn.ConnectError](err); failed { // for any reason that the server gave
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
	if isBroken(err) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable(err)
	}
	return err
}

// isBroken reports whether the connection to the database ended, however the driver says so.
func isBroken(err error) bool {
	if _, network := errors.AsType[net.Error](err); network {
		return true
	}
	for _, ended := range []error{sql.ErrConnDone, driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, ended) {
			return true
		}
	}
	return false
}

// sqliteAdvice returns what an operator can do about a result code, or nothing for errors in a statement.
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

// unavailable returns an error that tells the client to try again, and gives the operator advice in the log.
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

// opening explains to the operator why a database could not be opened.
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
