package event_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// actionsOf returns the actions of a list of records in its order.
func actionsOf(records []event.Record) string {
	actions := []string{}
	for _, record := range records {
		actions = append(actions, record.Action)
	}
	return fmt.Sprint(actions)
}

// actOnThreeDays has an owner rename a team, staff add a person, and a member become a viewer.
func actOnThreeDays(t *testing.T, kit *testkit.Kit) (added identity.AccountID) {
	t.Helper()
	err := kit.Accounts.RenameTeam(logging.WithRequestID(kit.As(kit.Owner), "request-1"), kit.Acme.ID, "Acme 100%")
	kit.Clock.Advance(24 * time.Hour)
	person, wrong := kit.Accounts.AddAccount(kit.As(kit.Staff), account.NewAccount{Email: "new@globex.example", Team: kit.Globex.ID})
	kit.Clock.Advance(24 * time.Hour)
	if err := errors.Join(err, wrong, kit.Accounts.SetRole(kit.As(kit.Owner), kit.Member.Account, kit.Acme.ID, identity.Viewer)); err != nil {
		t.Fatal(err)
	}
	return person.Account.ID
}

func TestTheTrailIsFiltered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		added := actOnThreeDays(t, kit)
		const role, person, name = "member.role_set", "account.added", "team.renamed"
		day := func(n int) time.Time { return testkit.Start.Truncate(24*time.Hour).AddDate(0, 0, n) }
		for _, test := range []struct {
			name   string
			filter event.TrailFilter
			want   []string
		}{
			{"no filter", event.TrailFilter{}, []string{role, person, name}},
			{"an object", event.TrailFilter{Object: event.TagOf(event.TagAccount, added)}, []string{person}},
			{"a team", event.TrailFilter{Team: kit.Acme.ID}, []string{role, name}},
			{"a team by its name", event.TrailFilter{TeamName: "GLOBEX"}, []string{person}},
			{"an actor", event.TrailFilter{Actor: kit.Owner.Account}, []string{role, name}},
			{"an actor by the address", event.TrailFilter{ActorName: "staff@portal.example"}, []string{person}},
			{"actions of a kind", event.TrailFilter{Action: "account."}, []string{person}},
			{"all of a noun", event.TrailFilter{Action: "account"}, []string{person}},
			{"a part of a noun", event.TrailFilter{Action: "acc"}, nil},
			{"an address", event.TrailFilter{Address: "192.0.2.10"}, []string{role, person, name}},
			{"another address", event.TrailFilter{Address: "192.0.2.1"}, nil},
			{"one action", event.TrailFilter{Action: name}, []string{name}},
			{"an action of no kind", event.TrailFilter{Action: "%"}, nil},
			{"from a day", event.TrailFilter{From: day(1)}, []string{role, person}},
			{"until a day", event.TrailFilter{To: day(1)}, []string{name}},
			{"on a day", event.TrailFilter{From: day(1), To: day(2)}, []string{person}},
			{"on a written day", event.TrailFilter{FirstDay: day(1).Format(time.DateOnly), LastDay: day(1).Format(time.DateOnly)}, []string{person}},
			{"a word of the details", event.TrailFilter{Search: "acme 100%"}, []string{name}},
			{"a request", event.TrailFilter{RequestID: "request-1"}, []string{name}},
			{"a wildcard is a letter", event.TrailFilter{Search: "acme_1"}, nil},
			{"two things", event.TrailFilter{Actor: kit.Owner.Account, Action: "member"}, []string{role}},
		} {
			found, err := kit.Trail.Records(kit.As(kit.Staff), test.filter, page.Request{})
			if err != nil || actionsOf(found.Items) != fmt.Sprint(append([]string{}, test.want...)) || found.Total != len(test.want) {
				t.Errorf("%s: %s of %d (%v), want %v", test.name, actionsOf(found.Items), found.Total, err, test.want)
			}
		}
		for name, filter := range map[string]event.TrailFilter{
			"the end is before the beginning":   {From: day(2), To: day(1)},
			"the last day is before the first":  {FirstDay: "2026-03-11", LastDay: "2026-03-10"},
			"the first day is not a day":        {FirstDay: "yesterday"},
			"the last day does not exist":       {LastDay: "2026-02-30"},
			"the first day is before the epoch": {FirstDay: "1969-12-31"},
		} {
			_, err := kit.Trail.Records(kit.As(kit.Staff), filter, page.Request{})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := kit.Trail.Records(kit.As(kit.Support), filter, page.Request{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, as support: %v", name, err)
			}
		}
	})
}

// A search finds the text that people read, not its stored form.
func TestTheTrailIsSearchedAsItReads(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		if err := kit.Accounts.RenameTeam(kit.As(kit.Owner), kit.Acme.ID, `R&D "North" <b> C:\lab`); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int{
			"r&d": 1, `"north"`: 1, "<B>": 1, `c:\lab`: 1, "north": 1, "before": 0, "name": 0, `"}`: 0, "u0026": 0,
		} {
			found, err := kit.Trail.Records(kit.As(kit.Staff), event.TrailFilter{Search: text}, page.Request{})
			if err != nil || found.Total != want {
				t.Errorf("%s: %d records, want %d (%v)", text, found.Total, want, err)
			}
		}
	})
}

