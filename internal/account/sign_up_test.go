package account_test

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

const grace = "grace@hopper.example"

// signUpMode turns sign-up on and mail to staff off. Mail to staff has its own test.
func signUpMode(t *testing.T, kit *testkit.Kit, mode site.SignUp, domains ...string) {
	t.Helper()
	settings, err := kit.Site.SettingsToChange(kit.As(kit.Staff))
	if err != nil {
		t.Fatal(err)
	}
	settings.SignUp, settings.AllowedDomains, settings.StaffMailOff = mode, domains, true
	if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
		t.Fatal(err)
	}
}

func signUp(t *testing.T, kit *testkit.Kit, email string) {
	t.Helper()
	in := account.SignUp{Email: email, Name: "Grace Hopper", Answers: account.Answers{"company": "Navy", "seats": 3.0, "terms": true}}
	if err := kit.Accounts.SignUp(kit.As(kit.Visitor), in); err != nil {
		t.Fatal(err)
	}
}

func accountOf(t *testing.T, kit *testkit.Kit, email string) account.Account {
	t.Helper()
	found, err := kit.DB.Accounts().AccountByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// choosePassword confirms the address with the mail and sets a password.
func choosePassword(t *testing.T, kit *testkit.Kit, verify string) {
	t.Helper()
	visitor := kit.As(kit.Visitor)
	verified, err := kit.Accounts.VerifyEmail(visitor, verify)
	if err != nil {
		t.Fatal(err)
	}
	if err := kit.Accounts.ResetPassword(visitor, account.NewPassword{Token: verified.Token, Password: firstPassword}); err != nil {
		t.Fatal(err)
	}
	absentFromTheDatabase(t, kit, verify, verified.Token, firstPassword)
}

func TestSignUpCanBeOff(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		in := account.SignUp{Email: "stranger@example.com", Name: "Stranger"}
		for _, principal := range []identity.Principal{kit.Visitor, kit.Owner, kit.Staff, identity.SystemPrincipal("test")} {
			wantKind(t, principal.Name, kit.Accounts.SignUp(kit.As(principal), in), fault.Forbidden, "sign_up_off")
		}
		settings := site.Defaults()
		settings.Support = "help@portal.example"
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.SignUp(kit.As(kit.Visitor), in); !strings.Contains(fault.From(err).Public, "help@portal.example") {
			t.Errorf("the error does not say whom to ask: %v", err)
		}
		if err := kit.DB.Site().SaveSettings(t.Context(), site.Settings{SignUp: "wide open"}); err != nil { // as a newer program might
			t.Fatal(err)
		}
		wantKind(t, "a mode that the program does not know", kit.Accounts.SignUp(kit.As(kit.Visitor), in), fault.Forbidden, "sign_up_off")
		if _, err := kit.DB.Accounts().AccountByEmail(t.Context(), in.Email); !fault.Is(err, fault.NotFound) {
			t.Errorf("there is an account: %v", err)
		}
		wantNoMessage(t, kit)
	})
}

func TestASignUpIsConfirmedByMail(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpOpen, "hopper.example", "acme.example")
		signUp(t, kit, " Grace@Hopper.example")
		made := accountOf(t, kit, grace)
		if made.State != account.Invited || made.PasswordHash != "" || !made.HomeTeam.IsZero() || made.Staff != identity.NotStaff {
			t.Errorf("signing up created %+v", made)
		}
		person, err := kit.Accounts.Person(kit.As(kit.Support), made.ID)
		if answers := person.Answers; err != nil || !maps.Equal(answers, account.Answers{"company": "Navy", "seats": 3.0, "terms": true}) {
			t.Errorf("the answers are %v (%v)", person.Answers, err)
		}
		_, err = kit.Accounts.Person(kit.As(kit.Owner), made.ID)
		wantKind(t, "answers of others", err, fault.Forbidden, "not_permitted")
		if _, err := signIn(kit, grace, ""); err == nil {
			t.Error("signed in without a password")
		}

		letter := wantLetter(t, kit, account.MessageVerifyEmail)
		choosePassword(t, kit, letter.Token)
		signedIn, err := signIn(kit, grace, firstPassword)
		if err != nil {
			t.Fatal(err)
		}
		principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
		if err != nil || principal.Role != identity.Owner || principal.Staff != identity.NotStaff {
			t.Errorf("the session acts as %+v (%v)", principal, err)
		}
		me, err := kit.Accounts.Me(kit.As(principal))
		if err != nil || me.Team.Name != "Grace Hopper" || len(me.Teams) != 1 || me.Account.HomeTeam != me.Team.ID || me.Account.VerifiedAt != testkit.Start {
			t.Errorf("the account is %+v (%v)", me, err)
		}
		if err := kit.Accounts.Remove(kit.As(kit.Staff), made.ID); err != nil {
			t.Fatal(err)
		}
		absentFromTheDatabase(t, kit, "Navy")
	})
}

