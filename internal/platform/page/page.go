// Package page is how lists are asked for and answered inside the product. Dialects translate their own paging words to it.
package page

import "math"

// Size limits of a list that says nothing or too much.
const (
	DefaultSize = 50
	MaxSize     = 500
)

// Request asks for one page of a list. Number counts from 1. The zero value asks for the first page of the default size.
type Request struct {
	Number int
	Size   int
}

// Limit is how many items the page holds at most, within 1 and MaxSize.
func (r Request) Limit() int {
	if r.Size <= 0 {
		return DefaultSize
	}
	return min(r.Size, MaxSize)
}

// Offset is how many items come before the page.
func (r Request) Offset() int {
	if r.Number <= 1 {
		return 0
	}
	return (min(r.Number, math.MaxInt/MaxSize) - 1) * r.Limit() // a number out of the air must not wrap around
}

// Page is one page of a list and the length of the whole.
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

// Of cuts a page out of a list that is all there already, so that one larger than MaxSize costs nothing more.
func Of[T any](all []T, request Request) Page[T] {
	size := request.Size
	if size <= 0 {
		size = DefaultSize
	}
	before := min(max(request.Number, 1)-1, len(all)) // a number out of the air must not wrap around
	from := min(before*min(size, len(all)), len(all))
	return Page[T]{Items: all[from:min(from+min(size, len(all)), len(all))], Total: len(all)}
}
