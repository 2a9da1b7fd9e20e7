package catalog

import "testing"

func TestRecentKeepsWhatWasUsedLast(t *testing.T) {
	kept := newRecent[string, int](2)
	kept.put("a", 1)
	kept.put("b", 2)
	kept.get("a")
	kept.put("c", 3)
	for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, there := kept.get(key); there != want {
			t.Errorf("%s kept: %v", key, there)
		}
	}
	if len(kept.values) != 2 || len(kept.keys) != 2 {
		t.Errorf("%d values, %d keys", len(kept.values), len(kept.keys))
	}
}
