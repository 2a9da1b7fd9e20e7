package access_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
)

func TestRegeneratingDoesNotChangeTheOtherKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, askFor(w.production))
		primary, secondary := granted.Issued[0], granted.Issued[1]
		w.Clock.Advance(time.Hour)
		fresh, err := w.Access.RegenerateCredential(w.As(w.Member), primary.Credential.ID)
		w.must(err)
		for key, want := range map[string]bool{primary.Secret: false, fresh.Secret: true, secondary.Secret: true} {
			if w.opens(key, w.first) != want {
				t.Errorf("got a key that opens %v, want %v", !want, want)
			}
		}
		before, after := primary.Credential, w.key(primary.Credential.ID)
		if after.RegeneratedAt != w.Clock.Now() || after.Prefix == before.Prefix {
			t.Errorf("got %+v, want another prefix and the time of the regeneration", after)
		}
		if after.ID != before.ID || after.Name != before.Name || after.CreatedAt != before.CreatedAt || after.ExpiresAt != before.ExpiresAt ||
			after.Slot != before.Slot || !slices.Equal(after.Scopes, before.Scopes) {
			t.Errorf("got %+v, want all else as in %+v", after, before)
		}
		shown, err := w.Access.RevealCredential(w.As(w.Member), after.ID)
		w.must(err)
		if shown != fresh.Secret {
			t.Error("got another secret revealed, want the new one")
		}
	})
}

func TestBothKeysWorkDuringTheOverlap(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.gold)
		in.IssueKey = true
		old := w.ask(w.Owner, in).Issued[0]
		w.Clock.Advance(time.Hour)
		next, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: old.Credential.ID, Overlap: 24 * time.Hour})
		w.must(err)
		replaced := w.key(old.Credential.ID)
		if next.Credential.ID == replaced.ID || next.Credential.RotatedFrom != replaced.ID || replaced.ReplacedBy != next.Credential.ID {
			t.Errorf("got %+v and %+v, want them linked", replaced, next.Credential)
		}
		if replaced.GraceUntil != w.Clock.Now().Add(24*time.Hour) || next.Previous.GraceUntil != replaced.GraceUntil {
			t.Errorf("got grace until %s and %s, want 24 hours", replaced.GraceUntil, next.Previous.GraceUntil)
		}
		if want := w.Clock.Now().Add(365 * 24 * time.Hour); next.Credential.ExpiresAt != want {
			t.Errorf("got a successor that expires at %s, want %s", next.Credential.ExpiresAt, want)
		}
		w.Clock.Advance(24*time.Hour - time.Microsecond)
		if !w.opens(old.Secret, w.first) || !w.opens(next.Secret, w.first) {
			t.Error("got one key without access during the overlap, want access with both")
		}
		w.Clock.Advance(time.Microsecond)
		if w.opens(old.Secret, w.first) || !w.opens(next.Secret, w.first) {
			t.Error("got access with the old key or none with the new one after the overlap, want access with the new one only")
		}
	})
}

func TestTheOverlapCanBeExtended(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.gold)
		in.IssueKey = true
		old := w.ask(w.Owner, in).Issued[0]
		extend := func(overlap time.Duration) error {
			_, err := w.Access.ExtendOverlap(w.As(w.Owner), access.ExtendOverlap{Credential: old.Credential.ID, Overlap: overlap})
			return err
		}
		w.wantError(extend(time.Hour), fault.Conflict, "overlap_fixed") // it is not being replaced
		_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: old.Credential.ID, Overlap: 24 * time.Hour})
		w.must(err)
		for _, overlap := range []time.Duration{-time.Hour, 0, 24 * time.Hour, 31 * 24 * time.Hour} {
			w.wantError(extend(overlap), fault.Invalid, "invalid_input")
		}
		w.must(extend(72 * time.Hour))
		w.Clock.Advance(72*time.Hour - time.Microsecond)
		if !w.opens(old.Secret, w.first) {
			t.Error("got no access with the old key before its new end, want access")
		}
		w.Clock.Advance(time.Microsecond)
		if w.opens(old.Secret, w.first) {
			t.Error("got access with the old key after its new end, want none")
		}
		w.wantError(extend(time.Hour), fault.Conflict, "overlap_fixed") // it has ended
		trail, err := w.Trail.Records(w.As(w.Staff), event.TrailFilter{Action: "credential.overlap_extended"}, all)
		if err != nil || len(trail.Items) != 1 {
			t.Errorf("got %d records in the trail, %v, want one", len(trail.Items), err)
		}
	})
}

func TestTheOverlapEndsWithTheKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.gold)
		in.IssueKey = true
		old := w.ask(w.Owner, in).Issued[0]
		w.Clock.Advance(old.Credential.ExpiresAt.Sub(w.Clock.Now()) - 48*time.Hour)
		_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: old.Credential.ID, Overlap: time.Hour})
		w.must(err)
		extended, err := w.Access.ExtendOverlap(w.As(w.Owner), access.ExtendOverlap{Credential: old.Credential.ID, Overlap: 72 * time.Hour})
		if err != nil || extended.GraceUntil != extended.ExpiresAt {
			t.Errorf("got the end %s, %v, want the expiry %s", extended.GraceUntil, err, extended.ExpiresAt)
		}
	})
}

func TestTheSuccessorTakesTheSlotOfARotatedKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, askFor(w.production))
		_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: granted.Issued[0].Credential.ID, Overlap: time.Hour})
		w.must(err)
		detail, err := w.Access.Subscription(w.As(w.Owner), granted.Subscriptions[0].ID)
		w.must(err)
		var slots []access.Slot
		for _, key := range detail.Credentials {
			slots = append(slots, key.Slot)
		}
		if !slices.Equal(slots, []access.Slot{access.Primary, access.Secondary, access.NoSlot}) {
			t.Errorf("got the slots %v, want primary, secondary and none", slots)
		}
		if detail.Credentials[0].ID == granted.Issued[0].Credential.ID {
			t.Error("got the replaced key as primary, want its successor")
		}
	})
}

func TestTheOverlapEndsWhenTheOldKeyExpires(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Plan: w.gold.ID})
		old, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: granted.Subscription.ID, Validity: time.Hour})
		w.must(err)
		_, err = w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: old.Credential.ID, Overlap: 24 * time.Hour})
		w.must(err)
		if got := w.key(old.Credential.ID).GraceUntil; got != old.Credential.ExpiresAt {
			t.Errorf("got grace until %s, want the expiry of the key, %s", got, old.Credential.ExpiresAt)
		}
	})
}

func TestOnlyActiveKeysAreReplaced(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		subscription := w.grant(access.NewAccess{Plan: w.gold.ID}).Subscription.ID
		issue := func(validity time.Duration) access.CredentialID {
			issued, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription, Validity: validity})
			w.must(err)
			return issued.Credential.ID
		}
		rotate := func(id access.CredentialID) error {
			_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: id, Overlap: 48 * time.Hour})
			return err
		}
		regenerate := func(id access.CredentialID) error {
			_, err := w.Access.RegenerateCredential(w.As(w.Owner), id)
			return err
		}
		revoked, graced, expired, expiring := issue(0), issue(0), issue(time.Minute), issue(24*time.Hour)
		w.must(w.Access.RevokeCredential(w.As(w.Owner), revoked))
		w.must(rotate(graced))
		w.Clock.Advance(time.Minute)
		for name, row := range map[string]struct {
			id   access.CredentialID
			code string
		}{
			"revoked": {revoked, "credential_over"}, "in grace": {graced, "credential_replaced"}, "expired": {expired, "credential_over"},
		} {
			t.Log(name)
			w.wantError(rotate(row.id), fault.Conflict, row.code)
			w.wantError(regenerate(row.id), fault.Conflict, row.code)
		}
		w.must(regenerate(expiring))
		w.must(rotate(expiring))
		for _, overlap := range []time.Duration{-1, 30*24*time.Hour + 1} {
			_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: issue(0), Overlap: overlap})
			w.wantError(err, fault.Invalid, "invalid_input")
		}
	})
}

func TestARevokedKeyStaysRevoked(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		key := w.ask(w.Owner, askFor(w.production)).Issued[0]
		w.must(w.Access.RevokeCredential(w.As(w.Owner), key.Credential.ID))
		revoked := w.key(key.Credential.ID)
		if revoked.Sealed != nil || revoked.RevokedBy != w.Owner.Account || w.opens(key.Secret, w.first) {
			t.Errorf("got %+v, want it revoked by the owner, without secret and access", revoked)
		}
		w.Clock.Advance(time.Hour)
		w.must(w.Access.RevokeCredential(w.As(w.Member), key.Credential.ID))
		if again := w.key(key.Credential.ID); again.RevokedAt != revoked.RevokedAt || again.RevokedBy != w.Owner.Account {
			t.Errorf("revoked again: got %+v, want it unchanged from %+v", again, revoked)
		}
		_, err := w.Access.RevealCredential(w.As(w.Owner), key.Credential.ID)
		w.wantError(err, fault.Conflict, "credential_over")
	})
}

