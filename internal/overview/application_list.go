package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/page"
)

// ApplicationUse is an application with its counts.
type ApplicationUse struct {
	access.ApplicationDetail
	ApplicationCount
}

// ApplicationCount counts what belongs to an application.
type ApplicationCount struct {
	// Registrations counts those that its owner sees, Waiting and Suspended those of them in these states.
	Registrations, Waiting, Suspended int
	// Keys counts the working keys. KeyEndsAt is when the first of them expires, zero if none does.
	Keys      int
	KeyEndsAt time.Time
	// LastCall is the time of the last call with any of its keys, zero if there was none.
	LastCall time.Time
}

// TeamApplications lists the applications of the caller's team with their counts. access checks the permission.
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
