package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

func TestAutomaticApprovalOpensAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		decided := w.ask(w.Owner, wanting(w.production))
		if decided.Request.State != access.RequestApproved || len(decided.Subscriptions) != 1 || len(decided.Issued) != 2 {
			t.Fatalf("got %+v", decided)
		}
		for i, slot := range []access.Slot{access.Primary, access.Secondary} {
			if decided.Issued[i].Credential.Slot != slot || !w.opens(decided.Issued[i].Secret, w.first) {
				t.Errorf("key %d is %+v and opens nothing", i, decided.Issued[i].Credential)
			}
		}
	})
}

func TestStaffApprovalWaitsAndThenOpens(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := wanting(w.single)
		in.IssueKey, in.Version, in.Scopes = true, w.first, []string{"read"}
		asked := w.ask(w.Member, in)
		if asked.Request.State != access.RequestPending || len(asked.Subscriptions) != 1 || asked.Subscriptions[0].State != access.Pending || asked.Issued != nil {
			t.Fatalf("asked: %+v", asked)
		}
		decided, err := w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: asked.Request.ID, Approve: true, Reason: "welcome"})
		w.must(err)
		if decided.Subscriptions[0].ID != asked.Subscriptions[0].ID {
			t.Error("approval made another subscription than the one that waited")
		}
		stored := w.reload(asked.Subscriptions[0].ID)
		if stored.State != access.Approved || stored.Version != w.first || stored.Reason != "welcome" || stored.Scopes[0] != "read" {
			t.Errorf("stored %+v", stored)
		}
		if len(decided.Issued) != 1 || !w.opens(decided.Issued[0].Secret, w.first) || w.opens(decided.Issued[0].Secret, w.second) {
			t.Errorf("issued %+v", decided.Issued)
		}
		if decided.Request.Decider != w.Approver.Account || decided.Request.Reason != "welcome" {
			t.Errorf("decided %+v", decided.Request)
		}
		_, err = w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: asked.Request.ID, Approve: true})
		w.refused(err, fault.Conflict, "already_processed")
		_, err = w.Access.WithdrawRequest(w.As(w.Member), asked.Request.ID)
		w.refused(err, fault.Conflict, "already_processed")
	})
}

func TestRejecting(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		asked := w.ask(w.Owner, wanting(w.single))
		_, err := w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: asked.Request.ID, Reason: "not now"})
		w.must(err)
		rejected := w.reload(asked.Subscriptions[0].ID)
		if rejected.State != access.Rejected || rejected.Reason != "not now" {
			t.Errorf("stored %+v", rejected)
		}
		_, err = w.Access.RequestAccess(w.As(w.Owner), wanting(w.single))
		w.refused(err, fault.Conflict, "already_subscribed")
		_, err = w.Access.CancelSubscription(w.As(w.Owner), rejected.ID, "")
		w.must(err)
		w.ask(w.Owner, wanting(w.single))
	})
}

func TestWithdrawing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		asked := w.ask(w.Owner, wanting(w.single))
		withdrawn, err := w.Access.WithdrawRequest(w.As(w.Owner), asked.Request.ID)
		w.must(err)
		if withdrawn.Request.State != access.RequestWithdrawn || w.reload(asked.Subscriptions[0].ID).State != access.Cancelled {
			t.Errorf("withdrawn %+v", withdrawn)
		}
		asked = w.ask(w.Owner, wanting(w.single))
		_, err = w.Access.CancelSubscription(w.As(w.Owner), asked.Subscriptions[0].ID, "")
		w.must(err)
		request, err := w.Access.Request(w.As(w.Owner), asked.Request.ID)
		w.must(err)
		if request.State != access.RequestWithdrawn {
			t.Errorf("a request whose only part was cancelled is %s", request.State)
		}
	})
}

func TestUnknownPlansFailAtApproval(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, in := range []access.Ask{
			{Plans: []string{w.production.ID.Hex(), "5cf61bff0313b300010b89ac"}},
			{Plans: []string{w.test.ID.UUID(), "no identifier at all"}},
			{Plans: []string{w.gold.ID.Hex()}, Remove: []string{"5cf61bff0313b300010b89ac"}},
		} {
			asked := w.ask(w.Owner, in)
			if asked.Request.State != access.RequestPending || len(asked.Subscriptions) != 1 {
				t.Fatalf("asked: %+v", asked)
			}
			_, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
			w.refused(err, fault.Conflict, "unknown_plan")
			if state := w.reload(asked.Subscriptions[0].ID).State; state != access.Pending {
				t.Errorf("after a failed approval the subscription is %s", state)
			}
		}
	})
}

func TestProcessedRequestsOpenNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := wanting(w.production)
		in.Processed = true
		recorded := w.ask(w.Owner, in)
		if recorded.Request.State != access.RequestProcessed || recorded.Subscriptions != nil || recorded.Issued != nil {
			t.Errorf("recorded %+v", recorded)
		}
		_, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: recorded.Request.ID, Approve: true})
		w.refused(err, fault.Conflict, "already_processed")
	})
}

func TestDeletingARequestLeavesWhatItOpened(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		decided := w.ask(w.Owner, wanting(w.production))
		w.must(w.Access.DeleteRequest(w.As(w.Owner), decided.Request.ID))
		_, err := w.Access.Request(w.As(w.Owner), decided.Request.ID)
		w.refused(err, fault.NotFound, "not_found")
		if !w.opens(decided.Issued[0].Secret, w.first) {
			t.Error("the key is closed")
		}
		waiting := w.ask(w.Owner, wanting(w.single))
		w.must(w.Access.DeleteRequest(w.As(w.Owner), waiting.Request.ID))
		if state := w.reload(waiting.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("what waited for a decision that nobody can take is %s", state)
		}
		w.ask(w.Owner, wanting(w.single))
	})
}

func TestWhatMembersMayAskFor(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, err := w.Access.RequestAccess(w.As(w.Owner), wanting(w.reserved))
		w.refused(err, fault.Forbidden, "not_registrable")
		for _, unseen := range []plan.Plan{w.hidden, w.private} {
			asked := w.ask(w.Owner, wanting(unseen))
			if asked.Subscriptions != nil || asked.Request.State != access.RequestPending {
				t.Errorf("%s, which the team cannot see, gave %+v", unseen.Name, asked)
			}
		}
		if seen := w.ask(w.OtherOwner, wanting(w.private)); seen.Request.State != access.RequestApproved {
			t.Errorf("the team that may see the plan got %+v", seen)
		}
		in := wanting(w.reserved)
		in.Application = w.application(w.Owner, access.NewApplication{Name: "Staff's choice"}).ID
		if asked := w.ask(w.Staff, in); asked.Request.State != access.RequestApproved {
			t.Errorf("staff got %+v", asked)
		}
	})
}

func TestAskingTwiceIsAConflict(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.ask(w.Owner, wanting(w.single))
		_, err := w.Access.RequestAccess(w.As(w.Member), wanting(w.single))
		w.refused(err, fault.Conflict, "already_subscribed")
		narrowed := wanting(w.single)
		narrowed.Version = w.second
		w.ask(w.Owner, narrowed)
		_, err = w.Access.RequestAccess(w.As(w.Owner), narrowed)
		w.refused(err, fault.Conflict, "already_subscribed")
		elsewhere := wanting(w.single)
		elsewhere.Application = w.application(w.Owner, access.NewApplication{Name: "Another"}).ID
		w.ask(w.Owner, elsewhere)
	})
}

func TestRefusedAsks(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		bound := w.application(w.Owner, access.NewApplication{Name: "Bound", Strategy: w.byPassword.ID})
		pair := w.grant(access.NewAccess{Plan: w.test.ID})
		for name, row := range map[string]struct {
			in   access.Ask
			kind fault.Kind
			code string
		}{
			"nothing":           {access.Ask{}, fault.Invalid, "invalid_input"},
			"an empty plan":     {access.Ask{Plans: []string{""}}, fault.Invalid, "invalid_input"},
			"too many plans":    {access.Ask{Plans: make([]string, 51)}, fault.Invalid, "invalid_input"},
			"no such version":   {access.Ask{Plans: []string{w.gold.ID.Hex()}, Version: w.theirs}, fault.Invalid, "invalid_input"},
			"no such scope":     {access.Ask{Plans: []string{w.single.ID.Hex()}, Scopes: []string{"admin"}}, fault.Invalid, "invalid_input"},
			"scopes of none":    {access.Ask{Plans: []string{w.gold.ID.Hex()}, Scopes: []string{"read"}}, fault.Invalid, "invalid_input"},
			"another strategy":  {access.Ask{Application: bound.ID, Plans: []string{w.gold.ID.Hex()}}, fault.Conflict, "strategy_mismatch"},
			"two of a family":   {access.Ask{Plans: []string{w.gold.ID.Hex(), w.silver.ID.Hex()}}, fault.Conflict, "family_held"},
			"one key for two":   {access.Ask{Plans: []string{w.gold.ID.Hex(), w.password.ID.Hex()}, IssueKey: true}, fault.Conflict, "plans_mixed"},
			"a bound key":       {access.Ask{Plans: []string{w.test.ID.Hex()}, Credential: pair.Issued[0].Credential.ID}, fault.Conflict, "credential_not_changeable"},
			"key of elsewhere":  {access.Ask{Plans: []string{w.gold.ID.Hex()}, Credential: pair.Issued[0].Credential.ID}, fault.Conflict, "environment_mismatch"},
			"new and old key":   {access.Ask{Plans: []string{w.gold.ID.Hex()}, Credential: pair.Issued[0].Credential.ID, IssueKey: true}, fault.Invalid, "invalid_input"},
			"a key of no one":   {access.Ask{Plans: []string{w.gold.ID.Hex()}, Credential: access.CredentialID{1}}, fault.NotFound, "not_found"},
			"an app of no one":  {access.Ask{Plans: []string{w.gold.ID.Hex()}, Application: access.ApplicationID{1}}, fault.NotFound, "not_found"},
			"a field too large": {access.Ask{Plans: []string{w.gold.ID.Hex()}, Fields: map[string]string{"a": string(make([]byte, 5000))}}, fault.Invalid, "invalid_input"},
		} {
			_, err := w.Access.RequestAccess(w.As(w.Owner), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: %v, want %s %s", name, err, row.kind, row.code)
			}
		}
		left, err := w.Access.Requests(w.As(w.Owner), access.RequestFilter{}, all)
		w.must(err)
		if left.Total != 0 {
			t.Errorf("%d refused requests were stored", left.Total)
		}
	})
}

