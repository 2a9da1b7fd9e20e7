package access_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
)

func TestRegeneratingLeavesTheOtherKeyAlone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		primary, secondary := granted.Issued[0], granted.Issued[1]
		w.Clock.Advance(time.Hour)
		fresh, err := w.Access.RegenerateCredential(w.As(w.Member), primary.Credential.ID)
		w.must(err)
		for key, want := range map[string]bool{primary.Secret: false, fresh.Secret: true, secondary.Secret: true} {
			if w.opens(key, w.first) != want {
				t.Errorf("a key opens %v, want %v", !want, want)
			}
		}
		before, after := primary.Credential, w.key(primary.Credential.ID)
		if after.RegeneratedAt != w.Clock.Now() || after.Prefix == before.Prefix {
			t.Errorf("after regenerating: %+v", after)
		}
		if after.ID != before.ID || after.Name != before.Name || after.CreatedAt != before.CreatedAt || after.ExpiresAt != before.ExpiresAt ||
			after.Slot != before.Slot || !slices.Equal(after.Scopes, before.Scopes) {
			t.Errorf("regenerating changed %+v to %+v", before, after)
		}
		shown, err := w.Access.RevealCredential(w.As(w.Member), after.ID)
		w.must(err)
		if shown != fresh.Secret {
			t.Error("what is revealed is not the new key")
		}
	})
}

func TestRotatingOverlaps(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := wanting(w.gold)
		in.IssueKey = true
		old := w.ask(w.Owner, in).Issued[0]
		w.Clock.Advance(time.Hour)
		next, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: old.Credential.ID, Overlap: 24 * time.Hour})
		w.must(err)
		replaced := w.key(old.Credential.ID)
		if next.Credential.ID == replaced.ID || next.Credential.RotatedFrom != replaced.ID || replaced.ReplacedBy != next.Credential.ID {
			t.Errorf("not linked: %+v and %+v", replaced, next.Credential)
		}
		if replaced.GraceUntil != w.Clock.Now().Add(24*time.Hour) || next.Previous.GraceUntil != replaced.GraceUntil {
			t.Errorf("grace until %s", replaced.GraceUntil)
		}
		if want := w.Clock.Now().Add(365 * 24 * time.Hour); next.Credential.ExpiresAt != want {
			t.Errorf("the successor expires at %s, want %s", next.Credential.ExpiresAt, want)
		}
		w.Clock.Advance(24*time.Hour - time.Microsecond)
		if !w.opens(old.Secret, w.first) || !w.opens(next.Secret, w.first) {
			t.Error("one of the two is closed during the overlap")
		}
		w.Clock.Advance(time.Microsecond)
		if w.opens(old.Secret, w.first) || !w.opens(next.Secret, w.first) {
			t.Error("at the end of the overlap the old one must be closed and the new one open")
		}
	})
}

func TestRotatingOneOfAPair(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: granted.Issued[0].Credential.ID, Overlap: time.Hour})
		w.must(err)
		detail, err := w.Access.Subscription(w.As(w.Owner), granted.Subscriptions[0].ID)
		w.must(err)
		var slots []access.Slot
		for _, key := range detail.Credentials {
			slots = append(slots, key.Slot)
		}
		if !slices.Equal(slots, []access.Slot{access.Primary, access.Secondary, access.NoSlot}) {
			t.Errorf("slots are %v", slots)
		}
		if detail.Credentials[0].ID == granted.Issued[0].Credential.ID {
			t.Error("the replaced key is still called primary")
		}
	})
}

func TestOverlapEndsWithTheOldKeysOwnEnd(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Plan: w.gold.ID})
		old, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: granted.Subscription.ID, Validity: time.Hour})
		w.must(err)
		_, err = w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: old.Credential.ID, Overlap: 24 * time.Hour})
		w.must(err)
		if got := w.key(old.Credential.ID).GraceUntil; got != old.Credential.ExpiresAt {
			t.Errorf("grace until %s, the key itself ends at %s", got, old.Credential.ExpiresAt)
		}
	})
}

func TestOnlyLastingKeysAreReplaced(t *testing.T) {
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
			w.refused(rotate(row.id), fault.Conflict, row.code)
			w.refused(regenerate(row.id), fault.Conflict, row.code)
		}
		w.must(regenerate(expiring))
		w.must(rotate(expiring))
		for _, overlap := range []time.Duration{-1, 30*24*time.Hour + 1} {
			_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: issue(0), Overlap: overlap})
			w.refused(err, fault.Invalid, "invalid_input")
		}
	})
}

