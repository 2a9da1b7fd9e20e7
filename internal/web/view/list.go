package view

import (
	"net/url"
	"strconv"

	paging "github.com/portico-api/portico/internal/platform/page"
)

// ListedOnPage is how many things a page of a list shows.
const ListedOnPage = 50

// Listing is where one stands in a long list: which page of how many things, at which address and under which filters.
type Listing struct {
	Path   string
	Query  url.Values
	Number int
	Total  int
	Size   int
}

// LongestFilter is how long a filter may be, in bytes. Databases refuse patterns of some length.
const LongestFilter = 2000

// Request asks a service for the page.
func (l Listing) Request() paging.Request { return paging.Request{Number: l.Number, Size: l.Size} }

// Filter is the value of a filter.
func (l Listing) Filter(name string) string { return l.Query.Get(name) }

func (l Listing) pages() int { return (l.Total + l.Size - 1) / max(l.Size, 1) }

// PageURL is the address of one page of the list.
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

// Confirmation is what is asked before something is done.
type Confirmation struct {
	Above []Link
	Title string
	// Text says what will be different then, and what will stop working.
	Text    string
	Facts   []Fact
	Entries []Entry
	Refused string
	Action  string
	Button  string
	Danger  bool
	// Back is where those go who would rather not.
	Back string
}

// Fact is a name with a value.
type Fact struct{ Name, Value string }
