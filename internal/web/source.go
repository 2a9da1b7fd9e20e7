package web

import (
	"context"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/visit"
)

// source fills the port of visit from the services.
type source struct {
	site     *site.Service
	accounts *account.Service
	access   *access.Service
}

func (s source) Settings(ctx context.Context) (site.Settings, error) { return s.site.Settings(ctx) }

func (s source) Authenticate(ctx context.Context, token string) (identity.Principal, account.Session, error) {
	return s.accounts.Authenticate(ctx, token)
}

func (s source) Waiting(ctx context.Context) (visit.Waiting, error) {
	requests, err := s.access.PendingRequests(ctx)
	if err != nil {
		return visit.Waiting{}, err
	}
	signUps, err := s.accounts.WaitingSignUps(ctx)
	return visit.Waiting{Requests: requests, SignUps: signUps}, err
}
