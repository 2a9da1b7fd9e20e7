package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

func TestAutomaticApprovalIssuesWorkingKeys(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		decided := w.ask(w.Owner, askFor(w.production))
		if decided.Request.State != access.RequestApproved || len(decided.Subscriptions) != 1 || len(decided.Issued) != 2 {
			t.Fatalf("got %+v, want an approved request with one subscription and two keys", decided)
		}
		for i, slot := range []access.Slot{access.Primary, access.Secondary} {
			if decided.Issued[i].Credential.Slot != slot || !w.opens(decided.Issued[i].Secret, w.first) {
				t.Errorf("key %d: got %+v, want a working %s key", i, decided.Issued[i].Credential, slot)
			}
		}
	})
}

func TestARequestGivesAccessOnceStaffApprove(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.single)
		in.IssueKey, in.Version, in.Scopes = true, w.first, []string{"read"}
		asked := w.ask(w.Member, in)
		if asked.Request.State != access.RequestPending || len(asked.Subscriptions) != 1 || asked.Subscriptions[0].State != access.Pending || asked.Issued != nil {
			t.Fatalf("got %+v, want a pending request with one subscription", asked)
		}
		decided, err := w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: asked.Request.ID, Approve: true, Reason: "welcome"})
		w.must(err)
		if decided.Subscriptions[0].ID != asked.Subscriptions[0].ID {
			t.Error("got another subscription after the approval, want the pending one")
		}
		stored := w.reload(asked.Subscriptions[0].ID)
		if stored.State != access.Approved || stored.Version != w.first || stored.Reason != "welcome" || stored.Scopes[0] != "read" {
			t.Errorf("got %+v stored, want it approved for the version and the scope", stored)
		}
		if len(decided.Issued) != 1 || !w.opens(decided.Issued[0].Secret, w.first) || w.opens(decided.Issued[0].Secret, w.second) {
			t.Errorf("got %+v, want one key for the first version only", decided.Issued)
		}
		if decided.Request.Decider != w.Approver.Account || decided.Request.Reason != "welcome" {
			t.Errorf("got %+v, want the approver and the reason", decided.Request)
		}
		_, err = w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: asked.Request.ID, Approve: true})
		w.wantError(err, fault.Conflict, "already_processed")
		_, err = w.Access.WithdrawRequest(w.As(w.Member), asked.Request.ID)
		w.wantError(err, fault.Conflict, "already_processed")
	})
}

func TestARejectedRequestBlocksAnotherUntilItIsRemoved(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		asked := w.ask(w.Owner, askFor(w.single))
		_, err := w.Access.DecideRequest(w.As(w.Approver), access.Decision{Request: asked.Request.ID, Reason: "not now"})
		w.must(err)
		rejected := w.reload(asked.Subscriptions[0].ID)
		if rejected.State != access.Rejected || rejected.Reason != "not now" {
			t.Errorf("got %+v stored, want it rejected with the reason", rejected)
		}
		_, err = w.Access.RequestAccess(w.As(w.Owner), askFor(w.single))
		w.wantError(err, fault.Conflict, "already_subscribed")
		_, err = w.Access.CancelSubscription(w.As(w.Owner), rejected.ID, "")
		w.must(err)
		w.ask(w.Owner, askFor(w.single))
	})
}

func TestWithdrawingARequestCancelsItsSubscription(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		asked := w.ask(w.Owner, askFor(w.single))
		withdrawn, err := w.Access.WithdrawRequest(w.As(w.Owner), asked.Request.ID)
		w.must(err)
		if withdrawn.Request.State != access.RequestWithdrawn || w.reload(asked.Subscriptions[0].ID).State != access.Cancelled {
			t.Errorf("got %+v, want it withdrawn and its subscription cancelled", withdrawn)
		}
		asked = w.ask(w.Owner, askFor(w.single))
		_, err = w.Access.CancelSubscription(w.As(w.Owner), asked.Subscriptions[0].ID, "")
		w.must(err)
		request, err := w.Access.Request(w.As(w.Owner), asked.Request.ID)
		w.must(err)
		if request.State != access.RequestWithdrawn {
			t.Errorf("only part cancelled: got the request %s, want withdrawn", request.State)
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
				t.Fatalf("got %+v, want a pending request with one subscription", asked)
			}
			_, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
			w.wantError(err, fault.Conflict, "unknown_plan")
			if state := w.reload(asked.Subscriptions[0].ID).State; state != access.Pending {
				t.Errorf("failed approval: got the subscription %s, want pending", state)
			}
		}
	})
}

func TestProcessedRequestsOpenNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.production)
		in.Processed = true
		recorded := w.ask(w.Owner, in)
		if recorded.Request.State != access.RequestProcessed || recorded.Subscriptions != nil || recorded.Issued != nil {
			t.Errorf("got %+v, want a processed request without subscriptions", recorded)
		}
		_, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: recorded.Request.ID, Approve: true})
		w.wantError(err, fault.Conflict, "already_processed")
	})
}

func TestDeletingARequestKeepsApprovedAccess(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		decided := w.ask(w.Owner, askFor(w.production))
		w.must(w.Access.DeleteRequest(w.As(w.Owner), decided.Request.ID))
		_, err := w.Access.Request(w.As(w.Owner), decided.Request.ID)
		w.wantError(err, fault.NotFound, "not_found")
		if !w.opens(decided.Issued[0].Secret, w.first) {
			t.Error("got no access with the key, want access")
		}
		pending := w.ask(w.Owner, askFor(w.single))
		w.must(w.Access.DeleteRequest(w.As(w.Owner), pending.Request.ID))
		if state := w.reload(pending.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("got the pending subscription %s, want cancelled", state)
		}
		w.ask(w.Owner, askFor(w.single))
	})
}

func TestMembersCanRequestOnlyRegistrablePlans(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, err := w.Access.RequestAccess(w.As(w.Owner), askFor(w.reserved))
		w.wantError(err, fault.Forbidden, "not_registrable")
		for _, unseen := range []plan.Plan{w.hidden, w.private} {
			asked := w.ask(w.Owner, askFor(unseen))
			if asked.Subscriptions != nil || asked.Request.State != access.RequestPending {
				t.Errorf("%s, hidden from the team: got %+v, want a pending request", unseen.Name, asked)
			}
		}
		if seen := w.ask(w.OtherOwner, askFor(w.private)); seen.Request.State != access.RequestApproved {
			t.Errorf("team that sees the plan: got %+v, want it approved", seen)
		}
		in := askFor(w.reserved)
		in.Application = w.application(w.Owner, access.NewApplication{Name: "Staff's choice"}).ID
		if asked := w.ask(w.Staff, in); asked.Request.State != access.RequestApproved {
			t.Errorf("by staff: got %+v, want it approved", asked)
		}
	})
}

func TestRequestingAPlanTwiceIsAConflict(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.ask(w.Owner, askFor(w.single))
		_, err := w.Access.RequestAccess(w.As(w.Member), askFor(w.single))
		w.wantError(err, fault.Conflict, "already_subscribed")
		narrowed := askFor(w.single)
		narrowed.Version = w.second
		w.ask(w.Owner, narrowed)
		_, err = w.Access.RequestAccess(w.As(w.Owner), narrowed)
		w.wantError(err, fault.Conflict, "already_subscribed")
		elsewhere := askFor(w.single)
		elsewhere.Application = w.application(w.Owner, access.NewApplication{Name: "Another"}).ID
		w.ask(w.Owner, elsewhere)
	})
}

func TestInvalidRequestsAreRejected(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		bound := w.application(w.Owner, access.NewApplication{Name: "Bound", Strategy: w.byPassword.ID})
		pair := w.grant(access.NewAccess{Plan: w.test.ID})
		for name, row := range map[string]struct {
			in   access.Ask
			kind fault.Kind
			code string
		}{
			"no plans":                   {access.Ask{}, fault.Invalid, "invalid_input"},
			"an empty plan":              {access.Ask{Plans: []string{""}}, fault.Invalid, "invalid_input"},
			"too many plans":             {access.Ask{Plans: make([]string, 51)}, fault.Invalid, "invalid_input"},
			"an unknown version":         {access.Ask{Plans: []string{w.gold.ID.Hex()}, Version: w.theirs}, fault.Invalid, "invalid_input"},
			"an unknown scope":           {access.Ask{Plans: []string{w.single.ID.Hex()}, Scopes: []string{"admin"}}, fault.Invalid, "invalid_input"},
			"a plan without scopes":      {access.Ask{Plans: []string{w.gold.ID.Hex()}, Scopes: []string{"read"}}, fault.Invalid, "invalid_input"},
			"another strategy":           {access.Ask{Application: bound.ID, Plans: []string{w.gold.ID.Hex()}}, fault.Conflict, "strategy_mismatch"},
			"two of a family":            {access.Ask{Plans: []string{w.gold.ID.Hex(), w.silver.ID.Hex()}}, fault.Conflict, "family_held"},
			"one key for two":            {access.Ask{Plans: []string{w.gold.ID.Hex(), w.password.ID.Hex()}, IssueKey: true}, fault.Conflict, "plans_mixed"},
			"a bound key":                {access.Ask{Plans: []string{w.test.ID.Hex()}, Credential: pair.Issued[0].Credential.ID}, fault.Conflict, "credential_not_changeable"},
			"key of another environment": {access.Ask{Plans: []string{w.gold.ID.Hex()}, Credential: pair.Issued[0].Credential.ID}, fault.Conflict, "environment_mismatch"},
			"a new and an old key":       {access.Ask{Plans: []string{w.gold.ID.Hex()}, Credential: pair.Issued[0].Credential.ID, IssueKey: true}, fault.Invalid, "invalid_input"},
			"an unknown key":             {access.Ask{Plans: []string{w.gold.ID.Hex()}, Credential: access.CredentialID{1}}, fault.NotFound, "not_found"},
			"an unknown application":     {access.Ask{Plans: []string{w.gold.ID.Hex()}, Application: access.ApplicationID{1}}, fault.NotFound, "not_found"},
			"a field too large":          {access.Ask{Plans: []string{w.gold.ID.Hex()}, Fields: map[string]string{"a": string(make([]byte, 5000))}}, fault.Invalid, "invalid_input"},
		} {
			_, err := w.Access.RequestAccess(w.As(w.Owner), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: got %v, want %s %s", name, err, row.kind, row.code)
			}
		}
		left, err := w.Access.Requests(w.As(w.Owner), access.RequestFilter{}, all)
		w.must(err)
		if left.Total != 0 {
			t.Errorf("got %d stored requests, want none", left.Total)
		}
	})
}

