package event

import (
	"context"
	"net/netip"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// Record is an audit record in the trail.
type Record struct {
	Audit
	// Position counts the records of the trail from 1.
	Position int64
	// ObjectName and TeamName are the current names of the object and the team, empty if these no longer exist.
	ObjectName string
	TeamName   string
}

// TrailFilter filters the audit trail; zero fields match everything.
type TrailFilter struct {
	// Object is the object that was acted on, Team the team that it belongs to.
	Object Tag
	Team   identity.TeamID
	// TeamName is the whole name of a team, ignoring case.
	TeamName string
	// Actor is the account that acted, ActorName its whole recorded address or name.
	Actor     identity.AccountID
	ActorName string
	// Action is an action such as "credential.revoked", or only its noun.
	Action string
	// Address is the client's IP address, RequestID the request's id.
	Address   string
	RequestID string
	// FirstDay and LastDay are UTC days such as 2026-03-31.
	FirstDay, LastDay string
	// From and To bound the times, To excluded; the days set them.
	From, To time.Time
	// Search is a text to find in the details.
	Search string
}

// The bounds of filtered lists, so that a longer trail does not make them slower. An export is not bounded.
const (
	// ListedRecords is the maximum length of a list.
	ListedRecords = 5000
	// SearchedRecords is how many records a search covers: the newest that match the rest of the filter.
	SearchedRecords = 2500
)

// dated returns the filter with its days as times, or an error that names the wrong field.
func (f TrailFilter) dated() (TrailFilter, error) {
	for _, day := range []struct {
		name, text string
		later      int
		time       *time.Time
	}{{"from", f.FirstDay, 0, &f.From}, {"to", f.LastDay, 1, &f.To}} {
		if day.text == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, day.text)
		if err != nil || at.Year() < 1970 {
			return TrailFilter{}, fault.InvalidFields([]fault.Field{{Name: day.name, Reason: "must be a day such as 2026-03-31"}})
		}
		*day.time = at.AddDate(0, 0, day.later)
	}
	f.FirstDay, f.LastDay = "", ""
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return TrailFilter{}, fault.InvalidFields([]fault.Field{{Name: "until", Reason: "must not be before the first day"}})
	}
	return f, nil
}

// narrowed reports whether the filter names one object, person or team.
func (f TrailFilter) narrowed() bool {
	return f.Object != "" || !f.Actor.IsZero() || !f.Team.IsZero()
}

// TrailStore reads the audit trail.
type TrailStore interface {
	// Records lists the newest first.
	Records(ctx context.Context, filter TrailFilter, request page.Request) (page.Page[Record], error)
	// RecordsBefore lists at most limit records before the position, newest first; position 0 means the end.
	RecordsBefore(ctx context.Context, filter TrailFilter, position int64, limit int) ([]Record, error)
	// VerifyChain checks the whole trail and returns its head. It returns an error that names the first changed record,
	// and one if the trail does not contain the kept head.
	VerifyChain(ctx context.Context, kept Head) (Head, error)
}

// TrailConfig is what a Trail needs.
type TrailConfig struct {
	Store TrailStore
	Now   clock.Func
}

// Trail lists and verifies audit records.
type Trail struct {
	store TrailStore
	now   clock.Func
}

// NewTrail returns a Trail.
func NewTrail(config TrailConfig) *Trail { return &Trail{store: config.Store, now: config.Now} }

// Records lists the records that match the filter, newest first.
func (t *Trail) Records(ctx context.Context, filter TrailFilter, request page.Request) (page.Page[Record], error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return page.Page[Record]{}, err
	}
	filter, err := filter.dated()
	if err != nil {
		return page.Page[Record]{}, err
	}
	return t.store.Records(ctx, filter, request)
}

// Recent lists the newest records about one object, person or team for staff. Callers who may not read the whole trail
// do not see network addresses, request ids and e-mail addresses.
func (t *Trail) Recent(ctx context.Context, filter TrailFilter, limit int) ([]Record, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return nil, err
	}
	if !filter.narrowed() {
		return nil, fault.New(fault.Invalid, "too_wide", "Choose an object, a person or a team to see records for.")
	}
	records, err := t.store.RecordsBefore(ctx, filter, 0, limit)
	if err != nil || identity.Require(ctx, identity.ReadAudit) == nil {
		return records, err
	}
	for i := range records {
		records[i].Address, records[i].RequestID = netip.Addr{}, ""
		delete(records[i].Details, "email")
	}
	return records, nil
}

// exportedAtOnce is how many records an export loads at a time.
const exportedAtOnce = 500

// Export is the records that match a filter. Each reads them.
type Export struct {
	At     time.Time
	store  TrailStore
	filter TrailFilter
}

// Export returns an export of the records that match the filter.
func (t *Trail) Export(ctx context.Context, filter TrailFilter) (Export, error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return Export{}, err
	}
	filter, err := filter.dated()
	if err != nil {
		return Export{}, err
	}
	return Export{At: t.now(), store: t.store, filter: filter}, nil
}

// Each calls take with one record after another, the newest first. Records added meanwhile are left out.
func (e Export) Each(ctx context.Context, take func(Record) error) error {
	var position int64
	for {
		records, err := e.store.RecordsBefore(ctx, e.filter, position, exportedAtOnce)
		if err != nil {
			return err
		}
		for _, record := range records {
			if err := take(record); err != nil {
				return err
			}
			position = record.Position
		}
		if len(records) < exportedAtOnce {
			return nil
		}
	}
}
