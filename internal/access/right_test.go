package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// callers returns a principal of every role, by the name of the role.
func (w *world) callers() map[string]identity.Principal {
	callers := map[string]identity.Principal{}
	for i, principal := range w.people() {
		callers[columns[i]] = principal
	}
	member := w.Owner
	member.Staff = identity.StaffSupport
	callers["owner who is support staff"] = member
	elsewhere := w.OtherOwner
	elsewhere.Staff = identity.StaffSupport
	callers["owner of another team who is support staff"] = elsewhere
	return callers
}

// inEveryState returns one subscription of the application in each state, also removed, cleared and past its end.
func (w *world) inEveryState(application access.ApplicationID) map[string]access.Subscription {
	state := func(state access.SubscriptionState) access.Subscription {
		return access.Subscription{
			ID: id.New[access.SubscriptionID](w.Clock.Now()), Application: application, Team: w.Acme.ID, Plan: w.production.ID,
			State: state, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
	}
	all := map[string]access.Subscription{}
	for _, each := range access.SubscriptionStates() {
		all[string(each)] = state(each)
	}
	for _, each := range []access.SubscriptionState{access.Rejected, access.Cancelled, access.Revoked, access.Expired} {
		removed := state(each)
		removed.RemovedAt = testkit.Start
		all[string(each)+", removed"] = removed
	}
	cleared := state(access.Revoked)
	cleared.ClearedAt = testkit.Start
	all["revoked, cleared"] = cleared
	for _, each := range []access.SubscriptionState{access.Approved, access.Suspended} {
		lapsed := state(each)
		lapsed.EndsAt = w.Clock.Now()
		all[string(each)+", past its end"] = lapsed
	}
	return all
}

var subscriptionVerbs = map[string]struct {
	offered func(access.Actions) bool
	call    func(w *world, as identity.Principal, id access.SubscriptionID) error
}{
	"suspend": {func(may access.Actions) bool { return may.Suspend }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.SuspendSubscription(w.As(as), id, "")
		return err
	}},
	"reinstate": {func(may access.Actions) bool { return may.Reinstate }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.ReinstateSubscription(w.As(as), id)
		return err
	}},
	"revoke": {func(may access.Actions) bool { return may.Revoke }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.RevokeSubscription(w.As(as), id, "")
		return err
	}},
	"expire": {func(may access.Actions) bool { return may.Expire }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.ExpireSubscription(w.As(as), id)
		return err
	}},
	"cancel or remove": {func(may access.Actions) bool { return may.Cancel || may.Remove }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.CancelSubscription(w.As(as), id, "")
		return err
	}},
	"clear": {func(may access.Actions) bool { return may.Clear }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.ClearSubscription(w.As(as), id)
		return err
	}},
	"change plan": {func(may access.Actions) bool { return may.ChangePlan }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.ChangePlan(w.As(as), access.ChangePlan{Subscription: id, Plan: w.reserved.ID})
		return err
	}},
	"issue a key": {func(may access.Actions) bool { return may.IssueKey }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.IssueCredential(w.As(as), access.NewCredential{Subscription: id})
		return err
	}},
	"issue a ticket": {func(may access.Actions) bool { return may.IssueTicket }, func(w *world, as identity.Principal, id access.SubscriptionID) error {
		_, err := w.Access.IssueTicket(w.As(as), id)
		return err
	}},
}

// The service accepts every offered action. It rejects all others unless they would change nothing.
func TestTheServiceAcceptsExactlyTheOfferedActions(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	for name, caller := range w.callers() {
		for _, owner := range []identity.AccountID{{}, w.Member.Account} {
			for verb, row := range subscriptionVerbs {
				application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Till"), Account: owner})
				for state, subscription := range w.inEveryState(application.ID) {
					w.must(w.DB.Access().SaveSubscription(t.Context(), subscription))
					offered := row.offered(subscription.Actions(application, caller, w.Clock.Now()))
					err := row.call(w, caller, subscription.ID)
					unchanged := fmt.Sprint(w.reload(subscription.ID)) == fmt.Sprint(subscription)
					if offered != (err == nil) && (err != nil || !unchanged) {
						t.Errorf("%s: %s a subscription that is %s: got %v, want offered %t", name, verb, state, err, offered)
					}
					ended := subscription
					ended.State, ended.RemovedAt = access.Cancelled, testkit.Start // so that it does not block the next one
					w.must(w.DB.Access().SaveSubscription(t.Context(), ended))
				}
			}
		}
	}
}

