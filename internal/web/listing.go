package web

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"

	"github.com/portico-api/portico/internal/platform/fault"
	paging "github.com/portico-api/portico/internal/platform/page"
)

// listedOnPage is how many things a page of a list shows.
const listedOnPage = 50

// listing is where one stands in a long list: which page of how many things, at which address and under which filters.
type listing struct {
	Path   string
	Query  url.Values
	Number int
	Total  int
	Size   int
}

// longestFilter is how long a filter may be, in bytes. Databases refuse patterns of some length.
const longestFilter = 2000

// listing reads which page of the list at the visited address is wanted, and keeps the named filters for its links.
func (v *visit) listing(filters ...string) (listing, error) {
	sent := v.request.URL.Query()
	number, err := pageNumber(sent.Get("page"))
	kept := url.Values{}
	for _, name := range filters {
		value := sent.Get(name)
		if len(value) > longestFilter {
			err = cmp.Or(err, fault.InvalidFields([]fault.Field{{Name: name, Reason: fmt.Sprintf("is longer than anything that is listed; it may have %d bytes", longestFilter)}}))
		} else if value != "" {
			kept.Set(name, value)
		}
	}
	return listing{Path: v.request.URL.Path, Query: kept, Number: number, Size: listedOnPage}, err
}

// request asks a service for the page.
func (l listing) request() paging.Request { return paging.Request{Number: l.Number, Size: l.Size} }

// filter is the value of a filter.
func (l listing) filter(name string) string { return l.Query.Get(name) }

func (l listing) pages() int { return (l.Total + l.Size - 1) / max(l.Size, 1) }

// path is the address of one page of the list.
func (l listing) path(number int) string {
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

// confirmation is what is asked before something is done.
type confirmation struct {
	Above []link
	Title string
	// Text says what will be different then, and what will stop working.
	Text    string
	Facts   []fact
	Entries []entry
	Refused string
	Action  string
	Button  string
	Danger  bool
	// Back is where those go who would rather not.
	Back string
}

// fact is a name with a value.
type fact struct{ Name, Value string }