func TestARequestCanReplaceAPlan(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.gold)
		in.IssueKey = true
		old := w.ask(w.Owner, in)
		change := access.Ask{Plans: []string{w.silver.ID.Hex()}, Remove: []string{w.gold.ID.Hex()}}
		changed := w.ask(w.Owner, change)
		if changed.Request.State != access.RequestApproved || len(changed.Issued) != 0 {
			t.Fatalf("got %+v, want it approved without new keys", changed)
		}
		stored := w.reload(old.Subscriptions[0].ID)
		if stored.Plan != w.silver.ID || stored.State != access.Approved {
			t.Errorf("got %+v, want it approved under silver", stored)
		}
		if !w.opens(old.Issued[0].Secret, w.first) {
			t.Error("got no access with the old key, want access")
		}
		w.ask(w.Owner, access.Ask{Remove: []string{w.silver.ID.Hex()}})
		if state := w.reload(stored.ID).State; state != access.Cancelled || w.opens(old.Issued[0].Secret, w.first) {
			t.Errorf("plan removed: got the subscription %s, want cancelled without access", state)
		}
	})
}

func TestARequestCanRemoveADeletedPlan(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		old := w.ask(w.Owner, askFor(w.gold)).Subscriptions[0].ID
		w.gold.DeletedAt = w.Clock.Now()
		w.must(w.DB.Plans().SavePlan(t.Context(), w.gold))
		w.ask(w.Owner, access.Ask{Remove: []string{w.gold.ID.Hex()}})
		if state := w.reload(old).State; state != access.Cancelled {
			t.Errorf("got the subscription %s, want cancelled", state)
		}
		if again := w.ask(w.Owner, askFor(w.gold)); again.Request.State != access.RequestPending || again.Subscriptions != nil {
			t.Errorf("deleted plan: got %+v, want a pending request", again)
		}
	})
}

func TestARequestCanAddAPlanToAKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.gold.Opens = []catalog.VersionID{w.first}
		w.must(w.DB.Plans().SavePlan(t.Context(), w.gold))
		in := askFor(w.gold)
		in.IssueKey = true
		old := w.ask(w.Owner, in)
		key := old.Issued[0]
		if w.opens(key.Secret, w.second) {
			t.Fatal("got access to the second version before the request, want none")
		}
		more := askFor(w.gold, w.single) // a form with checkboxes also sends the plans that the key has
		more.Credential = key.Credential.ID
		asked := w.ask(w.Owner, more)
		decided, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
		w.must(err)
		if len(decided.Issued) != 0 || len(decided.Subscriptions) != 1 || !w.opens(key.Secret, w.second) {
			t.Errorf("got %+v, want one more subscription and no new key", decided)
		}
	})
}

func TestACancelledPartOfARequestStaysCancelled(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		asked := w.ask(w.Owner, askFor(w.single, w.gold))
		_, err := w.Access.CancelSubscription(w.As(w.Owner), asked.Subscriptions[0].ID, "")
		w.must(err)
		decided, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
		w.must(err)
		if len(decided.Subscriptions) != 1 || decided.Subscriptions[0].Plan != w.gold.ID {
			t.Errorf("got %+v, want only gold approved", decided.Subscriptions)
		}
		if state := w.reload(asked.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("got the cancelled part %s, want cancelled", state)
		}
	})
}
