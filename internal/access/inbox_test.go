package access_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

func TestTheInboxListsPendingRequestsFirst(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var asked []access.Request
		for i := range 4 {
			w.Clock.Advance(time.Minute)
			in := askFor(w.single)
			in.Application = w.application(w.Owner, access.NewApplication{Name: fmt.Sprint("App ", i)}).ID
			in.Fields = map[string]string{"purpose": "maps"}
			asked = append(asked, w.ask(w.Owner, in).Request)
		}
		for _, one := range asked[:2] {
			_, err := w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: one.ID, Reason: "No."})
			w.must(err)
		}
		w.grant(access.NewAccess{Plan: w.gold.ID})
		other := w.ask(w.Staff, access.Ask{
			Application: w.application(w.Owner, access.NewApplication{Name: "Last"}).ID, Plans: []string{w.single.ID.Hex(), "none"},
		}).Request
		found, err := w.Access.Inbox(w.As(w.Support), access.RequestFilter{}, all)
		w.must(err)
		var order []access.RequestID
		for _, one := range found.Items {
			order = append(order, one.Request.ID)
		}
		if want := []access.RequestID{asked[2].ID, asked[3].ID, other.ID, asked[1].ID, asked[0].ID}; !slices.Equal(order, want) {
			t.Errorf("got the order %v, want %v", order, want)
		}
		first, last := found.Items[0], found.Items[2]
		if first.Team != "Acme" || first.Asker != w.Owner.Name || first.Application.Name != "App 2" || len(first.Has) != 1 || first.Has[0].Plan.Name != "Gold" {
			t.Errorf("got %+v, want the request of App 2 by Acme, which has Gold", first)
		}
		if !last.Wanted[0].Known || last.Wanted[1].Known || last.Wanted[1].Plan.Name != "none" {
			t.Errorf("got the wanted plans %+v, want a known one and the unknown one called none", last.Wanted)
		}
		for name, row := range map[string]struct {
			filter access.RequestFilter
			want   int
		}{
			"state": {access.RequestFilter{State: access.RequestRejected}, 2}, "plan": {access.RequestFilter{Plan: w.single.ID}, 5},
			"team": {access.RequestFilter{Team: w.Globex.ID}, 0}, "application": {access.RequestFilter{Search: "app 3"}, 1},
			"asker": {access.RequestFilter{Search: "OWNER@acme"}, 4}, "a pattern": {access.RequestFilter{Search: "%"}, 0},
		} {
			if got, err := w.Access.Inbox(w.As(w.Support), row.filter, all); err != nil || got.Total != row.want {
				t.Errorf("by %s: got %d, %v, want %d", name, got.Total, err, row.want)
			}
		}
	})
}

// The inbox names a plan of the same family before staff decide, unless the request removes that plan.
func TestTheInboxShowsAConflictingPlanOfTheFamily(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		byStaff := w.silver
		byStaff.Approval = plan.StaffApproval
		w.must(w.DB.Plans().SavePlan(t.Context(), byStaff))
		for _, removed := range [][]string{nil, {w.gold.ID.Hex()}} {
			in := askFor(w.silver)
			in.Remove = removed
			request := w.ask(w.Owner, in).Request
			if removed == nil {
				w.must(w.DB.Access().SaveSubscription(t.Context(), access.Subscription{
					ID: access.SubscriptionID{3}, Application: request.Application, Team: request.Team, Plan: w.gold.ID, State: access.Approved,
				}))
			}
			found, err := w.Access.InboxRequest(w.As(w.Support), request.ID)
			w.must(err)
			want := "Gold"
			if removed != nil {
				want = ""
			}
			if got := found.Wanted[0].InTheWay; got != want {
				t.Errorf("removing %v: got the conflict %q, want %q", removed, got, want)
			}
			_, err = w.Access.WithdrawRequest(w.As(w.Owner), request.ID)
			w.must(err)
		}
	})
}

func TestBulkDecisionsFailSeparately(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		fine := w.ask(w.Owner, askFor(w.single)).Request
		broken := w.ask(w.Staff, access.Ask{Application: w.application(w.Owner, access.NewApplication{Name: "Other"}).ID, Plans: []string{"none"}}).Request
		in := access.Decisions{Requests: []access.RequestID{fine.ID, broken.ID, {9}, fine.ID}, Approve: true, Reason: "Welcome."}
		outcomes, err := w.Access.DecideRequests(w.As(w.Approver), in)
		w.must(err)
		if len(outcomes) != 3 || outcomes[0].Failed != nil || outcomes[0].Asked.Request.State != access.RequestApproved || outcomes[0].Asked.Request.Reason != "Welcome." {
			t.Fatalf("got %+v, want 3 outcomes, the first approved", outcomes)
		}
		w.wantError(outcomes[1].Failed, fault.Conflict, "unknown_plan")
		w.wantError(outcomes[2].Failed, fault.NotFound, "not_found")
		if again, err := w.Access.DecideRequests(w.As(w.Approver), in); err != nil || len(again) != 3 {
			t.Errorf("got %v, %v, want 3 outcomes", again, err)
		} else {
			w.wantError(again[0].Failed, fault.Conflict, "already_processed")
		}
		if stored, err := w.DB.Access().Request(t.Context(), broken.ID); err != nil || stored.State != access.RequestPending {
			t.Errorf("got the failed request %s, %v, want pending", stored.State, err)
		}
	})
}

