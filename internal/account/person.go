package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// PersonDetail is what staff see of one account, even if it was removed.
type PersonDetail struct {
	Person
	// Invitations are the open invitations.
	Invitations []Invitation
	// Sessions are the valid sessions, last used first.
	Sessions page.Page[Session]
	// Answers are the answers from the sign-up.
	Answers Answers
	// Failed is the number of recent failed sign-ins. LockedUntil is zero if the account is not locked.
	Failed      int
	LockedUntil time.Time
}

// Person returns one account with its teams, invitations, sessions and failed sign-ins.
func (s *Service) Person(ctx context.Context, wanted identity.AccountID) (PersonDetail, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return PersonDetail{}, err
	}
	account, err := s.store.Account(ctx, wanted)
	if err != nil {
		return PersonDetail{}, err
	}
	detail := PersonDetail{Person: Person{Account: account.withoutSecret()}}
	if detail.Teams, err = s.store.Memberships(ctx, wanted); err != nil {
		return PersonDetail{}, err
	}
	invitations, err := s.store.InvitationsTo(ctx, wanted)
	if err != nil {
		return PersonDetail{}, err
	}
	detail.Invitations = s.stillOpen(invitations)
	now := s.now()
	if detail.Sessions, err = s.store.Sessions(ctx, wanted, now, now.Add(-SessionIdle), page.Request{}); err != nil {
		return PersonDetail{}, err
	}
	for i := range detail.Sessions.Items {
		detail.Sessions.Items[i].TokenHash = nil
	}
	if account.State == Removed {
		return detail, nil
	}
	if detail.Answers, err = s.store.Answers(ctx, wanted); err != nil {
		return PersonDetail{}, err
	}
	failures, err := s.store.Failures(ctx, subjectOfEmail(account.Email))
	detail.Failed = failures.recent(now)
	if failures.Locked(now) {
		detail.LockedUntil = failures.LockedUntil
	}
	return detail, err
}