func TestChangingPlansByRequest(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := wanting(w.gold)
		in.IssueKey = true
		had := w.ask(w.Owner, in)
		change := access.Ask{Plans: []string{w.silver.ID.Hex()}, Remove: []string{w.gold.ID.Hex()}}
		changed := w.ask(w.Owner, change)
		if changed.Request.State != access.RequestApproved || len(changed.Issued) != 0 {
			t.Fatalf("changed %+v", changed)
		}
		stored := w.reload(had.Subscriptions[0].ID)
		if stored.Plan != w.silver.ID || stored.State != access.Approved {
			t.Errorf("the subscription is %+v", stored)
		}
		if !w.opens(had.Issued[0].Secret, w.first) {
			t.Error("the key was lost on the way")
		}
		w.ask(w.Owner, access.Ask{Remove: []string{w.silver.ID.Hex()}})
		if state := w.reload(stored.ID).State; state != access.Cancelled || w.opens(had.Issued[0].Secret, w.first) {
			t.Errorf("a plan given up leaves the subscription %s", state)
		}
	})
}

func TestGivingUpAPlanThatWasDeleted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		had := w.ask(w.Owner, wanting(w.gold)).Subscriptions[0].ID
		w.gold.DeletedAt = w.Clock.Now()
		w.must(w.DB.Plans().SavePlan(t.Context(), w.gold))
		w.ask(w.Owner, access.Ask{Remove: []string{w.gold.ID.Hex()}})
		if state := w.reload(had).State; state != access.Cancelled {
			t.Errorf("the subscription is %s", state)
		}
		if again := w.ask(w.Owner, wanting(w.gold)); again.Request.State != access.RequestPending || again.Subscriptions != nil {
			t.Errorf("a deleted plan gave %+v", again)
		}
	})
}

func TestAddingAPlanToAKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.gold.Opens = []catalog.VersionID{w.first}
		w.must(w.DB.Plans().SavePlan(t.Context(), w.gold))
		in := wanting(w.gold)
		in.IssueKey = true
		had := w.ask(w.Owner, in)
		key := had.Issued[0]
		if w.opens(key.Secret, w.second) {
			t.Fatal("the key opens too much")
		}
		more := wanting(w.gold, w.single) // the whole wanted set, as a form with ticked boxes sends it
		more.Credential = key.Credential.ID
		asked := w.ask(w.Owner, more)
		decided, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
		w.must(err)
		if len(decided.Issued) != 0 || len(decided.Subscriptions) != 1 || !w.opens(key.Secret, w.second) {
			t.Errorf("decided %+v", decided)
		}
	})
}

func TestAPartThatWasCancelledMeanwhileStaysCancelled(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		asked := w.ask(w.Owner, wanting(w.single, w.gold))
		_, err := w.Access.CancelSubscription(w.As(w.Owner), asked.Subscriptions[0].ID, "")
		w.must(err)
		decided, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
		w.must(err)
		if len(decided.Subscriptions) != 1 || decided.Subscriptions[0].Plan != w.gold.ID {
			t.Errorf("decided %+v", decided.Subscriptions)
		}
		if state := w.reload(asked.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("the cancelled part is %s", state)
		}
	})
}
