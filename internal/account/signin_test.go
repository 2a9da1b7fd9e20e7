package account_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

const wrongPassword = "wrong horse battery"

var machine = netip.MustParseAddr("198.51.100.7")

func signIn(kit *testkit.Kit, email, password string) (account.SignedIn, error) {
	return signInFrom(kit, machine, email, password)
}

func signInFrom(kit *testkit.Kit, address netip.Addr, email, password string) (account.SignedIn, error) {
	return kit.Accounts.SignIn(kit.As(kit.Visitor), account.SignIn{Email: email, Password: password, Address: address, UserAgent: "Browser\r\n1.0"})
}

func mustSignIn(t *testing.T, kit *testkit.Kit, email string) account.SignedIn {
	t.Helper()
	signedIn, err := signIn(kit, email, testkit.Password)
	if err != nil {
		t.Fatal(err)
	}
	return signedIn
}

// alive reports whether a session's token still lets its holder in.
func alive(t *testing.T, kit *testkit.Kit, token string) bool {
	t.Helper()
	_, _, err := kit.Accounts.Authenticate(t.Context(), token)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func wantKind(t *testing.T, what string, err error, want fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, want) || fault.From(err).Code != code {
		t.Errorf("%s: %v; want %v %s", what, err, want, code)
	}
}

func TestSignInBeginsASession(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signedIn, err := signIn(kit, "  Member@ACME.example ", testkit.Password)
		if err != nil {
			t.Fatal(err)
		}
		if signedIn.Account.ID != kit.Member.Account || signedIn.Account.PasswordHash != "" || len(signedIn.Token) != 43 {
			t.Errorf("signed in %+v", signedIn)
		}
		principal, session, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
		want := kit.Member
		want.Address = netip.Addr{}
		if err != nil || principal != want {
			t.Errorf("the session acts as %+v (%v), want %+v", principal, err, want)
		}
		if session.ID != signedIn.Session.ID || session.UserAgent != "Browser1.0" || session.Address != machine {
			t.Errorf("the session reads %+v", session)
		}
		me, err := kit.Accounts.Me(kit.As(principal))
		if err != nil || me.Account.Email != "member@acme.example" || me.Team != kit.Acme || len(me.Teams) != 1 || me.Teams[0].Role != identity.Member {
			t.Errorf("the caller is %+v (%v)", me, err)
		}
		if me.Account.LastSignInAt != testkit.Start || me.Account.PasswordHash != "" {
			t.Errorf("their account reads %+v", me.Account)
		}
		if _, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token+"x"); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("another token: %v", err)
		}
		absentFromTheDatabase(t, kit, signedIn.Token, testkit.Password)
	})
}