func TestOneOfTwoConcurrentDecisionsFails(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		request := w.ask(w.Owner, askFor(w.single)).Request
		var both sync.WaitGroup
		failures := make([]error, 2)
		for i := range failures {
			both.Go(func() {
				_, failures[i] = w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: request.ID, Approve: i == 0})
			})
		}
		both.Wait()
		if (failures[0] == nil) == (failures[1] == nil) {
			t.Fatalf("got the errors %v, want one", failures)
		}
		for _, failed := range failures {
			if failed != nil {
				w.wantError(failed, fault.Conflict, "already_processed")
			}
		}
	})
}

func TestALeakedKeyIsFound(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		hex := w.grant(access.NewAccess{Plan: w.production.ID}).Issued[0]
		basic := w.grant(access.NewAccess{Plan: w.password.ID, IssueKey: true}).Issued[0]
		single := w.grant(access.NewAccess{Plan: w.single.ID, IssueKey: true}).Issued[0]
		ticket, err := w.Access.IssueTicket(w.As(w.Member), hex.Credential.Subscription)
		w.must(err)
		shown, err := w.Access.RevealCredential(w.As(w.Owner), hex.Credential.ID)
		w.must(err)
		for name, row := range map[string]struct {
			pasted string
			want   access.CredentialID
			whole  bool
		}{
			"a whole viewable key":        {shown, hex.Credential.ID, true},
			"with quotes and spaces":      {" \"" + shown + "\"\n", hex.Credential.ID, true},
			"the beginning":               {shown[:6], hex.Credential.ID, false},
			"more than the prefix":        {shown[:20], hex.Credential.ID, false},
			"a whole key shown once":      {single.Secret, single.Credential.ID, true},
			"a ticket":                    {ticket.Secret, ticket.Credential.ID, true},
			"the beginning of a ticket":   {ticket.Secret[:12], ticket.Credential.ID, false},
			"a user name":                 {basic.Credential.Prefix, basic.Credential.ID, true},
			"the beginning of a username": {basic.Credential.Prefix[:8], basic.Credential.ID, false},
		} {
			found, err := w.Access.FindKey(w.As(w.Support), row.pasted)
			if err != nil || found.Whole != row.whole || len(found.Keys) == 0 || found.Keys[0].Credential.ID != row.want || found.Keys[0].Team != "Acme" {
				t.Errorf("%s: got %+v, %v, want %s", name, found, err, row.want)
				continue
			}
			if key := found.Keys[0].Credential; key.Lookup != nil || key.Sealed != nil || key.Verifier != nil {
				t.Errorf("%s: got a key with its hashes, want it without", name)
			}
		}
		for _, unknown := range []string{"0123456789abcdef0123456789abcdeX", "%%%%%%", "unknown", "ünknown\x00key"} {
			if found, err := w.Access.FindKey(w.As(w.Support), unknown); err != nil || len(found.Keys) != 0 {
				t.Errorf("%q: got %+v, %v, want no key", unknown, found, err)
			}
		}
		for _, pasted := range []string{"", "abcde", strings.Repeat("x", 501)} {
			_, err := w.Access.FindKey(w.As(w.Support), pasted)
			w.wantError(err, fault.Invalid, "invalid_input")
		}
	})
}

