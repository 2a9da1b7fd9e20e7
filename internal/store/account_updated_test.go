package store_test

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// TestAnAccountKnowsWhenItWasChanged saves one change after the other, each an hour later.
func TestAnAccountKnowsWhenItWasChanged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		accounts := kit.DB.Accounts()
		for _, test := range []struct {
			what   string
			seen   bool
			change func(changed *account.Account)
		}{
			{"nothing", false, func(*account.Account) {}},
			{"name", true, func(changed *account.Account) { changed.Name = "Ada" }},
			{"address", true, func(changed *account.Account) { changed.Email = "ada@acme.example" }},
			{"staff role", true, func(changed *account.Account) { changed.Staff = identity.StaffSupport }},
			{"state", true, func(changed *account.Account) { changed.State = account.Blocked }},
			{"home", true, func(changed *account.Account) { changed.HomeTeam = identity.TeamID{} }},
			{"proof of the address", true, func(changed *account.Account) { changed.VerifiedAt = testkit.Start }},
			{"sign-in", false, func(changed *account.Account) { changed.LastSignInAt = testkit.Start }},
			{"password", false, func(changed *account.Account) { changed.PasswordHash = "another" }},
			{"no address", true, func(changed *account.Account) { changed.Email, changed.State = "", account.Removed }},
		} {
			before, err := accounts.Account(t.Context(), kit.Member.Account)
			if err != nil {
				t.Fatal(err)
			}
			kit.Clock.Advance(time.Hour)
			changed, want := before, before.UpdatedAt
			changed.UpdatedAt = time.Time{} // the caller need not set it
			if test.seen {
				want = kit.Clock.Now()
			}
			test.change(&changed)
			if err := accounts.SaveAccount(t.Context(), changed); err != nil {
				t.Fatal(err)
			}
			if after, err := accounts.Account(t.Context(), changed.ID); err != nil || !after.UpdatedAt.Equal(want) || want.Before(before.CreatedAt) {
				t.Errorf("%s: the account was changed at %s, want %s (%v)", test.what, after.UpdatedAt, want, err)
			}
		}
		for _, seen := range []bool{true, false} { // the second save changes nothing
			kit.Clock.Advance(time.Hour)
			if err := accounts.SaveAnswers(t.Context(), kit.Owner.Account, account.Answers{"company": "Navy"}); err != nil {
				t.Fatal(err)
			}
			if after, err := accounts.Account(t.Context(), kit.Owner.Account); err != nil || after.UpdatedAt.Equal(kit.Clock.Now()) != seen {
				t.Errorf("answers: the account was changed at %s (%v)", after.UpdatedAt, err)
			}
		}
	})
}

// TestOldAccountsHaveTheirCreationTimeAsUpdateTime opens the database of an older program, which has an account.
func TestOldAccountsHaveTheirCreationTimeAsUpdateTime(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		config := store.Config{URL: url, Now: clock.NewFrozen(testkit.Start).Now}
		old, err := store.OpenWith(t.Context(), config, before(t, "00021"))
		if err != nil {
			t.Fatal(err)
		}
		made := id.New[identity.AccountID](testkit.Start)
		run(t, old, "INSERT INTO account (id, email, name, staff, state, created_at, last_sign_in_at, password_hash, imported_cost) VALUES (?, 'ada@acme.example', 'Ada', '', 'active', 42, 0, '', 0)", made)
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		if kept, err := db.Accounts().Account(t.Context(), made); err != nil || kept.UpdatedAt.UnixMicro() != 42 || kept.Name != "Ada" {
			t.Errorf("the account is %+v (%v)", kept, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
