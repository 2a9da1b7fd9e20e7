package id

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type thing struct{}

func TestBothSpellingsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want ID[thing]
		copy(want[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "bytes"))
		for _, text := range []string{want.Hex(), want.UUID(), strings.ToUpper(want.UUID())} {
			got, err := Parse[ID[thing]](text)
			if err != nil || got != want {
				t.Fatalf("Parse(%q) = %v, %v; want %v", text, got, err, want)
			}
		}
		if uuid := want.UUID(); uuid[14] != '7' || !strings.ContainsRune("89ab", rune(uuid[19])) {
			t.Fatalf("%s is not a UUIDv7", uuid)
		}
	})
}

func TestNewSortsByCreation(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	before := New[ID[thing]](now)
	for step := range 20_000 {
		if step%5_000 == 0 {
			now = now.Add(-time.Minute) // a clock that was set back
		}
		next := New[ID[thing]](now)
		if next.Hex() <= before.Hex() {
			t.Fatalf("%s does not sort after %s", next, before)
		}
		before = next
	}
}

func TestParseRefusesForeignSpellings(t *testing.T) {
	for _, text := range []string{
		"", "x", "00000000000000000000000g", "550e8400-e29b-41d4-a716-446655440000",
		"0192e4a0-0000-7000-8000-000000000000", "5cf61bff0313b300010b89ac0", strings.Repeat("a", 10_000),
	} {
		if got, err := Parse[ID[thing]](text); err == nil {
			t.Errorf("Parse(%.50q) = %v, want an error", text, got)
		}
	}
}
