package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

const dialect = "konnect"

func mustIssue(t *testing.T, kit *testkit.Kit, email string) account.TokenPair {
	t.Helper()
	issued, err := kit.Accounts.IssueTokens(t.Context(), account.SignIn{Email: email, Password: testkit.Password, Address: machine}, dialect)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// aliveToken reports whether an access token still lets its holder in.
func aliveToken(t *testing.T, kit *testkit.Kit, access string) bool {
	t.Helper()
	_, _, err := kit.Accounts.AuthenticateToken(t.Context(), dialect, access)
	if err != nil && (!fault.Is(err, fault.Unauthenticated) || fault.From(err).Code != "session_ended") {
		t.Fatal(err)
	}
	return err == nil
}

func mustRefresh(t *testing.T, kit *testkit.Kit, refresh string) account.TokenPair {
	t.Helper()
	pair, err := kit.Accounts.RefreshTokens(t.Context(), dialect, refresh)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func refuseRefresh(t *testing.T, kit *testkit.Kit, what, refresh string) {
	t.Helper()
	_, err := kit.Accounts.RefreshTokens(t.Context(), dialect, refresh)
	wantKind(t, what, err, fault.Unauthenticated, "session_ended")
}

func TestTokensActAsTheirHolder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		pair := mustIssue(t, kit, kit.Owner.Name)
		if pair.AccessExpiresAt != testkit.Start.Add(15*time.Minute) || pair.RefreshExpiresAt != testkit.Start.Add(30*24*time.Hour) {
			t.Errorf("the tokens expire at %v and %v", pair.AccessExpiresAt, pair.RefreshExpiresAt)
		}
		principal, _, err := kit.Accounts.AuthenticateToken(t.Context(), dialect, pair.Access)
		want := kit.Owner
		want.Address = principal.Address
		if err != nil || principal != want {
			t.Errorf("the token acts as %+v (%v), want %+v", principal, err, want)
		}
		absentFromTheDatabase(t, kit, pair.Access, pair.Refresh)
		for _, in := range []account.SignIn{
			{Email: kit.Owner.Name, Password: wrongPassword}, {Email: "unknown@acme.example", Password: testkit.Password}, {},
		} {
			_, err := kit.Accounts.IssueTokens(t.Context(), in, dialect)
			wantKind(t, in.Email, err, fault.Unauthenticated, "sign_in_refused")
		}
	})
}

func TestATokenHasOneUse(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		pair, browser := mustIssue(t, kit, kit.Owner.Name), mustSignIn(t, kit, kit.Owner.Name)
		for what, use := range map[string]func() error{
			"an access token of another dialect": func() error {
				_, _, err := kit.Accounts.AuthenticateToken(t.Context(), "tyk", pair.Access)
				return err
			},
			"a refresh token of another dialect": func() error {
				_, err := kit.Accounts.RefreshTokens(t.Context(), "tyk", pair.Refresh)
				return err
			},
			"a refresh token as an access token": func() error {
				_, _, err := kit.Accounts.AuthenticateToken(t.Context(), dialect, pair.Refresh)
				return err
			},
			"an access token as a refresh token": func() error {
				_, err := kit.Accounts.RefreshTokens(t.Context(), dialect, pair.Access)
				return err
			},
			"an access token as a cookie of the site": func() error {
				_, _, err := kit.Accounts.Authenticate(t.Context(), pair.Access)
				return err
			},
			"a cookie of the site as an access token": func() error {
				_, _, err := kit.Accounts.AuthenticateToken(t.Context(), dialect, browser.Token)
				return err
			},
			"nothing": func() error {
				_, _, err := kit.Accounts.AuthenticateToken(t.Context(), dialect, "")
				return err
			},
		} {
			wantKind(t, what, use(), fault.Unauthenticated, "session_ended")
		}
		if err := kit.Accounts.RevokeTokens(t.Context(), "tyk", pair.Access, pair.Refresh); err != nil {
			t.Fatal(err)
		}
		if !aliveToken(t, kit, pair.Access) || !alive(t, kit, browser.Token) {
			t.Error("misused tokens have ended a session")
		}
		mustRefresh(t, kit, pair.Refresh)
	})
}

