package plan_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/plan"
)

func TestCost(t *testing.T) {
	euros := plan.Price{Currency: "EUR", Monthly: 4900, PerThousand: 20, Included: 50_000}
	for _, test := range []struct {
		price       plan.Price
		calls, cost int64
	}{
		{euros, 0, 4900},
		{euros, 50_000, 4900},
		{euros, 50_024, 4900}, // 0.48 of a cent
		{euros, 50_025, 4901}, // half a cent
		{euros, 51_000, 4920}, // exactly 1,000 calls
		{euros, 51_074, 4921}, // 21.48 cents
		{euros, 1_050_000, 4900 + 20_000},
		{plan.Price{Currency: "JPY", PerThousand: 30}, 16, 0}, // 0.48 yen, which have no decimals
		{plan.Price{Currency: "JPY", PerThousand: 30}, 17, 1},
		{plan.Price{Currency: "JPY", Monthly: 500}, math.MaxInt64, 500},
		{plan.Price{Currency: "KWD", PerThousand: 1250}, 10, 13}, // 12.5 fils, thousandths of a dinar
		{plan.Price{Currency: "KWD", PerThousand: math.MaxInt64 / 2}, 3000, math.MaxInt64},
		{plan.Price{}, 1_000_000, 0},
	} {
		if got := test.price.Cost(test.calls); got != test.cost {
			t.Errorf("%d calls at %+v cost %d; want %d", test.calls, test.price, got, test.cost)
		}
	}
}

// TestAffords compares with the cost of the last affordable call and the next one.
func TestAffords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := plan.Price{
			Currency: "EUR", Monthly: rapid.Int64Range(0, 10_000).Draw(t, "monthly"), PerThousand: rapid.Int64Range(1, 1_000_000).Draw(t, "per thousand"),
			Included: rapid.Int64Range(0, 100_000).Draw(t, "included"),
		}
		amount := price.Monthly + rapid.Int64Range(0, 1_000_000).Draw(t, "above the monthly price")
		calls, bounded := price.Affords(amount)
		if !bounded || price.Cost(calls) > amount || price.Cost(calls+1) <= amount {
			t.Fatalf("%d calls (%v) cost %d, one more %d; have %d", calls, bounded, price.Cost(calls), price.Cost(calls+1), amount)
		}
	})
	if calls, bounded := (plan.Price{Currency: "EUR", Monthly: 100}).Affords(100); bounded {
		t.Errorf("without a price for calls, only %d calls are affordable", calls)
	}
}

func TestBounds(t *testing.T) {
	limit := func(amount int64, kind plan.WindowKind, per plan.Per) plan.Limit {
		return plan.Limit{Meter: plan.Calls, Per: per, Amount: amount, Window: plan.Window{Kind: kind}}
	}
	monthly, daily := limit(1000, plan.Month, plan.PerSubscription), limit(100, plan.Day, plan.PerSubscription)
	team, over := limit(1000, plan.Month, plan.PerTeam), monthly
	over.Overage = true
	price := plan.Price{Currency: "EUR", PerThousand: 1000}
	capped := price
	capped.SpendingCap = 500 // pays for 500 calls
	month := limit(0, plan.Month, plan.PerSubscription)
	spending := func(amount int64, overage bool) plan.Bound {
		bounded := limit(amount, plan.Month, plan.PerSubscription)
		bounded.Overage = overage
		return plan.Bound{Limit: bounded, Spending: true}
	}
	for name, test := range map[string]struct {
		limits []plan.Limit
		price  plan.Price
		want   []plan.Bound
	}{
		"limits":                    {[]plan.Limit{daily, monthly}, plan.Price{}, []plan.Bound{{Limit: daily}, {Limit: monthly}}},
		"a price counts the month":  {[]plan.Limit{daily}, price, []plan.Bound{{Limit: daily}, {Limit: month, Unlimited: true}}},
		"one count for both":        {[]plan.Limit{monthly}, price, []plan.Bound{{Limit: monthly}}},
		"a team's month is another": {[]plan.Limit{team}, price, []plan.Bound{{Limit: team}, {Limit: month, Unlimited: true}}},
		"overage refuses nothing":   {[]plan.Limit{over}, price, []plan.Bound{{Limit: over, Unlimited: true}}},
		"a cap":                     {nil, capped, []plan.Bound{spending(500, false)}},
		"a cap below a limit":       {[]plan.Limit{monthly}, capped, []plan.Bound{spending(500, false)}},
		"a cap with overage":        {[]plan.Limit{over}, capped, []plan.Bound{spending(500, true)}},
		"a cap above a limit":       {[]plan.Limit{limit(400, plan.Month, plan.PerSubscription)}, capped, []plan.Bound{{Limit: limit(400, plan.Month, plan.PerSubscription)}}},
	} {
		if difference := cmp.Diff(test.want, plan.Bounds(test.limits, test.price)); difference != "" {
			t.Errorf("%s:\n%s", name, difference)
		}
	}
}

// TestWindows walks each kind of window over its edges.
func TestWindows(t *testing.T) {
	at := func(text string) time.Time {
		read, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	month, day := plan.Window{Kind: plan.Month}, plan.Window{Kind: plan.Day}
	seconds := plan.Window{Kind: plan.Seconds, Length: 12 * time.Hour}
	for _, test := range []struct {
		window          plan.Window
		now, start, end string
	}{
		{month, "2026-01-31T23:59:59.999999Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"},
		{month, "2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"},
		{month, "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"},
		{month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"}, // a leap day
		{month, "2026-04-30T23:59:59Z", "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"},
		{month, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{day, "2026-03-10T09:59:59Z", "2026-03-10T09:00:00Z", "2026-03-11T10:00:00Z"},
		{day, "2028-02-28T23:30:00Z", "2028-02-28T23:00:00Z", "2028-03-01T00:00:00Z"},
		{seconds, "2026-03-10T09:59:59.1234567Z", "2026-03-10T09:59:59.123456Z", "2026-03-10T21:59:59.123456Z"},
	} {
		start := test.window.Start(at(test.now))
		if end := test.window.End(start); !start.Equal(at(test.start)) || !end.Equal(at(test.end)) {
			t.Errorf("%s at %s: %s to %s; want %s to %s", test.window.Kind, test.now, start, end, test.start, test.end)
		}
	}
}

// TestWindowsIgnoreDaylightSaving gives the same moments in a zone whose clocks change, and whose month begins earlier.
func TestWindowsIgnoreDaylightSaving(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		// Around 29 March 2026, 01:00 UTC, when clocks go from 2 to 3, and 25 October, when they go back.
		change := rapid.SampledFrom([]time.Time{
			time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		}).Draw(t, "change")
		now := change.Add(time.Duration(rapid.Int64Range(-int64(3*time.Hour), int64(3*time.Hour)).Draw(t, "from the change")))
		for _, window := range []plan.Window{{Kind: plan.Month}, {Kind: plan.Day}, {Kind: plan.Seconds, Length: 12 * time.Hour}} {
			start, local := window.Start(now), window.Start(now.In(oslo))
			if !local.Equal(start) || local.Location() != time.UTC || !window.End(local).Equal(window.End(start)) || !window.Since(now.In(oslo)).Equal(window.Since(now)) {
				t.Fatalf("%s at %s: %s; in Oslo %s", window.Kind, now, start, local)
			}
		}
	})
}
