package overview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// How much of each list is on the overview of staff.
const (
	deskRequests = 5
	deskSignUps  = 3
	deskFailed   = 3
	deskExpiring = 5
	deskChanges  = 8
	// deskRecords is how many records are read for the changes, because people who sign in are left out.
	deskRecords = 40
)

// StaffHome is the overview of the staff side. Blocks that the caller may not see are empty.
type StaffHome struct {
	Waiting Waiting
	// Requests and SignUps are the first of those that wait, the oldest requests first.
	Requests []access.Asked
	SignUps  []account.Person
	// Failed has the newest messages that could not be sent, for those who may read the outbox.
	Failed event.OutboxList
	// Expiring has the keys of all teams that expire soon, LastUsed when they were last used.
	Expiring page.Page[access.KeyLine]
	LastUsed map[access.CredentialID]time.Time
	// Changes are the newest audit records without sign-ins, for those who may read the trail.
	Changes []event.Record
	Figures PortalFigures
	At      time.Time
}

// PortalFigures counts what the portal has.
type PortalFigures struct {
	// Teams counts those that are not disabled, Subscriptions the approved ones.
	Teams, Subscriptions int
	// Products, Versions and Plans count the published ones, for those who manage the catalogue.
	Products, Drafts, Versions, Deprecated, Plans int
}

// StaffHome returns the overview. Each block is loaded only for those who may see it.
func (s *Service) StaffHome(ctx context.Context) (StaffHome, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return StaffHome{}, err
	}
	home := StaffHome{At: s.now()}
	if err := s.loadWaiting(ctx, &home); err != nil {
		return StaffHome{}, err
	}
	var err error
	if home.Expiring, err = s.access.ExpiringKeys(ctx, page.Request{Size: deskExpiring}); err != nil {
		return StaffHome{}, err
	}
	if home.LastUsed, err = s.lastUsed(ctx, home.Expiring.Items); err != nil {
		return StaffHome{}, err
	}
	if home.Figures, err = s.store.PortalFigures(ctx, home.At); err != nil {
		return StaffHome{}, err
	}
	if !identity.From(ctx).MayAnywhere(identity.ManageCatalog) {
		home.Figures = PortalFigures{Teams: home.Figures.Teams, Subscriptions: home.Figures.Subscriptions}
	}
	if !identity.From(ctx).MayAnywhere(identity.ReadAudit) {
		return home, nil
	}
	if home.Failed, err = s.outbox.Messages(ctx, event.OutboxFilter{State: event.MessageFailed}, page.Request{Size: deskFailed}); err != nil {
		return StaffHome{}, err
	}
	records, err := s.trail.Records(ctx, event.TrailFilter{}, page.Request{Size: deskRecords})
	changes := slices.DeleteFunc(records.Items, func(one event.Record) bool { return strings.HasPrefix(one.Action, "session.") })
	home.Changes = changes[:min(len(changes), deskChanges)]
	return home, err
}

func (s *Service) loadWaiting(ctx context.Context, home *StaffHome) (err error) {
	if home.Waiting, err = s.Waiting(ctx); err != nil {
		return err
	}
	if home.Waiting.Requests > 0 {
		found, err := s.access.Inbox(ctx, access.RequestFilter{State: access.RequestPending}, page.Request{Size: deskRequests})
		if err != nil {
			return err
		}
		home.Requests = found.Items
	}
	if home.Waiting.SignUps > 0 {
		found, err := s.accounts.Accounts(ctx, account.AccountFilter{State: account.Pending}, page.Request{Size: deskSignUps})
		if err != nil {
			return err
		}
		home.SignUps = found.Items
	}
	return nil
}
