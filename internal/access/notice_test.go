package access_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// takeMessages removes all messages of a template from the outbox and returns them, the oldest first.
func (w *world) takeMessages(template string) []event.Message {
	w.t.Helper()
	found, err := w.Outbox.Messages(w.As(w.Staff), event.OutboxFilter{Search: template}, all)
	w.must(err)
	var messages []event.Message
	for _, one := range slices.Backward(found.Items) {
		if one.Template == template {
			messages = append(messages, one.Message)
			w.must(w.Outbox.Discard(w.As(w.Staff), one.ID))
		}
	}
	return messages
}

// recipients returns the sorted addresses of messages.
func recipients(messages []event.Message) string {
	var to []string
	for _, one := range messages {
		to = append(to, one.To)
	}
	slices.Sort(to)
	return strings.Join(to, " ")
}

func TestTheRequesterIsNotifiedOfEachChangeOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		settings, err := w.Site.Settings(t.Context())
		w.must(err)
		settings.Support = "help@portal.example"
		w.must(w.Site.ChangeSettings(w.As(w.Staff), settings))
		member, err := w.DB.Accounts().Account(t.Context(), w.Member.Account)
		w.must(err)
		member.Front = "https://front.example"
		w.must(w.DB.Accounts().SaveAccount(t.Context(), member))
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		asked, err := w.Access.Register(w.As(w.Member), access.NewRegistration{Application: shop.ID, Version: w.mapsAPI().automatic})
		w.must(err)
		registered := asked.Subscription.ID
		change := func(call func() (access.Subscription, error)) error {
			_, err := call()
			return err
		}
		for _, step := range []struct {
			was, state, reason string
			do                 func() (access.Subscription, error)
		}{
			{"approved", "suspended", "Unusual traffic", func() (access.Subscription, error) {
				return w.Access.SuspendSubscription(w.As(w.Approver), registered, "Unusual traffic")
			}},
			{"suspended", "approved", "", func() (access.Subscription, error) {
				return w.Access.ReinstateSubscription(w.As(w.Approver), registered)
			}},
			{"approved", "cancelled", "The version ends", func() (access.Subscription, error) {
				return w.Access.CancelSubscription(w.As(w.Approver), registered, "The version ends")
			}},
		} {
			w.must(change(step.do))
			w.wantError(change(step.do), fault.Conflict, "state_conflict")
			messages := w.takeMessages(access.MessageSubscriptionChanged)
			want := map[string]string{
				"name": "The member", "application": "Shop", "application_id": shop.ID.Hex(), "api": "Maps automatic", "front": "https://front.example",
				"was": step.was, "state": step.state, "reason": step.reason, "support": "help@portal.example",
			}
			if recipients(messages) != w.Member.Name || !maps.Equal(messages[0].Params, want) {
				t.Errorf("%s: got %v, want one message to the member with %v", step.state, messages, want)
			}
		}
	})
}

func TestTheTeamsOwnersAreNotifiedIfTheRequesterIsGone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		register := func(by identity.Principal) access.SubscriptionID {
			application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Shop")})
			asked, err := w.Access.Register(w.As(by), access.NewRegistration{Application: application.ID, Version: w.mapsAPI().automatic})
			w.must(err)
			return asked.Subscription.ID
		}
		for _, row := range []struct {
			name, want string
			create     func() access.SubscriptionID
			leave      func()
		}{
			{"granted without a request", "owner@acme.example", func() access.SubscriptionID { return w.grant(access.NewAccess{Plan: w.gold.ID}).Subscription.ID }, func() {}},
			{"granted to one member", "member@acme.example owner@acme.example", func() access.SubscriptionID {
				mine := w.application(w.Staff, access.NewApplication{Team: w.Acme.ID, Account: w.Member.Account, Name: "Mine"})
				return w.grant(access.NewAccess{Plan: w.production.ID, Application: mine.ID}).Subscription.ID
			}, func() {}},
			{"requested by staff", "owner@acme.example", func() access.SubscriptionID { return register(w.Staff) }, func() {}},
			{"the requester has left the team", "owner@acme.example", func() access.SubscriptionID { return register(w.Admin) }, func() {
				w.must(w.Accounts.RemoveMember(w.As(w.Owner), w.Admin.Account, w.Acme.ID))
			}},
			{"the requester is blocked", "owner@acme.example", func() access.SubscriptionID { return register(w.Member) }, func() {
				w.must(w.setState(w.Member.Account, account.Blocked))
			}},
		} {
			made := row.create()
			row.leave()
			_, err := w.Access.CancelSubscription(w.As(w.Approver), made, "")
			w.must(err)
			if got := recipients(w.takeMessages(access.MessageSubscriptionChanged)); got != row.want {
				t.Errorf("%s: got messages to %q, want %q", row.name, got, row.want)
			}
		}
	})
}

func TestATeamSeesTheRegistrationsThatStaffEnded(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		staff, api := w.As(w.Staff), w.mapsAPI()
		cancelled, removed := w.register(shop.ID, api.automatic), w.register(shop.ID, api.byStaff)
		_, err := w.Access.CancelSubscription(staff, cancelled.Subscription.ID, "Moved elsewhere")
		w.must(err)
		w.must(w.Access.Unregister(w.As(w.Owner), shop.ID, removed.Subscription.ID))
		revoked := w.register(shop.ID, api.automatic)
		_, err = w.Access.RevokeSubscription(staff, revoked.Subscription.ID, "Misuse")
		w.must(err)
		expect := func(ended bool, want ...access.SubscriptionID) {
			t.Helper()
			found, err := w.Access.Registrations(w.As(w.Viewer), access.RegistrationFilter{Application: shop.ID, EndedByStaff: ended}, all)
			w.must(err)
			var got []access.SubscriptionID
			for _, one := range found.Items {
				got = append(got, one.Subscription.ID)
				if one.Subscription.EndedByStaff() != ended || one.Subscription.Listed() == ended {
					t.Errorf("got ended by staff %v, listed %v for %+v, want as in the list", one.Subscription.EndedByStaff(), one.Subscription.Listed(), one.Subscription)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("ended by staff %t: got %v, want %v", ended, got, want)
			}
		}
		expect(true, cancelled.Subscription.ID)
		expect(false, revoked.Subscription.ID)
		_, err = w.Access.ClearSubscription(staff, revoked.Subscription.ID)
		w.must(err)
		expect(true, revoked.Subscription.ID, cancelled.Subscription.ID)
		expect(false)
	})
}

func TestStaffAreNotifiedOfPendingRequests(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const deciders = "approver@portal.example staff@portal.example"
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, w.mapsAPI().automatic)
		if messages := w.takeMessages(access.MessageRequestWaits); len(messages) > 0 {
			t.Errorf("approved at once: got %v, want no message", messages)
		}
		w.register(shop.ID, w.mapsAPI().byStaff)
		want := map[string]string{"application": "Shop", "team": "Acme", "api": "Maps byStaff"}
		if messages := w.takeMessages(access.MessageRequestWaits); recipients(messages) != deciders || !maps.Equal(messages[0].Params, want) {
			t.Errorf("registration: got %v, want two messages with %v", messages, want)
		}
		w.ask(w.Owner, askFor(w.single))
		if messages := w.takeMessages(access.MessageRequestWaits); recipients(messages) != deciders || messages[0].Params["plans"] != "Single" {
			t.Errorf("request for a plan: got %v, want two messages about Single", messages)
		}
	})
}
