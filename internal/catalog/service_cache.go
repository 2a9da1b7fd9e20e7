package catalog

import (
	"context"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"slices"
	"sync"
)

// How many descriptions are cached: their outlines, and their texts for downloads, which are larger.
const (
	cachedOutlines = 8
	cachedTexts    = 2
)

// outline is a description without its text and the details of operations. It is shared: do not change it.
type outline struct {
	spec       openapi.Spec
	operations []openapi.Operation
}

// textKey identifies the text of a description with this server, or unchanged if the server is empty.
type textKey struct{ digest, server string }

// recent is a cache of the most recently used values. Descriptions never change, so it never becomes stale.
type recent[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	// keys are in the order of use, the most recent one last.
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

// outline returns a description and its operations, from the cache if possible.
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

// text returns the text of a description with this server. It is shared: do not change it.
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
	if kept, there := s.texts.get(key); there { // built by the previous caller
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
