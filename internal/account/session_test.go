package account_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

func TestSessionsEnd(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		const day = 24 * time.Hour
		begin := kit.Clock.Now()
		used, unused := mustSignIn(t, kit, "member@acme.example"), mustSignIn(t, kit, "member@acme.example")
		kit.Clock.Advance(7*day - time.Microsecond)
		if !alive(t, kit, used.Token) {
			t.Error("a session ends before it was idle for seven days")
		}
		kit.Clock.Advance(time.Microsecond)
		if alive(t, kit, unused.Token) {
			t.Error("a session that was idle for seven days is alive")
		}
		for kit.Clock.Now().Before(begin.Add(29 * day)) {
			kit.Clock.Advance(day)
			if !alive(t, kit, used.Token) {
				t.Fatalf("a session that is used ends after %v", kit.Clock.Now().Sub(begin))
			}
		}
		kit.Clock.Advance(begin.Add(30*day).Sub(kit.Clock.Now()) - time.Microsecond)
		if !alive(t, kit, used.Token) {
			t.Error("a session ends before 30 days")
		}
		kit.Clock.Advance(time.Microsecond)
		if alive(t, kit, used.Token) {
			t.Error("a session of 30 days is alive")
		}
		mustSignIn(t, kit, "owner@acme.example") // which deletes expired sessions
		var left int
		err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
			if chunk.Table == "sessions" {
				left += bytes.Count(chunk.Rows, []byte(kit.Member.Account.Hex()))
			}
			return nil
		})
		if err != nil || left != 0 {
			t.Errorf("%d expired sessions are kept (%v)", left, err)
		}
	})
}

func TestSigningInAgainEndsTheSessionBefore(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		first, err := signIn(kit, kit.Member.Name, testkit.Password)
		if err != nil {
			t.Fatal(err)
		}
		in := account.SignIn{Email: kit.Owner.Name, Password: "wrong", Replaces: first.Token}
		if _, err := kit.Accounts.SignIn(t.Context(), in); err == nil {
			t.Fatal("signed in with a wrong password")
		}
		if _, _, err := kit.Accounts.Authenticate(t.Context(), first.Token); err != nil {
			t.Errorf("a failed sign-in has ended a session: %v", err)
		}
		in.Password = testkit.Password
		if _, err := kit.Accounts.SignIn(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, _, err := kit.Accounts.Authenticate(t.Context(), first.Token); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the previous session still works: %v", err)
		}
	})
}

func TestASessionIsTouchedOnceAMinute(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		token := mustSignIn(t, kit, "member@acme.example").Token
		seen := func(after time.Duration) time.Time {
			kit.Clock.Advance(after)
			if !alive(t, kit, token) {
				t.Fatal("the session has ended")
			}
			_, session, err := kit.Another(t).Accounts.Authenticate(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return session.SeenAt
		}
		if got := seen(time.Minute - time.Microsecond); got != testkit.Start {
			t.Errorf("touched within a minute: %v", got)
		}
		if got := seen(time.Microsecond); got != testkit.Start.Add(time.Minute) {
			t.Errorf("not touched after a minute: %v", got)
		}
	})
}

