package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/store"
)

// listedRecords are how many records, and as many messages, the audit trail and the outbox are measured with.
var listedRecords = []int{10_000, 100_000}

// measureRecords measures what the server does for a page of the audit trail and of the outbox, and what a record costs
// those who leave one.
func measureRecords(ctx context.Context, settings settings) ([]figure, error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	figures, err := measureRecordsOn(ctx, settings, "SQLite", "sqlite:"+filepath.Join(folder, "portico.db"))
	if err != nil || os.Getenv(postgresVariable) == "" {
		return figures, err
	}
	more, err := measureRecordsOn(ctx, settings, "PostgreSQL", os.Getenv(postgresVariable))
	return append(figures, more...), err
}

func measureRecordsOn(ctx context.Context, settings settings, database, url string) (figures []figure, err error) {
	db, err := openDatabase(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	staff := identity.With(ctx, identity.SystemPrincipal("bench"))
	history := &history{db: db, team: account.Team{ID: id.New[identity.TeamID](clock.Now()), Name: "Recorded"}, actor: id.New[identity.AccountID](clock.Now())}
	if err := db.Accounts().SaveTeam(ctx, history.team); err != nil {
		return nil, err
	}
	for _, records := range listedRecords {
		if err := errors.Join(history.growTo(ctx, records), analyse(ctx, url)); err != nil {
			return nil, err
		}
		for _, list := range history.lists(staff) {
			for _, at := range []string{"first", "last"} {
				took := figure{what: fmt.Sprintf("%d %s, %s page, %s", records, list.what, at, database), unit: " ms", most: 20}
				if err := took.measure(settings.rounds, func() error { return list.page(at == "last") }); err != nil {
					return nil, fmt.Errorf("%s: %w", took.what, err)
				}
				figures = append(figures, took)
			}
		}
	}
	more, err := history.costs(staff, settings, database)
	return append(figures, more...), err
}

// analyse lets PostgreSQL know what has grown, which it finds out by itself within a minute.
func analyse(ctx context.Context, url string) error {
	if !strings.HasPrefix(url, "postgres") {
		return nil
	}
	connection, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	_, err = connection.ExecContext(ctx, "VACUUM ANALYZE")
	return errors.Join(err, connection.Close())
}

// measure takes the time of each round in milliseconds.
func (f *figure) measure(rounds int, do func() error) error {
	for range rounds {
		began := time.Now()
		if err := do(); err != nil {
			return err
		}
		f.rounds = append(f.rounds, float64(time.Since(began).Microseconds())/1000)
	}
	return nil
}

// history is what was done in a portal: every other record is one actor's, and most are one team's.
type history struct {
	db      *store.DB
	team    account.Team
	actor   identity.AccountID
	records int
}

func (h *history) growTo(ctx context.Context, records int) error {
	for h.records < records {
		err := h.db.InTx(ctx, func(ctx context.Context) error {
			for range 1000 {
				if err := errors.Join(h.record(ctx), h.post(ctx)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *history) record(ctx context.Context) error {
	h.records++
	actor := identity.Principal{Account: h.actor, Name: "staff@portal.example"}
	if h.records%2 == 0 {
		actor = identity.Principal{Account: id.New[identity.AccountID](clock.Now()), Name: fmt.Sprintf("person-%d@company.example", h.records)}
	}
	action := []string{"credential.issued", "credential.revealed", "subscription.suspended", "member.role_set"}[h.records%4]
	return h.db.Audit(logging.WithRequestID(identity.With(ctx, actor), fmt.Sprint("request-", h.records)), event.Audit{
		Action: action, Object: event.Tag(fmt.Sprint("credential:", h.records%1000)), Team: h.team.ID,
		Details: event.Note(map[string]string{"prefix": "pk_prod_abcd"}, event.Difference{Name: "state", Before: "approved", After: "suspended"}),
	})
}

func (h *history) post(ctx context.Context) error {
	return h.db.Send(ctx, event.Message{
		To: fmt.Sprintf("person-%d@company.example", h.records), Template: account.MessageInvitation, Params: map[string]string{"team": h.team.Name},
	})
}

// recordList is one list over the whole history or a part of it.
type recordList struct {
	what string
	// page reads the first page or the last.
	page func(last bool) error
}

func (h *history) lists(staff context.Context) []recordList {
	trail := event.NewTrail(event.TrailConfig{Store: h.db, Now: clock.Now})
	outbox := event.NewOutbox(event.OutboxConfig{Store: h.db, Events: h.db, Now: clock.Now})
	records := func(what string, of int, filter event.TrailFilter) recordList {
		return recordList{"records" + what, func(last bool) error {
			found, err := trail.Records(staff, filter, pageOf(of, last))
			return unlessEmpty(len(found.Items), err)
		}}
	}
	messages := func(what string, of int, filter event.OutboxFilter) recordList {
		return recordList{"messages" + what, func(last bool) error {
			found, err := outbox.Messages(staff, filter, pageOf(of, last))
			return unlessEmpty(len(found.Items), err)
		}}
	}
	all, searched := min(h.records, event.ListedRecords), min(h.records, event.SearchedRecords)
	return []recordList{
		records("", h.records, event.TrailFilter{}),
		records(" of a team", all, event.TrailFilter{Team: h.team.ID}),
		records(" of a team by its name", all, event.TrailFilter{TeamName: "recorded"}),
		records(" by an actor", min(h.records/2, all), event.TrailFilter{ActorName: "staff@portal.example"}),
		records(" of a noun", min(h.records/2, all), event.TrailFilter{Action: "credential"}),
		records(" of an action", min(h.records/4, all), event.TrailFilter{Action: "credential.revealed"}),
		records(" about an object", h.records/1000, event.TrailFilter{Object: "credential:7"}),
		records(" of days", all, event.TrailFilter{From: clock.Now().Add(-24 * time.Hour)}),
		records(" with a word that all have", searched, event.TrailFilter{Search: "pk_prod"}),
		records(" of an actor and a noun", min(h.records/4, all), event.TrailFilter{Actor: h.actor, Action: "credential"}),
		messages("", all, event.OutboxFilter{}),
		messages(" that wait", all, event.OutboxFilter{State: event.MessageWaiting}),
		messages(" with a word that all have", min(all, event.SearchedMessages), event.OutboxFilter{Search: "company"}),
	}
}

func pageOf(things int, last bool) page.Request {
	if !last {
		return page.Request{}
	}
	return page.Request{Number: (things + page.DefaultSize - 1) / page.DefaultSize}
}

// costs are what a record costs who leaves it, and what reading the whole trail takes.
func (h *history) costs(staff context.Context, settings settings, database string) ([]figure, error) {
	trail := event.NewTrail(event.TrailConfig{Store: h.db, Now: clock.Now})
	message := func(ctx context.Context) error { return h.post(ctx) }
	var figures []figure
	for _, cost := range []struct {
		what string
		most float64
		do   func() error
	}{
		{"a change without a record", 0, func() error { return h.db.InTx(staff, message) }},
		{"a change with a record", 0, func() error {
			return h.db.InTx(staff, func(ctx context.Context) error { return errors.Join(message(ctx), h.record(ctx)) })
		}},
		{"the whole trail exported", 0, func() error {
			export, err := trail.Export(staff, event.TrailFilter{})
			if err != nil {
				return err
			}
			return export.Each(staff, func(event.Record) error { return nil })
		}},
		{"the whole trail verified", 0, func() error {
			_, err := trail.Verify(staff, event.Head{})
			return err
		}},
	} {
		took := figure{what: fmt.Sprintf("%d records, %s, %s", h.records, cost.what, database), unit: " ms", most: cost.most}
		if err := took.measure(settings.rounds, cost.do); err != nil {
			return nil, fmt.Errorf("%s: %w", took.what, err)
		}
		figures = append(figures, took)
	}
	return figures, nil
}
