// Package overview composes what one page or one dialect's answer shows of several areas: a profile, an application
// with its keys and calls, the lists and pages of staff.
//
// It reads and never writes. The rules stay in the areas that own the objects, and the counting in usage. Surfaces call
// it when one area's service cannot fill the whole page.
package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/usage"
)

// Store answers questions that span the tables of several areas.
type Store interface {
	// ApplicationCounts returns how much each of the applications has at the given moment.
	ApplicationCounts(ctx context.Context, applications []access.ApplicationID, now time.Time) (map[access.ApplicationID]ApplicationCount, error)
	// PortalFigures counts what the portal has at the given moment.
	PortalFigures(ctx context.Context, now time.Time) (PortalFigures, error)
	// ApplicationNames returns the names of applications, deleted ones included.
	ApplicationNames(ctx context.Context, applications []access.ApplicationID) (map[access.ApplicationID]string, error)
	// VersionNames returns the names of versions, deleted ones included.
	VersionNames(ctx context.Context, versions []catalog.VersionID) (map[catalog.VersionID]VersionName, error)
	// TeamNames returns the names of teams.
	TeamNames(ctx context.Context, teams []identity.TeamID) (map[identity.TeamID]string, error)
	// KeyNames returns keys with no more than their names, slots and prefixes, revoked ones included.
	KeyNames(ctx context.Context, keys []access.CredentialID) (map[access.CredentialID]access.Credential, error)
	// OperationNames returns operations by their values in usage; those that a description no longer has are absent.
	OperationNames(ctx context.Context, operations []usage.Value) (map[usage.Value]OperationName, error)
}

// Config is what a Service needs.
type Config struct {
	Store    Store
	Accounts *account.Service
	Catalog  *catalog.Service
	Access   *access.Service
	Usage    *usage.Service
	Trail    *event.Trail
	Outbox   *event.Outbox
	Now      clock.Func
}

// Service composes pages.
type Service struct {
	store    Store
	accounts *account.Service
	catalog  *catalog.Service
	access   *access.Service
	usage    *usage.Service
	trail    *event.Trail
	outbox   *event.Outbox
	now      clock.Func
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, accounts: config.Accounts, catalog: config.Catalog, access: config.Access, usage: config.Usage,
		trail: config.Trail, outbox: config.Outbox, now: config.Now,
	}
}
