package store

import (
	"encoding/json"
	"time"

	"github.com/portico-api/portico/internal/platform/page"
)

// micros returns the stored form of a time: microseconds since 1970, 0 for never.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// instant parses the result of micros.
func instant(stored int64) time.Time {
	if stored == 0 {
		return time.Time{}
	}
	return time.UnixMicro(stored).UTC()
}

// structure returns the stored form of a value without its own table: JSON.
func structure(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// restore parses the result of structure.
func restore[T any](stored string) (T, error) {
	var value T
	if stored == "" {
		return value, nil
	}
	err := json.Unmarshal([]byte(stored), &value)
	return value, err
}

// pageOf turns rows and their total into a page of domain values.
func pageOf[R, T any](rows []R, total int64, convert func(R) T) page.Page[T] {
	items := make([]T, len(rows))
	for i, row := range rows {
		items[i] = convert(row)
	}
	return page.Page[T]{Items: items, Total: int(total)}
}
