package account_test

import (
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

func TestSettingAPasswordSignsIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		visitor := kit.As(kit.Visitor)
		before := mustSignIn(t, kit, kit.Owner.Name)
		added := mustAdd(t, kit, account.NewAccount{Email: "grace@hopper.example", Name: "Grace"})

		in := account.SetUp{Token: added.Token, Password: firstPassword}
		first, err := kit.Accounts.SetUpAndSignIn(visitor, in, account.Browser{UserAgent: "Test", Replaces: before.Token})
		if err != nil || first.Account.ID != added.Account.ID || first.Session.UserAgent != "Test" || !alive(t, kit, first.Token) {
			t.Errorf("set-up returns %+v, %v", first, err)
		}
		if alive(t, kit, before.Token) {
			t.Error("the browser's previous session still works")
		}
		_, err = kit.Accounts.SetUpAndSignIn(visitor, in, account.Browser{})
		wantKind(t, "the same link", err, fault.NotFound, "link_dead")

		again := account.NewPassword{Token: forgotten(t, kit, "grace@hopper.example"), Password: "another horse battery"}
		second, err := kit.Accounts.ResetPasswordAndSignIn(visitor, again, account.Browser{})
		if err != nil || !alive(t, kit, second.Token) || alive(t, kit, first.Token) {
			t.Errorf("a reset returns %+v, %v", second, err)
		}
		_, err = kit.Accounts.ResetPasswordAndSignIn(visitor, again, account.Browser{})
		wantKind(t, "the same token", err, fault.NotFound, "token_unknown")
		_, err = kit.Accounts.ResetPasswordAndSignIn(visitor, account.NewPassword{Token: "x", Password: "short"}, account.Browser{})
		wantKind(t, "a malformed token", err, fault.Invalid, "invalid_input")
	})
}

// A pending account has a password afterwards, but no session.
func TestSettingAPasswordDoesNotSignInPendingAccounts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		settings := site.Defaults()
		settings.SignUp = site.SignUpApproval
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		visitor := kit.As(kit.Visitor)
		if err := kit.Accounts.SignUp(visitor, account.SignUp{Email: "grace@hopper.example", Name: "Grace"}); err != nil {
			t.Fatal(err)
		}
		verified, err := kit.Accounts.VerifyEmail(visitor, wantLetter(t, kit, account.MessageVerifyEmail).Token)
		if err != nil {
			t.Fatal(err)
		}
		in := account.NewPassword{Token: verified.Token, Password: firstPassword}
		signedIn, err := kit.Accounts.ResetPasswordAndSignIn(visitor, in, account.Browser{})
		if err != nil || signedIn.Token != "" {
			t.Errorf("an account that waits gets %+v, %v", signedIn, err)
		}
		_, err = signIn(kit, "grace@hopper.example", firstPassword)
		wantKind(t, "the chosen password", err, fault.Unauthenticated, account.CodeApprovalPending)
	})
}
