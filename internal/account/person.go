package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// PersonDetail is what staff see of one person, also of one who was removed.
type PersonDetail struct {
	Person
	// Invitations are those that they have not answered.
	Invitations []Invitation
	// Sessions are the last used ones that can still be used.
	Sessions page.Page[Session]
	// Answers are what they said when they signed up.
	Answers Answers
	// Failed are the sign-ins that failed lately; LockedUntil is zero where they may try.
	Failed      int
	LockedUntil time.Time
}

// Person returns one person with what they are in and how they come in.
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
