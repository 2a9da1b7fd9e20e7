package usage

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
)

type line struct{}

// LineID identifies a line of a request log. IDs are in the order in which the calls began.
type LineID = id.ID[line]

// Line is one call in the request log of a team. It has no query string, header, body or key.
type Line struct {
	ID          LineID
	Team        identity.TeamID
	Application access.ApplicationID
	Credential  access.CredentialID
	Version     catalog.VersionID
	Environment string
	// Operation is the slug of the operation, empty if the description has none for the call.
	Operation string
	At        time.Time
	// Took is the time of the whole call, Upstream the part until the upstream's response began.
	Took, Upstream time.Duration
	Status         int
	Forwarded      bool
	BytesIn        int64
	BytesOut       int64
	Method         string
	// Path is the part of the canonical path after the version's base path, with keys masked.
	Path    string
	Address string
	// Reason is why the gateway refused the call or got no response from the upstream; empty if neither happened.
	Reason    string
	RequestID string
}

func lineOf(charge *Charge, call *Call) Line {
	return Line{
		ID: newLineID(call.Began), Team: charge.Team, Application: charge.Application, Credential: charge.Credential,
		Version: charge.Version, Environment: charge.Environment, Operation: call.Operation, At: call.Began,
		Took: call.Took, Upstream: call.Upstream, Status: call.Status, Forwarded: call.Forwarded,
		BytesIn: call.BytesIn, BytesOut: call.BytesOut, Method: call.Method, Path: call.Path, Address: call.Address,
		Reason: call.Reason, RequestID: call.RequestID,
	}
}

// newLineID returns a new id of a call that began at a time. It sorts by the time to the microsecond.
func newLineID(began time.Time) LineID {
	made := FirstLineID(began)
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	made[7] |= random[0] & 0x3f
	copy(made[8:], random[1:5])
	return made
}

// FirstLineID returns the lowest id of calls that began at a time or later: the milliseconds, then the microseconds
// in ten bits.
func FirstLineID(began time.Time) LineID {
	var made LineID
	micros := began.UnixMicro()
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(micros/1000))
	copy(made[:6], stamp[2:])
	binary.BigEndian.PutUint16(made[6:], uint16(micros%1000)<<6)
	return made
}

const (
	// LinesKept is how long the request log of a team holds a call.
	LinesKept = 7 * day
	// LinesPerDay is how many calls of one UTC day the request log of a team holds.
	LinesPerDay = 150_000
)

// linesExamined is how many lines are looked at for one page, if no index finds those that match.
var linesExamined = 20_000

// Lines stores the request logs of teams.
type Lines interface {
	// RequestLines lists the lines of a team whose log is on, the newest first. It examines about as many lines as the
	// filter says: rest is where to go on, zero if all were examined.
	RequestLines(ctx context.Context, filter LineFilter) (lines []Line, rest LineID, err error)
	// RequestLine returns one line that RequestLines would list with the filter's Team, Reader and Since.
	RequestLine(ctx context.Context, filter LineFilter, line LineID) (Line, error)
	// FullDays returns since when no more lines were stored on the UTC days on which a team reached LinesPerDay.
	FullDays(ctx context.Context, team identity.TeamID, since time.Time) ([]time.Time, error)
	// ForgetLines deletes the lines of calls before a time and those of logs that are off, in short transactions.
	ForgetLines(ctx context.Context, before time.Time) error
}