func TestRevokingIsFinalAndIdempotent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		key := w.ask(w.Owner, wanting(w.production)).Issued[0]
		w.must(w.Access.RevokeCredential(w.As(w.Owner), key.Credential.ID))
		revoked := w.key(key.Credential.ID)
		if revoked.Sealed != nil || revoked.RevokedBy != w.Owner.Account || w.opens(key.Secret, w.first) {
			t.Errorf("revoked: %+v", revoked)
		}
		w.Clock.Advance(time.Hour)
		w.must(w.Access.RevokeCredential(w.As(w.Member), key.Credential.ID))
		if again := w.key(key.Credential.ID); again.RevokedAt != revoked.RevokedAt || again.RevokedBy != w.Owner.Account {
			t.Errorf("revoking again changed %+v to %+v", revoked, again)
		}
		_, err := w.Access.RevealCredential(w.As(w.Owner), key.Credential.ID)
		w.refused(err, fault.Conflict, "credential_over")
	})
}

func TestAFreedSlotIsFilledAgain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		in := access.NewCredential{Subscription: granted.Subscriptions[0].ID, Slot: access.Primary}
		_, err := w.Access.IssueCredential(w.As(w.Owner), in)
		w.refused(err, fault.Conflict, "slot_taken")
		w.must(w.Access.RevokeCredential(w.As(w.Owner), granted.Issued[0].Credential.ID))
		issued, err := w.Access.IssueCredential(w.As(w.Owner), in)
		w.must(err)
		if issued.Credential.Slot != access.Primary || !w.opens(issued.Secret, w.first) {
			t.Errorf("issued %+v", issued.Credential)
		}
	})
}

func TestTwentyKeysAreEnough(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		subscription := w.grant(access.NewAccess{Plan: w.gold.ID}).Subscription.ID
		var last access.CredentialID
		for range 20 {
			issued, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription})
			w.must(err)
			last = issued.Credential.ID
		}
		_, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription})
		w.refused(err, fault.Conflict, "credential_limit")
		_, err = w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: last, Overlap: time.Hour})
		w.must(err) // the replaced one does not count
		_, err = w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Subscription: subscription})
		w.refused(err, fault.Conflict, "credential_limit")
	})
}

func TestRevealing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		key := granted.Issued[0]
		reveal := func(as identity.Principal, id access.CredentialID) error {
			shown, err := w.Access.RevealCredential(w.As(as), id)
			if err == nil && shown != key.Secret || err != nil && shown != "" {
				t.Errorf("%s was shown %q with %v", as.Name, shown, err)
			}
			return err
		}
		w.must(reveal(w.Member, key.Credential.ID))
		w.refused(reveal(w.Viewer, key.Credential.ID), fault.Forbidden, "not_permitted")
		w.refused(reveal(w.OtherOwner, key.Credential.ID), fault.NotFound, "not_found")
		w.refused(reveal(w.Visitor, key.Credential.ID), fault.Unauthenticated, "sign_in_required")
		joined := w.Staff
		joined.Team, joined.Role = w.Acme.ID, identity.Owner
		w.refused(reveal(joined, key.Credential.ID), fault.Forbidden, "not_for_staff")
		for _, staff := range []identity.Principal{w.Staff, w.Approver, w.Support, identity.SystemPrincipal("demo")} {
			if err := reveal(staff, key.Credential.ID); err == nil {
				t.Errorf("%s was shown a key", staff.Name)
			}
		}
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), granted.Subscriptions[0].ID, "")
		w.must(err)
		w.refused(reveal(w.Member, key.Credential.ID), fault.Conflict, "not_approved")

		lone := w.grant(access.NewAccess{Plan: w.gold.ID, IssueKey: true}).Issued[0]
		w.refused(reveal(w.Owner, lone.Credential.ID), fault.Conflict, "not_viewable")
	})
}

func TestStaffSeeOnlyKeysThatAreShownOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.grant(access.NewAccess{Plan: w.production.ID})
		if len(pair.Issued) != 2 || pair.Issued[0].Secret != "" || pair.Issued[1].Secret != "" {
			t.Error("staff were shown a viewable key")
		}
		lone := w.grant(access.NewAccess{Plan: w.gold.ID, IssueKey: true})
		if !w.opens(lone.Issued[0].Secret, w.first) {
			t.Error("nobody was shown the key")
		}
		shown, err := w.Access.RevealCredential(w.As(w.Owner), pair.Issued[0].Credential.ID)
		w.must(err)
		if !w.opens(shown, w.first) {
			t.Error("the key that staff granted opens nothing")
		}
		regenerated, err := w.Access.RegenerateCredential(w.As(w.Approver), pair.Issued[0].Credential.ID)
		w.must(err)
		if regenerated.Secret != "" || w.opens(shown, w.first) {
			t.Error("staff were shown a regenerated key, or the old one still opens")
		}
	})
}

