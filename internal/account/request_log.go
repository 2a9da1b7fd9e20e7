package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

// SetRequestLog switches a team's request log on or off. Older lines are hidden from then on, and package usage deletes
// them.
func (s *Service) SetRequestLog(ctx context.Context, of identity.TeamID, on bool) error {
	if err := identity.RequireIn(ctx, identity.ManageRequestLog, of, "team"); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		team, err := s.lockedTeam(ctx, of)
		if err != nil || on != team.LoggedSince.IsZero() {
			return err
		}
		action := "team.request_log_started"
		if on {
			team.LoggedSince = s.now()
		} else {
			team.LoggedSince, action = time.Time{}, "team.request_log_stopped"
		}
		if err := s.store.SaveTeam(ctx, team); err != nil {
			return err
		}
		if err := s.events.Changed(ctx, event.TagOf(event.TagTeam, team.ID)); err != nil {
			return err
		}
		return s.auditTeam(ctx, action, team.ID, map[string]string{"name": team.Name})
	})
}

// TeamToLog returns a team whose request log the caller may switch on and off.
func (s *Service) TeamToLog(ctx context.Context, wanted identity.TeamID) (Team, error) {
	if err := identity.RequireIn(ctx, identity.ManageRequestLog, wanted, "team"); err != nil {
		return Team{}, err
	}
	return s.store.Team(ctx, wanted)
}
