package access_test

import (
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// concurrently makes eight calls at once, half of them through a second process, and returns their errors.
func (w *world) concurrently(t *testing.T, call func(service *access.Service, number int) error) []error {
	t.Helper()
	another := w.Another(t)
	errs := make([]error, 8)
	var start, done sync.WaitGroup
	start.Add(1)
	for number := range errs {
		done.Go(func() {
			start.Wait()
			service := w.Access
			if number%2 == 1 {
				service = another.Access
			}
			errs[number] = call(service, number)
		})
	}
	start.Done()
	done.Wait()
	return errs
}

// succeeded returns how many calls succeeded. It fails the test if another call failed with another code.
func succeeded(t *testing.T, errs []error, code string) int {
	t.Helper()
	count := 0
	for _, err := range errs {
		switch {
		case err == nil:
			count++
		case fault.From(err).Code != code:
			t.Errorf("got %v, want %s", err, code)
		}
	}
	return count
}

func TestOnlyOneConcurrentDecisionSucceeds(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.single)
		in.IssueKey = true
		asked := w.ask(w.Owner, in)
		errs := w.concurrently(t, func(service *access.Service, number int) error {
			_, err := service.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: number < 6})
			return err
		})
		if count := succeeded(t, errs, "already_processed"); count != 1 {
			t.Errorf("got %d successful decisions, want 1", count)
		}
		keys, err := w.Access.Credentials(w.As(w.Owner), access.CredentialFilter{}, all)
		w.must(err)
		if keys.Total > 1 {
			t.Errorf("got %d keys, want at most 1", keys.Total)
		}
	})
}

func TestOnlyOneConcurrentRequestSucceeds(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		errs := w.concurrently(t, func(service *access.Service, _ int) error {
			_, err := service.RequestAccess(w.As(w.Owner), askFor(w.production))
			return err
		})
		if count := succeeded(t, errs, "already_subscribed"); count != 1 {
			t.Errorf("got %d successful requests, want 1", count)
		}
		applications, err := w.Access.Applications(w.As(w.Owner), access.ApplicationFilter{Defaults: true}, all)
		w.must(err)
		if applications.Total != 1 {
			t.Errorf("got %d default applications, want 1", applications.Total)
		}
	})
}

func TestConcurrentGrantsGiveOnePlanOfAFamily(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var applications [8]access.Application
		for i := range applications {
			applications[i] = w.application(w.Owner, access.NewApplication{Name: w.uniqueName("One")})
		}
		errs := w.concurrently(t, func(service *access.Service, number int) error {
			wanted := []plan.Plan{w.gold, w.silver}[number/2%2]
			_, err := service.GrantAccess(w.As(w.Staff), access.NewAccess{Application: applications[number].ID, Plan: wanted.ID})
			return err
		})
		if count := succeeded(t, errs, "family_held"); count != 4 {
			t.Errorf("got %d successful grants, want the 4 of one plan", count)
		}
	})
}

func TestOnlyTheLastConcurrentlyRegeneratedKeyWorks(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pair := w.ask(w.Owner, askFor(w.production)).Issued
		var keys [8]string
		errs := w.concurrently(t, func(service *access.Service, number int) error {
			issued, err := service.RegenerateCredential(w.As(w.Owner), pair[0].Credential.ID)
			keys[number] = issued.Secret
			return err
		})
		if count := succeeded(t, errs, ""); count != len(errs) {
			t.Errorf("got %d successful regenerations, want %d", count, len(errs))
		}
		working := 0
		for _, key := range append(keys[:], pair[0].Secret) {
			if w.opens(key, w.first) {
				working++
			}
		}
		if working != 1 || !w.opens(pair[1].Secret, w.first) {
			t.Errorf("got %d working keys of the regenerated slot, want 1, and the other slot unchanged", working)
		}
	})
}

func TestAConcurrentRotationDoesNotUndoARevocation(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		key := w.ask(w.Owner, askFor(w.production)).Issued[0]
		errs := w.concurrently(t, func(service *access.Service, number int) error {
			if number == 0 {
				return service.RevokeCredential(w.As(w.Owner), key.Credential.ID)
			}
			_, err := service.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: key.Credential.ID, Overlap: time.Hour})
			if fault.Is(err, fault.Conflict) {
				return nil
			}
			return err
		})
		succeeded(t, errs, "")
		if w.key(key.Credential.ID).RevokedAt.IsZero() || w.opens(key.Secret, w.first) {
			t.Error("got a working key, want it revoked in spite of the rotation")
		}
		left, err := w.Access.Credentials(w.As(w.Owner), access.CredentialFilter{Unrevoked: true}, all)
		w.must(err)
		if left.Total > 2 {
			t.Errorf("got %d keys of the pair after one was revoked, want at most 2", left.Total)
		}
	})
}

func TestConcurrentCallsDoNotExceedTheKeyLimit(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := access.NewCredential{Subscription: w.grant(access.NewAccess{Plan: w.gold.ID}).Subscription.ID}
		for range 17 {
			_, err := w.Access.IssueCredential(w.As(w.Owner), in)
			w.must(err)
		}
		errs := w.concurrently(t, func(service *access.Service, _ int) error {
			_, err := service.IssueCredential(w.As(w.Owner), in)
			return err
		})
		if count := succeeded(t, errs, "credential_limit"); count != 3 {
			t.Errorf("got %d more keys, want 3", count)
		}
	})
}

func TestConcurrentCallsCreateOneDefaultApplication(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var ids [8]access.ApplicationID
		errs := w.concurrently(t, func(service *access.Service, number int) error {
			made, err := service.DefaultApplication(w.As(w.Owner), w.Acme.ID, identity.AccountID{})
			ids[number] = made.ID
			return err
		})
		if count := succeeded(t, errs, ""); count != len(errs) {
			t.Errorf("got %d successful calls, want %d", count, len(errs))
		}
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("got the default applications %v, want one", ids)
			}
		}
	})
}