func TestRefreshTokensAreReplacedAtEachUse(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		first := mustIssue(t, kit, kit.Owner.Name)
		other := mustIssue(t, kit, kit.Owner.Name)
		kit.Clock.Advance(15*time.Minute - time.Microsecond)
		if !aliveToken(t, kit, first.Access) {
			t.Error("an access token ends before a quarter of an hour")
		}
		kit.Clock.Advance(time.Microsecond)
		if aliveToken(t, kit, first.Access) {
			t.Error("an access token of a quarter of an hour is alive")
		}
		second := mustRefresh(t, kit, first.Refresh)
		third := mustRefresh(t, kit, second.Refresh)
		if aliveToken(t, kit, second.Access) || !aliveToken(t, kit, third.Access) || third.RefreshExpiresAt != first.RefreshExpiresAt {
			t.Error("another access token than the newest works, or the session lasts longer")
		}
		refuseRefresh(t, kit, "a token that was replaced", first.Refresh)
		if aliveToken(t, kit, third.Access) {
			t.Error("two clients share the session")
		}
		refuseRefresh(t, kit, "the newest token then", third.Refresh)
		if reused := audits(t, kit, "session.token_reused"); reused != 1 {
			t.Errorf("there are %d audit records of the reuse", reused)
		}
		mustRefresh(t, kit, other.Refresh) // another session of the same person
	})
}

func TestARefreshTokenUsedTwiceAtOnceEndsTheSession(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		pair := mustIssue(t, kit, kit.Owner.Name)
		type answer struct {
			pair account.TokenPair
			err  error
		}
		answers := make(chan answer)
		for range 2 {
			go func() {
				pair, err := kit.Accounts.RefreshTokens(t.Context(), dialect, pair.Refresh)
				answers <- answer{pair, err}
			}()
		}
		first, second := <-answers, <-answers
		if (first.err == nil) == (second.err == nil) {
			t.Fatalf("the answers are %v and %v, want one of them refused", first.err, second.err)
		}
		if aliveToken(t, kit, first.pair.Access) || aliveToken(t, kit, second.pair.Access) {
			t.Error("two clients share the session")
		}
	})
}

func TestARefreshTokenLastsThirtyDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		late, tooLate := mustIssue(t, kit, kit.Owner.Name), mustIssue(t, kit, kit.Owner.Name)
		kit.Clock.Advance(30*24*time.Hour - time.Microsecond)
		pair := mustRefresh(t, kit, late.Refresh)
		kit.Clock.Advance(time.Microsecond)
		refuseRefresh(t, kit, "after 30 days", tooLate.Refresh)
		refuseRefresh(t, kit, "after 30 days of its session", pair.Refresh)
		if aliveToken(t, kit, pair.Access) {
			t.Error("an access token outlives its session")
		}
	})
}

func TestTokensEndWithTheirSession(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		for what, end := range map[string]func(pair account.TokenPair) error{
			"signing out with the access token": func(pair account.TokenPair) error {
				return kit.Accounts.RevokeTokens(t.Context(), dialect, pair.Access, "")
			},
			"signing out with the refresh token": func(pair account.TokenPair) error {
				return kit.Accounts.RevokeTokens(t.Context(), dialect, "", pair.Refresh)
			},
			"signing out with both": func(pair account.TokenPair) error {
				return kit.Accounts.RevokeTokens(t.Context(), dialect, pair.Access, pair.Refresh)
			},
			"signing out everywhere": func(account.TokenPair) error {
				return kit.Accounts.EndSessions(staff, kit.Viewer.Account, account.SessionID{})
			},
			"another password": func(account.TokenPair) error {
				ctx := kit.As(kit.Viewer)
				if err := kit.Accounts.ChangePassword(ctx, account.ChangePassword{Current: testkit.Password, New: firstPassword}); err != nil {
					return err
				}
				return kit.Accounts.ChangePassword(ctx, account.ChangePassword{Current: firstPassword, New: testkit.Password})
			},
			"another role": func(account.TokenPair) error {
				if err := kit.Accounts.SetStaff(staff, kit.Viewer.Account, identity.StaffSupport); err != nil {
					return err
				}
				return kit.Accounts.SetStaff(staff, kit.Viewer.Account, identity.NotStaff)
			},
			"being blocked": func(account.TokenPair) error {
				if err := kit.Accounts.Block(staff, kit.Viewer.Account); err != nil {
					return err
				}
				return kit.Accounts.Unblock(staff, kit.Viewer.Account)
			},
		} {
			pair := mustIssue(t, kit, kit.Viewer.Name)
			if err := end(pair); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if aliveToken(t, kit, pair.Access) {
				t.Errorf("after %s the access token is alive", what)
			}
			refuseRefresh(t, kit, "after "+what, pair.Refresh)
		}
		replaced := mustIssue(t, kit, kit.Viewer.Name)
		newest := mustRefresh(t, kit, mustRefresh(t, kit, replaced.Refresh).Refresh)
		if err := kit.Accounts.RevokeTokens(t.Context(), dialect, replaced.Access, ""); err != nil {
			t.Fatal(err)
		}
		if aliveToken(t, kit, newest.Access) {
			t.Error("after signing out with a replaced access token the session still works")
		}
		refuseRefresh(t, kit, "after signing out with an access token that was replaced", newest.Refresh)
		pair := mustIssue(t, kit, kit.Viewer.Name)
		kit.Clock.Advance(time.Hour)
		if err := kit.Accounts.RevokeTokens(t.Context(), dialect, pair.Access, ""); err != nil {
			t.Fatal(err)
		}
		refuseRefresh(t, kit, "after signing out with an expired access token", pair.Refresh)
		if err := kit.Accounts.RevokeTokens(t.Context(), dialect, "", ""); err != nil {
			t.Errorf("signing out without a session: %v", err)
		}
		removed := mustIssue(t, kit, kit.Viewer.Name)
		if err := kit.Accounts.Remove(staff, kit.Viewer.Account); err != nil {
			t.Fatal(err)
		}
		refuseRefresh(t, kit, "after being removed", removed.Refresh)
		if aliveToken(t, kit, removed.Access) {
			t.Error("the access token of a removed account is alive")
		}
	})
}