func TestAFreedSlotCanBeFilledAgain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, askFor(w.production))
		in := access.NewCredential{Subscription: granted.Subscriptions[0].ID, Slot: access.Primary}
		_, err := w.Access.IssueCredential(w.As(w.Owner), in)
		w.wantError(err, fault.Conflict, "slot_taken")
		w.must(w.Access.RevokeCredential(w.As(w.Owner), granted.Issued[0].Credential.ID))
		issued, err := w.Access.IssueCredential(w.As(w.Owner), in)
		w.must(err)
		if issued.Credential.Slot != access.Primary || !w.opens(issued.Secret, w.first) {
			t.Errorf("got %+v, want a working primary key", issued.Credential)
		}
	})
}

func TestAnApplicationHasAtMostTwentyKeys(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		subscription := w.grant(access.NewAccess{Plan: w.gold.ID}).Subscription.ID
		var last access.CredentialID
		for range 20 {
			issued, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription})
			w.must(err)
			last = issued.Credential.ID
		}
		_, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription})
		w.wantError(err, fault.Conflict, "credential_limit")
		_, err = w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: last, Overlap: time.Hour})
		w.must(err) // the replaced key does not count
		_, err = w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription})
		w.wantError(err, fault.Conflict, "credential_limit")
	})
}

func TestOnlyMembersOfTheTeamRevealAKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, askFor(w.production))
		key := granted.Issued[0]
		reveal := func(as identity.Principal, id access.CredentialID) error {
			shown, err := w.Access.RevealCredential(w.As(as), id)
			if err == nil && shown != key.Secret || err != nil && shown != "" {
				t.Errorf("%s: got %q, %v, want the secret or an error", as.Name, shown, err)
			}
			return err
		}
		w.must(reveal(w.Member, key.Credential.ID))
		w.wantError(reveal(w.Viewer, key.Credential.ID), fault.Forbidden, "not_permitted")
		w.wantError(reveal(w.OtherOwner, key.Credential.ID), fault.NotFound, "not_found")
		w.wantError(reveal(w.Visitor, key.Credential.ID), fault.Unauthenticated, "sign_in_required")
		joined := w.Staff
		joined.Team, joined.Role = w.Acme.ID, identity.Owner
		w.wantError(reveal(joined, key.Credential.ID), fault.Forbidden, "not_for_staff")
		for _, staff := range []identity.Principal{w.Staff, w.Approver, w.Support, identity.SystemPrincipal("demo")} {
			if err := reveal(staff, key.Credential.ID); err == nil {
				t.Errorf("%s: got a key, want an error", staff.Name)
			}
		}
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), granted.Subscriptions[0].ID, "")
		w.must(err)
		w.wantError(reveal(w.Member, key.Credential.ID), fault.Conflict, "not_approved")

		lone := w.grant(access.NewAccess{Plan: w.gold.ID, IssueKey: true}).Issued[0]
		w.wantError(reveal(w.Owner, lone.Credential.ID), fault.Conflict, "not_viewable")
	})
}

func TestStaffSeeOnlyKeysThatAreShownOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.grant(access.NewAccess{Plan: w.production.ID})
		if len(pair.Issued) != 2 || pair.Issued[0].Secret != "" || pair.Issued[1].Secret != "" {
			t.Error("got a viewable key shown to staff, want a pair without secrets")
		}
		lone := w.grant(access.NewAccess{Plan: w.gold.ID, IssueKey: true})
		if !w.opens(lone.Issued[0].Secret, w.first) {
			t.Error("got no working secret of a key that is shown once, want one")
		}
		shown, err := w.Access.RevealCredential(w.As(w.Owner), pair.Issued[0].Credential.ID)
		w.must(err)
		if !w.opens(shown, w.first) {
			t.Error("got no access with the key that staff granted, want access")
		}
		regenerated, err := w.Access.RegenerateCredential(w.As(w.Approver), pair.Issued[0].Credential.ID)
		w.must(err)
		if regenerated.Secret != "" || w.opens(shown, w.first) {
			t.Error("got the regenerated key shown to staff or access with the old one, want neither")
		}
	})
}

