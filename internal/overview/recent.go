package overview

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

// recentRecords is how many audit records a page shows about its subject.
const recentRecords = 10

// recent returns the newest audit records to staff, and none to members, who see the same page of their own team.
func (s *Service) recent(ctx context.Context, filter event.TrailFilter) ([]event.Record, error) {
	if identity.Require(ctx, identity.ViewAnyTeam) != nil {
		return nil, nil
	}
	return s.trail.Recent(ctx, filter, recentRecords)
}
