package usage

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Outcome selects lines by their status.
type Outcome string

// The outcomes: all errors, or the statuses of one class.
const (
	Errors      Outcome = "errors"
	Successful  Outcome = "2xx"
	Redirected  Outcome = "3xx"
	ClientError Outcome = "4xx"
	ServerError Outcome = "5xx"
)

// Outcomes lists every outcome.
func Outcomes() []Outcome { return []Outcome{Errors, Successful, Redirected, ClientError, ServerError} }

// Class returns the first digit of the statuses of an outcome; 0 if it has several classes.
func (o Outcome) Class() int {
	if o == "" || o == Errors {
		return 0
	}
	return int(o[0] - '0')
}

// LineFilter selects lines of a request log; zero fields match everything.
type LineFilter struct {
	// Team is whose log is read; if it is zero, that of the caller's team.
	Team        identity.TeamID
	Outcome     Outcome
	Application access.ApplicationID
	Credential  access.CredentialID
	Version     catalog.VersionID
	// Operation is the slug of an operation of Version.
	Operation   string
	Environment string
	Address     string
	// Search is an address, a request ID or a part of a path.
	Search string

	// Before lists only older lines.
	Before LineID
	Limit  int

	// The service sets the following. RequestID and Path, a part of the path, are what Search means. Reader excludes what
	// other members own, Since excludes older calls, and Examine is how many lines may be looked at.
	RequestID string
	Path      string
	Reader    identity.AccountID
	Since     time.Time
	Examine   int
}

// LinePage is a part of a request log, the newest lines first.
type LinePage struct {
	Lines []Line
	// Rest is where the next page begins; zero if there is none.
	Rest LineID
	// Unfinished says that there may be fewer lines than asked for, because the search looked at many others. Rest is
	// where it goes on.
	Unfinished bool
}

// RequestLog returns a page of a team's request log. It is empty if the log is off.
func (s *Service) RequestLog(ctx context.Context, filter LineFilter) (LinePage, error) {
	if filter.Team.IsZero() {
		filter.Team = identity.From(ctx).Team
	}
	if err := requireIn(ctx, filter.Team); err != nil {
		return LinePage{}, err
	}
	if filter.Outcome != "" && !slices.Contains(Outcomes(), filter.Outcome) {
		return LinePage{}, fault.InvalidFields([]fault.Field{{Name: "status", Reason: "must be errors, 2xx, 3xx, 4xx or 5xx"}})
	}
	filter.Reader, filter.Since, filter.Examine = readerOf(ctx), s.now().Add(-LinesKept), linesExamined
	filter.Search = strings.TrimSpace(filter.Search)
	for _, one := range filter.readings() {
		lines, rest, err := s.store.RequestLines(ctx, one)
		if err != nil {
			return LinePage{}, err
		}
		if len(lines) > 0 || one.RequestID == filter.RequestID { // the last reading
			return LinePage{Lines: lines, Rest: rest, Unfinished: !rest.IsZero() && len(lines) < one.Limit}, nil
		}
	}
	return LinePage{}, nil
}

// readings returns what a search may mean, the most likely first.
func (f LineFilter) readings() []LineFilter {
	term := f.Search
	f.Search = ""
	byPath, byID := f, f
	byPath.Path = term
	switch parsed, err := netip.ParseAddr(term); {
	case term == "":
		return []LineFilter{f}
	case err == nil && f.Address == "":
		f.Address = parsed.String()
		return []LineFilter{f}
	case f.RequestID == "" && !strings.Contains(term, "/"):
		byID.RequestID = term
		return []LineFilter{byID, byPath}
	}
	return []LineFilter{byPath}
}

// RequestLine returns one line of a team's request log.
func (s *Service) RequestLine(ctx context.Context, team identity.TeamID, wanted LineID) (Line, error) {
	if team.IsZero() {
		team = identity.From(ctx).Team
	}
	if err := requireIn(ctx, team); err != nil {
		return Line{}, err
	}
	return s.store.RequestLine(ctx, LineFilter{Team: team, Reader: readerOf(ctx), Since: s.now().Add(-LinesKept)}, wanted)
}

// FullDays returns since when no more calls were logged on the days of the last week on which the log was full.
func (s *Service) FullDays(ctx context.Context, team identity.TeamID) ([]time.Time, error) {
	if team.IsZero() {
		team = identity.From(ctx).Team
	}
	if err := requireIn(ctx, team); err != nil {
		return nil, err
	}
	return s.store.FullDays(ctx, team, s.now().Add(-LinesKept))
}

// readerOf returns the member who reads, or zero for staff, who see what all members own.
func readerOf(ctx context.Context) identity.AccountID {
	principal := identity.From(ctx)
	if principal.MayAnywhere(identity.ViewTeam) {
		return identity.AccountID{}
	}
	return principal.Account
}

// ForgetLines deletes the lines that are kept no longer and those of logs that were switched off. The product itself
// calls it periodically.
func (s *Service) ForgetLines(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	return s.store.ForgetLines(ctx, s.now().Add(-LinesKept))
}
