package account

import (
	"context"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// ListedTeam is a team with its number of members.
type ListedTeam struct {
	Team
	Members int
}

// Teams lists teams, sorted by name; search matches names.
func (s *Service) Teams(ctx context.Context, search string, request page.Request) (page.Page[ListedTeam], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[ListedTeam]{}, err
	}
	found, err := s.store.Teams(ctx, search, request)
	if err != nil {
		return page.Page[ListedTeam]{}, err
	}
	ids := make([]identity.TeamID, len(found.Items))
	for i, team := range found.Items {
		ids[i] = team.ID
	}
	counts, err := s.store.MemberCounts(ctx, ids)
	teams := page.Page[ListedTeam]{Items: make([]ListedTeam, len(found.Items)), Total: found.Total}
	for i, team := range found.Items {
		teams.Items[i] = ListedTeam{Team: team, Members: counts[team.ID]}
	}
	return teams, err
}

// Team returns one team.
func (s *Service) Team(ctx context.Context, wanted identity.TeamID) (Team, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, wanted, "team"); err != nil {
		return Team{}, err
	}
	return s.store.Team(ctx, wanted)
}

// AddTeam creates a team without members.
func (s *Service) AddTeam(ctx context.Context, name string) (Team, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Team{}, err
	}
	name = strings.TrimSpace(name)
	if err := fault.InvalidFields(refusedName("name", name)); err != nil {
		return Team{}, err
	}
	var created Team
	err := s.store.InTx(ctx, func(ctx context.Context) (err error) {
		created, err = s.saveNewTeam(ctx, name)
		return err
	})
	return created, err
}

func (s *Service) saveNewTeam(ctx context.Context, name string) (Team, error) {
	team := Team{ID: id.New[identity.TeamID](s.now()), Name: name, CreatedAt: s.now()}
	if err := s.store.SaveTeam(ctx, team); err != nil {
		return Team{}, err
	}
	return team, s.auditTeam(ctx, "team.added", team.ID, map[string]string{"name": name})
}

// RenameTeam changes the name of a team.
func (s *Service) RenameTeam(ctx context.Context, renamed identity.TeamID, name string) error {
	if err := identity.RequireIn(ctx, identity.ManageTeam, renamed, "team"); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if err := fault.InvalidFields(refusedName("name", name)); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		team, err := s.lockedTeam(ctx, renamed)
		if err != nil {
			return err
		}
		before := team.Name
		if err := s.refuseNamed(ctx, team, name); err != nil {
			return err
		}
		team.Name = name
		if err := s.store.SaveTeam(ctx, team); err != nil {
			return err
		}
		return s.auditTeam(ctx, "team.renamed", team.ID, event.Note(map[string]string{"name": name}, event.Difference{Name: "name", Before: before, After: name}))
	})
}

// refuseNamed keeps members from renaming a team that an audience names: another team could take the name, and with it
// the access.
func (s *Service) refuseNamed(ctx context.Context, team Team, name string) error {
	if name == team.Name || identity.From(ctx).MayAnywhere(identity.ManageTeam) {
		return nil
	}
	named, err := s.store.InAudiences(ctx, team.ID)
	if err == nil && len(named) > 0 {
		err = fault.New(fault.Conflict, "team_named", "This team's name controls access to an API, so only the portal's staff can rename it. Ask them to do so.")
	}
	return err
}

// SetTeamDisabled disables or enables a team; the gateway refuses the keys of a disabled team.
func (s *Service) SetTeamDisabled(ctx context.Context, changed identity.TeamID, disabled bool) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		team, err := s.lockedTeam(ctx, changed)
		if err != nil || team.Disabled == disabled {
			return err
		}
		team.Disabled = disabled
		return s.saveDisabled(ctx, team)
	})
}

func (s *Service) auditTeam(ctx context.Context, action string, team identity.TeamID, details map[string]string) error {
	return s.events.Audit(ctx, event.Audit{Action: action, Object: event.TagOf(event.TagTeam, team), Team: team, Details: details})
}
