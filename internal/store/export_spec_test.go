package store

import (
	"context"
	"testing"
)

// WithPause returns the store with another pause between the batches of staging.
func (s *Catalog) WithPause(pause func(ctx context.Context) error) *Catalog {
	return &Catalog{DB: s.DB, pause: pause}
}

// Packed compresses a text as details are stored.
func Packed(t *testing.T, text string) []byte {
	t.Helper()
	packed, err := newPacker().bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return packed
}