func TestSessionsDieAtOnce(t *testing.T) {
	const fresh = "fresh horse battery"
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		for _, test := range []struct {
			what  string
			end   func(kept, other account.SignedIn) error
			keeps bool
		}{
			{"the staff role changes", func(kept, _ account.SignedIn) error {
				return kit.Accounts.SetStaff(staff, kept.Account.ID, identity.StaffSupport)
			}, false},
			{"they end them", func(kept, _ account.SignedIn) error {
				return kit.Accounts.EndSessions(kit.As(kit.Member), kept.Account.ID, kept.Session.ID)
			}, true},
			{"staff end them", func(kept, _ account.SignedIn) error {
				return kit.Accounts.EndSessions(staff, kept.Account.ID, account.SessionID{})
			}, false},
			{"they sign out", func(_, other account.SignedIn) error {
				return errors.Join(kit.Accounts.SignOut(t.Context(), other.Token), kit.Accounts.SignOut(t.Context(), other.Token))
			}, true},
			{"they change the password", func(kept, _ account.SignedIn) error {
				return errors.Join(
					kit.Accounts.ChangePassword(kit.As(kit.Member), account.ChangePassword{Current: testkit.Password, New: fresh, Keep: kept.Session.ID}),
					kit.Accounts.ChangePassword(kit.As(kit.Member), account.ChangePassword{Current: fresh, New: testkit.Password, Keep: kept.Session.ID}),
				)
			}, true},
			{"staff block them", func(kept, _ account.SignedIn) error {
				return errors.Join(kit.Accounts.Block(staff, kept.Account.ID), kit.Accounts.Unblock(staff, kept.Account.ID))
			}, false},
			{"staff remove them", func(kept, _ account.SignedIn) error { return kit.Accounts.Remove(staff, kept.Account.ID) }, false},
		} {
			kept, other := mustSignIn(t, kit, "member@acme.example"), mustSignIn(t, kit, "member@acme.example")
			bystander := mustSignIn(t, kit, "owner@acme.example")
			if err := test.end(kept, other); err != nil {
				t.Fatalf("%s: %v", test.what, err)
			}
			if alive(t, kit, kept.Token) != test.keeps || alive(t, kit, other.Token) || !alive(t, kit, bystander.Token) {
				t.Errorf("%s: the caller's session is alive: %v (want %v), the other: %v, another account's: %v", test.what,
					alive(t, kit, kept.Token), test.keeps, alive(t, kit, other.Token), alive(t, kit, bystander.Token))
			}
		}
	})
}

func TestAWrongCurrentPasswordCountsLikeASignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		change := func(current, fresh string) error {
			return kit.Accounts.ChangePassword(kit.As(kit.Member), account.ChangePassword{Current: current, New: fresh})
		}
		wantKind(t, "a short one", change(testkit.Password, "short"), fault.Invalid, "invalid_input")
		for range 5 {
			err := change(wrongPassword, "fresh horse battery")
			wantKind(t, "a wrong one", err, fault.Invalid, "invalid_input")
			if fields := fault.From(err).Fields; len(fields) != 1 || fields[0].Name != "current_password" {
				t.Errorf("refused fields are %v", fields)
			}
		}
		wantKind(t, "the sixth", change(testkit.Password, "fresh horse battery"), fault.Limited, "sign_in_locked")
		_, err := signIn(kit, "member@acme.example", testkit.Password)
		wantKind(t, "and sign-in", err, fault.Limited, "sign_in_locked")
		if err := kit.Accounts.Unlock(kit.As(kit.Staff), kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		if err := change(testkit.Password, "fresh horse battery"); err != nil {
			t.Fatal(err)
		}
		if _, err := signIn(kit, "member@acme.example", "fresh horse battery"); err != nil {
			t.Errorf("the new password: %v", err)
		}
		_, err = signIn(kit, "member@acme.example", testkit.Password)
		wantKind(t, "the old password", err, fault.Unauthenticated, "sign_in_refused")
	})
}

func TestTheSessionsOfAnAccountAreLimited(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		first, used := mustSignIn(t, kit, kit.Owner.Name), mustIssue(t, kit, kit.Owner.Name)
		others := mustSignIn(t, kit, kit.Member.Name)
		kit.Clock.Advance(time.Minute)
		for i := range 98 {
			now := kit.Clock.Now()
			begun := account.Session{
				ID: id.New[account.SessionID](now), Account: kit.Owner.Account, TokenHash: []byte{byte(i)}, SeenAt: now, ExpiresAt: now.Add(time.Hour),
			}
			if err := kit.DB.Accounts().SaveSession(t.Context(), begun); err != nil {
				t.Fatal(err)
			}
		}
		kit.Clock.Advance(time.Minute)
		mustRefresh(t, kit, used.Refresh)
		mustSignIn(t, kit, kit.Owner.Name)
		if alive(t, kit, first.Token) || kit.Rows(t, "session_token") != 1 || !alive(t, kit, others.Token) {
			t.Error("the least recently used session still works, or another one has ended")
		}
		if n := kit.Rows(t, "session"); n != 101 {
			t.Errorf("%d sessions are kept, want a hundred and another person's", n)
		}
	})
}
