package access_test

import (
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/fault"
)

func (w *world) find(pasted string) []access.FoundKey {
	w.t.Helper()
	found, err := w.Access.FindKey(w.As(w.Support), pasted)
	w.must(err)
	return found
}

func TestALeakedKeyIsFoundByAllOfItOrItsBeginning(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		primary, secondary := granted.Issued[0], granted.Issued[1]
		in := wanting(w.password)
		basic := w.ask(w.Owner, in)
		if len(basic.Issued) == 0 {
			issued, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: basic.Subscriptions[0].ID})
			w.must(err)
			basic.Issued = append(basic.Issued, issued)
		}
		ticket := w.ticket(w.Owner, granted.Subscriptions[0].ID)
		w.must(w.Access.RevokeCredential(w.As(w.Owner), secondary.Credential.ID))
		for name, row := range map[string]struct {
			pasted string
			want   access.CredentialID
			exact  bool
		}{
			"the whole key":            {primary.Secret, primary.Credential.ID, true},
			"with blanks around":       {"  " + primary.Secret + "\n", primary.Credential.ID, true},
			"a revoked one":            {secondary.Secret, secondary.Credential.ID, true},
			"its beginning":            {primary.Secret[:6], primary.Credential.ID, false},
			"more of it than is shown": {primary.Secret[:20], primary.Credential.ID, false},
			"a ticket":                 {ticket.Secret, ticket.Credential.ID, true},
			"the user name of Basic":   {basic.Issued[0].Secret, basic.Issued[0].Credential.ID, true},
		} {
			found := w.find(row.pasted)
			if len(found) != 1 || found[0].Credential.ID != row.want || found[0].Exact != row.exact || found[0].Team.ID != w.Acme.ID {
				t.Errorf("%s: %d found, %+v", name, len(found), found)
			}
		}
		if found := w.find("ffffffffffffffffffffffffffffffff"); len(found) > 0 {
			t.Errorf("a key of nobody's is found: %+v", found)
		}
		for _, pasted := range []string{"", "abcde", strings.Repeat("a", 5000), "abcdef\x00"} {
			_, err := w.Access.FindKey(w.As(w.Support), pasted)
			w.refused(err, fault.Invalid, "invalid_input")
		}
	})
}

func TestClosingALeakedKeyTellsItsOwners(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		primary, secondary := granted.Issued[0], granted.Issued[1]
		issued, err := w.Access.CloseKey(w.As(w.Staff), access.CloseKey{Credential: primary.Credential.ID, Regenerate: true, Leaked: true})
		w.must(err)
		if issued.Secret != "" {
			t.Error("staff see a key that its team may see again")
		}
		if w.opens(primary.Secret, w.first) || !w.opens(secondary.Secret, w.first) {
			t.Error("the leaked key opens, or the other one does not")
		}
		_, err = w.Access.CloseKey(w.As(w.Staff), access.CloseKey{Credential: secondary.Credential.ID})
		w.must(err)
		if w.opens(secondary.Secret, w.first) {
			t.Error("a revoked key opens")
		}
		told := w.Rows(t, "outbox WHERE template = 'key_leaked' AND recipient = '"+w.Owner.Name+"'")
		if all, secret := w.Rows(t, "outbox"), w.Rows(t, "outbox WHERE params LIKE '%"+primary.Secret+"%'"); told != 1 || all != 1 || secret != 0 {
			t.Errorf("%d owners are told, %d messages wait, %d with the key", told, all, secret)
		}
	})
}

func TestSeveralRequestsAreDecidedEachOnItsOwn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first := w.ask(w.Owner, wanting(w.single)).Request
		gone := w.ask(w.OtherOwner, wanting(w.single)).Request
		_, err := w.Access.WithdrawRequest(w.As(w.OtherOwner), gone.ID)
		w.must(err)
		results, err := w.Access.DecideRequests(w.As(w.Approver), []access.RequestID{first.ID, gone.ID, first.ID}, true, "welcome")
		w.must(err)
		if results[0].Err != nil || !fault.Is(results[1].Err, fault.Conflict) || !fault.Is(results[2].Err, fault.Conflict) {
			t.Errorf("decided: %+v", results)
		}
		decided, err := w.Access.InboxEntry(w.As(w.Approver), first.ID)
		w.must(err)
		if decided.Request.State != access.RequestApproved || decided.Request.Reason != "welcome" || decided.Wanted[0].ID != w.single.ID {
			t.Errorf("the first became %+v", decided.Request)
		}
		for _, none := range [][]access.RequestID{nil, make([]access.RequestID, 501)} {
			_, err := w.Access.DecideRequests(w.As(w.Approver), none, true, "")
			w.refused(err, fault.Invalid, "invalid_input")
		}
	})
}

func TestTheInboxBeginsWithWhoWaitsLongest(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		held := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
		first := w.ask(w.Owner, wanting(w.single)).Request
		w.Clock.Advance(1)
		second := w.ask(w.OtherOwner, wanting(w.single)).Request
		found, err := w.Access.Inbox(w.As(w.Support), access.RequestFilter{State: access.RequestPending}, all)
		w.must(err)
		if found.Total != 2 || found.Items[0].Request.ID != first.ID || found.Items[1].Request.ID != second.ID {
			t.Fatalf("%d requests: %+v", found.Total, found.Items)
		}
		entry := found.Items[0]
		if entry.Asker.Email != w.Owner.Name || entry.Team.ID != w.Acme.ID || len(entry.Held) != 1 || entry.Held[0].Subscription.ID != held.ID {
			t.Errorf("the first is %+v", entry)
		}
		for search, want := range map[string]int{"GLOBEX": 1, strings.ToUpper(w.Owner.Name): 1, "%": 0, "nobody": 0} {
			found, err := w.Access.Inbox(w.As(w.Support), access.RequestFilter{Search: search}, all)
			w.must(err)
			if found.Total != want {
				t.Errorf("%q finds %d, want %d", search, found.Total, want)
			}
		}
	})
}
