package overview

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

// recentRecords are how many records of the audit trail a page tells of the person, team, subscription or key that it is about.
const recentRecords = 10

// recent is the newest of the audit trail for staff, and nothing for members who see the same page of their own team.
func (s *Service) recent(ctx context.Context, filter event.TrailFilter) ([]event.Record, error) {
	if identity.Require(ctx, identity.ViewAnyTeam) != nil {
		return nil, nil
	}
	return s.trail.Recent(ctx, filter, recentRecords)
}
