package demo_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

var everything = page.Request{Size: page.MaxSize}

// withStory opens an empty installation and records the demo's past in it.
func withStory(t *testing.T, installed installation, now time.Time) *app.Services {
	t.Helper()
	installed.config.DatabaseURL = installed.empty(t)
	services := open(t, installed.config)
	t.Cleanup(func() { _ = services.Close() })
	if given, err := demo.SeedStory(t.Context(), services, "http://127.0.0.1:1", demo.DefaultPassword, now); err != nil || !given {
		t.Fatalf("the password was set: %v, %v", given, err)
	}
	return services
}

func asSystem(t *testing.T) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.SystemPrincipal("test"))
}

// counted returns how often each state or status occurs.
func counted[T any, S comparable](all []T, of func(T) S) map[S]int {
	counts := map[S]int{}
	for _, one := range all {
		counts[of(one)]++
	}
	return counts
}

func TestTheStoryHasEveryState(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		now := clock.Now()
		services := withStory(t, installed, now)
		ctx := asSystem(t)
		requests, err := services.Access.Requests(ctx, access.RequestFilter{}, everything)
		if err != nil {
			t.Fatal(err)
		}
		states := counted(requests.Items, func(one access.Request) access.RequestState { return one.State })
		for _, state := range []access.RequestState{access.RequestPending, access.RequestApproved, access.RequestRejected, access.RequestWithdrawn} {
			if states[state] == 0 {
				t.Errorf("no request is %s: %v", state, states)
			}
		}
		for _, one := range requests.Items {
			if one.State == access.RequestRejected && one.Reason == "" {
				t.Error("a request was rejected without a reason")
			}
		}
		held, err := services.Access.Subscriptions(ctx, access.SubscriptionFilter{Removed: true}, everything)
		if err != nil {
			t.Fatal(err)
		}
		subscriptions := counted(held.Items, func(one access.SubscriptionDetail) access.SubscriptionState { return one.Subscription.StateAt(now) })
		for _, state := range access.SubscriptionStates() {
			if subscriptions[state] == 0 {
				t.Errorf("no subscription is %s: %v", state, subscriptions)
			}
		}
		keys, err := services.DB.Access().Credentials(ctx, access.CredentialFilter{}, everything)
		if err != nil {
			t.Fatal(err)
		}
		statuses := counted(keys.Items, func(one access.Credential) access.Status { return one.Status(now) })
		for _, status := range []access.Status{access.StatusActive, access.StatusExpiring, access.StatusGrace, access.StatusRevoked} {
			if statuses[status] == 0 {
				t.Errorf("no key is %s: %v", status, statuses)
			}
		}
		used, err := services.Usage.LastUsed(ctx, keys.Items)
		if err != nil {
			t.Fatal(err)
		}
		if len(used) < 10 || len(used) == len(keys.Items) {
			t.Errorf("%d of %d keys were used", len(used), len(keys.Items))
		}
		for _, at := range used {
			if at.After(now) {
				t.Errorf("a key was used at %s, after the start at %s", at, now)
			}
		}
	})
}

func TestTheStoryHasATeamWithRoles(t *testing.T) {
	services := withStory(t, install(t, testkit.EmptySQLite), clock.Now())
	ctx := asSystem(t)
	owner, err := services.DB.Accounts().AccountByEmail(ctx, demo.Customer)
	if err != nil {
		t.Fatal(err)
	}
	members, err := services.Accounts.Members(ctx, owner.HomeTeam)
	if err != nil {
		t.Fatal(err)
	}
	roles := counted(members, func(one account.TeamMember) identity.Role { return one.Role })
	if diff := cmp.Diff(map[identity.Role]int{identity.Owner: 1, identity.Admin: 1, identity.Member: 1, identity.Viewer: 1}, roles); diff != "" {
		t.Error(diff)
	}
	if invitations, err := services.Accounts.Invitations(ctx, owner.HomeTeam); err != nil || len(invitations) != 1 {
		t.Errorf("the invitations are %v, %v", invitations, err)
	}
	if _, err := services.Accounts.SignIn(t.Context(), account.SignIn{Email: demo.Customer, Password: demo.DefaultPassword}); err != nil {
		t.Errorf("the owner cannot sign in: %v", err)
	}
}

