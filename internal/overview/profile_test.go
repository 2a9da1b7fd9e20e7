package overview_test

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

func TestProfileShowsOnlyTheCallersTeam(t *testing.T) {
	kit := testkit.New(t)
	if _, err := kit.Overview.Profile(kit.As(kit.Visitor)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor gets a profile: %v", err)
	}
	profile, err := kit.Overview.Profile(kit.As(kit.Owner))
	if err != nil || profile.Me.Account.ID != kit.Owner.Account || len(profile.Subscriptions) != 0 {
		t.Errorf("%+v %v", profile, err)
	}
	// Staff see all teams' subscriptions elsewhere; their profile shows only their own.
	if profile, err := kit.Overview.Profile(kit.As(kit.Staff)); err != nil || len(profile.Subscriptions) != 0 {
		t.Errorf("%+v %v", profile, err)
	}
}

// TestProfileOffersWhatIsPermitted compares what the profile offers for each key with what the services then do, in
// every stage of a subscription.
func TestProfileOffersWhatIsPermitted(t *testing.T) {
	kit := testkit.New(t)
	granted := subscribed(t, kit)
	pair, once := granted["pair"].Subscription, granted["once"].Subscription
	staffMember := kit.Owner
	staffMember.Staff = identity.StaffSupport
	callers := map[string]identity.Principal{"owner": kit.Owner, "member": kit.Member, "viewer": kit.Viewer, "staff in the team": staffMember}
	for _, stage := range []struct {
		name   string
		begin  func() error
		reveal int
		change int
	}{
		{"approved", func() error { return nil }, 4, 9},
		{"suspended", func() error {
			_, err := kit.Access.SuspendSubscription(kit.As(kit.Staff), pair.ID, "unpaid")
			return err
		}, 0, 9},
		{"reinstated", func() error { _, err := kit.Access.ReinstateSubscription(kit.As(kit.Staff), pair.ID); return err }, 4, 9},
		{"rotated", func() error {
			_, err := kit.Access.RotateCredential(kit.As(kit.Owner), access.RotateCredential{Credential: granted["pair"].Issued[0].Credential.ID, Overlap: time.Hour})
			return err
		}, 6, 9},
		{"after the overlap", func() error { kit.Clock.Advance(time.Hour); return nil }, 4, 9},
		{"the other one suspended", func() error {
			_, err := kit.Access.SuspendSubscription(kit.As(kit.Staff), once.ID, "unpaid")
			return err
		}, 4, 9},
	} {
		if err := stage.begin(); err != nil {
			t.Fatal(stage.name, err)
		}
		reveal, change := 0, 0
		for name, caller := range callers {
			profile, err := kit.Overview.Profile(kit.As(caller))
			if err != nil || len(profile.Subscriptions) != 2 || !profile.At.Equal(kit.Clock.Now()) {
				t.Fatal(stage.name, name, err, profile)
			}
			for _, subscription := range profile.Subscriptions {
				for _, key := range subscription.Keys {
					where := stage.name + ", " + name + ", the " + string(key.Credential.Slot) + " key of " + subscription.Detail.Plan.Name
					if want := key.Credential.Status(kit.Clock.Now()); key.Status != want {
						t.Errorf("%s is %s, want %s", where, key.Status, want)
					}
					if _, err := kit.Access.RevealCredential(kit.As(caller), key.Credential.ID); key.Rights.Reveal != (err == nil) {
						t.Errorf("%s may be revealed: %t, but revealing returns %v", where, key.Rights.Reveal, err)
					}
					if _, err := kit.Overview.Replacement(kit.As(caller), key.Credential.ID); key.Rights.Regenerate != (err == nil) {
						t.Errorf("%s may be changed: %t, but Replacement returns %v", where, key.Rights.Regenerate, err)
					}
					if _, err := kit.Access.RegenerateCredential(kit.As(caller), key.Credential.ID); key.Rights.Regenerate != (err == nil) {
						t.Errorf("%s may be changed: %t, but regenerating returns %v", where, key.Rights.Regenerate, err)
					}
					reveal, change = reveal+count(key.Rights.Reveal), change+count(key.Rights.Regenerate)
				}
			}
		}
		if reveal != stage.reveal || change != stage.change {
			t.Errorf("%s: %d keys may be revealed and %d changed, want %d and %d", stage.name, reveal, change, stage.reveal, stage.change)
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestReplacementNamesTheOtherWorkingKey(t *testing.T) {
	kit := testkit.New(t)
	granted := subscribed(t, kit)
	pair, once := granted["pair"].Issued, granted["once"].Issued
	asked, err := kit.Overview.Replacement(kit.As(kit.Owner), pair[0].Credential.ID)
	if err != nil || asked.Key.Credential.ID != pair[0].Credential.ID || asked.Subscription.Detail.Plan.Slug != "pair" {
		t.Fatalf("%+v %v", asked, err)
	}
	if asked.Sibling == nil || asked.Sibling.Credential.ID != pair[1].Credential.ID {
		t.Errorf("the other key of the pair is %+v", asked.Sibling)
	}
	if asked, err := kit.Overview.Replacement(kit.As(kit.Owner), once[0].Credential.ID); err != nil || asked.Sibling != nil {
		t.Errorf("a single key has a sibling: %+v, %v", asked.Sibling, err)
	}
	for _, stranger := range []identity.Principal{kit.OtherOwner, kit.Staff} {
		if _, err := kit.Overview.Replacement(kit.As(stranger), pair[0].Credential.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s replaces a key of Acme: %v", stranger.Name, err)
		}
	}
	if _, err := kit.Overview.Replacement(kit.As(kit.Visitor), pair[0].Credential.ID); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor replaces a key: %v", err)
	}
}
