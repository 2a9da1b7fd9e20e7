package view

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	paging "github.com/portico-api/portico/internal/platform/page"
)

// ListedOnPage is the number of items on a page of a list.
const ListedOnPage = 50

// Listing is one page of a long list: its number, the total, its path and its filters.
type Listing struct {
	Path string
	// Query has the filters, the order and the chosen columns.
	Query  url.Values
	Number int
	Total  int
	Size   int
	// Columns are the columns of the list's table, if it has one; see visit.Visit.Table.
	Columns []Column
}

// LongestFilter is the maximum length of a filter in bytes, because databases reject long patterns.
const LongestFilter = 2000

// Request returns the request for this page to a service.
func (l Listing) Request() paging.Request {
	return paging.Request{Number: l.Number, Size: l.Size, Order: l.Order()}
}

// Filter returns the value of a filter.
func (l Listing) Filter(name string) string { return l.Query.Get(name) }

func (l Listing) pages() int { return (l.Total + l.Size - 1) / max(l.Size, 1) }

// PageURL returns the URL of another page of the list.
func (l Listing) PageURL(number int) string {
	query := url.Values{}
	for name, values := range l.Query {
		query[name] = values
	}
	if number > 1 {
		query.Set("page", strconv.Itoa(number))
	}
	if len(query) == 0 {
		return l.Path
	}
	return l.Path + "?" + query.Encode()
}

// With returns the address of the list's first page with another value for a filter; an empty value drops the filter.
func (l Listing) With(name, value string) string {
	query := maps.Clone(l.Query)
	if query == nil {
		query = url.Values{}
	}
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	return Listing{Path: l.Path, Query: query}.PageURL(1)
}

// Chip is a filter in use with the address of the list without it.
type Chip struct{ Name, Value, Path string }

// Chip returns the chip of a filter if it is in use. It shows the text of the choice with the filter's value, or else
// the value itself.
func (l Listing) Chip(name, label string, choices []Choice) []Chip {
	value := l.Filter(name)
	if value == "" {
		return nil
	}
	for _, one := range choices {
		if one.Value == value {
			value = one.Text
		}
	}
	return []Chip{{Name: label, Value: value, Path: l.With(name, "")}}
}

// ListView is a tab of a list; its count is empty if it is not known.
type ListView struct {
	Text, Path, Count string
	Current           bool
	// Asks reports whether the items of the tab need attention.
	Asks bool
}

// Views returns a tab for each value of a filter with its count. Tabs whose value is in asks need attention unless they
// are empty. The current tab has the list's total if counts lacks it.
func (l Listing) Views(name string, choices []Choice, counts map[string]int, asks ...string) []ListView {
	views := make([]ListView, len(choices))
	for i, one := range choices {
		views[i] = ListView{Text: one.Text, Path: l.With(name, one.Value), Current: l.Filter(name) == one.Value}
		count, known := counts[one.Value]
		if known {
			views[i].Count = Number(int64(count))
		} else if views[i].Current {
			views[i].Count = Number(int64(l.Total))
		}
		views[i].Asks = count > 0 && slices.Contains(asks, one.Value)
	}
	return views
}

// shown says which entries of the list the page shows: "51–100 of 288".
func (l Listing) shown() string {
	first := min((l.Number-1)*l.Size+1, l.Total)
	last := min(l.Number*l.Size, l.Total)
	if first == last {
		return Number(int64(last)) + " of " + Number(int64(l.Total))
	}
	return Number(int64(first)) + "–" + Number(int64(last)) + " of " + Number(int64(l.Total))
}

// numbers returns the pages that the pager links: the first, the last and those around the current one. A 0 is a gap.
func (l Listing) numbers() []int {
	var numbers []int
	for number := 1; number <= l.pages(); number++ {
		if number == 1 || number == l.pages() || number >= l.Number-1 && number <= l.Number+1 {
			numbers = append(numbers, number)
		} else if numbers[len(numbers)-1] != 0 {
			numbers = append(numbers, 0)
		}
	}
	return numbers
}

// Confirmation is a page that asks before something is done.
type Confirmation struct {
	Above []Link
	Title string
	// Text says what will change and what will stop working.
	Text    string
	Facts   []Fact
	Entries []Entry
	Refused string
	Action  string
	Button  string
	Danger  bool
	// Back is the page for visitors who cancel.
	Back string
}

// Fact is a name with a value.
type Fact struct{ Name, Value string }