// TestSignUpDoesNotRevealAccounts compares the answers and the writes for known and unknown addresses.
func TestSignUpDoesNotRevealAccounts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpApproval)
		mustAdd(t, kit, account.NewAccount{Email: "invited@acme.example", Name: "Invited"})
		if err := kit.Accounts.Block(kit.As(kit.Staff), kit.Viewer.Account); err != nil {
			t.Fatal(err)
		}
		written := func(ask func() error) string {
			before := rowsPerTable(t, kit)
			if err := ask(); err != nil {
				t.Fatal(err)
			}
			after := rowsPerTable(t, kit)
			return fmt.Sprintf("outbox %d, audit %d, counters %d",
				after["outbox"]-before["outbox"], after["audit"]-before["audit"], after["sign_in_failure"]-before["sign_in_failure"])
		}
		_ = kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: "first@nowhere.example"}) // begins the machine's counter
		for _, email := range []string{"unknown@nowhere.example", "member@acme.example", "invited@acme.example", "viewer@acme.example"} {
			got := written(func() error {
				return kit.Accounts.SignUp(kit.As(kit.Visitor), account.SignUp{Email: email, Name: "New Person"})
			})
			if got != "outbox 1, audit 1, counters 2" {
				t.Errorf("signing up as %s writes %s", email, got)
			}
		}
		for _, email := range []string{"nobody2@nowhere.example", "owner@acme.example"} {
			got := written(func() error {
				return kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: email})
			})
			if got != "outbox 1, audit 0, counters 2" {
				t.Errorf("a password forgotten by %s writes %s", email, got)
			}
		}
		// The content of a mail is decided only when it is sent.
		want := map[string]string{
			"first@nowhere.example": "unwanted", "unknown@nowhere.example": account.MessageVerifyEmail, "member@acme.example": account.MessageAccountExists,
			"invited@acme.example": account.MessageVerifyEmail, "viewer@acme.example": "unwanted",
			"nobody2@nowhere.example": "unwanted", "owner@acme.example": account.MessageResetPassword,
		}
		for range want {
			letter, message := nextLetter(t, kit)
			says := letter.Template
			if letter.Unwanted {
				says = "unwanted"
			}
			if says != want[message.To] {
				t.Errorf("the mail to %s is %s, want %s", message.To, says, want[message.To])
			}
		}
		if name := accountOf(t, kit, "member@acme.example").Name; name != "The member" {
			t.Errorf("signing up with a known address has renamed its owner to %s", name)
		}
	})
}

func rowsPerTable(t *testing.T, kit *testkit.Kit) map[string]int {
	t.Helper()
	rows := map[string]int{}
	err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		rows[chunk.Table] += strings.Count(string(chunk.Rows), "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSignUpRejectsInvalidInput(t *testing.T) {
	kit := testkit.New(t)
	signUpMode(t, kit, site.SignUpOpen, "hopper.example")
	many := account.Answers{}
	for i := range 31 {
		many[fmt.Sprint("question ", i)] = true
	}
	for name, test := range map[string]struct {
		field string
		in    account.SignUp
	}{
		"no address":             {"email", account.SignUp{Email: "grace", Name: "Grace"}},
		"a header":               {"email", account.SignUp{Email: "grace@hopper.example\r\nBcc: all@hopper.example", Name: "Grace"}},
		"another domain":         {"email", account.SignUp{Email: "grace@navy.example", Name: "Grace"}},
		"a domain below":         {"email", account.SignUp{Email: "grace@sub.hopper.example", Name: "Grace"}},
		"a domain that ends so":  {"email", account.SignUp{Email: "grace@nothopper.example", Name: "Grace"}},
		"no name":                {"name", account.SignUp{Email: grace}},
		"a name of two lines":    {"name", account.SignUp{Email: grace, Name: "Grace\r\nHopper"}},
		"31 answers":             {"answers", account.SignUp{Email: grace, Name: "Grace", Answers: many}},
		"an answer without name": {"answers", account.SignUp{Email: grace, Name: "Grace", Answers: account.Answers{"": "x"}}},
		"a long answer":          {"company", account.SignUp{Email: grace, Name: "Grace", Answers: account.Answers{"company": strings.Repeat("x", 1001)}}},
		"an answer with a zero":  {"company", account.SignUp{Email: grace, Name: "Grace", Answers: account.Answers{"company": "a\x00b"}}},
		"a list":                 {"company", account.SignUp{Email: grace, Name: "Grace", Answers: account.Answers{"company": []any{"x"}}}},
		"no number":              {"seats", account.SignUp{Email: grace, Name: "Grace", Answers: account.Answers{"seats": math.NaN()}}},
	} {
		err := kit.Accounts.SignUp(kit.As(kit.Visitor), test.in)
		if !fault.Is(err, fault.Invalid) || fault.From(err).Fields[0].Name != test.field {
			t.Errorf("%s: %v, want %s refused", name, err, test.field)
		}
	}
	wantNoMessage(t, kit)
}

func TestConcurrentSignUpsCreateOneAccount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signUpMode(t, kit, site.SignUpOpen)
		failed := make(chan error)
		for range 3 {
			go func() {
				failed <- kit.Accounts.SignUp(kit.As(kit.Visitor), account.SignUp{Email: grace, Name: "Grace"})
			}()
		}
		for range 3 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if n := rowsPerTable(t, kit)["outbox"]; n != 3+1 { // and the line with the column names
			t.Errorf("the outbox has %d rows", n-1)
		}
	})
}

func TestInternationalDomainsMatchTheirAddresses(t *testing.T) {
	kit := testkit.New(t)
	signUpMode(t, kit, site.SignUpOpen, "münchen.example", "acme.example")
	for email, may := range map[string]bool{
		"one@MÜNCHEN.example": true, "two@xn--mnchen-3ya.example": true, "three@acme.example": true, "four@munchen.example": false,
	} {
		if err := kit.Accounts.SignUp(kit.As(kit.Visitor), account.SignUp{Email: email, Name: "Grace"}); (err == nil) != may {
			t.Errorf("%s signs up: %v", email, err)
		}
	}
}
