package page

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestPages(t *testing.T) {
	cases := []struct {
		request       Request
		limit, offset int
	}{
		{Request{}, 50, 0},
		{Request{Number: 1, Size: 10}, 10, 0},
		{Request{Number: 3, Size: 10}, 10, 20},
		{Request{Number: 2}, 50, 50},
		{Request{Number: 2, Size: 501}, 500, 500},
		{Request{Number: -4, Size: -1}, 50, 0},
	}
	for _, c := range cases {
		if limit, offset := c.request.Limit(), c.request.Offset(); limit != c.limit || offset != c.offset {
			t.Errorf("%+v: limit %d, offset %d; want %d, %d", c.request, limit, offset, c.limit, c.offset)
		}
	}
}

func TestNoRequestIsBeyondTheDatabases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		request := Request{Number: rapid.Int().Draw(t, "number"), Size: rapid.Int().Draw(t, "size")}
		if limit := request.Limit(); limit < 1 || limit > MaxSize {
			t.Fatalf("limit %d", limit)
		}
		if offset := request.Offset(); offset < 0 {
			t.Fatalf("offset %d", offset)
		}
	})
	if offset := (Request{Number: math.MaxInt, Size: MaxSize}).Offset(); offset < 0 {
		t.Errorf("the last page begins at %d", offset)
	}
}
