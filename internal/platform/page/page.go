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
	Order  Order
}

// Order sorts a list by one of its columns. The zero value, and a column that the list cannot be sorted by, keep the
// list's own order.
type Order struct {
	By         string
	Descending bool
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

// Each reads a list page after page in an order. Its argument returns how many items a page and the list have.
func Each(order Order, read func(Request) (items, total int, err error)) error {
	passed := 0
	for number := 1; ; number++ {
		items, total, err := read(Request{Number: number, Size: MaxSize, Order: order})
		if passed += items; err != nil || items == 0 || passed >= total {
			return err
		}
	}
}

// EachItem passes the items of a list to fn, in an order.
func EachItem[T any](order Order, list func(Request) (Page[T], error), fn func(T) error) error {
	return Each(order, func(request Request) (items, total int, err error) {
		got, err := list(request)
		for _, item := range got.Items {
			if err == nil {
				err = fn(item)
			}
		}
		return len(got.Items), got.Total, err
	})
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
