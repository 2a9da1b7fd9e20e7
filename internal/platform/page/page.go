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