func TestALeakedKeyIsClosedOnceAndItsOwnersAreNotified(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		issued := w.grant(access.NewAccess{Plan: w.gold.ID, IssueKey: true}).Issued[0]
		in := access.CloseLeakedKey{Credential: issued.Credential.ID, Regenerate: true, Where: "A public repository."}
		closed, err := w.Access.CloseLeakedKey(w.As(w.Approver), in)
		w.must(err)
		if w.opens(issued.Secret, w.first) || !w.opens(closed.Secret, w.first) {
			t.Error("got the leaked secret working or the new one not, want only the new one to work")
		}
		_, err = w.Access.CloseLeakedKey(w.As(w.Approver), in)
		w.wantError(err, fault.Conflict, "closed_already")
		if sent := w.Rows(t, "outbox"); sent != 1 {
			t.Errorf("got %d messages, want 1: Acme has one owner", sent)
		}
		in = access.CloseLeakedKey{Credential: issued.Credential.ID, Since: w.key(issued.Credential.ID).RegeneratedAt}
		_, err = w.Access.CloseLeakedKey(w.As(w.Approver), in)
		w.must(err)
		if w.opens(closed.Secret, w.first) {
			t.Error("got access with a revoked key, want none")
		}
		if sent := w.Rows(t, "outbox"); sent != 2 {
			t.Errorf("got %d messages, want 2", sent)
		}
	})
}

func TestAKeyFormIsAcceptedOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Plan: w.gold.ID})
		in := access.NewCredential{Once: id.New[access.CredentialID](w.Clock.Now()), Subscription: granted.Subscription.ID, Application: granted.Subscription.Application}
		_, err := w.Access.IssueCredential(w.As(w.Approver), in)
		w.must(err)
		_, err = w.Access.IssueCredential(w.As(w.Approver), in)
		w.wantError(err, fault.Conflict, "issued_already")
		theirs := w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.gold.ID})
		other, err := w.Access.IssueCredential(w.As(w.Approver), access.NewCredential{Once: in.Once, Subscription: theirs.Subscription.ID})
		w.must(err)
		if known := w.key(other.Credential.ID); known.Team != w.Globex.ID || !w.opens(other.Secret, w.first) {
			t.Errorf("another team's form: got %+v, want a working key of that team", known)
		}
		for what, once := range map[string]access.CredentialID{
			"with an impossible time": access.CredentialID(slices.Repeat([]byte{0xff}, 12)),
			"opened years ago":        {0, 0, 1},
		} {
			_, err := w.Access.IssueCredential(w.As(w.Approver), access.NewCredential{Once: once, Subscription: theirs.Subscription.ID})
			if !fault.Is(err, fault.Conflict) || fault.From(err).Code != "form_outdated" {
				t.Errorf("a form %s: got %v, want form_outdated", what, err)
			}
		}
	})
}

// The list shows a subscription as expired even before the end is stored.
func TestTheListShowsEndedSubscriptionsAsExpired(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.grant(access.NewAccess{Plan: w.gold.ID, EndsAt: w.Clock.Now().Add(time.Hour)})
		w.grant(access.NewAccess{Plan: w.test.ID})
		w.Clock.Advance(time.Hour)
		for _, row := range []struct {
			filter access.SubscriptionFilter
			want   int
		}{
			{access.SubscriptionFilter{States: []access.SubscriptionState{access.Approved}}, 1},
			{access.SubscriptionFilter{States: []access.SubscriptionState{access.Expired}}, 1},
			{access.SubscriptionFilter{Environment: "test"}, 1}, {access.SubscriptionFilter{Search: "aCm"}, 2},
			{access.SubscriptionFilter{Search: "globex"}, 0}, {access.SubscriptionFilter{Plan: w.gold.ID}, 1},
		} {
			found, err := w.Access.SubscriptionLines(w.As(w.Support), row.filter, all)
			if err != nil || found.Total != row.want {
				t.Errorf("%+v: got %d, %v, want %d", row.filter, found.Total, err, row.want)
			}
		}
		// An expired subscription does not block another plan of its family.
		w.grant(access.NewAccess{Plan: w.silver.ID})
	})
}

func TestTheRequesterIsNotifiedOfTheDecision(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, one := range []struct {
			name    string
			by      identity.Principal
			decide  access.Decision
			blocked bool
			want    int
		}{
			{"a rejection", w.Owner, access.Decision{Reason: "Ask for the sandbox first."}, false, 1},
			{"an approval", w.Owner, access.Decision{Approve: true}, false, 1},
			{"a decision by the requester", w.Approver, access.Decision{}, false, 0},
			{"a blocked requester", w.Owner, access.Decision{}, true, 0},
		} {
			in := askFor(w.single)
			in.Application = w.application(w.Owner, access.NewApplication{Name: one.name}).ID
			asked, before := w.ask(one.by, in).Request, w.Rows(t, "outbox")
			if one.blocked {
				w.must(w.Accounts.Block(w.As(w.Staff), one.by.Account))
			}
			one.decide.Request = asked.ID
			_, err := w.Access.DecideRequest(w.As(w.Approver), one.decide)
			w.must(err)
			if got := w.Rows(t, "outbox") - before; got != one.want {
				t.Errorf("%s: got %d messages, want %d", one.name, got, one.want)
			}
		}
	})
}