func TestARecordHasItsNamesAndDetails(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		added := actOnThreeDays(t, kit)
		if err := kit.Accounts.Remove(kit.As(kit.Staff), added); err != nil {
			t.Fatal(err)
		}
		found, err := kit.Trail.Records(kit.As(kit.Staff), event.TrailFilter{}, page.Request{})
		if err != nil {
			t.Fatal(err)
		}
		renamed, role, gone := found.Items[len(found.Items)-1], found.Items[len(found.Items)-3], found.Items[len(found.Items)-2]
		if renamed.Position != 1 || renamed.ObjectName != "Acme 100%" || renamed.TeamName != "Acme 100%" || renamed.Address.String() != "192.0.2.10" || renamed.RequestID != "request-1" {
			t.Errorf("the first record is %+v", renamed)
		}
		if got := fmt.Sprint(renamed.Differences()); got != "[{name Acme Acme 100%}]" {
			t.Errorf("the differences are %s", got)
		}
		if got := fmt.Sprint(role.Differences(), role.Facts()); got != "[{role member viewer}] [{email member@acme.example}]" {
			t.Errorf("a role's record has %s", got)
		}
		if gone.ObjectName != "" || gone.TeamName != "Globex" {
			t.Errorf("the deleted object is called %q, its team %q", gone.ObjectName, gone.TeamName)
		}
	})
}

func TestOnlyPermittedCallersReadTheTrail(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		actOnThreeDays(t, kit)
		of := event.TrailFilter{Team: kit.Acme.ID}
		for _, who := range []struct {
			principal     identity.Principal
			whole, recent fault.Kind
		}{
			{kit.Visitor, fault.Unauthenticated, fault.Unauthenticated},
			{kit.Owner, fault.Forbidden, fault.Forbidden},
			{kit.Support, fault.Forbidden, fine},
			{kit.Approver, fault.Forbidden, fine},
			{kit.Staff, fine, fine},
		} {
			ctx := kit.As(who.principal)
			_, listed := kit.Trail.Records(ctx, of, page.Request{})
			_, exported := kit.Trail.Export(ctx, of)
			_, verified := kit.Trail.Verify(ctx, event.Head{})
			recent, seen := kit.Trail.Recent(ctx, of, 1)
			for what, err := range map[string]error{"list": listed, "export": exported, "verify": verified} {
				if kindOf(err) != who.whole {
					t.Errorf("%s: %s answers %v", who.principal.Name, what, err)
				}
			}
			if kindOf(seen) != who.recent {
				t.Errorf("%s: recent answers %v", who.principal.Name, seen)
			}
			if seen != nil {
				continue
			}
			if len(recent) != 1 || recent[0].Action != "member.role_set" {
				t.Errorf("%s: recent is %s", who.principal.Name, actionsOf(recent))
			}
			if shown := recent[0].Address.IsValid() && recent[0].Details["email"] != ""; shown != (who.whole == fine) {
				t.Errorf("%s: the address is shown: %v", who.principal.Name, shown)
			}
		}
		if _, err := kit.Trail.Recent(kit.As(kit.Support), event.TrailFilter{Action: "member"}, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("everything recent: %v", err)
		}
	})
}

// fine stands for success among the kinds of faults.
const fine = fault.Kind(255)

// kindOf returns the kind of a fault, fine if there is no error.
func kindOf(err error) fault.Kind {
	if err == nil {
		return fine
	}
	return fault.From(err).Kind
}

func TestAnExportHasEverythingOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		const records = 1203 // more than two batches
		ctx := kit.As(kit.Staff)
		err := kit.DB.InTx(ctx, func(ctx context.Context) (err error) {
			for range records {
				err = errors.Join(err, kit.DB.Audit(ctx, event.Audit{Action: "team.added", Object: event.TagOf(event.TagTeam, kit.Acme.ID)}))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		export, err := kit.Trail.Export(ctx, event.TrailFilter{Action: "team"})
		if err != nil {
			t.Fatal(err)
		}
		next := int64(records)
		err = export.Each(ctx, func(record event.Record) error {
			if record.Position != next || record.ObjectName != "Acme" {
				t.Fatalf("got record %d of %q, want record %d", record.Position, record.ObjectName, next)
			}
			if next%400 == 0 { // other writers continue meanwhile
				if err := kit.DB.Audit(ctx, event.Audit{Action: "team.added"}); err != nil {
					t.Fatal(err)
				}
			}
			next--
			return nil
		})
		if err != nil || next != 0 {
			t.Errorf("the export ends before record %d: %v", next, err)
		}
	})
}

func TestParseHeadReadsWhatStringReturns(t *testing.T) {
	head := event.Head{Position: 12, Hash: [32]byte{1, 2, 255}}
	if read, err := event.ParseHead(" " + head.String() + "\n"); err != nil || read != head {
		t.Errorf("read %v (%v)", read, err)
	}
	for _, text := range []string{"", "12", "12:", "0:" + head.String()[3:], "-1:" + head.String()[3:], "12:zz", "12:00", head.String() + "00", ":", "12:12:00"} {
		if _, err := event.ParseHead(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
