package store_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// keyed stores an application of Acme with a subscription and a key.
func keyed(t *testing.T, kit *testkit.Kit) (access.Subscription, access.Credential) {
	t.Helper()
	application := access.Application{ID: id.New[access.ApplicationID](testkit.Start), Team: kit.Acme.ID, Name: "Shop", CreatedAt: testkit.Start}
	subscription := access.Subscription{
		ID: id.New[access.SubscriptionID](testkit.Start), Application: application.ID, Team: kit.Acme.ID,
		Plan: id.New[plan.ID](testkit.Start), State: access.Approved, CreatedAt: testkit.Start,
	}
	credential := access.Credential{
		ID: id.New[access.CredentialID](testkit.Start), Application: application.ID, Team: kit.Acme.ID, Kind: plan.Key,
		Lookup: []byte("a lookup value"), HashKey: 1, CreatedAt: testkit.Start,
	}
	err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
		return errors.Join(
			kit.DB.Access().SaveApplication(ctx, application),
			kit.DB.Access().SaveSubscription(ctx, subscription),
			kit.DB.Access().SaveCredential(ctx, credential),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return subscription, credential
}

// All parts of a grant must come from one snapshot, even during writes. One transaction disables the team and suspends
// the subscription, so that every read must see both changes or neither.
func TestGrantMaterialComesFromOneSnapshot(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		subscription, credential := keyed(t, kit)
		var writing sync.WaitGroup
		done := make(chan struct{})
		writing.Go(func() {
			defer close(done)
			team := kit.Acme
			for range 300 {
				team.Disabled = !team.Disabled
				subscription.State = access.Approved
				if team.Disabled {
					subscription.State = access.Suspended
				}
				err := kit.DB.InTx(context.Background(), func(ctx context.Context) error {
					return errors.Join(kit.DB.Accounts().SaveTeam(ctx, team), kit.DB.Access().SaveSubscription(ctx, subscription))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		for reading := true; reading; {
			select {
			case <-done:
				reading = false
			default:
			}
			material, err := kit.DB.Access().GrantMaterial(t.Context(), [][]byte{credential.Lookup})
			if err != nil {
				t.Fatal(err)
			}
			if suspended := material.Subscriptions[0].State == access.Suspended; suspended != material.TeamDisabled {
				t.Fatalf("the team is disabled: %v, the subscription suspended: %v", material.TeamDisabled, suspended)
			}
		}
		writing.Wait()
	})
}

func TestALookupFindsOneCredential(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		_, credential := keyed(t, kit)
		for name, row := range map[string]struct {
			lookups [][]byte
			found   bool
		}{
			"the value":           {[][]byte{credential.Lookup}, true},
			"one of several":      {[][]byte{[]byte("another"), credential.Lookup}, true},
			"another value":       {[][]byte{[]byte("another")}, false},
			"the value cut short": {[][]byte{credential.Lookup[:5]}, false},
			"an empty value":      {[][]byte{{}}, false},
			"a value with quotes": {[][]byte{[]byte("' OR '1'='1")}, false},
		} {
			material, err := kit.DB.Access().GrantMaterial(t.Context(), row.lookups)
			if (err == nil) != row.found || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
			if row.found && material.Credential.ID != credential.ID {
				t.Errorf("%s found %s", name, material.Credential.ID)
			}
		}
		twin := credential
		twin.ID = id.New[access.CredentialID](testkit.Start)
		if err := kit.DB.Access().SaveCredential(t.Context(), twin); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second credential with the same lookup value: %v", err)
		}
	})
}

// The store must load every field as it was saved.
func TestAccessKeepsEveryField(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		store := kit.DB.Access()
		at := testkit.Start
		application := access.Application{
			ID: id.New[access.ApplicationID](at), Team: kit.Acme.ID, Account: kit.Member.Account, Name: "n", Description: "d",
			Strategy: id.New[plan.StrategyID](at), ReferenceID: "r", RedirectURI: "u", CreatedAt: at, UpdatedAt: at.Add(1000),
		}
		same(t, application, store.SaveApplication, store.Application, application.ID)
		request := access.Request{
			ID: id.New[access.RequestID](at), Application: application.ID, Team: kit.Acme.ID, Wanted: []string{"a", "b"}, Remove: []string{"c"},
			Version: [12]byte{1}, Scopes: []string{"s"}, Credential: [12]byte{2}, IssueKey: true, Purpose: "A shop", Fields: map[string]string{"k": "v"},
			State: access.RequestApproved, Asker: kit.Owner.Account, CreatedAt: at, DecidedAt: at.Add(2000), Decider: kit.Staff.Account, Reason: "why",
		}
		same(t, request, store.SaveRequest, store.Request, request.ID)
		subscription := access.Subscription{
			ID: id.New[access.SubscriptionID](at), Application: application.ID, Team: kit.Acme.ID, Plan: [12]byte{3}, Version: [12]byte{4},
			Request: request.ID, State: access.Suspended, Scopes: []string{"s"}, Reason: "why", CreatedAt: at, UpdatedAt: at.Add(1000),
			ApprovedAt: at.Add(2000), EndsAt: at.Add(3000), RemovedAt: at.Add(4000), ClearedAt: at.Add(5000),
		}
		same(t, subscription, store.SaveSubscription, store.Subscription, subscription.ID)
		credential := access.Credential{
			ID: id.New[access.CredentialID](at), Application: application.ID, Team: kit.Acme.ID, Subscription: subscription.ID,
			Environment: "production", Kind: plan.Basic, Format: plan.HexKey, Slot: access.Primary, Name: "n", Lookup: []byte{0, 1},
			Verifier: []byte{2, 0}, HashKey: 7, Prefix: "p", Viewable: true, Sealed: []byte{3}, InQuery: true, Scopes: []string{"s"},
			CreatedAt: at, CreatedBy: kit.Owner.Account, RegeneratedAt: at.Add(1000), ExpiresAt: at.Add(2000), GraceUntil: at.Add(3000),
			RevokedAt: at.Add(4000), RevokedBy: kit.Admin.Account, RotatedFrom: [12]byte{5}, ReplacedBy: [12]byte{6},
			Ticket: true,
		}
		same(t, credential, store.SaveCredential, store.Credential, credential.ID)
	})
}

// same saves an object twice and compares it with the loaded one. Each field must be set, because a zero field would
// prove nothing.
func same[T, I any](t *testing.T, saved T, save func(context.Context, T) error, load func(context.Context, I) (T, error), of I) {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	if err := errors.Join(save(ctx, saved), save(ctx, saved)); err != nil {
		t.Fatal(err)
	}
	loaded, err := load(ctx, of)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(saved, loaded); difference != "" {
		t.Errorf("saved (-) and loaded (+) differ:\n%s", difference)
	}
	fields := reflect.ValueOf(saved)
	for field, value := range fields.Fields() {
		if value.IsZero() && field.Name != "Default" && field.Name != "DeletedAt" {
			t.Errorf("%s.%s is zero in the test", fields.Type(), field.Name)
		}
	}
}
