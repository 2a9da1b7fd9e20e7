package view

import (
	"slices"
	"strings"

	paging "github.com/portico-api/portico/internal/platform/page"
)

// The parameters of a list's address besides its filters.
const (
	SortParameter   = "sort"
	ColumnParameter = "column"
)

// Column is a column of a list. The first column of a list is always shown.
type Column struct {
	// Name is its name in the address.
	Name, Label string
	// Sort reports whether the list can be sorted by it, and what comes first at the first click.
	Sort   SortFirst
	Number bool
	// Place is where a narrow screen shows it. Columns without a place are hidden there.
	Place Place
}

// SortFirst is what a sortable column shows first at the first click on its head; empty if it is not sortable.
type SortFirst string

// The values of SortFirst.
const (
	LowFirst  SortFirst = "low"
	HighFirst SortFirst = "high"
)

// Place is one of the four corners of a record of two lines, as narrow screens show it, or the line below them.
type Place string

// The places of a record.
const (
	PlaceName   Place = "at-name"
	PlaceState  Place = "at-state"
	PlaceSecond Place = "at-second"
	PlaceEnd    Place = "at-end"
	PlaceBelow  Place = "at-below"
)

// ListOrder parses the order in an address. It returns the zero order if the list has no such column or cannot be
// sorted by it.
func ListOrder(sent string, columns []Column) paging.Order {
	name, descending := strings.CutPrefix(sent, "-")
	for _, column := range columns {
		if column.Name == name && column.Sort != "" {
			return paging.Order{By: name, Descending: descending}
		}
	}
	return paging.Order{}
}

// Order returns the order that the visitor has chosen, or the zero order.
func (l Listing) Order() paging.Order { return ListOrder(l.Query.Get(SortParameter), l.Columns) }

// Shows reports whether a column is shown. Without a choice all are.
func (l Listing) Shows(name string) bool {
	chosen := l.Query[ColumnParameter]
	return len(chosen) == 0 || slices.Contains(chosen, name) || len(l.Columns) > 0 && l.Columns[0].Name == name
}

// Filtered reports whether a filter is in use. An order and a choice of columns are not filters.
func (l Listing) Filtered() bool {
	for name := range l.Query {
		if name != SortParameter && name != ColumnParameter {
			return true
		}
	}
	return false
}

// Unfiltered returns the address of the list without filters, in the same order and with the same columns.
func (l Listing) Unfiltered() string {
	bare := Listing{Path: l.Path, Query: map[string][]string{}}
	for _, name := range []string{SortParameter, ColumnParameter} {
		if values := l.Query[name]; len(values) > 0 {
			bare.Query[name] = values
		}
	}
	return bare.PageURL(1)
}

// column returns a column by its name.
func (l Listing) column(name string) Column {
	for _, one := range l.Columns {
		if one.Name == name {
			return one
		}
	}
	return Column{Name: name}
}

// shownColumns returns the columns that are shown.
func (l Listing) shownColumns() []Column {
	return slices.DeleteFunc(slices.Clone(l.Columns), func(c Column) bool { return !l.Shows(c.Name) })
}

// sortPath returns the address of the list sorted by a column, or in the other direction if it is sorted by it.
func (l Listing) sortPath(column Column) string {
	now, descending := l.Order(), column.Sort == HighFirst
	if now.By == column.Name {
		descending = !now.Descending
	}
	if descending {
		return l.With(SortParameter, "-"+column.Name)
	}
	return l.With(SortParameter, column.Name)
}

// sorted returns the value of aria-sort of a column, empty if the visitor has not sorted by it.
func (l Listing) sorted(column Column) string {
	switch now := l.Order(); {
	case now.By != column.Name:
		return ""
	case now.Descending:
		return "descending"
	}
	return "ascending"
}

// kept returns the parameters that a form of the list passes on because they are not among its inputs.
func (l Listing) kept(inputs ...string) []Choice {
	var kept []Choice
	for name, values := range l.Query {
		for _, value := range values {
			if !slices.Contains(inputs, name) {
				kept = append(kept, Choice{Value: value, Text: name})
			}
		}
	}
	slices.SortStableFunc(kept, func(a, b Choice) int { return strings.Compare(a.Text, b.Text) })
	return kept
}

// Export returns the address of the whole list as a CSV file, with the filters and the order.
func (l Listing) Export() string {
	whole := Listing{Path: l.Path + ".csv", Query: l.Query}
	return whole.With(ColumnParameter, "")
}

// Filter is a filter of a list besides its search.
type Filter struct {
	Name, Label string
	// Choices are the values to choose from. Without them the value is typed: a text, or a day.
	Choices []Choice
	Day     bool
	Longest int
	// Text is how the chip shows the value, if it is not one of the choices.
	Text string
	// OnlyChip hides the filter from the panel: only links set it.
	OnlyChip bool
}

// Toolbar holds the search, the filters and the exports above the table of a list.
type Toolbar struct {
	// Label names the list. Search is the parameter of its search, empty if it has none, SearchFor what can be searched
	// for.
	Label, Search, SearchFor string
	Longest                  int
	Filters                  []Filter
	// Exports are links to files; empty if the list has none.
	Exports []Link
}

// CSV is the export of most lists.
func CSV(list Listing) []Link { return []Link{{Text: "Export CSV", Path: list.Export()}} }

// chips returns the chips of the filters in use.
func (t Toolbar) chips(list Listing) []Chip {
	var chips []Chip
	for _, one := range t.Filters {
		choices := one.Choices
		if one.Text != "" {
			choices = []Choice{{Value: list.Filter(one.Name), Text: one.Text}}
		}
		chips = append(chips, list.Chip(one.Name, one.Label, choices)...)
	}
	return chips
}

// inputs returns the names of the inputs of the search form.
func (t Toolbar) inputs() []string {
	names := []string{t.Search}
	for _, one := range t.Filters {
		if !one.OnlyChip {
			names = append(names, one.Name)
		}
	}
	return names
}

// offered returns the filters of the panel.
func (t Toolbar) offered() []Filter {
	return slices.DeleteFunc(slices.Clone(t.Filters), func(f Filter) bool { return f.OnlyChip })
}

// Bulk is what can be done with several rows of a table at once. Without actions, rows cannot be selected.
type Bulk struct {
	// Parameter is the name of the checkboxes, Things what they select: "keys".
	Parameter, Things string
	Actions           []BulkAction
}

// BulkAction leads to a page that asks before it changes the selected rows.
type BulkAction struct {
	Link
	// Name and Value are a parameter of the page besides the selected rows.
	Name, Value string
	Danger      bool
}