func TestTheStoryHasTrafficOf30Days(t *testing.T) {
	now := clock.Now()
	services := withStory(t, install(t, testkit.EmptySQLite), now)
	counts, spreads := countsOf(t, services, now)
	var calls, failed, limited int64
	days := map[time.Time]int64{}
	for _, one := range counts {
		calls, limited = calls+one.Requests, limited+one.Requests-one.Forwarded
		if one.Status >= 400 {
			failed += one.Requests
		}
		days[one.At.Truncate(24*time.Hour)] += one.Requests
		if one.Operation == "" {
			t.Errorf("calls of no operation: %+v", one)
		}
	}
	if len(spreads) == 0 || len(spreads[0].Latency) == 0 {
		t.Error("calls without latencies")
	}
	if len(days) < 30 || len(days) > 31 || calls < 150_000 {
		t.Errorf("%d calls on %d days", calls, len(days))
	}
	if share := float64(failed) / float64(calls); share < 0.003 || share > 0.005 || limited > 0 {
		t.Errorf("%d of %d calls failed, %d of them at a limit", failed, calls, limited)
	}
	busiest := slices.Max(slices.Collect(maps.Values(days)))
	quietest := busiest
	for day, count := range days {
		if day.After(now.AddDate(0, 0, -29)) && day.Before(now.AddDate(0, 0, -1)) {
			quietest = min(quietest, count)
		}
	}
	if quietest*2 > busiest {
		t.Errorf("weekends are as busy as working days: %d and %d calls", quietest, busiest)
	}
	if again := callsOf(t, withStory(t, install(t, testkit.EmptySQLite), now), now); again != calls {
		t.Errorf("the second run made %d calls, the first %d", again, calls)
	}
}

func countsOf(t *testing.T, services *app.Services, now time.Time) (counts []usage.Count, spreads []usage.Spread) {
	t.Helper()
	teams, err := services.Accounts.Teams(asSystem(t), "", everything)
	if err != nil {
		t.Fatal(err)
	}
	span := usage.Span{Since: now.AddDate(0, 0, -40), Until: now}
	for _, team := range teams.Items {
		counted, err := services.DB.Usage().Counts(t.Context(), team.ID, span)
		if err != nil {
			t.Fatal(err)
		}
		spread, err := services.DB.Usage().Spreads(t.Context(), team.ID, span)
		if err != nil {
			t.Fatal(err)
		}
		counts, spreads = append(counts, counted...), append(spreads, spread...)
	}
	return counts, spreads
}

func callsOf(t *testing.T, services *app.Services, now time.Time) (calls int64) {
	t.Helper()
	counts, _ := countsOf(t, services, now)
	for _, one := range counts {
		calls += one.Requests
	}
	return calls
}

// A second start records nothing again, and the recorded past sends no mails.
func TestTheStoryIsToldOnce(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		now := clock.Now()
		services := withStory(t, installed, now)
		ctx := asSystem(t)
		position, err := services.DB.ChangePosition(ctx)
		if err != nil {
			t.Fatal(err)
		}
		calls := callsOf(t, services, now)
		given, err := demo.SeedStory(t.Context(), services, "http://127.0.0.1:1", "another password", now.Add(time.Hour))
		if err != nil || given {
			t.Errorf("a password was set again: %v, %v", given, err)
		}
		if after, err := services.DB.ChangePosition(ctx); err != nil || after != position {
			t.Errorf("the change log went from %d to %d (%v)", position, after, err)
		}
		if after := callsOf(t, services, now); after != calls {
			t.Errorf("there were %d calls, and now %d", calls, after)
		}
		if waiting, err := services.Outbox.Messages(ctx, event.OutboxFilter{}, everything); err != nil || waiting.Total > 0 {
			t.Errorf("%d mails of the past wait: %v", waiting.Total, err)
		}
	})
}
