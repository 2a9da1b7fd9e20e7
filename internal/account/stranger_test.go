package account_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// TestStrangerCannotTakeAddress lets a stranger sign up with an address before its owner does.
func TestStrangerCannotTakeAddress(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		waiting := func() (listed, counted int) {
			t.Helper()
			people, err := kit.Accounts.Accounts(kit.As(kit.Approver), account.AccountFilter{State: account.Pending}, pageOfAll)
			if err != nil {
				t.Fatal(err)
			}
			return people.Total, people.Waiting
		}
		visitor := kit.As(kit.Visitor)
		stranger := account.SignUp{Email: grace, Name: "Rear Admiral Spam", Answers: account.Answers{"company": "Evil"}}
		if err := kit.Accounts.SignUp(visitor, stranger); err != nil {
			t.Fatal(err)
		}
		made := accountOf(t, kit, grace)
		if listed, counted := waiting(); listed != 0 || counted != 0 {
			t.Errorf("%d sign-ups listed and %d counted, want no unconfirmed ones", listed, counted)
		}
		wantKind(t, "rejecting an unconfirmed sign-up", kit.Accounts.Reject(kit.As(kit.Approver), account.Rejection{Account: made.ID}), fault.Precondition, "not_confirmed")
		signUp(t, kit, grace)
		if after := accountOf(t, kit, grace); after.ID != made.ID || after.Name != "Grace Hopper" {
			t.Errorf("the owner of the address signs up as %+v", after)
		}
		if kit.Rows(t, "audit WHERE action = 'account.sign_up_replaced' AND details LIKE '%Rear Admiral Spam%'") != 1 {
			t.Error("the replaced sign-up is not audited")
		}
		_, _ = nextLetter(t, kit)
		verified, err := kit.Accounts.VerifyEmail(visitor, wantLetter(t, kit, account.MessageVerifyEmail).Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.SignUp(visitor, stranger); err != nil {
			t.Fatal(err)
		}
		person, err := kit.Accounts.Person(kit.As(kit.Support), made.ID)
		answers := person.Answers
		if after := accountOf(t, kit, grace); err != nil || after.Name != "Grace Hopper" || answers["company"] != "Navy" {
			t.Errorf("a stranger has changed the account to %+v, %v (%v)", after, answers, err)
		}
		if listed, counted := waiting(); listed != 1 || counted != 1 {
			t.Errorf("%d sign-ups listed and %d counted, want one", listed, counted)
		}
		if err := reset(kit, verified.Token); err != nil {
			t.Fatal(err)
		}
	})
}

// TestUnconfirmedSignUpsAreDeleted expects confirmed, approved and invited accounts to stay.
func TestUnconfirmedSignUpsAreDeleted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		wantKind(t, "a visitor forgets", kit.Accounts.Forget(kit.As(kit.Visitor)), fault.Unauthenticated, "sign_in_required")
		signUpMode(t, kit, site.SignUpApproval)
		kept := []string{"proved@hopper.example", "approved@hopper.example", "invited@hopper.example"}
		for _, email := range append([]string{grace}, kept...) {
			signUp(t, kit, email)
			letter := wantLetter(t, kit, account.MessageVerifyEmail)
			if email == "proved@hopper.example" {
				if _, err := kit.Accounts.VerifyEmail(kit.As(kit.Visitor), letter.Token); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := kit.Accounts.Approve(kit.As(kit.Approver), accountOf(t, kit, "approved@hopper.example").ID); err != nil {
			t.Fatal(err)
		}
		mustInvite(t, kit, kit.Owner, "invited@hopper.example", identity.Viewer)
		signUpMode(t, kit, site.SignUpOpen)
		signUp(t, kit, "open@hopper.example")
		mustAdd(t, kit, account.NewAccount{Email: "added@hopper.example"})
		again := []string{"late@hopper.example", "later@hopper.example"}
		for _, email := range again {
			signUp(t, kit, email)
		}
		kit.Clock.Advance(7*24*time.Hour - time.Microsecond)
		forget(t, kit)
		_ = accountOf(t, kit, grace)
		for kit.Rows(t, "outbox WHERE sent_at = 0") > 0 {
			_, _ = nextLetter(t, kit)
		}
		for _, email := range again {
			signUp(t, kit, email)
		}
		late := wantLetter(t, kit, account.MessageVerifyEmail)
		_ = wantLetter(t, kit, account.MessageVerifyEmail)
		kit.Clock.Advance(time.Microsecond)
		forget(t, kit)
		if _, err := kit.Accounts.VerifyEmail(kit.As(kit.Visitor), late.Token); err != nil {
			t.Errorf("a second sign-up at the end of the week is deleted while its link works: %v", err)
		}
		kit.Clock.Advance(48 * time.Hour)
		forget(t, kit)
		for _, email := range append([]string{"added@hopper.example"}, kept...) {
			_ = accountOf(t, kit, email)
		}
		for _, email := range []string{grace, "open@hopper.example", "later@hopper.example"} {
			if _, err := kit.DB.Accounts().AccountByEmail(t.Context(), email); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s is still there (%v)", email, err)
			}
		}
		if n := kit.Rows(t, "audit WHERE action = 'account.sign_up_forgotten'"); n != 3 {
			t.Errorf("%d audit records of deleted sign-ups, want 3", n)
		}
		signUp(t, kit, grace) // the address is free again
	})
}