func TestBasicCredentials(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := wanting(w.password)
		in.IssueKey = true
		issued := w.ask(w.Owner, in).Issued[0]
		if issued.Credential.Kind != plan.Basic || issued.Credential.Prefix != issued.Identifier || issued.Secret == "" {
			t.Fatalf("issued %+v", issued)
		}
		grant, err := w.Access.Grant(t.Context(), w.proof(plan.Basic, issued.Identifier))
		w.must(err)
		hasher := access.Hasher(w.Ring)
		if !grant.Proves(hasher, []byte(issued.Identifier), []byte(issued.Secret)) || grant.Proves(hasher, []byte(issued.Identifier), []byte("guess")) {
			t.Error("the password does not tell right from wrong")
		}
		if _, err := w.Access.Grant(t.Context(), w.proof(plan.Key, issued.Identifier)); !fault.Is(err, fault.NotFound) {
			t.Errorf("the user name works as a key: %v", err)
		}
		if shown, err := w.Access.RevealCredential(w.As(w.Owner), issued.Credential.ID); err != nil || shown != issued.Secret {
			t.Errorf("revealed %q, %v", shown, err)
		}
		fresh, err := w.Access.RegenerateCredential(w.As(w.Owner), issued.Credential.ID)
		w.must(err)
		if fresh.Identifier != issued.Identifier || fresh.Secret == issued.Secret {
			t.Error("regenerating must keep the user name and replace the password")
		}
	})
}

func TestTermsOfAKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		year := 365 * 24 * time.Hour
		start := w.Clock.Now()
		single := w.grant(access.NewAccess{Plan: w.single.ID})
		w.grant(access.NewAccess{Plan: w.test.ID})
		fresh := w.application(w.Owner, access.NewApplication{Name: "Fresh"}).ID
		basic := w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID}).ID
		token := w.byClient("Token").ID
		pair := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription.ID
		for name, row := range map[string]struct {
			in          access.NewCredential
			environment string
			expires     time.Time
			kind        plan.Kind
			refused     string
		}{
			"bound":                     {access.NewCredential{Subscription: single.Subscription.ID}, "production", start.Add(year), plan.Key, ""},
			"bound, scopes":             {access.NewCredential{Subscription: single.Subscription.ID, Scopes: []string{"read"}}, "production", start.Add(year), plan.Key, ""},
			"bound, shorter":            {access.NewCredential{Subscription: single.Subscription.ID, Validity: time.Hour}, "production", start.Add(time.Hour), plan.Key, ""},
			"bound, until":              {access.NewCredential{Subscription: single.Subscription.ID, ExpiresAt: start.Add(2 * time.Hour)}, "production", start.Add(2 * time.Hour), plan.Key, ""},
			"bound, too long":           {access.NewCredential{Subscription: single.Subscription.ID, Validity: year + 1}, "", time.Time{}, "", "invalid_input"},
			"bound, in the past":        {access.NewCredential{Subscription: single.Subscription.ID, ExpiresAt: start}, "", time.Time{}, "", "invalid_input"},
			"bound, elsewhere":          {access.NewCredential{Subscription: single.Subscription.ID, Environment: "test"}, "", time.Time{}, "", "invalid_input"},
			"bound, unknown scope":      {access.NewCredential{Subscription: single.Subscription.ID, Scopes: []string{"admin"}}, "", time.Time{}, "", "invalid_input"},
			"slot of a plan without":    {access.NewCredential{Subscription: single.Subscription.ID, Slot: access.Primary}, "", time.Time{}, "", "invalid_input"},
			"slot without subscription": {access.NewCredential{Environment: "test", Slot: access.Primary}, "", time.Time{}, "", "invalid_input"},
			"a slot beside the pair":    {access.NewCredential{Subscription: pair, Slot: "tertiary"}, "", time.Time{}, "", "invalid_input"},
			"validity and expiry":       {access.NewCredential{Environment: "test", Validity: 1, ExpiresAt: start.Add(1)}, "", time.Time{}, "", "invalid_input"},
			"a name of two lines":       {access.NewCredential{Environment: "test", Name: "a\nb"}, "", time.Time{}, "", "invalid_input"},
			"no such subscription":      {access.NewCredential{Subscription: access.SubscriptionID{1}}, "", time.Time{}, "", "not_found"},
			"unbound, two environments": {access.NewCredential{}, "", time.Time{}, "", "invalid_input"},
			"unbound, named":            {access.NewCredential{Environment: "test"}, "test", time.Time{}, plan.Key, ""},
			"unbound, unknown":          {access.NewCredential{Environment: "moon"}, "", time.Time{}, "", "invalid_input"},
			"nothing subscribed":        {access.NewCredential{Application: fresh}, "production", time.Time{}, plan.Key, ""},
			"nothing subscribed, test":  {access.NewCredential{Application: fresh, Environment: "test"}, "test", time.Time{}, plan.Key, ""},
			"made for passwords":        {access.NewCredential{Application: basic}, "production", time.Time{}, plan.Basic, ""},
			"made for tokens":           {access.NewCredential{Application: token}, "", time.Time{}, "", "kind_not_issued"},
		} {
			issued, err := w.Access.IssueCredential(w.As(w.Owner), row.in)
			switch {
			case row.refused != "":
				if err == nil || fault.From(err).Code != row.refused {
					t.Errorf("%s: %+v, %v; want %s", name, issued.Credential, err, row.refused)
				}
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case issued.Credential.Environment != row.environment || issued.Credential.ExpiresAt != row.expires || issued.Credential.Kind != row.kind:
				t.Errorf("%s: %+v", name, issued.Credential)
			}
		}
	})
}

