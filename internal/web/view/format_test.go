package view

import (
	"testing"
	"time"
)

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -5: "-5"} {
		if got := Number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
	if got := Count(1, "call"); got != "1 call" {
		t.Errorf("one call reads %q", got)
	}
}

func TestWaitIsLongEnough(t *testing.T) {
	for left, want := range map[time.Duration]string{
		0: "", -time.Second: "", time.Millisecond: "1 second", 59500 * time.Millisecond: "60 seconds",
		61 * time.Second: "2 minutes", 15 * time.Minute: "15 minutes",
		59*time.Minute + time.Second: "1 hour", time.Hour: "1 hour", 90 * time.Minute: "1 hour 30 minutes", 121 * time.Minute: "2 hours 1 minute",
		24*time.Hour - time.Second: "1 day", 24 * time.Hour: "1 day", 7200 * time.Minute: "5 days", 7201 * time.Minute: "5 days 1 hour",
	} {
		if got := Wait(left); got != want {
			t.Errorf("wait(%v) = %q, want %q", left, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
	for past, want := range map[time.Duration]string{
		0: "just now", -time.Minute: "just now", time.Minute: "1 minute ago", 3 * time.Hour: "3 hours ago",
		49 * time.Hour: "2 days ago", 60 * 24 * time.Hour: "on 9 January 2026",
	} {
		if got := Ago(now.Add(-past), now); got != want {
			t.Errorf("%v before now reads %q, want %q", past, got, want)
		}
	}
}