func TestABasicCredentialHasAUserNameAndAPassword(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.password)
		in.IssueKey = true
		issued := w.ask(w.Owner, in).Issued[0]
		if issued.Credential.Kind != plan.Basic || issued.Credential.Prefix != issued.Identifier || issued.Secret == "" {
			t.Fatalf("got %+v, want a user name and a password", issued)
		}
		grant, err := w.Access.Grant(t.Context(), w.proof(plan.Basic, issued.Identifier))
		w.must(err)
		hasher := access.Hasher(w.Ring)
		if !grant.Proves(hasher, []byte(issued.Identifier), []byte(issued.Secret)) || grant.Proves(hasher, []byte(issued.Identifier), []byte("guess")) {
			t.Error("got the password rejected or a guess accepted, want the reverse")
		}
		if _, err := w.Access.Grant(t.Context(), w.proof(plan.Key, issued.Identifier)); !fault.Is(err, fault.NotFound) {
			t.Errorf("user name as a key: got %v, want not found", err)
		}
		if shown, err := w.Access.RevealCredential(w.As(w.Owner), issued.Credential.ID); err != nil || shown != issued.Secret {
			t.Errorf("got %q, %v revealed, want the password", shown, err)
		}
		fresh, err := w.Access.RegenerateCredential(w.As(w.Owner), issued.Credential.ID)
		w.must(err)
		if fresh.Identifier != issued.Identifier || fresh.Secret == issued.Secret {
			t.Error("got another user name or the same password, want the same user name and a new password")
		}
	})
}

func TestANewKeyGetsTheTermsOfItsSubscription(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		year := 365 * 24 * time.Hour
		start := w.Clock.Now()
		single := w.grant(access.NewAccess{Plan: w.single.ID})
		w.grant(access.NewAccess{Plan: w.test.ID})
		fresh := w.application(w.Owner, access.NewApplication{Name: "Fresh"}).ID
		basic := w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID}).ID
		token := w.clientApplication("Token").ID
		pair := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription.ID
		for name, row := range map[string]struct {
			in          access.NewCredential
			environment string
			expires     time.Time
			kind        plan.Kind
			code        string
		}{
			"bound":                     {access.NewCredential{Subscription: single.Subscription.ID}, "production", start.Add(year), plan.Key, ""},
			"bound, scopes":             {access.NewCredential{Subscription: single.Subscription.ID, Scopes: []string{"read"}}, "production", start.Add(year), plan.Key, ""},
			"bound, shorter":            {access.NewCredential{Subscription: single.Subscription.ID, Validity: time.Hour}, "production", start.Add(time.Hour), plan.Key, ""},
			"bound, until":              {access.NewCredential{Subscription: single.Subscription.ID, ExpiresAt: start.Add(2 * time.Hour)}, "production", start.Add(2 * time.Hour), plan.Key, ""},
			"bound, too long":           {access.NewCredential{Subscription: single.Subscription.ID, Validity: year + 1}, "", time.Time{}, "", "invalid_input"},
			"bound, in the past":        {access.NewCredential{Subscription: single.Subscription.ID, ExpiresAt: start}, "", time.Time{}, "", "invalid_input"},
			"bound, other environment":  {access.NewCredential{Subscription: single.Subscription.ID, Environment: "test"}, "", time.Time{}, "", "invalid_input"},
			"bound, unknown scope":      {access.NewCredential{Subscription: single.Subscription.ID, Scopes: []string{"admin"}}, "", time.Time{}, "", "invalid_input"},
			"slot without a pair":       {access.NewCredential{Subscription: single.Subscription.ID, Slot: access.Primary}, "", time.Time{}, "", "invalid_input"},
			"slot without subscription": {access.NewCredential{Environment: "test", Slot: access.Primary}, "", time.Time{}, "", "invalid_input"},
			"unknown slot of a pair":    {access.NewCredential{Subscription: pair, Slot: "tertiary"}, "", time.Time{}, "", "invalid_input"},
			"validity and expiry":       {access.NewCredential{Environment: "test", Validity: 1, ExpiresAt: start.Add(1)}, "", time.Time{}, "", "invalid_input"},
			"a name of two lines":       {access.NewCredential{Environment: "test", Name: "a\nb"}, "", time.Time{}, "", "invalid_input"},
			"unknown subscription":      {access.NewCredential{Subscription: access.SubscriptionID{1}}, "", time.Time{}, "", "not_found"},
			"unbound, two environments": {access.NewCredential{}, "", time.Time{}, "", "invalid_input"},
			"unbound, named":            {access.NewCredential{Environment: "test"}, "test", time.Time{}, plan.Key, ""},
			"unbound, unknown":          {access.NewCredential{Environment: "moon"}, "", time.Time{}, "", "invalid_input"},
			"no subscription":           {access.NewCredential{Application: fresh}, "production", time.Time{}, plan.Key, ""},
			"no subscription, test":     {access.NewCredential{Application: fresh, Environment: "test"}, "test", time.Time{}, plan.Key, ""},
			"for passwords":             {access.NewCredential{Application: basic}, "production", time.Time{}, plan.Basic, ""},
			"for tokens":                {access.NewCredential{Application: token}, "", time.Time{}, "", "kind_not_issued"},
		} {
			issued, err := w.Access.IssueCredential(w.As(w.Owner), row.in)
			switch {
			case row.code != "":
				if err == nil || fault.From(err).Code != row.code {
					t.Errorf("%s: got %+v, %v, want %s", name, issued.Credential, err, row.code)
				}
			case err != nil:
				t.Errorf("%s: got %v, want a key", name, err)
			case issued.Credential.Environment != row.environment || issued.Credential.ExpiresAt != row.expires || issued.Credential.Kind != row.kind:
				t.Errorf("%s: got %+v, want %s, %s, expiry %s", name, issued.Credential, row.environment, row.kind, row.expires)
			}
		}
	})
}

