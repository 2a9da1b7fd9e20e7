package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/page"
)

// measureRecords measures pages of the audit trail and of the outbox, and the cost of writing a record, with 10,000 and
// with 100,000 records.
func measureRecords(ctx context.Context, settings settings) ([]figure, error) {
	var figures []figure
	for _, records := range []int{10_000, 100_000} {
		past := &history{team: id.New[identity.TeamID](clock.Now()), actor: id.New[identity.AccountID](clock.Now())}
		measured, err := shelf{
			fill:  func(ctx context.Context, db stocked) error { return past.happen(ctx, db, records) },
			lists: func(ctx context.Context, db stocked) ([]list, error) { return past.lists(ctx, db), nil },
		}.measure(ctx, settings)
		if err != nil {
			return nil, err
		}
		figures = append(figures, measured...)
	}
	return figures, nil
}

// history is the audit trail of a team, half of it by one actor.
type history struct {
	team    identity.TeamID
	actor   identity.AccountID
	records int
}

// happen writes this number of records, and as many messages.
func (h *history) happen(ctx context.Context, db stocked, records int) error {
	h.records = 0
	if err := db.Accounts().SaveTeam(ctx, account.Team{ID: h.team, Name: "Recorded"}); err != nil {
		return err
	}
	for h.records < records {
		if err := errors.Join(h.record(ctx, db), h.post(ctx, db)); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) record(ctx context.Context, db stocked) error {
	h.records++
	actor := identity.Principal{Account: h.actor, Name: "staff@portal.example"}
	if h.records%2 == 0 {
		actor = identity.Principal{Account: id.New[identity.AccountID](clock.Now()), Name: fmt.Sprintf("person-%d@company.example", h.records)}
	}
	action := []string{"credential.issued", "credential.revealed", "subscription.suspended", "member.role_set"}[h.records%4]
	return db.Audit(logging.WithRequestID(identity.With(ctx, actor), fmt.Sprint("request-", h.records)), event.Audit{
		Action: action, Object: event.Tag(fmt.Sprint("credential:", h.records%1000)), Team: h.team,
		Details: event.Note(map[string]string{"prefix": "pk_prod_abcd"}, event.Difference{Name: "state", Before: "approved", After: "suspended"}),
	})
}

func (h *history) post(ctx context.Context, db stocked) error {
	return db.Send(ctx, event.Message{To: fmt.Sprintf("person-%d@company.example", h.records), Template: account.MessageInvitation})
}

// lists returns the lists to measure. A filtered list only goes back a limited number of records.
func (h *history) lists(ctx context.Context, db stocked) []list {
	staff := identity.With(ctx, identity.SystemPrincipal("bench"))
	trail := event.NewTrail(event.TrailConfig{Store: db, Now: clock.Now})
	outbox := event.NewOutbox(event.OutboxConfig{Store: db, Events: db, Now: clock.Now})
	all := h.records
	records := func(what string, things int, filter event.TrailFilter) list {
		return list{fmt.Sprintf("audit trail of %d%s", all, what), things, func(request page.Request) (int, error) {
			found, err := trail.Records(staff, filter, request)
			return len(found.Items), err
		}}
	}
	messages := func(what string, things int, filter event.OutboxFilter) list {
		return list{fmt.Sprintf("outbox of %d%s", all, what), things, func(request page.Request) (int, error) {
			found, err := outbox.Messages(staff, filter, request)
			return len(found.Items), err
		}}
	}
	change := func(what string, do func(ctx context.Context) error) list {
		return list{fmt.Sprintf("a change %s, after %d records", what, all), 1, func(page.Request) (int, error) {
			return 1, db.InTx(staff, do)
		}}
	}
	return []list{
		records("", all, event.TrailFilter{}),
		records(", a team", min(all, event.ListedRecords), event.TrailFilter{TeamName: "recorded"}),
		records(", an actor", min(all/2, event.ListedRecords), event.TrailFilter{ActorName: "staff@portal.example"}),
		records(", a noun", min(all/2, event.ListedRecords), event.TrailFilter{Action: "credential"}),
		records(", an action", min(all/4, event.ListedRecords), event.TrailFilter{Action: "credential.revealed"}),
		records(", an object", all/1000, event.TrailFilter{Object: "credential:7"}),
		records(", a day", min(all, event.ListedRecords), event.TrailFilter{From: clock.Now().Add(-24 * time.Hour)}),
		records(", an actor and a noun", min(all/4, event.ListedRecords), event.TrailFilter{Actor: h.actor, Action: "credential"}),
		records(", searched", min(all, event.SearchedRecords), event.TrailFilter{Search: "pk_prod"}),
		messages("", min(all, event.ListedMessages), event.OutboxFilter{}),
		messages(", waiting", min(all, event.ListedMessages), event.OutboxFilter{State: event.MessageWaiting}),
		messages(", searched", min(all, event.SearchedMessages), event.OutboxFilter{Search: "company"}),
		change("without a record", func(ctx context.Context) error { return h.post(ctx, db) }),
		change("with a record", func(ctx context.Context) error { return errors.Join(h.post(ctx, db), h.record(ctx, db)) }),
	}
}