func TestSigningOutOfADialectEndsAllItsSessions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		for what, tokens := range map[string]struct {
			end func(pair account.TokenPair) (access, refresh string)
			all bool
		}{
			"with the access token":  {func(pair account.TokenPair) (string, string) { return pair.Access, "" }, true},
			"with the refresh token": {func(pair account.TokenPair) (string, string) { return "", pair.Refresh }, true},
			"with both":              {func(pair account.TokenPair) (string, string) { return pair.Access, pair.Refresh }, true},
			"with tokens that were replaced": {func(pair account.TokenPair) (string, string) {
				mustRefresh(t, kit, pair.Refresh)
				return pair.Access, pair.Refresh
			}, false},
			"with an access token that has expired": {func(pair account.TokenPair) (string, string) {
				kit.Clock.Advance(15 * time.Minute)
				return pair.Access, ""
			}, false},
		} {
			pair, elsewhere := mustIssue(t, kit, kit.Owner.Name), mustIssue(t, kit, kit.Owner.Name)
			browser, colleague := mustSignIn(t, kit, kit.Owner.Name), mustIssue(t, kit, kit.Viewer.Name)
			access, refresh := tokens.end(pair)
			if err := kit.Accounts.RevokeTokens(t.Context(), dialect, access, refresh); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			refuseRefresh(t, kit, what, pair.Refresh)
			if tokens.all {
				refuseRefresh(t, kit, what+", elsewhere", elsewhere.Refresh)
			} else {
				mustRefresh(t, kit, elsewhere.Refresh)
			}
			mustRefresh(t, kit, colleague.Refresh)
			if !alive(t, kit, browser.Token) {
				t.Errorf("%s: the session of the portal's pages has ended", what)
			}
		}
	})
}

// audits counts the audit records of an action.
func audits(t *testing.T, kit *testkit.Kit, action string) (n int) {
	t.Helper()
	err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		if chunk.Table == "audit" {
			n += strings.Count(string(chunk.Rows), action)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSigningOutAgainstARefresh makes both calls at the same moment. The session ends, and neither call fails.
func TestSigningOutAgainstARefresh(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		for range 20 {
			pair := mustIssue(t, kit, kit.Owner.Name)
			refreshed := make(chan account.TokenPair)
			go func() {
				newer, err := kit.Accounts.RefreshTokens(t.Context(), dialect, pair.Refresh)
				if err != nil && !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("refreshing: %v", err)
				}
				refreshed <- newer
			}()
			if err := kit.Accounts.RevokeTokens(t.Context(), dialect, pair.Access, pair.Refresh); err != nil {
				t.Errorf("signing out: %v", err)
			}
			if newer := <-refreshed; newer.Access != "" && aliveToken(t, kit, newer.Access) {
				t.Error("the session still works after signing out")
			}
		}
	})
}