func TestKeysWorkAfterTheKeyRingIsRotated(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		path := filepath.Join(t.TempDir(), "keyring")
		ring, err := sealed.Generate(path, w.Clock.Now())
		w.must(err)
		w.use(ring)
		granted := w.ask(w.Owner, askFor(w.production))
		rotated, err := sealed.Rotate(path, w.Clock.Now())
		w.must(err)
		w.use(rotated)
		if !w.opens(granted.Issued[0].Secret, w.first) {
			t.Error("got no access with a key of the old version, want access")
		}
		fresh, err := w.Access.RegenerateCredential(w.As(w.Owner), granted.Issued[0].Credential.ID)
		w.must(err)
		if fresh.Credential.HashKey != rotated.Current() || !w.opens(fresh.Secret, w.first) {
			t.Errorf("got a key of version %d, want a working one of version %d", fresh.Credential.HashKey, rotated.Current())
		}
		shown, err := w.Access.RevealCredential(w.As(w.Owner), granted.Issued[1].Credential.ID)
		if err != nil || shown != granted.Issued[1].Secret {
			t.Errorf("a key sealed with the old version: got %v, want its secret", err)
		}
	})
}

func TestCredentialsKnownToAMemberAreListed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.ask(w.Owner, askFor(w.production)).Issued
		alone, err := w.Access.IssueCredential(w.As(w.Member), access.NewCredential{Environment: "production", Name: "made"})
		w.must(err)
		own := w.application(w.Member, access.NewApplication{Name: "Own", Account: w.Member.Account})
		_, err = w.Access.IssueCredential(w.As(w.Member), access.NewCredential{Application: own.ID, Environment: "production"})
		w.must(err)
		_, err = w.Access.RevealCredential(w.As(w.Member), pair[1].Credential.ID)
		w.must(err)
		_, err = w.Access.RevealCredential(w.As(w.Member), pair[0].Credential.ID)
		w.must(err)
		_, err = w.Access.RegenerateCredential(w.As(w.Owner), pair[0].Credential.ID) // the secret that the member saw stops working
		w.must(err)
		knownTo := func(ctx context.Context) ([]access.Credential, error) {
			filter := access.CredentialFilter{KnownTo: w.Member.Account, TeamOwned: true, WorkingAt: w.Clock.Now()}
			found, err := w.Access.Credentials(ctx, filter, page.Request{})
			return found.Items, err
		}
		known, err := knownTo(w.As(w.Admin))
		w.must(err)
		var ids []access.CredentialID
		for _, key := range known {
			ids = append(ids, key.ID)
		}
		if !slices.Equal(ids, []access.CredentialID{alone.Credential.ID, pair[1].Credential.ID}) {
			t.Errorf("got the keys %v, want the created and the revealed one", ids)
		}
		if known, err := knownTo(w.As(w.OtherOwner)); err != nil || len(known) != 0 {
			t.Errorf("another team: got %v, %v, want none", known, err)
		}
		if known, err := knownTo(w.As(w.Staff)); err != nil || len(known) != 2 {
			t.Errorf("staff: got %v, %v, want 2 keys", known, err)
		}
	})
}