func TestKeysAreFoundAfterTheRingIsRotated(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		path := filepath.Join(t.TempDir(), "keyring")
		ring, err := sealed.Generate(path, w.Clock.Now())
		w.must(err)
		w.use(ring)
		granted := w.ask(w.Owner, wanting(w.production))
		rotated, err := sealed.Rotate(path, w.Clock.Now())
		w.must(err)
		w.use(rotated)
		if !w.opens(granted.Issued[0].Secret, w.first) {
			t.Error("a key of the old version is not found")
		}
		fresh, err := w.Access.RegenerateCredential(w.As(w.Owner), granted.Issued[0].Credential.ID)
		w.must(err)
		if fresh.Credential.HashKey != rotated.Current() || !w.opens(fresh.Secret, w.first) {
			t.Errorf("regenerated with version %d", fresh.Credential.HashKey)
		}
		shown, err := w.Access.RevealCredential(w.As(w.Owner), granted.Issued[1].Credential.ID)
		if err != nil || shown != granted.Issued[1].Secret {
			t.Errorf("a key sealed with the old version: %v", err)
		}
	})
}

func TestKeysOfALeavingMember(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.ask(w.Owner, wanting(w.production)).Issued
		alone, err := w.Access.IssueCredential(w.As(w.Member), access.NewCredential{Environment: "production", Name: "made"})
		w.must(err)
		own := w.application(w.Member, access.NewApplication{Name: "Own", Account: w.Member.Account})
		_, err = w.Access.IssueCredential(w.As(w.Member), access.NewCredential{Application: own.ID, Environment: "production"})
		w.must(err)
		_, err = w.Access.RevealCredential(w.As(w.Member), pair[1].Credential.ID)
		w.must(err)
		_, err = w.Access.RevealCredential(w.As(w.Member), pair[0].Credential.ID)
		w.must(err)
		_, err = w.Access.RegenerateCredential(w.As(w.Owner), pair[0].Credential.ID) // what the member saw is worth nothing now
		w.must(err)
		keysShownTo := func(ctx context.Context) ([]access.Credential, error) {
			filter := access.CredentialFilter{KnownTo: w.Member.Account, TeamOwned: true, WorkingAt: w.Clock.Now()}
			found, err := w.Access.Credentials(ctx, filter, page.Request{})
			return found.Items, err
		}
		known, err := keysShownTo(w.As(w.Admin))
		w.must(err)
		var ids []access.CredentialID
		for _, key := range known {
			ids = append(ids, key.ID)
		}
		if !slices.Equal(ids, []access.CredentialID{alone.Credential.ID, pair[1].Credential.ID}) {
			t.Errorf("the member knows %v", ids)
		}
		if known, err := keysShownTo(w.As(w.OtherOwner)); err != nil || len(known) != 0 {
			t.Errorf("another team sees %v, %v", known, err)
		}
		if known, err := keysShownTo(w.As(w.Staff)); err != nil || len(known) != 2 {
			t.Errorf("staff see %v, %v", known, err)
		}
	})
}
