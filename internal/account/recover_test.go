package account_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// forgotten requests a password-reset mail and returns its token.
func forgotten(t *testing.T, kit *testkit.Kit, email string) string {
	t.Helper()
	if err := kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: email}); err != nil {
		t.Fatal(err)
	}
	return wantLetter(t, kit, account.MessageResetPassword).Token
}

func reset(kit *testkit.Kit, token string) error {
	return kit.Accounts.ResetPassword(kit.As(kit.Visitor), account.NewPassword{Token: token, Password: firstPassword})
}

func TestAForgottenPasswordIsReplaced(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		browser := mustSignIn(t, kit, kit.Owner.Name)
		client := mustIssue(t, kit, kit.Owner.Name)
		for range 5 {
			_, _ = signIn(kit, kit.Owner.Name, wrongPassword)
		}
		first, second := forgotten(t, kit, kit.Owner.Name), forgotten(t, kit, kit.Owner.Name)
		absentFromTheDatabase(t, kit, first, second)
		err := kit.Accounts.ResetPassword(kit.As(kit.Visitor), account.NewPassword{Token: first, Password: "short"})
		wantKind(t, "a short password", err, fault.Invalid, "invalid_input")
		if err := reset(kit, strings.ToUpper(first)); err != nil {
			t.Fatal(err)
		}
		if alive(t, kit, browser.Token) || aliveToken(t, kit, client.Access) {
			t.Error("sessions from before the reset still work")
		}
		wantKind(t, "the same link", reset(kit, first), fault.NotFound, "token_unknown")
		wantKind(t, "the other link", reset(kit, second), fault.NotFound, "token_unknown")
		if _, err := signIn(kit, kit.Owner.Name, testkit.Password); err == nil {
			t.Error("the old password still works")
		}
		if _, err := signIn(kit, kit.Owner.Name, firstPassword); err != nil {
			t.Errorf("the new password, after wrong guesses by others: %v", err)
		}
		after := accountOf(t, kit, kit.Owner.Name)
		if after.Staff != identity.NotStaff || after.State != account.Active || after.HomeTeam != kit.Acme.ID || after.VerifiedAt != testkit.Start {
			t.Errorf("the account is %+v", after)
		}
	})
}

// forget deletes expired sessions, links and counters.
func forget(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	if err := kit.Accounts.Forget(kit.As(identity.SystemPrincipal("test"))); err != nil {
		t.Fatal(err)
	}
}

func TestTokensOfMailsHaveDistinctErrors(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpOpen)
		visitor := kit.As(kit.Visitor)
		refused := func(what, token string, kind fault.Kind, code string) {
			t.Helper()
			wantKind(t, what+" for a password", reset(kit, token), kind, code)
			_, err := kit.Accounts.VerifyEmail(visitor, token)
			wantKind(t, what+" for an address", err, kind, code)
			for _, purpose := range []account.Purpose{account.VerifyEmail, account.ResetPassword} {
				_, err := kit.Accounts.LinkHolder(visitor, token, purpose)
				wantKind(t, what+" for a page", err, kind, code)
			}
		}
		for _, token := range []string{"", "x", strings.Repeat("x", 36), "0b7cbf8b-5ea2-4ba2-9ac4-1b9d4d4c8f9", "0b7cbf8b05ea2-4ba2-9ac4-1b9d4d4c8f9a", strings.Repeat("0", 1<<20)} {
			refused("malformed", token, fault.Invalid, "invalid_input")
		}
		refused("unknown", "0b7cbf8b-5ea2-4ba2-9ac4-1b9d4d4c8f9a", fault.NotFound, "token_unknown")
		refused("an account's ID", kit.Owner.Account.UUID(), fault.NotFound, "token_unknown")

		token := forgotten(t, kit, kit.Owner.Name)
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(token) {
			t.Errorf("the token is %q, which is no random UUID", token)
		}
		_, err := kit.Accounts.VerifyEmail(visitor, token)
		wantKind(t, "a token for a password, to prove an address", err, fault.NotFound, "token_unknown")
		wantKind(t, "a token for a password, to set up", setUp(kit, token), fault.NotFound, "link_dead")
		kit.Clock.Advance(time.Hour - time.Microsecond)
		if holder, err := kit.Accounts.LinkHolder(visitor, token, account.ResetPassword); err != nil || holder.Email != kit.Owner.Name || holder.PasswordHash != "" {
			t.Errorf("just before an hour the link is for %+v (%v)", holder, err)
		}
		kit.Clock.Advance(time.Microsecond)
		wantKind(t, "after an hour", reset(kit, token), fault.NotFound, "token_expired")
		kit.Clock.Advance(30*24*time.Hour - time.Microsecond)
		forget(t, kit)
		wantKind(t, "a month later", reset(kit, token), fault.NotFound, "token_expired")
		kit.Clock.Advance(time.Microsecond)
		forget(t, kit)
		wantKind(t, "later than that", reset(kit, token), fault.NotFound, "token_unknown")

		signUp(t, kit, grace)
		verify := wantLetter(t, kit, account.MessageVerifyEmail).Token
		wantKind(t, "a token that proves an address, for a password", reset(kit, verify), fault.NotFound, "token_unknown")
		kit.Clock.Advance(48*time.Hour - time.Microsecond)
		if _, err := kit.Accounts.VerifyEmail(visitor, verify); err != nil {
			t.Errorf("just before 48 hours: %v", err)
		}
		_, err = kit.Accounts.VerifyEmail(visitor, verify)
		wantKind(t, "twice", err, fault.NotFound, "token_unknown")
	})
}

