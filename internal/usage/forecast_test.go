package usage_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

func monthly(used, amount int64) usage.Quota {
	return usage.Quota{
		Kind: usage.LimitQuota, Limit: plan.Limit{Window: plan.Window{Kind: plan.Month}}, Used: used, Amount: amount,
		Began: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Resets: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
	}
}

func TestForecast(t *testing.T) {
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		quota   usage.Quota
		elapsed time.Duration
		used    int64
		runsOut string
		known   bool
	}{
		"half of it after ten days": {monthly(500, 1000), 10 * day, 1500, "2026-04-21T00:00:00Z", true},
		"enough for the month":      {monthly(300, 1000), 10 * day, 900, "", true},
		"exactly enough":            {monthly(500, 1500), 10 * day, 1500, "", true},
		"used up":                   {monthly(1000, 1000), 10 * day, 3000, "", true},
		"one call":                  {monthly(1, 2), 10 * day, 0, "", false},
		"nineteen calls":            {monthly(19, 20), 10 * day, 0, "", false},
		"twenty calls":              {monthly(20, 40), 10 * day, 60, "2026-04-21T00:00:00Z", true},
		"just under a twentieth":    {monthly(500, 1000), 36*time.Hour - 1, 0, "", false},
		"a twentieth":               {monthly(500, 1000), 36 * time.Hour, 10_000, "2026-04-04T00:00:00Z", true},
		"before the window, by a clock that was set back": {monthly(500, 1000), -time.Hour, 0, "", false},
		"after the window": {monthly(500, 1000), 30 * day, 0, "", false},
	} {
		forecast, known := test.quota.Forecast(test.quota.Began.Add(test.elapsed))
		runsOut := ""
		if !forecast.RunsOut.IsZero() {
			runsOut = forecast.RunsOut.Format(time.RFC3339)
		}
		if forecast.Used != test.used || runsOut != test.runsOut || known != test.known {
			t.Errorf("%s: %+v %v; want %d, %q, %v", name, forecast, known, test.used, test.runsOut, test.known)
		}
	}
	rolling := monthly(500, 1000)
	rolling.Limit.Window.Kind = plan.Day
	if _, known := rolling.Forecast(rolling.Began.Add(10 * day)); known {
		t.Error("a rolling day has a forecast")
	}
}

// TestForecastHolds: a quota never runs out in the past or after it resets, and the sooner the more is used of it.
func TestForecastHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quota := monthly(rapid.Int64Range(0, plan.MostCalls).Draw(t, "used"), rapid.Int64Range(1, plan.MostCalls).Draw(t, "amount"))
		now := quota.Began.Add(time.Duration(rapid.Int64Range(0, int64(30*24*time.Hour)-1).Draw(t, "elapsed")))
		less, known := quota.Forecast(now)
		more := quota
		more.Used += rapid.Int64Range(0, plan.MostCalls).Draw(t, "more")
		later, _ := more.Forecast(now)
		switch {
		case !known:
		case less.Used < quota.Used:
			t.Fatalf("%d calls at the end, but %d now", less.Used, quota.Used)
		case later.Used < less.Used:
			t.Fatalf("%d at the end with %d calls, but %d with %d", later.Used, more.Used, less.Used, quota.Used)
		case less.RunsOut.IsZero() && less.Used > quota.Amount && quota.Used < quota.Amount:
			t.Fatalf("%d of %d calls at the end, but the quota does not run out", less.Used, quota.Amount)
		case less.RunsOut.IsZero():
		case less.RunsOut.Before(now) || !less.RunsOut.Before(quota.Resets):
			t.Fatalf("runs out at %s, now is %s", less.RunsOut, now)
		case later.RunsOut.After(less.RunsOut):
			t.Fatalf("runs out at %s with %d calls, but at %s with %d", later.RunsOut, more.Used, less.RunsOut, quota.Used)
		}
	})
}
