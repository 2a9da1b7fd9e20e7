package route

import (
	"fmt"
	"strings"
)

// Table finds values by the longest base path that is a prefix of a path, by whole segments. It is built once.
// After that, it is safe for concurrent reads.
type Table[T any] struct {
	root  node[T]
	count int
}

type node[T any] struct {
	children map[string]*node[T]
	value    T
	present  bool
}

// Add adds a value under a base path. The base path must be canonical and new, without a trailing slash.
func (t *Table[T]) Add(base string, value T) error {
	canonical, err := Canonical(base)
	if err != nil {
		return fmt.Errorf("base path %q: %w", base, err)
	}
	if trimmed := strings.TrimSuffix(canonical, "/"); canonical != base || trimmed != base && base != "/" {
		return fmt.Errorf("base path %q must be written %q", base, max(trimmed, "/"))
	}
	at := &t.root
	for segment := range strings.SplitSeq(strings.Trim(base, "/"), "/") {
		if segment == "" {
			break // the root
		}
		next := at.children[segment]
		if next == nil {
			if at.children == nil {
				at.children = map[string]*node[T]{}
			}
			next = &node[T]{}
			at.children[segment] = next
		}
		at = next
	}
	if at.present {
		return fmt.Errorf("base path %q is used twice", base)
	}
	at.value, at.present = value, true
	t.count++
	return nil
}

// Len returns the number of base paths.
func (t *Table[T]) Len() int { return t.count }

// Match returns the value for a canonical path, and the rest of the path after the base path: empty, or starting
// with a slash. It does not allocate.
func (t *Table[T]) Match(path string) (value T, rest string, found bool) {
	at, from := &t.root, 0
	if at.present {
		value, rest, found = at.value, path, true
	}
	for from < len(path) && at.children != nil {
		segment := path[from+1:]
		if end := strings.IndexByte(segment, '/'); end >= 0 {
			segment = segment[:end]
		}
		at = at.children[segment]
		if at == nil {
			break
		}
		from += 1 + len(segment)
		if at.present {
			value, rest, found = at.value, path[from:], true
		}
	}
	return value, rest, found
}
