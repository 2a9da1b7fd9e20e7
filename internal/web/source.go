package web

import (
	"context"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/site"
)

// source implements visit.Source with the services.
type source struct {
	site     *site.Service
	accounts *account.Service
	overview *overview.Service
}

func (s source) Settings(ctx context.Context) (site.Settings, error) { return s.site.Settings(ctx) }

func (s source) Authenticate(ctx context.Context, token string) (identity.Principal, account.Session, error) {
	return s.accounts.Authenticate(ctx, token)
}

func (s source) Waiting(ctx context.Context) (overview.Waiting, error) {
	return s.overview.Waiting(ctx)
}
