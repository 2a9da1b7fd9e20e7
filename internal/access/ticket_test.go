package access_test

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// ticket issues a ticket as the principal.
func (w *world) ticket(as identity.Principal, subscription access.SubscriptionID) access.IssuedCredential {
	w.t.Helper()
	issued, err := w.Access.IssueTicket(w.As(as), subscription)
	w.must(err)
	return issued
}

func TestATicketWorksForTenMinutes(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		single := w.grant(access.NewAccess{Plan: w.production.ID, Version: w.first}).Subscription
		ticket := w.ticket(w.Member, single.ID)
		if !w.opens(ticket.Secret, w.first) || w.opens(ticket.Secret, w.second) {
			t.Error("got access to other versions than the subscription's, want only the first")
		}
		if want := w.Clock.Now().Add(10 * time.Minute); ticket.Credential.ExpiresAt != want {
			t.Errorf("got expiry at %s, want %s", ticket.Credential.ExpiresAt, want)
		}
		grant, err := w.Access.Grant(t.Context(), w.proof(plan.Key, ticket.Secret))
		w.must(err)
		if grant.Subscriptions[0].ID != single.ID || grant.Team != w.Acme.ID {
			t.Errorf("got %+v, want it charged to the subscription of Acme", grant)
		}
		w.Clock.Advance(10*time.Minute - time.Microsecond)
		if !w.opens(ticket.Secret, w.first) {
			t.Error("got no access just before ten minutes, want access")
		}
		w.Clock.Advance(time.Microsecond)
		if w.opens(ticket.Secret, w.first) {
			t.Error("got access after ten minutes, want none")
		}
	})
}

func TestANewTicketReplacesTheOldOneAndIsNotListed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
		first, others := w.ticket(w.Member, granted.ID), w.ticket(w.Admin, granted.ID)
		second := w.ticket(w.Member, granted.ID)
		for key, want := range map[string]bool{first.Secret: false, second.Secret: true, others.Secret: true} {
			if w.opens(key, w.first) != want {
				t.Errorf("got access %v, want %v: a new ticket replaces only the holder's older one", !want, want)
			}
		}
		for range 25 { // more than the key limit
			w.ticket(w.Owner, granted.ID)
		}
		listed, err := w.Access.Credentials(w.As(w.Owner), access.CredentialFilter{}, all)
		w.must(err)
		detail, err := w.Access.Subscription(w.As(w.Owner), granted.ID)
		w.must(err)
		if listed.Total != 2 || len(detail.Credentials) != 2 {
			t.Errorf("got %d keys listed and %d with the subscription, want the pair", listed.Total, len(detail.Credentials))
		}
		_, err = w.Access.RegenerateCredential(w.As(w.Member), second.Credential.ID)
		w.wantError(err, fault.Conflict, "ticket")
		_, err = w.Access.RotateCredential(w.As(w.Member), access.RotateCredential{Credential: second.Credential.ID})
		w.wantError(err, fault.Conflict, "ticket")
		w.wantError(w.Access.EndTicket(w.As(w.Admin), second.Credential.ID), fault.NotFound, "not_found")
		w.wantError(w.Access.EndTicket(w.As(w.Member), listed.Items[0].ID), fault.NotFound, "not_found")
		w.must(w.Access.EndTicket(w.As(w.Member), second.Credential.ID))
		w.must(w.Access.EndTicket(w.As(w.Member), second.Credential.ID))
		if w.opens(second.Secret, w.first) {
			t.Error("got access with an ended ticket, want none")
		}
	})
}

