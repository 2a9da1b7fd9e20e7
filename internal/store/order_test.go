package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// listedBy describes an order of a list and the names that it lists in this order.
type listedBy struct {
	order page.Order
	want  []string
}

// checkOrders compares a list in several orders, and page by page.
func checkOrders[T any](t *testing.T, list func(page.Request) (page.Page[T], error), name func(T) string, rows []listedBy) {
	t.Helper()
	for _, row := range rows {
		var got []string
		for number := 1; ; number++ {
			found, err := list(page.Request{Number: number, Size: 2, Order: row.order})
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range found.Items {
				got = append(got, name(one))
			}
			if len(found.Items) == 0 {
				break
			}
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("sorted by %+v (-want +got):\n%s", row.order, diff)
		}
	}
}

func TestKeysAreSorted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		day := 24 * time.Hour
		var keys []access.Credential
		for i, one := range []struct {
			name, environment string
			team              identity.TeamID
			expires           time.Duration
		}{{"b", "test", kit.Globex.ID, 0}, {"a", "production", kit.Acme.ID, 9 * day}, {"c", "test", kit.Acme.ID, 3 * day}} {
			at := testkit.Start.Add(time.Duration(i) * time.Second)
			application := access.Application{ID: id.New[access.ApplicationID](at), Team: one.team, Name: "app of " + one.name, CreatedAt: at}
			key := access.Credential{
				ID: id.New[access.CredentialID](at), Application: application.ID, Team: one.team, Kind: plan.Key, Name: one.name, Environment: one.environment,
				Prefix: "pk_" + one.name, Lookup: []byte(one.name), HashKey: 1, CreatedAt: at,
			}
			if one.expires > 0 {
				key.ExpiresAt = testkit.Start.Add(one.expires)
			}
			keys = append(keys, key)
			err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
				if err := kit.DB.Access().SaveApplication(ctx, application); err != nil {
					return err
				}
				return kit.DB.Access().SaveCredential(ctx, key)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := kit.DB.Writer(t.Context()).
			NewRaw("INSERT INTO usage_credential (credential, last_at) VALUES (?, 20), (?, 10)", keys[0].ID, keys[2].ID).Exec(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		list := func(filter access.CredentialFilter) func(page.Request) (page.Page[access.Credential], error) {
			return func(request page.Request) (page.Page[access.Credential], error) {
				return kit.DB.Access().Credentials(t.Context(), filter, request)
			}
		}
		name := func(key access.Credential) string { return key.Name }
		checkOrders(t, list(access.CredentialFilter{}), name, []listedBy{
			{page.Order{}, []string{"c", "a", "b"}},
			{page.Order{By: "unknown", Descending: true}, []string{"c", "a", "b"}},
			{page.Order{By: "name"}, []string{"a", "b", "c"}},
			{page.Order{By: "name", Descending: true}, []string{"c", "b", "a"}},
			{page.Order{By: "environment"}, []string{"a", "b", "c"}},
			{page.Order{By: "environment", Descending: true}, []string{"c", "b", "a"}},
			{page.Order{By: "expires"}, []string{"c", "a", "b"}},
			{page.Order{By: "expires", Descending: true}, []string{"b", "a", "c"}},
			{page.Order{By: "used"}, []string{"a", "c", "b"}},
			{page.Order{By: "used", Descending: true}, []string{"b", "c", "a"}},
			{page.Order{By: "team"}, []string{"a", "c", "b"}},
		})
		checkOrders(t, list(access.CredentialFilter{Search: "ACME"}), name, []listedBy{{page.Order{By: "name"}, []string{"a", "c"}}})
		checkOrders(t, list(access.CredentialFilter{Search: "app of B"}), name, []listedBy{{page.Order{}, []string{"b"}}})
		checkOrders(t, list(access.CredentialFilter{Search: "pk_c"}), name, []listedBy{{page.Order{}, []string{"c"}}})
	})
}

