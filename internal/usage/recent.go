package usage

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// recentRecords are how many records of the audit trail the pages of people and teams tell.
const recentRecords = 10

// recent is the newest of the audit trail, and nothing for those who may not read it.
func (s *Service) recent(ctx context.Context, filter event.TrailFilter) ([]event.Audit, error) {
	if identity.Require(ctx, identity.ReadAudit) != nil {
		return nil, nil
	}
	found, err := s.trail.Records(ctx, filter, page.Request{Size: recentRecords})
	return found.Items, err
}
