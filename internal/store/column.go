package store

import (
	"encoding/json"
	"time"

	"github.com/portico-api/portico/internal/platform/page"
)

// micros is how a time is stored: microseconds since 1970, 0 for never.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// instant reads what micros stored.
func instant(stored int64) time.Time {
	if stored == 0 {
		return time.Time{}
	}
	return time.UnixMicro(stored).UTC()
}

// structure is how a value without a table of its own is stored.
func structure(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// restore reads what structure stored.
func restore[T any](stored string) (T, error) {
	var value T
	if stored == "" {
		return value, nil
	}
	err := json.Unmarshal([]byte(stored), &value)
	return value, err
}

// pageOf turns rows, and how many there are in all, into a page of the domain's values.
func pageOf[R, T any](rows []R, total int64, convert func(R) T) page.Page[T] {
	items := make([]T, len(rows))
	for i, row := range rows {
		items[i] = convert(row)
	}
	return page.Page[T]{Items: items, Total: int(total)}
}