func TestATicketEndsWithItsHolderTeamOrSubscription(t *testing.T) {
	for name, end := range map[string]func(w *world, granted access.Subscription) error{
		"its subscription is suspended": func(w *world, granted access.Subscription) error {
			_, err := w.Access.SuspendSubscription(w.As(w.Staff), granted.ID, "")
			return err
		},
		"its holder is blocked": func(w *world, _ access.Subscription) error {
			return w.Accounts.Block(w.As(w.Staff), w.Member.Account)
		},
		"its holder leaves the team": func(w *world, _ access.Subscription) error {
			return w.Accounts.RemoveMember(w.As(w.Owner), w.Member.Account, w.Acme.ID)
		},
		"its holder becomes a viewer": func(w *world, _ access.Subscription) error {
			return w.Accounts.SetRole(w.As(w.Owner), w.Member.Account, w.Acme.ID, identity.Viewer)
		},
		"its team is disabled": func(w *world, _ access.Subscription) error {
			return w.Accounts.SetTeamDisabled(w.As(w.Staff), w.Acme.ID, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				granted := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
				ticket := w.ticket(w.Member, granted.ID)
				if !w.opens(ticket.Secret, w.first) {
					t.Fatal("got no access with a new ticket, want access")
				}
				w.must(end(w, granted))
				if w.opens(ticket.Secret, w.first) {
					t.Error("got access, want none")
				}
			})
		})
	}
}

func TestATicketNeedsAnApprovedSubscription(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pending := w.ask(w.Owner, askFor(w.single)).Subscriptions[0]
		_, err := w.Access.IssueTicket(w.As(w.Owner), pending.ID)
		w.wantError(err, fault.Conflict, "not_approved")
	})
}

func TestATrialOffersTheCallersKeys(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
		once := w.grant(access.NewAccess{Plan: w.gold.ID, Version: w.first}).Subscription
		w.grant(access.NewAccess{Plan: w.silver.ID, Team: w.Globex.ID})
		w.grant(access.NewAccess{Plan: w.test.ID, Version: w.second})
		suspended := w.grant(access.NewAccess{Plan: w.reserved.ID}).Subscription
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), suspended.ID, "")
		w.must(err)
		for _, row := range []struct {
			as            identity.Principal
			subscriptions map[access.SubscriptionID]int
			ticket        bool
		}{
			{w.Member, map[access.SubscriptionID]int{pair.ID: 2, once.ID: 0}, true},
			{w.Viewer, map[access.SubscriptionID]int{pair.ID: 0, once.ID: 0}, false},
			{w.Staff, nil, false},
		} {
			trial, err := w.Access.Trial(w.As(row.as), "weather", "1", "list")
			w.must(err)
			if len(trial.Subscriptions) != len(row.subscriptions) || len(trial.Operation.Input) == 0 || trial.Keys["production"].Header != "X-Api-Key" {
				t.Errorf("%s: got %d subscriptions, keys %+v, want %d, X-Api-Key", row.as.Name, len(trial.Subscriptions), trial.Keys, len(row.subscriptions))
			}
			for _, offered := range trial.Subscriptions {
				shown, known := row.subscriptions[offered.Subscription.ID]
				if !known || len(offered.Shown) != shown || offered.Actions.IssueTicket != row.ticket {
					t.Errorf("%s: got %s with %d keys, ticket %v, want %d, %v", row.as.Name, offered.Plan.Name, len(offered.Shown), offered.Actions.IssueTicket, shown, row.ticket)
				}
			}
		}
		_, err = w.Access.Trial(w.As(w.Member), "secret", "1", "list")
		w.wantError(err, fault.NotFound, "not_found")
		_, err = w.Access.Trial(w.As(w.Member), "weather", "1", "storm")
		w.wantError(err, fault.NotFound, "not_found")
	})
}

func TestOldTicketsAreForgotten(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
		ticket := w.ticket(w.Member, granted.ID)
		keys := w.Rows(t, "credential")
		forget := func() { w.must(w.Access.Forget(w.As(identity.SystemPrincipal("test")))) }
		w.Clock.Advance(30*24*time.Hour + 10*time.Minute)
		forget()
		found, err := w.Access.FindKey(w.As(w.Support), ticket.Secret)
		w.must(err)
		if len(found.Keys) != 1 {
			t.Error("the ticket is forgotten too early")
		}
		w.Clock.Advance(time.Second)
		forget()
		if got := w.Rows(t, "credential"); got != keys-1 {
			t.Errorf("%d keys are left, want %d: only the ticket is forgotten", got, keys-1)
		}
	})
}
