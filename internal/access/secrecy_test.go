package access_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/store"
)

var storedBytes = regexp.MustCompile(`"bytes":"([^"]*)"`)

// tables returns all rows of the database as JSON, and each byte string decoded as well.
func (w *world) tables() []byte {
	w.t.Helper()
	var dumped bytes.Buffer
	w.must(w.DB.Dump(w.t.Context(), func(chunk store.Chunk) error {
		dumped.Write(chunk.Rows)
		for _, found := range storedBytes.FindAllSubmatch(chunk.Rows, -1) {
			raw, err := base64.StdEncoding.DecodeString(string(found[1]))
			if err != nil {
				return err
			}
			dumped.Write(raw)
			dumped.WriteByte('\n')
		}
		return nil
	}))
	return dumped.Bytes()
}

func TestNoSecretIsStoredInPlain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var secrets []string
		keep := func(issued ...access.IssuedCredential) {
			for _, one := range issued {
				secrets = append(secrets, one.Secret)
			}
		}
		pair := w.ask(w.Owner, askFor(w.production)).Issued
		keep(pair...)
		for _, wanted := range []string{w.gold.ID.Hex(), w.password.ID.Hex()} {
			keep(w.ask(w.Owner, access.Ask{Plans: []string{wanted}, IssueKey: true}).Issued...)
		}
		keep(w.grant(access.NewAccess{Plan: w.single.ID, IssueKey: true}).Issued...)
		regenerated, err := w.Access.RegenerateCredential(w.As(w.Owner), pair[0].Credential.ID)
		w.must(err)
		rotated, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: pair[1].Credential.ID, Overlap: time.Hour})
		w.must(err)
		keep(regenerated, rotated)
		shown, err := w.Access.RevealCredential(w.As(w.Member), regenerated.Credential.ID)
		w.must(err)
		secrets = append(secrets, shown)
		w.must(w.Access.RevokeCredential(w.As(w.Owner), rotated.Credential.ID))
		w.newTrial()
		visitors, err := w.Access.IssueVisitorKey(w.As(w.Visitor), tidesTest)
		w.must(err)
		keep(visitors)

		stored := w.tables()
		if len(secrets) != 9 || !bytes.Contains(stored, []byte(pair[1].Credential.Prefix)) {
			t.Fatalf("got %d secrets and %d bytes, want 9 secrets and the prefix of a key: the search would prove nothing", len(secrets), len(stored))
		}
		for i, secret := range secrets {
			tail := secret[len(secret)-16:] // a list shows the beginning of a key
			encodings := []string{tail, base64.StdEncoding.EncodeToString([]byte(secret))[:16], hex.EncodeToString([]byte(tail))}
			if raw, err := hex.DecodeString(secret); err == nil {
				encodings = append(encodings, string(raw[8:]), base64.StdEncoding.EncodeToString(raw)[:16])
			}
			for _, encoding := range encodings {
				if bytes.Contains(stored, []byte(encoding)) {
					t.Errorf("secret %d: got it stored, want only its hash", i)
				}
			}
		}
	})
}

func TestASealedKeyCannotBeMovedToAnotherCredential(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.ask(w.Owner, askFor(w.production)).Issued
		changed, other := w.key(pair[0].Credential.ID), w.key(pair[1].Credential.ID)
		changed.Sealed = other.Sealed
		w.must(w.DB.Access().SaveCredential(t.Context(), changed))
		if shown, err := w.Access.RevealCredential(w.As(w.Owner), changed.ID); err == nil {
			t.Errorf("got %d bytes that were sealed for another credential, want an error", len(shown))
		}
	})
}

func TestEveryChangeIsInTheAuditTrail(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.ask(w.Owner, askFor(w.production))
		_, err := w.Access.RevealCredential(w.As(w.Member), pair.Issued[0].Credential.ID)
		w.must(err)
		_, err = w.Access.RegenerateCredential(w.As(w.Member), pair.Issued[0].Credential.ID)
		w.must(err)
		_, err = w.Access.RotateCredential(w.As(w.Member), access.RotateCredential{Credential: pair.Issued[0].Credential.ID})
		w.must(err)
		_, err = w.Access.SuspendSubscription(w.As(w.Staff), pair.Subscriptions[0].ID, "why")
		w.must(err)
		_, err = w.Access.CancelSubscription(w.As(w.Owner), pair.Subscriptions[0].ID, "")
		w.must(err)
		_, err = w.Access.ClearSubscription(w.As(w.Staff), pair.Subscriptions[0].ID)
		w.must(err)
		stored := string(w.tables())
		for _, action := range []string{
			"application.created", "request.created", "request.approved", "subscription.approved", "credential.issued",
			"credential.revealed", "credential.regenerated", "credential.rotated", "subscription.suspended",
			"subscription.removed", "credential.revoked", "subscription.cleared",
		} {
			if !strings.Contains(stored, `"`+action+`"`) {
				t.Errorf("got an audit trail without %s, want it recorded", action)
			}
		}
	})
}