var applicationVerbs = map[string]struct {
	offered func(access.ApplicationRights) bool
	call    func(w *world, as identity.Principal, application access.ApplicationID) error
}{
	"update": {func(may access.ApplicationRights) bool { return may.Change }, func(w *world, as identity.Principal, id access.ApplicationID) error {
		_, err := w.Access.UpdateApplication(w.As(as), access.UpdateApplication{Application: id})
		return err
	}},
	"delete": {func(may access.ApplicationRights) bool { return may.Change }, func(w *world, as identity.Principal, id access.ApplicationID) error {
		return w.Access.DeleteApplication(w.As(as), id)
	}},
	"register": {func(may access.ApplicationRights) bool { return may.Register }, func(w *world, as identity.Principal, id access.ApplicationID) error {
		_, err := w.Access.RegistrationChoices(w.As(as), access.RegistrationChoiceFilter{Application: id}, all)
		return err
	}},
	"issue a key for": {func(may access.ApplicationRights) bool { return may.IssueKey }, func(w *world, as identity.Principal, id access.ApplicationID) error {
		_, err := w.Access.IssueCredential(w.As(as), access.NewCredential{Application: id, Environment: "production"})
		return err
	}},
}

// The service accepts exactly the actions on an application that pages offer.
func TestTheServiceAcceptsExactlyTheRightsToAnApplication(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	for name, caller := range w.callers() {
		for _, owner := range []identity.AccountID{{}, w.Member.Account} {
			standard, err := w.Access.DefaultApplication(w.As(w.Staff), w.Acme.ID, owner)
			w.must(err)
			for verb, row := range applicationVerbs {
				own := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Till"), Account: owner})
				for _, application := range []access.Application{own, standard} {
					offered := row.offered(application.Rights(caller))
					if err := row.call(w, caller, application.ID); offered != (err == nil) {
						t.Errorf("%s: %s an application (default %t, of a member %t): got %v, want offered %t",
							name, verb, application.Default, !owner.IsZero(), err, offered)
					}
				}
			}
		}
	}
}

var credentialVerbs = map[string]struct {
	offered func(access.Rights) bool
	call    func(w *world, as identity.Principal, key access.Credential) error
}{
	"reveal": {func(may access.Rights) bool { return may.Reveal }, func(w *world, as identity.Principal, key access.Credential) error {
		_, err := w.Access.RevealCredential(w.As(as), key.ID)
		return err
	}},
	"rename": {func(may access.Rights) bool { return may.Rename }, func(w *world, as identity.Principal, key access.Credential) error {
		_, err := w.Access.RenameCredential(w.As(as), key.ID, "Renamed")
		return err
	}},
	"rotate": {func(may access.Rights) bool { return may.Rotate }, func(w *world, as identity.Principal, key access.Credential) error {
		_, err := w.Access.RotateCredential(w.As(as), access.RotateCredential{Credential: key.ID})
		return err
	}},
	"extend": {func(may access.Rights) bool { return may.Extend }, func(w *world, as identity.Principal, key access.Credential) error {
		_, err := w.Access.ExtendOverlap(w.As(as), access.ExtendOverlap{Credential: key.ID, Overlap: 2 * time.Hour})
		return err
	}},
	"regenerate": {func(may access.Rights) bool { return may.Regenerate }, func(w *world, as identity.Principal, key access.Credential) error {
		_, err := w.Access.RegenerateCredential(w.As(as), key.ID)
		return err
	}},
	"revoke": {func(may access.Rights) bool { return may.Revoke }, func(w *world, as identity.Principal, key access.Credential) error {
		return w.Access.RevokeCredential(w.As(as), key.ID)
	}},
	"close as leaked": {func(may access.Rights) bool { return may.CloseLeaked }, func(w *world, as identity.Principal, key access.Credential) error {
		_, err := w.Access.CloseLeakedKey(w.As(as), access.CloseLeakedKey{Credential: key.ID, Since: key.RegeneratedAt})
		return err
	}},
}

