package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
)

// listedPeople is the number of people, and of teams, in the staff lists.
const listedPeople = 10_000

// One in blockedEvery people is blocked, and one in as many is a sign-up that waits for approval.
const blockedEvery = 100

// measurePeople measures pages of the lists of people and teams.
func measurePeople(ctx context.Context, settings settings) ([]figure, error) {
	var crowd identity.TeamID
	settled := shelf{
		fill: func(ctx context.Context, db stocked) (err error) {
			crowd, err = settle(ctx, db.Accounts())
			return err
		},
		lists: func(ctx context.Context, db stocked) ([]list, error) { return peopleLists(ctx, db, crowd), nil },
	}
	return settled.measure(ctx, settings)
}

func peopleLists(ctx context.Context, db stocked, crowd identity.TeamID) []list {
	accounts := account.New(account.Config{
		Store: db.Accounts(), Events: db, Now: clock.Now, Site: site.New(site.Config{Store: db.Site(), Events: db, Now: clock.Now}),
	})
	staff := identity.With(ctx, identity.SystemPrincipal("bench"))
	people := func(filter account.AccountFilter) func(page.Request) (int, error) {
		return func(request page.Request) (int, error) {
			found, err := accounts.Accounts(staff, filter, request)
			return len(found.Items), err
		}
	}
	return []list{
		{"staff list of people", listedPeople, people(account.AccountFilter{})},
		{"search of people", 1, people(account.AccountFilter{Search: "person 99"})},
		{"staff list of people by state", listedPeople / blockedEvery, people(account.AccountFilter{State: account.Blocked})},
		{"count of pending sign-ups, on every staff page", 1, func(page.Request) (int, error) { return accounts.WaitingSignUps(staff) }},
		{"staff list of teams", listedPeople, func(request page.Request) (int, error) {
			found, err := accounts.Teams(staff, "", request)
			return len(found.Items), err
		}},
		{"members of a team", listedPeople, func(request page.Request) (int, error) {
			found, err := accounts.MemberPage(staff, crowd, request)
			return len(found.Items), err
		}},
	}
}

// settle fills an empty portal with people who have a team each, and returns one more team that all of them belong to.
func settle(ctx context.Context, accounts *store.Accounts) (identity.TeamID, error) {
	now := clock.Now()
	crowd := account.Team{ID: id.New[identity.TeamID](now), Name: "Everybody", CreatedAt: now}
	if err := accounts.SaveTeam(ctx, crowd); err != nil {
		return crowd.ID, err
	}
	for i := range listedPeople {
		team := account.Team{ID: id.New[identity.TeamID](now), Name: fmt.Sprint("Team ", i), CreatedAt: now}
		person := account.Account{
			ID: id.New[identity.AccountID](now), Email: fmt.Sprintf("person-%d@company-%d.example", i, i%100), Name: fmt.Sprint("Person ", i),
			State: account.Active, HomeTeam: team.ID, CreatedAt: now,
		}
		if i%blockedEvery == 0 {
			person.State = account.Blocked
		}
		if i%blockedEvery == 1 {
			person.State = account.Pending
		}
		owner := account.Member{Account: person.ID, Team: team.ID, Role: identity.Owner, JoinedAt: now}
		viewer := account.Member{Account: person.ID, Team: crowd.ID, Role: identity.Viewer, JoinedAt: now}
		err := errors.Join(accounts.SaveTeam(ctx, team), accounts.SaveAccount(ctx, person), accounts.SaveMember(ctx, owner), accounts.SaveMember(ctx, viewer))
		if err != nil {
			return crowd.ID, err
		}
	}
	return crowd.ID, nil
}
