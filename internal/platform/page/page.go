// Package page defines requests for pages of lists and their results. Dialects translate their paging to it.
package page

import "math"

// The default and the maximum page size.
const (
	DefaultSize = 50
	MaxSize     = 500
)

// Request asks for one page of a list. Number counts from 1. The zero value asks for the first page of the default
// size.
type Request struct {
	Number int
	Size   int
}

// Limit returns the maximum number of items on the page, from 1 to MaxSize.
func (r Request) Limit() int {
	if r.Size <= 0 {
		return DefaultSize
	}
	return min(r.Size, MaxSize)
}

// Offset returns the number of items before the page.
func (r Request) Offset() int {
	if r.Number <= 1 {
		return 0
	}
	return (min(r.Number, math.MaxInt/MaxSize) - 1) * r.Limit() // a very large number must not overflow
}

// Page is one page of a list, with the length of the whole list.
type Page[T any] struct {
	Items []T
	Total int
}

// All reads every page of a list.
func All[T any](list func(Request) (Page[T], error)) ([]T, error) {
	var all []T
	for number := 1; ; number++ {
		got, err := list(Request{Number: number, Size: MaxSize})
		if err != nil {
			return nil, err
		}
		all = append(all, got.Items...)
		if len(got.Items) == 0 || len(all) >= got.Total {
			return all, nil
		}
	}
}

// Of returns a page of a list that is already in memory. The page may be larger than MaxSize.
func Of[T any](all []T, request Request) Page[T] {
	size := request.Size
	if size <= 0 {
		size = DefaultSize
	}
	before := min(max(request.Number, 1)-1, len(all)) // a very large number must not overflow
	from := min(before*min(size, len(all)), len(all))
	return Page[T]{Items: all[from:min(from+min(size, len(all)), len(all))], Total: len(all)}
}
