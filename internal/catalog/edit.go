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

// TeamList is where teams are looked up by their names.
type TeamList interface {
	Teams(ctx context.Context, search string, request page.Request) (page.Page[account.Team], error)
	// InAudiences are those of the teams that an audience names.
	InAudiences(ctx context.Context, teams ...identity.TeamID) ([]identity.TeamID, error)
}

// TeamDirectory is where the teams of an audience are looked up.
type TeamDirectory interface {
	TeamList
	Team(ctx context.Context, team identity.TeamID) (account.Team, error)
}

// TeamsNamed finds the teams with exactly that name. Of several, those count alone that audiences name already, if there are
// such: nobody gets in the way of a team by taking its name.
func TeamsNamed(ctx context.Context, from TeamList, name string) ([]account.Team, error) {
	matches, err := teamsCalled(ctx, from, name)
	if err != nil || len(matches) < 2 {
		return matches, err
	}
	known, err := from.InAudiences(ctx, ofTeams(matches)...)
	if err == nil && len(known) > 0 {
		matches = slices.DeleteFunc(matches, func(team account.Team) bool { return !slices.Contains(known, team.ID) })
	}
	return matches, err
}

func ofTeams(teams []account.Team) []identity.TeamID {
	ids := make([]identity.TeamID, len(teams))
	for i, team := range teams {
		ids[i] = team.ID
	}
	return ids
}

func teamsCalled(ctx context.Context, from TeamList, name string) ([]account.Team, error) {
	found, err := page.All(func(request page.Request) (page.Page[account.Team], error) { return from.Teams(ctx, name, request) })
	return slices.DeleteFunc(found, func(team account.Team) bool { return team.Name != name }), err
}

// MayEdit returns an error if the caller may not edit the catalogue.
func (s *Service) MayEdit(ctx context.Context) error {
	return identity.Require(ctx, identity.ManageCatalog)
}

// edit runs one change of the catalogue by staff in a transaction. Such changes and applying files take turns, so that what
// was checked holds until it is written.
func (s *Service) edit(ctx context.Context, fn func(ctx context.Context) error) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, CatalogLock); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// CodeChangedMeanwhile is the code of the error where somebody else has changed a thing since its changer looked at it.
const CodeChangedMeanwhile = "changed_meanwhile"

// RefuseUnseen answers nil where a thing was last changed when its changer has seen it; who names no time has seen it now.
func RefuseUnseen(changed, seen time.Time) error {
	if seen.IsZero() || seen.Equal(changed) {
		return nil
	}
	return fault.New(fault.Conflict, CodeChangedMeanwhile,
		"Somebody else has changed this since you opened the form, so nothing was saved. Open it in another window to compare. Saving this form again replaces what they wrote.")
}

// editable loads a product that staff may change.
func (s *Service) editable(ctx context.Context, slug string) (Product, error) {
	product, err := s.store.ProductBySlug(ctx, slug)
	if err != nil {
		return Product{}, err
	}
	return product, RefuseFiles("product", product.Slug, product.ManagedBy, product.File)
}

// editableVersion loads a version of a product that staff may change, and the product's versions, the newest first.
func (s *Service) editableVersion(ctx context.Context, slug, name string) (Product, Version, []Version, error) {
	product, err := s.editable(ctx, slug)
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

// note records what was done to a thing, for the audit trail and for the gateways.
func (s *Service) note(ctx context.Context, action, name string, differences []event.Difference, tag event.Tag) error {
	err := s.events.Audit(ctx, event.Audit{Action: action, Object: tag, Details: event.Note(map[string]string{"name": name}, differences...)})
	if err != nil {
		return err
	}
	return s.events.Changed(ctx, tag, event.Routes)
}
