package event

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// TrailFilter narrows the audit trail; zero fields do not narrow.
type TrailFilter struct {
	// Object is what it was done to, Actor who did it, Team the team that it belongs to.
	Object Tag
	Actor  identity.AccountID
	Team   identity.TeamID
}

// TrailStore reads the audit trail, the newest record first.
type TrailStore interface {
	Records(ctx context.Context, filter TrailFilter, request page.Request) (page.Page[Audit], error)
}

// Trail tells what happened.
type Trail struct{ store TrailStore }

// NewTrail returns a Trail.
func NewTrail(store TrailStore) *Trail { return &Trail{store} }

// Records lists the audit trail, the newest record first.
func (t *Trail) Records(ctx context.Context, filter TrailFilter, request page.Request) (page.Page[Audit], error) {
	if err := identity.Require(ctx, identity.ReadAudit); err != nil {
		return page.Page[Audit]{}, err
	}
	return t.store.Records(ctx, filter, request)
}
