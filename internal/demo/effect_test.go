package demo_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/testkit"
)

const (
	productionStatus = "/parcels/v2/status"
	sandboxStatus    = "/parcels/sandbox/v2/status"
)

// change is a call after which the gateway must refuse a key.
type change struct {
	name string
	make func(t *testing.T, node *portal, detail access.SubscriptionDetail) error
	// undo undoes the change, so that the key works again; nil if that is impossible.
	undo func(t *testing.T, node *portal, detail access.SubscriptionDetail) error
}

// changes are ordered so that each finds a working primary key of Acme Production: the final ones come last, each with
// a new installation.
var changes = []change{
	{
		name: "suspend",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			_, err := node.services.Access.SuspendSubscription(node.asStaff(t), detail.Subscription.ID, "a test")
			return err
		},
		undo: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			_, err := node.services.Access.ReinstateSubscription(node.asStaff(t), detail.Subscription.ID)
			return err
		},
	},
	{
		name: "block the account",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			return node.services.Accounts.Block(node.asStaff(t), detail.Application.Account)
		},
		undo: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			return node.services.Accounts.Unblock(node.asStaff(t), detail.Application.Account)
		},
	},
	{
		name: "disable the team",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			return node.services.Accounts.SetTeamDisabled(node.asStaff(t), detail.Subscription.Team, true)
		},
		undo: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			return node.services.Accounts.SetTeamDisabled(node.asStaff(t), detail.Subscription.Team, false)
		},
	},
	{
		name: "change to a plan that does not open the version",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			_, err := node.services.Access.ChangePlan(node.asStaff(t), access.ChangePlan{
				Subscription: detail.Subscription.ID, Plan: node.plan(t, "parcels-1-on-request").ID,
			})
			return err
		},
		undo: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			_, err := node.services.Access.ChangePlan(node.asStaff(t), access.ChangePlan{
				Subscription: detail.Subscription.ID, Plan: node.plan(t, "acme-production").ID,
			})
			return err
		},
	},
	{
		name: "regenerate",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			_, err := node.services.Access.RegenerateCredential(node.asDeveloper(t), primary(detail).ID)
			return err
		},
	},
	{
		name: "revoke",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			return node.services.Access.RevokeCredential(node.asDeveloper(t), primary(detail).ID)
		},
	},
	{
		name: "cancel",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			_, err := node.services.Access.CancelSubscription(node.asDeveloper(t), detail.Subscription.ID, "")
			return err
		},
	},
	{
		name: "remove the account",
		make: func(t *testing.T, node *portal, detail access.SubscriptionDetail) error {
			return node.services.Accounts.Remove(node.asStaff(t), detail.Application.Account)
		},
	},
}

// isOpen reports whether the key was accepted, which includes calls over the limit.
func isOpen(status int) bool { return status == http.StatusOK || status == http.StatusTooManyRequests }

// eachChange runs the check for every change with as few installations as possible.
func eachChange(t *testing.T, installed installation, check func(t *testing.T, change change, node *portal, detail access.SubscriptionDetail, key string)) {
	t.Helper()
	node := installed.start(t)
	for _, one := range changes {
		t.Run(one.name, func(t *testing.T) {
			node, undo := node, one.undo
			if undo == nil {
				node = install(t, installed.empty).start(t)
			}
			detail := node.subscription(t, "acme-production")
			key := node.reveal(t, primary(detail))
			if status := node.call(t, productionStatus, key); !isOpen(status) {
				t.Fatalf("before the change the key returns %d", status)
			}
			check(t, one, node, detail, key)
			if undo == nil {
				return
			}
			if err := undo(t, node, detail); err != nil {
				t.Fatal(err)
			}
			if status := node.call(t, productionStatus, key); !isOpen(status) {
				t.Fatalf("after the undone change the key returns %d", status)
			}
		})
	}
}

func TestAChangeIsEffectiveWhenItsCallReturns(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		eachChange(t, installed, func(t *testing.T, change change, node *portal, detail access.SubscriptionDetail, key string) {
			if err := change.make(t, node, detail); err != nil {
				t.Fatal(err)
			}
			if status := node.call(t, productionStatus, key); status != http.StatusUnauthorized {
				t.Errorf("the next call returns %d", status)
			}
		})
	})
}

// Calls with the key and with unknown ones keep filling the cache. A fill that began before the change must not undo
// it.
func TestAChangeIsEffectiveAgainstConcurrentFills(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		eachChange(t, installed, func(t *testing.T, change change, node *portal, detail access.SubscriptionDetail, key string) {
			ctx, cancel := context.WithCancel(t.Context())
			var returned atomic.Bool
			var late atomic.Int64
			var callers sync.WaitGroup
			for range 8 {
				callers.Go(func() {
					for ctx.Err() == nil {
						after := returned.Load()
						status, err := tryGet(ctx, node.GatewayURL+productionStatus, key)
						if after && err == nil && isOpen(status) {
							late.Add(1)
						}
					}
				})
			}
			err := change.make(t, node, detail)
			returned.Store(true)
			if err != nil {
				t.Error(err)
			}
			for range 20 {
				if status := node.call(t, productionStatus, key); isOpen(status) {
					t.Error("a call after the change went through")
					break
				}
			}
			cancel()
			callers.Wait()
			if late.Load() > 0 {
				t.Errorf("%d calls that began after the change went through", late.Load())
			}
		})
	})
}

func TestAChangeReachesAnotherNodeWithinASecond(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		eachChange(t, installed, func(t *testing.T, change change, node *portal, detail access.SubscriptionDetail, key string) {
			other := node.installed.start(t)
			if status := other.call(t, productionStatus, key); !isOpen(status) {
				t.Fatalf("before the change the other node answers %d", status)
			}
			if err := change.make(t, node, detail); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the other node refuses the key", func() bool {
				return other.call(t, productionStatus, key) == http.StatusUnauthorized
			})
			other.stop()
		})
	})
}

// An open transaction, also one that has written to related tables, must neither delay nor hide a revocation.
func TestAChangeIsEffectiveWhileATransactionIsHeldOpen(t *testing.T) {
	installed := install(t, testkit.EmptyPostgres)
	node, other := installed.start(t), installed.start(t)
	detail := node.subscription(t, "acme-production")
	key := node.reveal(t, primary(detail))

	held, err := pgx.Connect(t.Context(), installed.config.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close(context.WithoutCancel(t.Context())) }()
	for _, statement := range []string{
		"BEGIN ISOLATION LEVEL REPEATABLE READ",
		"SELECT count(*) FROM change_log",
		"INSERT INTO outbox (id, at, recipient, template, params) VALUES ('held', 0, 'x', 'x', '{}')",
	} {
		if _, err := held.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range []*portal{node, other} {
		if status := one.call(t, productionStatus, key); status != http.StatusOK {
			t.Fatalf("before the change the key returns %d", status)
		}
	}
	if err := node.services.Access.RevokeCredential(node.asDeveloper(t), primary(detail).ID); err != nil {
		t.Fatal(err)
	}
	if status := node.call(t, productionStatus, key); status != http.StatusUnauthorized {
		t.Errorf("this node answers %d", status)
	}
	eventually(t, "the other node refuses the key", func() bool {
		return other.call(t, productionStatus, key) == http.StatusUnauthorized
	})
	if _, err := held.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
}
