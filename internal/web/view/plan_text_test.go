package view

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/plan"
)

func TestLimitsAreWords(t *testing.T) {
	rate := func(length time.Duration) plan.Window { return plan.Window{Kind: plan.Rate, Length: length} }
	for want, limit := range map[string]plan.Limit{
		"10 calls per second per subscription":                                      {Amount: 10, Per: plan.PerSubscription, Window: rate(time.Second)},
		"50 calls per calendar month per subscription, then charged":                {Amount: 50, Per: plan.PerSubscription, Window: plan.Window{Kind: plan.Month}, Overage: true},
		"1 call per minute per key":                                                 {Amount: 1, Per: plan.PerCredential, Window: rate(time.Minute)},
		"600 calls per 90 seconds per team":                                         {Amount: 600, Per: plan.PerTeam, Window: rate(90 * time.Second)},
		"20 calls per 5 minutes per subscription":                                   {Amount: 20, Per: plan.PerSubscription, Window: rate(5 * time.Minute)},
		"50,000 calls per calendar month per team":                                  {Amount: 50_000, Per: plan.PerTeam, Window: plan.Window{Kind: plan.Month}},
		"1,000 calls in 24 hours per key":                                           {Amount: 1000, Per: plan.PerCredential, Window: plan.Window{Kind: plan.Day}},
		"1,000 calls in 12 hours from the first one on, per subscription":           {Amount: 1000, Per: plan.PerSubscription, Window: plan.Window{Kind: plan.Seconds, Length: 12 * time.Hour}},
		"1,000,000,000,000 calls in 7 days from the first one on, per subscription": {Amount: 1e12, Per: plan.PerSubscription, Window: plan.Window{Kind: plan.Seconds, Length: 7 * 24 * time.Hour}},
		"5 calls in 1 day from the first one on, per subscription":                  {Amount: 5, Per: plan.PerSubscription, Window: plan.Window{Kind: plan.Seconds, Length: 24 * time.Hour}},
		"7 calls in 1,441 minutes from the first one on, per subscription":          {Amount: 7, Per: plan.PerSubscription, Window: plan.Window{Kind: plan.Seconds, Length: 1441 * time.Minute}},
	} {
		if got := LimitText(limit); got != want {
			t.Errorf("%+v reads %q, want %q", limit, got, want)
		}
	}
}

func TestPricesAreWords(t *testing.T) {
	for want, price := range map[string]plan.Price{
		"":     {},
		"Free": {Currency: "EUR", Included: 1000},
		"EUR 0.50 per 1,000 calls after 10,000 included":                      {Currency: "EUR", PerThousand: 50, Included: 10_000},
		"EUR 0.05 per 1,000 calls":                                            {Currency: "EUR", PerThousand: 5},
		"EUR 49.00 per month":                                                 {Currency: "EUR", Monthly: 4900},
		"EUR 49.00 per month with 1 call included":                            {Currency: "EUR", Monthly: 4900, Included: 1},
		"EUR 1,249.90 per month, then EUR 0.20 per 1,000 calls":               {Currency: "EUR", Monthly: 124_990, PerThousand: 20},
		"USD 0.01 per month, then USD 2.00 per 1,000 calls after 10 included": {Currency: "USD", Monthly: 1, PerThousand: 200, Included: 10},
		"JPY 5,000 per month":                                                 {Currency: "JPY", Monthly: 5000},
		"KWD 1.005 per month":                                                 {Currency: "KWD", Monthly: 1005},
		"EUR 999,999,999.99 per month":                                        {Currency: "EUR", Monthly: 99_999_999_999},
		"EUR 90,071,992,547,409.93 per month":                                 {Currency: "EUR", Monthly: 1<<53 + 1},
	} {
		if got := PriceText(price); got != want {
			t.Errorf("%+v reads %q, want %q", price, got, want)
		}
	}
}