// keysInEveryStatus returns variants of a viewable key: one for each status and for each sort that is not viewable.
func (w *world) keysInEveryStatus(key access.Credential) map[string]access.Credential {
	now := w.Clock.Now()
	all := map[string]access.Credential{}
	add := func(name string, change func(*access.Credential)) {
		fresh := key
		change(&fresh)
		all[name] = fresh
	}
	add("active", func(*access.Credential) {})
	add("expiring", func(key *access.Credential) { key.ExpiresAt = now.Add(time.Hour) })
	add("expired", func(key *access.Credential) { key.ExpiresAt = now })
	add("in its grace period", func(key *access.Credential) { key.GraceUntil, key.Slot = now.Add(time.Hour), access.NoSlot })
	add("in its grace period, until it expires", func(key *access.Credential) {
		key.GraceUntil, key.ExpiresAt, key.Slot = now.Add(time.Hour), now.Add(time.Hour), access.NoSlot
	})
	add("revoked", func(key *access.Credential) { key.RevokedAt, key.Sealed = now, nil })
	add("not viewable", func(key *access.Credential) { key.Viewable, key.Sealed = false, nil })
	add("a ticket", func(key *access.Credential) {
		key.Ticket, key.Slot, key.ExpiresAt = true, access.NoSlot, now.Add(time.Minute)
	})
	add("unbound", func(key *access.Credential) { key.Subscription, key.Slot = access.SubscriptionID{}, access.NoSlot })
	return all
}

// The service accepts every offered action on a key. It rejects all others unless they would change nothing.
func TestTheServiceAcceptsExactlyTheRightsToAKey(t *testing.T) {
	w := newWorld(t, testkit.New(t))
	for _, owner := range []identity.AccountID{{}, w.Member.Account} {
		application := w.application(w.Owner, access.NewApplication{Name: w.uniqueName("Till"), Account: owner})
		granted := w.grant(access.NewAccess{Application: application.ID, Plan: w.production.ID})
		for _, state := range []access.SubscriptionState{access.Approved, access.Suspended} {
			subscription := granted.Subscription
			subscription.State = state
			w.must(w.DB.Access().SaveSubscription(t.Context(), subscription))
			for status, key := range w.keysInEveryStatus(w.key(granted.Issued[0].Credential.ID)) {
				for name, caller := range w.callers() {
					for verb, row := range credentialVerbs {
						w.must(w.DB.Access().SaveCredential(t.Context(), key))
						offered := row.offered(w.rightsOf(application, key, caller))
						err := row.call(w, caller, key)
						unchanged := fmt.Sprint(w.key(key.ID)) == fmt.Sprint(key)
						if offered != (err == nil) && (err != nil || !unchanged) {
							t.Errorf("%s: %s a key that is %s under a subscription that is %s: got %v, want offered %t",
								name, verb, status, state, err, offered)
						}
						w.endSuccessors(key)
					}
				}
			}
		}
	}
}

// rightsOf returns the caller's rights to the stored credential, as pages do.
func (w *world) rightsOf(application access.Application, key access.Credential, caller identity.Principal) access.Rights {
	serving, err := w.DB.Access().Serving(w.t.Context(), []access.CredentialID{key.ID}, w.Clock.Now())
	w.must(err)
	return key.Rights(application, serving[key.ID], caller, w.Clock.Now())
}

// endSuccessors revokes the keys that replaced the key, so that another one does not exceed the limit.
func (w *world) endSuccessors(key access.Credential) {
	found, err := w.DB.Access().Credentials(w.t.Context(), access.CredentialFilter{Application: key.Application, Unrevoked: true}, all)
	w.must(err)
	for _, other := range found.Items {
		if other.RotatedFrom == key.ID {
			other.RevokedAt, other.Slot = w.Clock.Now(), access.NoSlot
			w.must(w.DB.Access().SaveCredential(w.t.Context(), other))
		}
	}
}
