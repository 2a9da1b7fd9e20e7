package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// TeamList finds teams by name.
type TeamList interface {
	Teams(ctx context.Context, search string, request page.Request) (page.Page[account.Team], error)
	// InAudiences returns those of the teams that belong to an audience.
	InAudiences(ctx context.Context, teams ...identity.TeamID) ([]identity.TeamID, error)
}

// TeamDirectory loads the teams of audiences.
type TeamDirectory interface {
	TeamList
	Team(ctx context.Context, team identity.TeamID) (account.Team, error)
}

// TeamsNamed returns the teams with exactly this name.
//
// If there are several, teams that already belong to an audience win, so that a new team cannot interfere by taking the
// name.
func TeamsNamed(ctx context.Context, from TeamList, name string) ([]account.Team, error) {
	matches, err := teamsWithName(ctx, from, name)
	if err != nil || len(matches) < 2 {
		return matches, err
	}
	known, err := from.InAudiences(ctx, teamIDs(matches)...)
	if err == nil && len(known) > 0 {
		matches = slices.DeleteFunc(matches, func(team account.Team) bool { return !slices.Contains(known, team.ID) })
	}
	return matches, err
}

func teamIDs(teams []account.Team) []identity.TeamID {
	ids := make([]identity.TeamID, len(teams))
	for i, team := range teams {
		ids[i] = team.ID
	}
	return ids
}

func teamsWithName(ctx context.Context, from TeamList, name string) ([]account.Team, error) {
	found, err := page.All(func(request page.Request) (page.Page[account.Team], error) { return from.Teams(ctx, name, request) })
	return slices.DeleteFunc(found, func(team account.Team) bool { return team.Name != name }), err
}

// MayEdit returns an error if the caller may not edit the catalogue.
func (s *Service) MayEdit(ctx context.Context) error {
	return identity.Require(ctx, identity.ManageCatalog)
}

// edit runs one change of the catalogue in a transaction under the lock of the catalogue.
func (s *Service) edit(ctx context.Context, fn func(ctx context.Context) error) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, CatalogLock); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// CodeChangedMeanwhile is the code of the error if an object was changed after the caller loaded it.
const CodeChangedMeanwhile = "changed_meanwhile"

// RefuseStale returns an error if an object was changed after the caller loaded it. A zero seen skips the check.
func RefuseStale(changed, seen time.Time) error {
	if seen.IsZero() || seen.Equal(changed) {
		return nil
	}
	return fault.New(fault.Conflict, CodeChangedMeanwhile,
		"Nothing was saved: someone else changed this after you opened the form. Open it in another window to compare. Saving again replaces their changes.")
}

// loadEditable loads a product and rejects one that files manage.
func (s *Service) loadEditable(ctx context.Context, slug string) (Product, error) {
	product, err := s.store.ProductBySlug(ctx, slug)
	if err != nil {
		return Product{}, err
	}
	return product, RefuseFiles("product", product.Slug, product.ManagedBy, product.File)
}

// loadEditableVersion loads an editable product, one of its versions, and all its versions, newest first.
func (s *Service) loadEditableVersion(ctx context.Context, slug, name string) (Product, Version, []Version, error) {
	product, err := s.loadEditable(ctx, slug)
	if err != nil {
		return Product{}, Version{}, nil, err
	}
	versions, err := s.store.Versions(ctx, product.ID)
	if err != nil {
		return Product{}, Version{}, nil, err
	}
	at := slices.IndexFunc(versions, func(v Version) bool { return v.Name == name })
	if at < 0 {
		return Product{}, Version{}, nil, fault.Missing("version")
	}
	return product, versions[at], versions, nil
}

// record adds a change to the audit trail and notifies the gateways.
func (s *Service) record(ctx context.Context, action, name string, differences []event.Difference, tag event.Tag) error {
	err := s.events.Audit(ctx, event.Audit{Action: action, Object: tag, Details: event.Note(map[string]string{"name": name}, differences...)})
	if err != nil {
		return err
	}
	return s.events.Changed(ctx, tag, event.Routes)
}