func TestSubscriptionsAreSortedAndCounted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var saved []access.Subscription
		for i, one := range []struct {
			team  identity.TeamID
			state access.SubscriptionState
			ends  time.Time
		}{{kit.Globex.ID, access.Approved, time.Time{}}, {kit.Acme.ID, access.Pending, time.Time{}}, {kit.Acme.ID, access.Approved, testkit.Start}} {
			at := testkit.Start.Add(time.Duration(i) * time.Second)
			application := access.Application{ID: id.New[access.ApplicationID](at), Team: one.team, Name: "Shop", CreatedAt: at}
			subscription := access.Subscription{
				ID: id.New[access.SubscriptionID](at), Application: application.ID, Team: one.team, Plan: id.New[plan.ID](at), State: one.state,
				CreatedAt: at, EndsAt: one.ends, Reason: fmt.Sprint(i),
			}
			saved = append(saved, subscription)
			err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
				if err := kit.DB.Access().SaveApplication(ctx, application); err != nil {
					return err
				}
				return kit.DB.Access().SaveSubscription(ctx, subscription)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		checkOrders(t, func(request page.Request) (page.Page[access.Subscription], error) {
			return kit.DB.Access().Subscriptions(t.Context(), access.SubscriptionFilter{}, request)
		}, func(one access.Subscription) string { return one.Reason }, []listedBy{
			{page.Order{}, []string{"2", "1", "0"}}, {page.Order{By: "since"}, []string{"0", "1", "2"}},
			{page.Order{By: "state"}, []string{"0", "2", "1"}}, {page.Order{By: "team"}, []string{"1", "2", "0"}},
			{page.Order{By: "team", Descending: true}, []string{"0", "2", "1"}},
		})
		counts, err := kit.DB.Access().CountSubscriptions(t.Context(), access.SubscriptionFilter{At: testkit.Start})
		want := map[access.SubscriptionState]int{access.Approved: 1, access.Pending: 1, access.Expired: 1}
		if diff := cmp.Diff(want, counts); err != nil || diff != "" {
			t.Errorf("counts (-want +got):\n%s, %v", diff, err)
		}
		counts, err = kit.DB.Access().CountSubscriptions(t.Context(), access.SubscriptionFilter{Team: saved[0].Team, At: testkit.Start})
		if diff := cmp.Diff(map[access.SubscriptionState]int{access.Approved: 1}, counts); err != nil || diff != "" {
			t.Errorf("counts of a team (-want +got):\n%s, %v", diff, err)
		}
	})
}

func TestPeopleAndTeamsAreSortedAndCounted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		accounts := kit.DB.Accounts()
		for i, one := range []account.Account{
			{Email: "a@sorted.example", Name: "sorted c", State: account.Active, LastSignInAt: testkit.Start.Add(time.Hour)},
			{Email: "b@sorted.example", Name: "sorted a", State: account.Pending, Unproven: true},
			{Email: "c@sorted.example", Name: "sorted b", State: account.Removed, LastSignInAt: testkit.Start},
			{Email: "d@sorted.example", Name: "sorted b", State: account.Pending, LastSignInAt: testkit.Start},
		} {
			one.ID, one.CreatedAt = id.New[identity.AccountID](testkit.Start.Add(time.Duration(i)*time.Second)), testkit.Start
			if err := accounts.SaveAccount(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		filter := account.AccountFilter{Search: "sorted"}
		checkOrders(t, func(request page.Request) (page.Page[account.Account], error) {
			return accounts.Accounts(t.Context(), filter, request)
		}, func(one account.Account) string { return one.Email[:1] }, []listedBy{
			{page.Order{}, []string{"a", "b", "d"}}, {page.Order{By: "email", Descending: true}, []string{"d", "b", "a"}},
			{page.Order{By: "name"}, []string{"b", "d", "a"}}, {page.Order{By: "signed-in"}, []string{"b", "d", "a"}},
			{page.Order{By: "signed-in", Descending: true}, []string{"a", "d", "b"}},
		})
		counts, err := accounts.CountAccounts(t.Context(), filter)
		want := account.AccountCounts{All: 3, Unproven: 1, States: map[account.State]int{account.Active: 1, account.Pending: 1, account.Removed: 1}}
		if diff := cmp.Diff(want, counts); err != nil || diff != "" {
			t.Errorf("counts (-want +got):\n%s, %v", diff, err)
		}
		teams := func(order page.Order) (names []string) {
			found, err := accounts.Teams(t.Context(), "", page.Request{Order: order})
			for _, one := range found.Items {
				names = append(names, one.Name)
			}
			if err != nil {
				t.Fatal(err)
			}
			return names
		}
		byName, newest := teams(page.Order{By: "name", Descending: true}), teams(page.Order{By: "since", Descending: true})
		if !slices.IsSortedFunc(byName, func(a, b string) int { return strings.Compare(b, a) }) || newest[len(newest)-1] != teams(page.Order{By: "since"})[0] {
			t.Errorf("teams are %q by name and %q by age", byName, newest)
		}
	})
}

