package usage_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

const alertedManifest = `
strategies:
  - {slug: key, name: API key, kind: key, default: true}
products:
  - slug: parcels
    name: Parcels
    versions: [{name: "1", spec: one.yaml, environments: {production: {base_path: /parcels/v1, upstream: "https://parcels.example"}}}]
plans:
  - slug: capped
    name: Capped
    environment: production
    strategy: key
    opens: [parcels/1]
    limits: [{calls: 1000, window: day}, {calls: 10, window: 1h}]
    price: {currency: EUR, monthly: 9, per_thousand: 10, included: 100, spending_cap: 10}
`

// alerted is Acme's subscription to a plan whose quotas are told.
type alerted struct {
	kit     *testkit.Kit
	subject string
}

func newAlerted(t *testing.T, kit *testkit.Kit) alerted {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	read, findings, err := kit.Publish.Read(ctx, fstest.MapFS{
		"portico.yaml": {Data: []byte(alertedManifest)},
		"one.yaml":     {Data: []byte("openapi: 3.0.3\ninfo: {title: Parcels, version: '1'}\npaths: {/parcels: {get: {responses: {'200': {description: All.}}}}}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kit.Publish.Apply(ctx, read); err != nil {
		t.Fatal(err, findings)
	}
	plans, err := kit.Plans.Plans(ctx)
	if err != nil {
		t.Fatal(err)
	}
	granted, err := kit.Access.GrantAccess(ctx, access.NewAccess{Team: kit.Acme.ID, Plan: plans[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	return alerted{kit, string(event.TagOf(event.TagSubscription, granted.Subscription.ID))}
}

func (a alerted) spend(t *testing.T, window string, start time.Time, calls int64) {
	t.Helper()
	key := usage.QuotaKey{Subject: a.subject, Meter: "calls", Window: window}
	if err := a.kit.Usage.Record(t.Context(), usage.Batch{Increments: []usage.Increment{{Key: key, Start: start, Add: calls}}}); err != nil {
		t.Fatal(err)
	}
}

func alert(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	if err := kit.Usage.Alert(identity.With(t.Context(), identity.SystemPrincipal("quota alerts"))); err != nil {
		t.Error(err)
	}
}

// mails lists the alerts to the owner as kind, percentage and amounts, and fails if a member or a viewer has any.
func (a alerted) mails(t *testing.T) []string {
	t.Helper()
	found, err := a.kit.Outbox.Messages(a.kit.As(a.kit.Staff), event.OutboxFilter{}, page.Request{Size: page.MaxSize})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, message := range found.Items {
		if message.Template != usage.MessageQuotaAlert {
			continue
		}
		params := message.Params
		switch message.To {
		case a.kit.Owner.Name:
			told = append(told, params["kind"]+" "+params["percent"]+"% "+params["used"]+" of "+params["amount"])
		case a.kit.Member.Name, a.kit.Viewer.Name:
			t.Errorf("%s is told", message.To)
		}
	}
	slices.Sort(told)
	return told
}

func (a alerted) wantMails(t *testing.T, when string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := a.mails(t); !slices.Equal(got, want) {
		t.Errorf("%s: told\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestAlertsAreToldOnce lets a quota, the included calls and the spending cap fill up.
func TestAlertsAreToldOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		a := newAlerted(t, kit)
		march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		alert(t, kit)
		a.wantMails(t, "without a call")
		a.spend(t, "seconds:3600", testkit.Start, 10)
		a.spend(t, "month", march, 49)
		alert(t, kit)
		a.wantMails(t, "below half; an hour's quota is not told")
		a.spend(t, "month", march, 1)
		alert(t, kit)
		alert(t, kit)
		want := []string{"included 50% 50 of 100 calls"}
		a.wantMails(t, "half", want...)
		a.spend(t, "month", march, 55) // two thresholds at once, and overage of 5 cents
		alert(t, kit)
		want = append(want, "included 100% 105 of 100 calls", "spending 90% EUR 9.05 of 10.00")
		a.wantMails(t, "all", want...)
		a.spend(t, "month", march, 95)
		alert(t, kit.Another(t)) // as after a restart
		want = append(want, "spending 100% EUR 10.00 of 10.00")
		a.wantMails(t, "the cap", want...)

		a.spend(t, "day", testkit.Start.Truncate(time.Hour), 900)
		alert(t, kit)
		want = append(want, "limit 90% 900 of 1,000 calls")
		a.wantMails(t, "a day's quota", want...)
		kit.Clock.Advance(16 * time.Hour) // the next UTC day; the calls still count
		alert(t, kit)
		want = append(want, "limit 90% 900 of 1,000 calls")
		a.wantMails(t, "the next day", want...)
		if subscriptions, err := kit.Usage.Alerted(kit.As(kit.Viewer), kit.Acme.ID); err != nil || len(subscriptions) != 1 {
			t.Errorf("%v %v; want the one subscription", subscriptions, err)
		}
		kit.Clock.Advance(31 * 24 * time.Hour)
		if subscriptions, err := kit.Usage.Alerted(kit.As(kit.Viewer), kit.Acme.ID); err != nil || len(subscriptions) != 0 {
			t.Errorf("%v %v; want none in the next month", subscriptions, err)
		}
	})
}

// TestSeveralNodesAlertOnce runs the alerts of four nodes at the same time.
func TestSeveralNodesAlertOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		a := newAlerted(t, kit)
		a.spend(t, "month", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 85)
		var nodes sync.WaitGroup
		for range 4 {
			node := kit.Another(t)
			nodes.Go(func() { alert(t, node) })
		}
		nodes.Wait()
		a.wantMails(t, "four nodes", "included 80% 85 of 100 calls")
		if rows := kit.Rows(t, "usage_alert"); rows != 2 {
			t.Errorf("%d alerts are stored; want those of 50 and 80%%", rows)
		}
	})
}