func TestMailToOneAddressIsBoundedByDay(t *testing.T) {
	kit := testkit.New(t)
	ask := func() error {
		return kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: grace})
	}
	for i := range 20 {
		if i > 0 && i%3 == 0 {
			kit.Clock.Advance(15 * time.Minute)
		}
		if err := ask(); err != nil {
			t.Fatalf("mail %d: %v", i+1, err)
		}
	}
	kit.Clock.Advance(24*time.Hour - time.Microsecond)
	forget(t, kit) // current objects are kept
	wantKind(t, "mail 21 within a day", ask(), fault.Limited, "mail_limited")
	kit.Clock.Advance(time.Microsecond)
	if err := ask(); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

// watched is a store that records the reads of accounts.
type watched struct {
	account.Store

	asked []string
}

func (w *watched) Lock(ctx context.Context, name string) error {
	w.asked = append(w.asked, "lock")
	return w.Store.Lock(ctx, name)
}

func (w *watched) Account(ctx context.Context, wanted identity.AccountID) (account.Account, error) {
	w.asked = append(w.asked, "account")
	return w.Store.Account(ctx, wanted)
}

func (w *watched) AccountByEmail(ctx context.Context, email string) (account.Account, error) {
	w.asked = append(w.asked, "account by address")
	return w.Store.AccountByEmail(ctx, email)
}

func (w *watched) SaveAccount(ctx context.Context, saved account.Account) error {
	w.asked = append(w.asked, "save account")
	return w.Store.SaveAccount(ctx, saved)
}

func (w *watched) Answers(ctx context.Context, of identity.AccountID) (account.Answers, error) {
	w.asked = append(w.asked, "answers")
	return w.Store.Answers(ctx, of)
}

func (w *watched) SaveAnswers(ctx context.Context, of identity.AccountID, answers account.Answers) error {
	w.asked = append(w.asked, "save answers")
	return w.Store.SaveAnswers(ctx, of, answers)
}

func TestSignUpMakesTheSameReadsForEveryAddress(t *testing.T) {
	kit := testkit.New(t)
	signUpMode(t, kit, site.SignUpApproval)
	signUp(t, kit, "unproven@hopper.example")
	mustAdd(t, kit, account.NewAccount{Email: "invited@acme.example", Name: "Invited"})
	var first []string
	for _, email := range []string{grace, "unproven@hopper.example", "invited@acme.example", kit.Member.Name} {
		store := &watched{Store: kit.DB.Accounts()}
		service := account.New(account.Config{Store: store, Events: kit.DB, Site: kit.Site, Now: kit.Clock.Now})
		if err := service.SignUp(kit.As(kit.Visitor), account.SignUp{Email: email, Name: "Grace"}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = store.asked
		}
		if !slices.Equal(store.asked, first) || len(store.asked) < 6 {
			t.Errorf("for %s the store reads %q, for an unknown address %q", email, store.asked, first)
		}
	}
}
