package clock

import (
	"testing"
	"time"
)

func TestTimesAreAsTheDatabasesKeepThem(t *testing.T) {
	fine := time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.FixedZone("", 3600))
	for name, got := range map[string]time.Time{"Now": Now(), "Frozen": NewFrozen(fine).Now()} {
		if got.Location() != time.UTC || got.Nanosecond()%1000 != 0 {
			t.Errorf("%s tells %v; want UTC, cut to microseconds", name, got)
		}
	}
	if got := NewFrozen(fine).Now(); !got.Equal(fine.Truncate(time.Microsecond)) {
		t.Errorf("frozen at %v, tells %v", fine, got)
	}
}

func TestAFrozenClockMovesOnlyWhenTold(t *testing.T) {
	frozen := NewFrozen(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	before := frozen.Now()
	if again := frozen.Now(); !again.Equal(before) {
		t.Errorf("the clock moved from %v to %v without Advance", before, again)
	}
	frozen.Advance(90 * time.Minute)
	if passed := frozen.Now().Sub(before); passed != 90*time.Minute {
		t.Errorf("advanced by %v", passed)
	}
	frozen.Advance(-time.Hour)
	if passed := frozen.Now().Sub(before); passed != 30*time.Minute {
		t.Errorf("set back to %v after the start", passed)
	}
}
