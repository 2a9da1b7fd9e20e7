package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// staffMail switches the mail to staff on or off.
func staffMail(t *testing.T, kit *testkit.Kit, on bool) {
	t.Helper()
	settings, err := kit.Site.SettingsToChange(kit.As(kit.Staff))
	if err != nil {
		t.Fatal(err)
	}
	settings.StaffMailOff = !on
	if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
		t.Fatal(err)
	}
}

// toStaff returns the recipients of queued messages about sign-ups, in alphabetical order.
func toStaff(t *testing.T, kit *testkit.Kit) string {
	t.Helper()
	found, err := kit.Outbox.Messages(kit.As(kit.Staff), event.OutboxFilter{}, page.Request{Size: page.MaxSize})
	if err != nil {
		t.Fatal(err)
	}
	var to []string
	for _, one := range found.Items {
		if one.Template == account.MessageSignUpWaits {
			to = append(to, one.To)
		}
	}
	slices.Sort(to)
	return strings.Join(to, " ")
}

// verifies signs up, confirms the address and returns the token that sets the password.
func verifies(t *testing.T, kit *testkit.Kit, email string) account.Verified {
	t.Helper()
	signUp(t, kit, email)
	letter, message := nextLetter(t, kit)
	for message.Template != account.MessageVerifyEmail { // skips messages to staff
		letter, message = nextLetter(t, kit)
	}
	verified, err := kit.Accounts.VerifyEmail(kit.As(kit.Visitor), letter.Token)
	if err != nil {
		t.Fatal(err)
	}
	return verified
}

func TestDecidersAreNotifiedOfASignUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		staffMail(t, kit, true)
		signUp(t, kit, grace)
		if told := toStaff(t, kit); told != "" {
			t.Errorf("notified %q of a sign-up whose address is not confirmed", told)
		}
		letter := wantLetter(t, kit, account.MessageVerifyEmail)
		choosePassword(t, kit, letter.Token)
		if told := toStaff(t, kit); told != "approver@portal.example staff@portal.example" {
			t.Errorf("notified %q, want each decider once", told)
		}
		for range 2 {
			if letter, message := nextLetter(t, kit); letter.Template != account.MessageSignUpWaits || message.Params["email"] != grace {
				t.Errorf("the message %+v says %+v", message, letter)
			}
		}
		kit.Clock.Advance(time.Hour)
		if err := reset(kit, forgotten(t, kit, grace)); err != nil {
			t.Fatal(err)
		}
		wantNoMessage(t, kit) // already waiting sign-ups send no message

		signUpMode(t, kit, site.SignUpOpen)
		staffMail(t, kit, true)
		verifies(t, kit, "open@hopper.example")
		signUpMode(t, kit, site.SignUpApproval)
		kit.Clock.Advance(time.Hour)
		verifies(t, kit, "silent@hopper.example")
		if told := toStaff(t, kit); told != "approver@portal.example staff@portal.example" {
			t.Errorf("notified %q of a sign-up that does not wait, or although staff mail is off", told)
		}
	})
}

// A notified decider gets no other message for an hour, nor before the first one is sent.
func TestDecidersAreNotifiedOnceAnHour(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		deciders := account.Deciders{Accounts: kit.DB.Accounts(), Site: kit.Site, Events: kit.DB, Now: kit.Clock.Now}
		leave := func() {
			for {
				claimed, found, err := kit.DB.ClaimMessage(t.Context(), time.Minute)
				if err != nil || !found {
					return
				}
				if err := kit.DB.MessageSent(t.Context(), claimed.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := kit.Accounts.Block(kit.As(kit.Staff), kit.Approver.Account); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			name   string
			passes time.Duration
			left   bool
			told   int
		}{
			{"the first", 0, false, 1},
			{"one beside it", time.Minute, true, 1},
			{"one before the hour is over", time.Hour - time.Minute - time.Second, true, 1},
			{"one after it", time.Second, true, 2},
			{"one hours later, while the second mail waits", 3 * time.Hour, false, 2},
			{"one when that has left", 0, true, 3},
		} {
			kit.Clock.Advance(step.passes)
			if step.left {
				leave()
			}
			if err := deciders.Tell(kit.As(kit.Visitor), account.MessageSignUpWaits, nil); err != nil {
				t.Fatal(err)
			}
			if told := strings.Fields(toStaff(t, kit)); len(told) != step.told || told[0] != kit.Staff.Name {
				t.Errorf("%s: notified %q, want %d messages to one person", step.name, told, step.told)
			}
		}
		leave()
		kit.Clock.Advance(time.Hour)
		if err := deciders.Tell(kit.As(kit.Staff), account.MessageSignUpWaits, nil); err != nil || len(strings.Fields(toStaff(t, kit))) != 3 {
			t.Errorf("notified %v, want no message about their own action", err)
		}
	})
}

func TestWaitingSignUpsAreCounted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		signUp(t, kit, "unproven@hopper.example")
		_, _ = nextLetter(t, kit)
		verifies(t, kit, grace)
		for _, who := range []identity.Principal{kit.Support, kit.Approver, kit.Staff} {
			if waiting, err := kit.Accounts.WaitingSignUps(kit.As(who)); waiting != 1 || err != nil {
				t.Errorf("%s counts %d, %v", who.Name, waiting, err)
			}
		}
		_, err := kit.Accounts.WaitingSignUps(kit.As(kit.Owner))
		wantKind(t, "a member", err, fault.Forbidden, "not_permitted")
	})
}
