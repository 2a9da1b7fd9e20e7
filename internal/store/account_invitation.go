package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
)

type invitationRow struct {
	bun.BaseModel `bun:"table:invitation,alias:invitation"`

	ID        account.InvitationID `bun:",pk"`
	Account   identity.AccountID
	Team      identity.TeamID
	Role      string
	InvitedBy identity.AccountID
	CreatedAt int64
	ExpiresAt int64
}

// namedInvitationRow is an invitation with the account's address and the team's name.
type namedInvitationRow struct {
	invitationRow
	Email    string
	TeamName string
}

func (row namedInvitationRow) invitation() account.Invitation {
	return account.Invitation{
		ID: row.ID, Account: row.Account, Team: row.Team, Role: identity.Role(row.Role), InvitedBy: row.InvitedBy,
		CreatedAt: instant(row.CreatedAt), ExpiresAt: instant(row.ExpiresAt), Email: row.Email, TeamName: row.TeamName,
	}
}

// SaveInvitation implements account.Invitations.
func (s *Accounts) SaveInvitation(ctx context.Context, saved account.Invitation) error {
	row := invitationRow{
		ID: saved.ID, Account: saved.Account, Team: saved.Team, Role: string(saved.Role), InvitedBy: saved.InvitedBy,
		CreatedAt: micros(saved.CreatedAt), ExpiresAt: micros(saved.ExpiresAt),
	}
	_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("role = EXCLUDED.role").Set("invited_by = EXCLUDED.invited_by").Set("expires_at = EXCLUDED.expires_at").Exec(ctx)
	return err
}

// DeleteInvitation implements account.Invitations.
func (s *Accounts) DeleteInvitation(ctx context.Context, deleted account.InvitationID) error {
	_, err := s.writer(ctx).NewDelete().Model((*invitationRow)(nil)).Where("id = ?", deleted).Exec(ctx)
	return err
}

// DeleteInvitations implements account.Invitations.
func (s *Accounts) DeleteInvitations(ctx context.Context, invited identity.AccountID) error {
	_, err := s.writer(ctx).NewDelete().Model((*invitationRow)(nil)).Where("account = ?", invited).Exec(ctx)
	return err
}

func (s *Accounts) invitations(ctx context.Context) *bun.SelectQuery {
	return s.reader(ctx).NewSelect().Table("invitation").ColumnExpr("invitation.*, account.email, team.name AS team_name").
		Join("JOIN account ON account.id = invitation.account").Join("JOIN team ON team.id = invitation.team").
		Order("invitation.id")
}

// Invitation implements account.Invitations.
func (s *Accounts) Invitation(ctx context.Context, wanted account.InvitationID) (account.Invitation, error) {
	var row namedInvitationRow
	err := s.invitations(ctx).Where("invitation.id = ?", wanted).Scan(ctx, &row)
	return row.invitation(), missing(err, "invitation")
}

// InvitationsInto implements account.Invitations.
func (s *Accounts) InvitationsInto(ctx context.Context, team identity.TeamID) ([]account.Invitation, error) {
	var rows []namedInvitationRow
	err := s.invitations(ctx).Where("invitation.team = ?", team).Scan(ctx, &rows)
	return pageOf(rows, 0, namedInvitationRow.invitation).Items, err
}

// InvitationsTo implements account.Invitations.
func (s *Accounts) InvitationsTo(ctx context.Context, invited identity.AccountID) ([]account.Invitation, error) {
	var rows []namedInvitationRow
	err := s.invitations(ctx).Where("invitation.account = ?", invited).Scan(ctx, &rows)
	return pageOf(rows, 0, namedInvitationRow.invitation).Items, err
}
