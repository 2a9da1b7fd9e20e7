package catalog

import (
	"context"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"slices"
	"sync"
)

// How many descriptions are kept in memory: as read, and as texts that readers download, which are larger.
const (
	cachedOutlines = 8
	cachedTexts    = 2
)

// outline is a description without its text and without the details of its operations. It is shared between callers.
type outline struct {
	spec       openapi.Spec
	operations []openapi.Operation
}

// textKey names a description's text with a server's address in it, as it was read where that is empty.
type textKey struct{ digest, server string }

// recent keeps the values that were used last. Descriptions are immutable and known by their digest, so that what is kept
// never becomes stale.
type recent[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	// keys are in the order of use, the last one last.
	keys   []K
	values map[K]V
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, values: map[K]V{}}
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	value, there := r.values[key]
	if there {
		r.touch(key)
	}
	return value, there
}

func (r *recent[K, V]) put(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values[key] = value
	r.touch(key)
	if len(r.keys) > r.limit {
		delete(r.values, r.keys[0])
		r.keys = slices.Delete(r.keys, 0, 1)
	}
}

func (r *recent[K, V]) touch(key K) {
	r.keys = append(slices.DeleteFunc(r.keys, func(k K) bool { return k == key }), key)
}

// outline loads a description for a page that lists its operations.
func (s *Service) outline(ctx context.Context, digest string) (outline, error) {
	if kept, there := s.outlines.get(digest); there {
		return kept, nil
	}
	spec, err := s.store.Spec(ctx, digest)
	if err != nil {
		return outline{}, err
	}
	operations, err := s.store.Operations(ctx, digest)
	if err != nil {
		return outline{}, err
	}
	made := outline{spec: spec, operations: operations}
	s.outlines.put(digest, made)
	return made, nil
}

// text is a description's text with an address in it. It is shared between callers, who do not change it.
func (s *Service) text(ctx context.Context, digest string, format openapi.Format, server string) ([]byte, error) {
	key := textKey{digest, server}
	if kept, there := s.texts.get(key); there {
		return kept, nil
	}
	select {
	case s.assembling <- struct{}{}:
		defer func() { <-s.assembling }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if kept, there := s.texts.get(key); there { // whoever was before made it
		return kept, nil
	}
	text, err := s.store.SpecText(ctx, digest)
	if err == nil && server != "" {
		text, err = openapi.WithServer(text, format, server)
	}
	if err != nil {
		return nil, err
	}
	s.texts.put(key, text)
	return text, nil
}
