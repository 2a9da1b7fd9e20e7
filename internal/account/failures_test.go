package account

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMachinesAreCountedSeparately(t *testing.T) {
	same := [][]string{
		{"192.0.2.1", "::ffff:192.0.2.1"},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::3%eth0"},
		{"192.0.2.2"}, {"2001:db8:1:3::1"}, {"::1"}, {""},
	}
	seen := map[string]int{}
	sites := map[string]int{}
	for group, texts := range same {
		for _, text := range texts {
			address, _ := netip.ParseAddr(text) // "" is no address at all
			counted := machines("address:", address, 20)
			subject := counted[0].subject
			if counted[0].limit != 20 {
				t.Errorf("%q: %d attempts succeed", text, counted[0].limit)
			}
			for _, site := range counted[1:] {
				sites[site.subject]++
				if site.limit != 200 {
					t.Errorf("the site of %q: %d attempts succeed", text, site.limit)
				}
			}
			if before, known := seen[subject]; known && before != group {
				t.Errorf("%q counts with %v", text, same[before])
			}
			seen[subject] = group
		}
	}
	if len(seen) != len(same) {
		t.Errorf("%d subjects for %d machines", len(seen), len(same))
	}
	if site, _ := netip.ParseAddr("2001:db8:1:9999::1"); len(sites) != 2 || sites[machines("address:", site, 20)[1].subject] != 4 {
		t.Errorf("the sites are %v, want one of four IPv6 addresses and one of one", sites)
	}
}

// TestAtMostFiveFailuresWithinAnyWindow fails at random moments and compares the result with a simple count.
func TestAtMostFiveFailuresWithinAnyWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
		var failures Failures
		var failed []time.Time
		var lockedAt time.Time
		for range rapid.IntRange(1, 60).Draw(t, "attempts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			shouldWait := !lockedAt.IsZero() && now.Before(lockedAt.Add(15*time.Minute))
			if failures.Locked(now) != shouldWait {
				t.Fatalf("at %v locked is %v, want %v", now, !shouldWait, shouldWait)
			}
			if shouldWait {
				continue
			}
			failures = failures.add(now, failuresOfAccount, failureWindow)
			failed = append(failed, now)
			recent := 0
			for _, at := range failed {
				if now.Before(at.Add(15 * time.Minute)) {
					recent++
				}
			}
			if recent > 5 {
				t.Fatalf("%d failures within a quarter of an hour", recent)
			}
			if recent == 5 {
				lockedAt = now
			}
			if forget := failures.ForgetAt(); forget != now.Add(15*time.Minute) {
				t.Fatalf("forgotten at %v, want a quarter of an hour after the last failure", forget)
			}
		}
	})
}

func TestAForgivenAttemptKeepsEarlierFailures(t *testing.T) {
	now := time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)
	var failures Failures
	for range failuresOfAccount {
		failures = failures.add(now, failuresOfAccount, failureWindow)
	}
	if !failures.Locked(now) {
		t.Fatal("five failures do not lock")
	}
	forgiven := failures.forgive(now, failuresOfAccount, failureWindow)
	if forgiven.Locked(now) || len(forgiven.At) != failuresOfAccount-1 {
		t.Errorf("after one was forgiven: locked %v, %d counted", forgiven.Locked(now), len(forgiven.At))
	}
	if len(failures.At) != failuresOfAccount {
		t.Error("forgive changed its receiver")
	}
	if again := forgiven.add(now, failuresOfAccount, failureWindow); !again.Locked(now) {
		t.Error("the next failure does not lock again")
	}
}