// absentFromTheDatabase fails the test if a row of any table contains one of the secrets.
func absentFromTheDatabase(t *testing.T, kit *testkit.Kit, secrets ...string) {
	t.Helper()
	err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		for _, secret := range secrets {
			if bytes.Contains(chunk.Rows, []byte(secret)) {
				t.Errorf("a secret is in the table %s", chunk.Table)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSignInDoesNotRevealAccounts compares the answer and the work of every refused sign-in.
func TestSignInDoesNotRevealAccounts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		imported, err := bcrypt.GenerateFromPassword([]byte(testkit.Password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		for _, added := range []account.NewAccount{
			{Email: "invited@acme.example", Name: "Invited"},
			{Email: "imported@acme.example", Name: "Imported", PasswordHash: string(imported)},
			{Email: "removed@acme.example", Name: "Removed"},
		} {
			in, err := kit.Accounts.AddAccount(staff, added)
			if err != nil {
				t.Fatal(err)
			}
			if added.Name == "Removed" {
				err = kit.Accounts.Remove(staff, in.Account.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := kit.Accounts.Block(staff, kit.Viewer.Account); err != nil {
			t.Fatal(err)
		}
		var argon, bcrypts int
		kit.Accounts.CountHashes(func() { argon++ }, func() { bcrypts++ })
		want := ""
		for _, refused := range []account.SignIn{
			{Email: "member@acme.example", Password: wrongPassword},
			{Email: "member@acme.example"},
			{Email: "member@acme.example", Password: strings.Repeat("x", 5000)},
			{Email: "imported@acme.example", Password: wrongPassword},
			{Email: "unknown@acme.example", Password: testkit.Password},
			{Email: "viewer@acme.example", Password: testkit.Password},
			{Email: "invited@acme.example", Password: ""},
			{Email: "invited@acme.example", Password: testkit.Password},
			{Email: "removed@acme.example", Password: testkit.Password},
			{Email: "", Password: testkit.Password},
			{Email: "no address\r\n", Password: testkit.Password},
		} {
			argon, bcrypts = 0, 0
			refused.Address = machine
			_, err := kit.Accounts.SignIn(kit.As(kit.Visitor), refused)
			got := fmt.Sprint(err, " after ", argon, " argon2id and ", bcrypts, " bcrypt")
			if want == "" {
				want = got
			}
			if got != want || !fault.Is(err, fault.Unauthenticated) || argon != 1 || bcrypts != 1 {
				t.Errorf("%q with %.20q: %s\nwant %s", refused.Email, refused.Password, got, want)
			}
		}
	})
}

func TestFiveFailuresLockAnAccountFor15Minutes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		for _, email := range []string{"member@acme.example", "unknown@acme.example"} {
			start := kit.Clock.Now()
			for range 5 {
				_, err := signIn(kit, email, wrongPassword)
				wantKind(t, email, err, fault.Unauthenticated, "sign_in_refused")
				kit.Clock.Advance(time.Minute)
			}
			hashes := 0
			kit.Accounts.CountHashes(func() { hashes++ }, func() {})
			_, err := signIn(kit, " "+strings.ToUpper(email), testkit.Password)
			wantKind(t, email+" locked", err, fault.Limited, "sign_in_locked")
			if wait := fault.From(err).RetryAfter; wait != 14*time.Minute || hashes != 0 {
				t.Errorf("%s: wait %v after %d hashes, want 14m after none", email, wait, hashes)
			}
			kit.Clock.Advance(14*time.Minute - time.Microsecond)
			_, err = signIn(kit.Another(t), email, testkit.Password)
			wantKind(t, email+" locked after a restart", err, fault.Limited, "sign_in_locked")
			kit.Clock.Advance(time.Microsecond)
			_, err = signIn(kit, email, wrongPassword)
			wantKind(t, email+" at the end of the lock", err, fault.Unauthenticated, "sign_in_refused")
			if elapsed := kit.Clock.Now().Sub(start); elapsed != 19*time.Minute {
				t.Fatalf("the clock advanced by %v", elapsed)
			}
		}
		mustSignIn(t, kit, "member@acme.example")
	})
}

func TestASuccessClearsTheAccountsFailuresButNotTheMachines(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		fail := func(email string) error {
			_, err := signIn(kit, email, wrongPassword)
			return err
		}
		for round := range 4 { // four failures and a success, again and again
			for range 4 {
				wantKind(t, fmt.Sprint("round ", round), fail("member@acme.example"), fault.Unauthenticated, "sign_in_refused")
			}
			mustSignIn(t, kit, "member@acme.example")
		}
		for i := range 4 {
			wantKind(t, fmt.Sprint("failure ", 17+i), fail(fmt.Sprintf("unknown%d@acme.example", i)), fault.Unauthenticated, "sign_in_refused")
		}
		_, err := signIn(kit, "owner@acme.example", testkit.Password)
		wantKind(t, "after 20 failures from one machine", err, fault.Limited, "sign_in_locked")
		if _, err := signInFrom(kit, netip.MustParseAddr("198.51.100.8"), "owner@acme.example", testkit.Password); err != nil {
			t.Errorf("from another machine: %v", err)
		}
		kit.Clock.Advance(15*time.Minute - time.Microsecond)
		_, err = signIn(kit, "owner@acme.example", testkit.Password)
		wantKind(t, "before the lock ends", err, fault.Limited, "sign_in_locked")
		kit.Clock.Advance(time.Microsecond)
		for range 25 { // an office shares one IP address
			mustSignIn(t, kit, "owner@acme.example")
		}
	})
}

