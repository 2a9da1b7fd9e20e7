package page

import (
	"errors"
	"math"
	"slices"
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

func TestPageRequestsStayWithinTheDatabasesLimits(t *testing.T) {
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

func TestPartsOfAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(rapid.Int()).Draw(t, "all")
		size := rapid.IntRange(1, 9).Draw(t, "size")
		var read []int
		for number := 1; ; number++ {
			part := Of(all, Request{Number: number, Size: size})
			if part.Total != len(all) || len(part.Items) > size {
				t.Fatalf("page %d of %d has %d, of %d", number, len(all), len(part.Items), part.Total)
			}
			if len(part.Items) == 0 {
				break
			}
			read = append(read, part.Items...)
		}
		if !slices.Equal(read, all) {
			t.Fatalf("read %v of %v", read, all)
		}
	})
	many := make([]int, 2*MaxSize)
	for _, row := range []struct {
		request Request
		want    int
	}{
		{Request{}, DefaultSize}, {Request{Number: 2}, DefaultSize}, {Request{Size: 3 * MaxSize}, len(many)},
		{Request{Number: math.MaxInt, Size: 100}, 0}, {Request{Number: math.MaxInt, Size: math.MaxInt}, 0}, {Request{Number: -1, Size: 1}, 1},
		{Request{Number: 2, Size: math.MaxInt}, 0},
	} {
		if got := Of(many, row.request); len(got.Items) != row.want || got.Total != len(many) {
			t.Errorf("%+v: %d of %d, want %d", row.request, len(got.Items), got.Total, row.want)
		}
	}
}

func TestAllReadsEveryPage(t *testing.T) {
	for _, length := range []int{0, 1, MaxSize, MaxSize + 1, 3*MaxSize + 7} {
		items := make([]int, length)
		for i := range items {
			items[i] = i
		}
		calls := 0
		read, err := All(func(request Request) (Page[int], error) {
			calls++
			return Of(items, request), nil
		})
		if want := max(1, (length+MaxSize-1)/MaxSize); err != nil || !slices.Equal(read, items) || calls != want {
			t.Errorf("%d items: read %d in %d calls, want %d calls; %v", length, len(read), calls, want, err)
		}
	}
	shrinking := func(Request) (Page[int], error) { return Page[int]{Total: MaxSize}, nil }
	if read, err := All(shrinking); err != nil || len(read) != 0 {
		t.Errorf("an empty page ends the list: %v, %v", read, err)
	}
	broken := errors.New("broken")
	if read, err := All(func(Request) (Page[int], error) { return Page[int]{}, broken }); read != nil || !errors.Is(err, broken) {
		t.Errorf("an error ends the list: %v, %v", read, err)
	}
}