func TestProductsAndPlansAreSortedAndCounted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		strategy := plan.Strategy{ID: id.New[plan.StrategyID](testkit.Start), Slug: "key", Name: "Key", Kind: plan.Key, CreatedAt: testkit.Start}
		if err := kit.DB.Plans().SaveStrategy(t.Context(), strategy); err != nil {
			t.Fatal(err)
		}
		for i, one := range []struct {
			slug        string
			published   bool
			environment string
		}{{"sorted-b", true, "test"}, {"sorted-a", false, "production"}, {"sorted-c", true, "production"}} {
			at := testkit.Start.Add(time.Duration(i) * time.Second)
			product := catalog.Product{ID: id.New[catalog.ProductID](at), Slug: one.slug, Name: one.slug, Audience: catalog.Public, Published: one.published, ManagedBy: catalog.Staff, CreatedAt: at}
			if err := kit.DB.Catalog().SaveProduct(t.Context(), product); err != nil {
				t.Fatal(err)
			}
			saved := plan.Plan{ID: id.New[plan.ID](at), Slug: one.slug, Name: one.slug, Published: one.published, Environment: one.environment, Strategy: strategy.ID, ManagedBy: catalog.Staff, CreatedAt: at}
			if err := kit.DB.Plans().SavePlan(t.Context(), saved); err != nil {
				t.Fatal(err)
			}
		}
		checkOrders(t, func(request page.Request) (page.Page[catalog.ProductRow], error) {
			return kit.DB.Catalog().ProductRows(t.Context(), catalog.ProductFilter{Search: "sorted"}, request)
		}, func(row catalog.ProductRow) string { return row.Product.Slug[7:] }, []listedBy{
			{page.Order{}, []string{"a", "b", "c"}}, {page.Order{By: "name", Descending: true}, []string{"c", "b", "a"}},
			{page.Order{By: "since", Descending: true}, []string{"c", "a", "b"}},
		})
		checkOrders(t, func(request page.Request) (page.Page[plan.Plan], error) {
			return kit.DB.Plans().PlanRows(t.Context(), plan.Filter{Search: "sorted"}, request)
		}, func(one plan.Plan) string { return one.Slug[7:] }, []listedBy{{page.Order{By: "environment"}, []string{"a", "c", "b"}}})
		want := catalog.PublishedCounts{Published: 2, Unpublished: 1}
		if got, err := kit.DB.Catalog().CountProducts(t.Context(), catalog.ProductFilter{Search: "sorted", Published: catalog.OnlyPublished}); err != nil || got != want {
			t.Errorf("products are counted %+v, %v", got, err)
		}
		if got, err := kit.DB.Plans().CountPlans(t.Context(), plan.Filter{Search: "sorted"}); err != nil || got != want {
			t.Errorf("plans are counted %+v, %v", got, err)
		}
	})
}
