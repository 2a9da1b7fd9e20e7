package catalog

import (
	"context"
	"errors"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"testing"
)

// TestTextsAreBuiltOneAtATime checks that a caller can stop waiting, and that cached texts need no waiting.
func TestTextsAreBuiltOneAtATime(t *testing.T) {
	s := New(Config{})
	s.assembling <- struct{}{}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.text(gone, "digest", openapi.JSON, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("while another text is built: %v", err)
	}
	s.texts.put(textKey{"digest", ""}, []byte("kept"))
	if kept, err := s.text(t.Context(), "digest", openapi.JSON, ""); err != nil || string(kept) != "kept" {
		t.Errorf("a cached text: %q, %v", kept, err)
	}
}

func TestRecentKeepsLastUsedValues(t *testing.T) {
	kept := newRecent[string, int](2)
	kept.put("a", 1)
	kept.put("b", 2)
	kept.get("a")
	kept.put("c", 3)
	for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, there := kept.get(key); there != want {
			t.Errorf("%s is cached: %v", key, there)
		}
	}
	if len(kept.values) != 2 || len(kept.keys) != 2 {
		t.Errorf("%d values, %d keys", len(kept.values), len(kept.keys))
	}
}
