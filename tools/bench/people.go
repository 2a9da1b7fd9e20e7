package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
)

// listedPeople is how many people, and as many teams, the lists of the staff side are measured with.
const listedPeople = 10_000

// postgresVariable names a PostgreSQL database that is empty, on which the lists are measured too.
const postgresVariable = "PORTICO_BENCH_POSTGRES"

// measurePeople measures what the server does for a page of the lists of people and teams.
func measurePeople(ctx context.Context, settings settings) ([]figure, error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	figures, err := measurePeopleOn(ctx, settings, "SQLite", "sqlite:"+filepath.Join(folder, "portico.db"))
	if err != nil || os.Getenv(postgresVariable) == "" {
		return figures, err
	}
	more, err := measurePeopleOn(ctx, settings, "PostgreSQL", os.Getenv(postgresVariable))
	return append(figures, more...), err
}

func measurePeopleOn(ctx context.Context, settings settings, database, url string) (_ []figure, err error) {
	db, err := openDatabase(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	crowd, err := settle(ctx, db)
	if err != nil {
		return nil, err
	}
	accounts := account.New(account.Config{
		Store: db.Accounts(), Events: db, Now: clock.Now, Site: site.New(site.Config{Store: db.Site(), Events: db, Now: clock.Now}),
	})
	staff := identity.With(ctx, identity.SystemPrincipal("bench"))
	people := func(filter account.AccountFilter) func(int) error {
		return func(number int) error {
			found, err := accounts.Accounts(staff, filter, page.Request{Number: number})
			return unlessEmpty(len(found.Items), err)
		}
	}
	teams := func(number int) error {
		found, err := accounts.Teams(staff, "", page.Request{Number: number})
		return unlessEmpty(len(found.Items), err)
	}
	members := func(number int) error {
		found, err := accounts.MemberPage(staff, crowd, page.Request{Number: number})
		return unlessEmpty(len(found.Items), err)
	}
	last := listedPeople / page.DefaultSize
	var figures []figure
	for _, list := range []struct {
		what   string
		number int
		read   func(number int) error
	}{
		{"people, first page", 1, people(account.AccountFilter{})},
		{"people, last page", last, people(account.AccountFilter{})},
		{"people, a search", 1, people(account.AccountFilter{Search: "person 99"})},
		{"people, by state", 1, people(account.AccountFilter{State: account.Blocked})},
		{"teams, first page", 1, teams},
		{"teams, last page", last, teams},
		{"members of a team, first page", 1, members},
		{"members of a team, last page", last, members},
	} {
		took := figure{what: fmt.Sprintf("%d %s, %s", listedPeople, list.what, database), unit: " ms", most: 20}
		for range settings.rounds {
			began := time.Now()
			if err := list.read(list.number); err != nil {
				return nil, fmt.Errorf("%s: %w", took.what, err)
			}
			took.rounds = append(took.rounds, float64(time.Since(began).Microseconds())/1000)
		}
		figures = append(figures, took)
	}
	return figures, nil
}

func unlessEmpty(items int, err error) error {
	if err == nil && items == 0 {
		return errors.New("the page is empty")
	}
	return err
}

// settle fills an empty portal with people who each have a team, and returns a team that all of them are in.
func settle(ctx context.Context, db *store.DB) (identity.TeamID, error) {
	now := clock.Now()
	crowd := account.Team{ID: id.New[identity.TeamID](now), Name: "Everybody", CreatedAt: now}
	return crowd.ID, db.InTx(ctx, func(ctx context.Context) error {
		accounts := db.Accounts()
		if err := accounts.SaveTeam(ctx, crowd); err != nil {
			return err
		}
		for i := range listedPeople {
			team := account.Team{ID: id.New[identity.TeamID](now), Name: fmt.Sprint("Team ", i), CreatedAt: now}
			person := account.Account{
				ID: id.New[identity.AccountID](now), Email: fmt.Sprintf("person-%d@company-%d.example", i, i%100), Name: fmt.Sprint("Person ", i),
				State: account.Active, HomeTeam: team.ID, CreatedAt: now,
			}
			if i%100 == 0 {
				person.State = account.Blocked
			}
			owner := account.Member{Account: person.ID, Team: team.ID, Role: identity.Owner, JoinedAt: now}
			viewer := account.Member{Account: person.ID, Team: crowd.ID, Role: identity.Viewer, JoinedAt: now}
			err := errors.Join(accounts.SaveTeam(ctx, team), accounts.SaveAccount(ctx, person), accounts.SaveMember(ctx, owner), accounts.SaveMember(ctx, viewer))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