func TestALinkOfABlockedAccountDoesNotWork(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		token := forgotten(t, kit, kit.Member.Name)
		if err := kit.Accounts.Block(kit.As(kit.Staff), kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "blocked", reset(kit, token), fault.NotFound, "token_unknown")
		if err := kit.Accounts.Unblock(kit.As(kit.Staff), kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "unblocked", reset(kit, token), fault.NotFound, "token_unknown")
	})
}

func TestALinkUsedByManyAtOnceWorksOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		token := forgotten(t, kit, kit.Member.Name)
		answers := make(chan error)
		for range 4 {
			go func() { answers <- reset(kit, token) }()
		}
		worked := 0
		for range 4 {
			if err := <-answers; err == nil {
				worked++
			} else {
				wantKind(t, "late", err, fault.NotFound, "token_unknown")
			}
		}
		if worked != 1 {
			t.Errorf("the link worked %d times", worked)
		}
	})
}

func TestSigningOutAndANewPasswordEndLinks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		const another = "another horse battery"
		member := kit.As(kit.Member)
		sent := forgotten(t, kit, kit.Member.Name)
		if err := kit.Accounts.EndSessions(member, kit.Member.Account, account.SessionID{}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "after signing out everywhere", reset(kit, sent), fault.NotFound, "token_unknown")

		sent = forgotten(t, kit, kit.Member.Name)
		if err := kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: kit.Member.Name}); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(time.Microsecond)
		if err := kit.Accounts.ChangePassword(member, account.ChangePassword{Current: testkit.Password, New: another}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "after another password", reset(kit, sent), fault.NotFound, "token_unknown")
		if letter, message := nextLetter(t, kit); !letter.Unwanted || letter.Token != "" {
			t.Errorf("the earlier message %+v says %+v, want it unwanted", message, letter)
		}
		kit.Clock.Advance(15 * time.Minute)
		if err := reset(kit, forgotten(t, kit, kit.Member.Name)); err != nil {
			t.Errorf("a link requested after the change: %v", err)
		}
	})
}

func TestRequestedMailWaitsADay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpOpen)
		for _, late := range []bool{false, true} {
			signUp(t, kit, grace)
			signUp(t, kit, kit.Member.Name)
			if err := kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: kit.Owner.Name}); err != nil {
				t.Fatal(err)
			}
			mustInvite(t, kit, kit.Owner, kit.OtherOwner.Name, identity.Viewer)
			kit.Clock.Advance(24*time.Hour - time.Microsecond)
			if late {
				kit.Clock.Advance(time.Microsecond)
			}
			want := map[string]bool{account.MessageVerifyEmail: late, account.MessageResetPassword: late, account.MessageInvitation: false}
			for range 4 {
				if letter, message := nextLetter(t, kit); letter.Unwanted != want[message.Template] || letter.Unwanted && letter.Token != "" {
					t.Errorf("%+v says %+v", message, letter)
				}
			}
			wantNoMessage(t, kit)
		}
	})
}

func TestAnAddressIsProvedOnceByManyAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpOpen)
		signUp(t, kit, grace)
		token := wantLetter(t, kit, account.MessageVerifyEmail).Token
		answers := make(chan error)
		for range 4 {
			go func() {
				_, err := kit.Accounts.VerifyEmail(kit.As(kit.Visitor), token)
				answers <- err
			}()
		}
		worked := 0
		for range 4 {
			if err := <-answers; err == nil {
				worked++
			} else {
				wantKind(t, "late", err, fault.NotFound, "token_unknown")
			}
		}
		if links := kit.Rows(t, "link"); worked != 1 || links != 1 {
			t.Errorf("the link worked %d times and left %d links for a password", worked, links)
		}
	})
}
