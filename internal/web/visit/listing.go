package visit

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/view"
)

// Listing reads the requested page of a list from the query, and keeps the named filters for its links.
func (v *Visit) Listing(filters ...string) (view.Listing, error) {
	sent := v.Request.URL.Query()
	number, err := PageNumber(sent.Get("page"))
	kept := url.Values{}
	for _, name := range filters {
		value := sent.Get(name)
		if len(value) > view.LongestFilter {
			err = cmp.Or(err, fault.InvalidFields([]fault.Field{{Name: name, Reason: fmt.Sprintf("is longer than anything that is listed; it may have %d bytes", view.LongestFilter)}}))
		} else if value != "" {
			kept.Set(name, value)
		}
	}
	return view.Listing{Path: v.Request.URL.Path, Query: kept, Number: number, Size: view.ListedOnPage}, err
}

// Table is Listing for a list with columns. It also reads the order and the columns that the visitor has chosen;
// unknown ones are ignored.
func (v *Visit) Table(columns []view.Column, filters ...string) (view.Listing, error) {
	list, err := v.Listing(filters...)
	list.Columns = columns
	sent := v.Request.URL.Query()
	if sort := sent.Get(view.SortParameter); view.ListOrder(sort, columns) != (page.Order{}) {
		list.Query.Set(view.SortParameter, sort)
	}
	chosen := sent[view.ColumnParameter]
	for _, column := range columns {
		if slices.Contains(chosen, column.Name) {
			list.Query.Add(view.ColumnParameter, column.Name)
		}
	}
	if len(list.Query[view.ColumnParameter]) == len(columns) {
		list.Query.Del(view.ColumnParameter)
	}
	return list, err
}

// PageNumber parses the number of a page; an empty one is 1.
func PageNumber(sent string) (int, error) {
	if sent == "" {
		return 1, nil
	}
	number, err := strconv.Atoi(sent)
	if err != nil || number < 1 {
		return 0, fault.New(fault.Invalid, "no_such_page", "Pages are numbered 1, 2, 3 and so on. Go back and choose one of the list's own links.")
	}
	return number, nil
}