func TestConcurrentTriesAreLimitedToFive(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var hashes atomic.Int64
		kit.Accounts.CountHashes(func() { hashes.Add(1) }, func() {})
		var group sync.WaitGroup
		for range 25 {
			group.Go(func() {
				if _, err := signIn(kit, "member@acme.example", wrongPassword); err == nil {
					t.Error("a wrong password signs in")
				}
			})
		}
		group.Wait()
		if n := hashes.Load(); n != 5 {
			t.Errorf("%d passwords were compared, want 5", n)
		}
	})
}

func TestABusySignInIsNotAFailure(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		free := kit.Accounts.FillHasher()
		for range 30 {
			_, err := signIn(kit, "member@acme.example", wrongPassword)
			wantKind(t, "busy", err, fault.Limited, "sign_in_busy")
		}
		free()
		mustSignIn(t, kit, "member@acme.example")
	})
}

func TestSignInFailsClosed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		signedIn := mustSignIn(t, kit, "member@acme.example")
		another := kit.Another(t)
		if err := another.DB.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := signIn(another, "member@acme.example", testkit.Password); err == nil {
			t.Error("sign-in works without a database")
		}
		if _, _, err := another.Accounts.Authenticate(t.Context(), signedIn.Token); err == nil || fault.Is(err, fault.Unauthenticated) {
			t.Errorf("without a database a session gets %v, want an error that does not reject the session", err)
		}
		breakTable(t, kit, "sign_in_failure")
		if _, err := signIn(kit, "member@acme.example", testkit.Password); err == nil {
			t.Error("sign-in works without a count of failures")
		}
	})
}

// breakTable renames a table while the portal runs.
func breakTable(t *testing.T, kit *testkit.Kit, table string) {
	t.Helper()
	driver, source := "pgx", kit.URL
	if path, isFile := strings.CutPrefix(kit.URL, "sqlite:"); isFile {
		driver = "sqlite"
		source, _, _ = strings.Cut(path, "?")
	}
	raw, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.ExecContext(t.Context(), "ALTER TABLE "+table+" RENAME TO taken_away")
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestAnImportedPasswordIsRehashed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		imported, err := bcrypt.GenerateFromPassword([]byte(testkit.Password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		added, err := kit.Accounts.AddAccount(kit.As(kit.Staff), account.NewAccount{Email: "old@acme.example", Name: "Old", PasswordHash: string(imported)})
		if err != nil || added.Token != "" || added.Account.State != account.Active {
			t.Fatalf("imported %+v, %v", added, err)
		}
		for range 2 {
			mustSignIn(t, kit, "old@acme.example")
			kept, err := kit.DB.Accounts().Account(t.Context(), added.Account.ID)
			if err != nil || !strings.HasPrefix(kept.PasswordHash, "$argon2id$") {
				t.Errorf("after a sign-in the hash is %q (%v)", kept.PasswordHash, err)
			}
		}
		if cost, err := kit.DB.Accounts().ImportedCost(t.Context()); cost != 0 || err != nil {
			t.Errorf("the portal still has imported hashes of cost %d (%v)", cost, err)
		}
	})
}

// TestABlockDuringSignInWins changes the account while its password is being compared.
func TestABlockDuringSignInWins(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		meanwhile := map[string]func() error{
			"blocked": func() error { return kit.Accounts.Block(kit.As(kit.Staff), kit.Member.Account) },
			"removed": func() error { return kit.Accounts.Remove(kit.As(kit.Staff), kit.Viewer.Account) },
			"given another password": func() error {
				kept, err := kit.DB.Accounts().Account(t.Context(), kit.Admin.Account)
				kept.PasswordHash = "$argon2id$another"
				return errors.Join(err, kit.DB.Accounts().SaveAccount(t.Context(), kept))
			},
		}
		who := map[string]string{"blocked": "member@acme.example", "removed": "viewer@acme.example", "given another password": "admin@acme.example"}
		for what, change := range meanwhile {
			another := kit.Another(t)
			another.Accounts.CountHashes(func() {
				if err := change(); err != nil {
					t.Error(err)
				}
			}, func() {})
			signedIn, err := signIn(another, who[what], testkit.Password)
			if err == nil {
				t.Errorf("%s while signing in: signed in as %+v", what, signedIn.Account)
			}
		}
	})
}
