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

// Record is an audit record as the trail keeps it.
type Record struct {
	Audit
	// Position counts the records of the trail from 1.
	Position int64
	// ObjectName is what the object is called, empty where there is no such thing any more; TeamName the same of the team.
	ObjectName string
	TeamName   string
}

// TrailFilter narrows the audit trail; zero fields do not narrow.
type TrailFilter struct {
	// Object is what it was done to, Team the team that it belongs to.
	Object Tag
	Team   identity.TeamID
	// TeamName is the whole name of a team, in any capitals.
	TeamName string
	// Actor is who did it, ActorName the whole address or name that the trail has of them.
	Actor     identity.AccountID
	ActorName string
	// Action is an action such as "credential.revoked", or the noun of some.
	Action string
	// Address is from where it was done, RequestID in which request.
	Address   string
	RequestID string
	// FirstDay and LastDay are UTC days such as 2026-03-31.
	FirstDay, LastDay string
	// From and To bound the times, To excluded; the days set them.
	From, To time.Time
	// Search is looked for in the details.
	Search string
}

// How far lists reach back under a filter, so that none takes longer the longer the trail is. An export has everything.
const (
	// ListedRecords is how many records a list has.
	ListedRecords = 5000
	// SearchedRecords is how many records a search looks through: the newest that the rest of the filter lets through.
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

// narrowed reports whether the filter asks for what concerns one thing, one person or one team.
func (f TrailFilter) narrowed() bool {
	return f.Object != "" || !f.Actor.IsZero() || !f.Team.IsZero()
}

// TrailStore reads the audit trail.
type TrailStore interface {
	// Records lists the newest first.
	Records(ctx context.Context, filter TrailFilter, request page.Request) (page.Page[Record], error)
	// RecordsBefore are at most limit records before the position, or the newest where it is 0; the newest first.
	RecordsBefore(ctx context.Context, filter TrailFilter, position int64, limit int) ([]Record, error)
	// VerifyChain walks the whole trail and returns how far it reaches. A record that is not as it was written is an error
	// that names it, and so is a kept head that the trail does not lead to.
	VerifyChain(ctx context.Context, kept Head) (Head, error)
}

// TrailConfig is what a Trail needs.
type TrailConfig struct {
	Store TrailStore
	Now   clock.Func
}

// Trail tells what happened.
type Trail struct {
	store TrailStore
	now   clock.Func
}

// NewTrail returns a Trail.
func NewTrail(config TrailConfig) *Trail { return &Trail{store: config.Store, now: config.Now} }

// Records lists the audit trail, the newest record first.
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

// Recent are the newest records about one thing, one person or one team, for the staff who look after it. Where people were,
// and the addresses of those who have left, are for those who may read the whole trail.
func (t *Trail) Recent(ctx context.Context, filter TrailFilter, limit int) ([]Record, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return nil, err
	}
	if !filter.narrowed() {
		return nil, fault.New(fault.Invalid, "too_wide", "Name an object, a person or a team whose records you want to see.")
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

// exportedAtOnce is how many records an export holds in memory.
const exportedAtOnce = 500

// Export is what the filter lets through, to be read once. Nothing is read before Each.
type Export struct {
	At     time.Time
	store  TrailStore
	filter TrailFilter
}

// Export prepares the part of the trail that the filter lets through, for a file.
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

// Each hands over one record after another, the newest first. What is recorded meanwhile is not among them.
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
