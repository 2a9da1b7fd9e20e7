package gateway_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/testkit"
)

// TestOvershoot calls two nodes on one database that share a quota of 1,000, each with 40 calls a second at once, and
// flushes by hand as Run does every second. docs/operating/nodes.md states the bound.
func TestOvershoot(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		const amount, perSecond, window = 1000, 40, 12
		s := newSystem(t, kit)
		has := s.grant()
		nodes := []*gateway.Gateway{s.node(kit, kit.Access)}
		another := kit.Another(t)
		nodes = append(nodes, s.node(another, another.Access))
		var passed atomic.Int64
		let := func(node *gateway.Gateway, calls int) {
			for range calls {
				switch status := call(node, has.secrets[0]); status {
				case http.StatusOK:
					passed.Add(1)
				case http.StatusTooManyRequests:
				default:
					t.Errorf("status %d", status)
				}
			}
		}
		var open int64
		for range 40 {
			before := passed.Load()
			var callers sync.WaitGroup
			for _, node := range nodes {
				for range 4 {
					callers.Go(func() { let(node, perSecond/4) })
				}
			}
			callers.Wait()
			for _, node := range nodes {
				s.must(node.Flush(t.Context()))
				s.must(node.Follow(t.Context()))
			}
			kit.Clock.Advance(time.Second)
			open = passed.Load() - before
		}
		over := passed.Load() - amount
		t.Logf("%d of %d calls too many", over, amount)
		if bound := int64(len(nodes) * perSecond * window); over < 0 || over > bound || open != 0 {
			t.Errorf("%d calls too many, and %d in the last second; want 0 to %d, and none", over, open, bound)
		}
	})
}

// TestOvershootIsAtMostOneQuotaPerNode never stores what two nodes count.
func TestOvershootIsAtMostOneQuotaPerNode(t *testing.T) {
	kit := testkit.New(t)
	s := newSystem(t, kit)
	has := s.grant()
	for range 2 {
		node, passed := s.node(kit, kit.Access), 0
		for range 1500 {
			if call(node, has.secrets[0]) == http.StatusOK {
				passed++
			}
		}
		if passed != 1000 {
			t.Errorf("a node alone lets %d calls through; want 1,000", passed)
		}
	}
}
