package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// nextLetter removes the oldest message from the outbox and returns what it would say now.
func nextLetter(t *testing.T, kit *testkit.Kit) (account.Letter, event.Message) {
	t.Helper()
	claimed, found, err := kit.DB.ClaimMessage(t.Context(), time.Hour)
	if err != nil || !found {
		t.Fatalf("there is no message: %v", err)
	}
	letter, err := kit.Accounts.Letter(kit.As(identity.SystemPrincipal("mail")), claimed.Message)
	if err != nil {
		t.Fatal(err)
	}
	if err := kit.DB.MessageSent(t.Context(), claimed.ID); err != nil {
		t.Fatal(err)
	}
	return letter, claimed.Message
}

func wantLetter(t *testing.T, kit *testkit.Kit, template string) account.Letter {
	t.Helper()
	letter, message := nextLetter(t, kit)
	if letter.Template != template || letter.Unwanted {
		t.Fatalf("the message %+v says %+v, want %s", message, letter, template)
	}
	return letter
}

func wantNoMessage(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	if claimed, found, err := kit.DB.ClaimMessage(t.Context(), time.Hour); err != nil || found {
		t.Errorf("there is the message %+v (%v)", claimed, err)
	}
}

func TestMailRequestsAreLimited(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpOpen)
		ask := func(email string) error {
			return kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: email})
		}
		for _, email := range []string{"unknown@nowhere.example", "member@acme.example"} {
			for range 3 {
				if err := ask(email); err != nil {
					t.Fatal(err)
				}
			}
			wantKind(t, "a fourth mail to "+email, ask(email), fault.Limited, "mail_limited")
			err := kit.Accounts.SignUp(kit.As(kit.Visitor), account.SignUp{Email: email, Name: "New Person"})
			wantKind(t, "another kind of mail to "+email, err, fault.Limited, "mail_limited")
		}
		for i := 6; i < 20; i++ {
			if err := ask(fmt.Sprintf("unknown%d@nowhere.example", i)); err != nil {
				t.Fatalf("mail %d from one machine: %v", i, err)
			}
		}
		wantKind(t, "mail 21 from one machine", ask("another@nowhere.example"), fault.Limited, "mail_limited")
		if _, err := signIn(kit, "member@acme.example", testkit.Password); err != nil {
			t.Errorf("mail requests by others lock an account out: %v", err)
		}
		kit.Clock.Advance(15 * time.Minute)
		if err := ask("member@acme.example"); err != nil {
			t.Errorf("a quarter of an hour later: %v", err)
		}
	})
}

func TestOnlyTheProductAndAdminsOpenLetters(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		message := event.Message{At: testkit.Start, To: "member@acme.example", Template: account.MessageResetPassword}
		open := func(principal identity.Principal) (account.Letter, error) {
			return kit.Accounts.Letter(kit.As(principal), message)
		}
		for _, principal := range []identity.Principal{kit.Member, kit.Owner, kit.Support, kit.Approver} {
			_, err := open(principal)
			wantKind(t, principal.Name, err, fault.Forbidden, "not_permitted")
		}
		_, err := open(kit.Visitor)
		wantKind(t, "a visitor", err, fault.Unauthenticated, "sign_in_required")
		if letter, err := open(kit.Staff); err != nil || letter.Token == "" {
			t.Errorf("an admin opens %+v (%v)", letter, err)
		}
		for name, spoilt := range map[string]event.Message{
			"another account's address": {To: "owner@acme.example", Template: account.MessageSetUp, Params: map[string]string{"account": kit.Member.Account.Hex()}},
			"no such account":           {To: "owner@acme.example", Template: account.MessageSetUp, Params: map[string]string{"account": "nonsense"}},
		} {
			if letter, err := kit.Accounts.Letter(kit.As(kit.Staff), spoilt); err != nil || !letter.Unwanted || letter.Token != "" {
				t.Errorf("%s: %+v (%v)", name, letter, err)
			}
		}
		added := mustAdd(t, kit, account.NewAccount{Email: "new@acme.example", Name: "New", Team: kit.Acme.ID})
		wantKind(t, "a link by support", kit.Accounts.SendSetUpLink(kit.As(kit.Support), added.Account.ID), fault.Forbidden, "not_permitted")
		if err := kit.Accounts.SendSetUpLink(kit.As(kit.Staff), added.Account.ID); err != nil {
			t.Fatal(err)
		}
		if err := setUp(kit, wantLetter(t, kit, account.MessageSetUp).Token); err != nil {
			t.Error(err)
		}
		wantKind(t, "a link for an account with a password", kit.Accounts.SendSetUpLink(kit.As(kit.Staff), added.Account.ID), fault.Precondition, "not_invited")
	})
}
