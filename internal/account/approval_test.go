package account_test

import (
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

func TestStaffApproveBeforeOrAfterThePassword(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		for _, email := range []string{"early@hopper.example", "late@hopper.example"} {
			signUp(t, kit, email)
			made := accountOf(t, kit, email)
			if made.State != account.Pending {
				t.Errorf("signing up created %+v", made)
			}
			letter := wantLetter(t, kit, account.MessageVerifyEmail)
			approve := func() account.Letter {
				for _, principal := range []identity.Principal{kit.Support, kit.Owner} {
					wantKind(t, principal.Name, kit.Accounts.Approve(kit.As(principal), made.ID), fault.Forbidden, "not_permitted")
				}
				if err := kit.Accounts.Approve(kit.As(kit.Approver), made.ID); err != nil {
					t.Fatal(err)
				}
				wantKind(t, "twice", kit.Accounts.Approve(kit.As(kit.Approver), made.ID), fault.Conflict, "decided_already")
				wantKind(t, "rejecting then", kit.Accounts.Reject(kit.As(kit.Approver), account.Rejection{Account: made.ID}), fault.Conflict, "decided_already")
				return wantLetter(t, kit, account.MessageApproved)
			}
			if email == "early@hopper.example" {
				approved := approve()
				if approved.Purpose != account.VerifyEmail || approved.Token == letter.Token {
					t.Errorf("an account without a password is sent %+v", approved)
				}
				choosePassword(t, kit, approved.Token)
			} else {
				choosePassword(t, kit, letter.Token)
				for range 6 { // more sign-ins than the limit for wrong passwords
					_, err := signIn(kit, email, firstPassword)
					wantKind(t, "before it is approved", err, fault.Unauthenticated, "approval_pending")
				}
				_, err := signIn(kit, email, wrongPassword)
				wantKind(t, "with another password", err, fault.Unauthenticated, "sign_in_refused")
				if approved := approve(); approved.Purpose != "" {
					t.Errorf("an account with a password is sent %+v", approved)
				}
			}
			signedIn, err := signIn(kit, email, firstPassword)
			if err != nil {
				t.Fatal(err)
			}
			if principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token); err != nil || principal.Role != identity.Owner {
				t.Errorf("the session acts as %+v (%v)", principal, err)
			}
		}
	})
}

func TestRejectedAndBlockedAccountsCannotSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		staff, visitor := kit.As(kit.Staff), kit.As(kit.Visitor)
		signUp(t, kit, grace)
		made := accountOf(t, kit, grace)
		letter := wantLetter(t, kit, account.MessageVerifyEmail)
		wantKind(t, "blocking a pending sign-up", kit.Accounts.Block(staff, made.ID), fault.Precondition, "not_approved")
		verified, err := kit.Accounts.VerifyEmail(visitor, letter.Token)
		if err != nil {
			t.Fatal(err)
		}
		long := account.Rejection{Account: made.ID, Reason: strings.Repeat("ä", 501)}
		wantKind(t, "a long reason", kit.Accounts.Reject(staff, long), fault.Invalid, "invalid_input")
		if err := kit.Accounts.Reject(staff, account.Rejection{Account: made.ID, Reason: " Not a customer. "}); err != nil {
			t.Fatal(err)
		}
		if _, message := nextLetter(t, kit); message.Template != account.MessageRejected || message.Params["reason"] != "Not a customer." || message.To != grace {
			t.Errorf("the mail is %+v", message)
		}
		err = kit.Accounts.ResetPassword(visitor, account.NewPassword{Token: verified.Token, Password: firstPassword})
		wantKind(t, "a link from before", err, fault.NotFound, "token_unknown")

		stillOut := func(email string, state account.State) {
			t.Helper()
			before := accountOf(t, kit, email)
			if before.State != state {
				t.Errorf("the account is %s, want %s", before.State, state)
			}
			signUp(t, kit, email)
			if err := kit.Accounts.ForgotPassword(visitor, account.ForgotPassword{Email: email}); err != nil {
				t.Fatal(err)
			}
			if letter, message := nextLetter(t, kit); letter.Unwanted != (state == account.Blocked) || letter.Token != "" || !letter.Unwanted && letter.Template != account.MessageRejected {
				t.Errorf("the message %+v says %+v", message, letter)
			}
			if letter, message := nextLetter(t, kit); !letter.Unwanted || letter.Token != "" {
				t.Errorf("the message %+v says %+v", message, letter)
			}
			if after := accountOf(t, kit, email); after != before {
				t.Errorf("signing up again made it %+v, from %+v", after, before)
			}
		}
		stillOut(grace, account.Rejected)
		wantKind(t, "unblocking a rejected account", kit.Accounts.Unblock(staff, made.ID), fault.Precondition, "not_blocked")
		if err := kit.Accounts.Block(staff, kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		stillOut(kit.Member.Name, account.Blocked)

		if err := kit.Accounts.Approve(staff, made.ID); err != nil { // staff change their minds
			t.Fatal(err)
		}
		choosePassword(t, kit, wantLetter(t, kit, account.MessageApproved).Token)
	})
}

// Later mails lead to the front of the latest sign-up, too.
func TestMailsLeadBackToTheFrontOfTheSignUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		var letter account.Letter
		for _, front := range []string{"https://first.example", "https://second.example"} {
			in := account.SignUp{Email: grace, Name: "Grace", Front: front}
			if err := kit.Accounts.SignUp(kit.As(kit.Visitor), in); err != nil {
				t.Fatal(err)
			}
			letter = wantLetter(t, kit, account.MessageVerifyEmail)
		}
		if _, err := kit.Accounts.VerifyEmail(kit.As(kit.Visitor), letter.Token); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.SignUp(kit.As(kit.Visitor), account.SignUp{Email: grace, Name: "Eve", Front: "https://third.example"}); err != nil {
			t.Fatal(err)
		}
		_, _ = nextLetter(t, kit)
		if err := kit.Accounts.Approve(kit.As(kit.Approver), accountOf(t, kit, grace).ID); err != nil {
			t.Fatal(err)
		}
		if _, message := nextLetter(t, kit); message.Template != account.MessageApproved || message.Params["front"] != "https://second.example" {
			t.Errorf("the mail is %+v", message)
		}
	})
}
