package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/page"
)

// ApplicationUse is an application with how much it has.
type ApplicationUse struct {
	access.ApplicationDetail
	ApplicationCount
}

// ApplicationCount is how much an application has.
type ApplicationCount struct {
	// Registrations are those that its owner sees; Waiting of them are not decided yet.
	Registrations, Waiting int
	// Keys are those that work.
	Keys int
	// LastCall is when it was last called with any key; zero for never.
	LastCall time.Time
}

// TeamApplications lists the applications of the team that the caller acts in, with how much each has. access asks for the
// permission.
func (s *Service) TeamApplications(ctx context.Context, filter access.ApplicationFilter, request page.Request) (page.Page[ApplicationUse], error) {
	found, err := s.access.TeamApplications(ctx, filter, request)
	if err != nil {
		return page.Page[ApplicationUse]{}, err
	}
	ids := make([]access.ApplicationID, len(found.Items))
	for i, one := range found.Items {
		ids[i] = one.Application.ID
	}
	counts, err := s.store.ApplicationCounts(ctx, ids, s.now())
	uses := make([]ApplicationUse, len(found.Items))
	for i, one := range found.Items {
		uses[i] = ApplicationUse{ApplicationDetail: one, ApplicationCount: counts[one.Application.ID]}
	}
	return page.Page[ApplicationUse]{Items: uses, Total: found.Total}, err
}
