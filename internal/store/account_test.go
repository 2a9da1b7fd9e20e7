package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

func TestForgetDeletesOnlyExpiredRows(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		accounts, now := kit.DB.Accounts(), kit.Clock.Now()
		for token, ends := range map[string]time.Time{"over": now, "alive": now.Add(time.Microsecond)} {
			hash := []byte(token)
			failures := account.Failures{Subject: token, Window: 15 * time.Minute, At: []time.Time{ends.Add(-15 * time.Minute)}}
			session := account.Session{ID: id.New[account.SessionID](now), Account: kit.Owner.Account, TokenHash: hash, SeenAt: now, ExpiresAt: ends}
			idle := account.Session{ID: id.New[account.SessionID](now), Account: kit.Owner.Account, TokenHash: []byte("idle " + token), SeenAt: ends.Add(-account.SessionIdle), ExpiresAt: now.Add(time.Hour)}
			link := account.Link{TokenHash: hash, Account: kit.Owner.Account, Purpose: account.FirstPassword, ExpiresAt: ends.Add(-account.ExpiredLinksKept)}
			err := errors.Join(
				accounts.SaveFailures(t.Context(), failures), accounts.SaveSession(t.Context(), session), accounts.SaveSession(t.Context(), idle), accounts.SaveLink(t.Context(), link),
			)
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := accounts.Forget(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		for token, kept := range map[string]bool{"over": false, "alive": true} {
			_, ofSession := accounts.SessionByToken(t.Context(), []byte(token))
			_, ofLink := accounts.LinkByToken(t.Context(), []byte(token))
			failures, ofFailures := accounts.Failures(t.Context(), token)
			_, ofIdle := accounts.SessionByToken(t.Context(), []byte("idle "+token))
			if (ofIdle == nil) != kept || (ofSession == nil) != kept || (ofLink == nil) != kept || (len(failures.At) == 1) != kept || ofFailures != nil {
				t.Errorf("%s rows: session %v, link %v, failures %v (%v)", token, ofSession, ofLink, failures.At, ofFailures)
			}
			if !kept && (!fault.Is(ofSession, fault.NotFound) || !fault.Is(ofLink, fault.NotFound)) {
				t.Errorf("deleted rows: got %v and %v, want not_found", ofSession, ofLink)
			}
		}
	})
}

// TestForgetDoesNotWaitForOthers holds an expired row, as a failing sign-in does.
func TestForgetDoesNotWaitForOthers(t *testing.T) {
	kit := testkit.NewPostgres(t)
	accounts, now := kit.DB.Accounts(), kit.Clock.Now()
	over := account.Failures{Subject: "held", At: []time.Time{now.Add(-time.Hour)}}
	if err := accounts.SaveFailures(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
		again := account.Failures{Subject: "held", At: []time.Time{now}}
		if err := accounts.SaveFailures(ctx, again); err != nil {
			return err
		}
		impatient, cancel := context.WithTimeout(t.Context(), testkit.Patience)
		defer cancel()
		return accounts.Forget(impatient, now) // on a connection of its own
	})
	if err != nil {
		t.Errorf("forgetting while another transaction holds a row: %v", err)
	}
	if kept, err := accounts.Failures(t.Context(), "held"); err != nil || len(kept.At) != 1 || kept.At[0] != now {
		t.Errorf("the row reads %+v (%v)", kept, err)
	}
}
