package konnect

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// The default and the largest size of a page. A client that asks for more gets the largest, which the answer says.
const (
	usualSize   = 10
	largestSize = 100
)

const longestFilter = 255

// paging parses the requested page. Parameters without a value count as missing.
func (c *call) paging() (page.Request, error) {
	asked := page.Request{Number: 1, Size: usualSize}
	var refused []fault.Field
	for _, parameter := range []struct {
		name  string
		value *int
	}{{"page[number]", &asked.Number}, {"page[size]", &asked.Size}} {
		sent := c.query(parameter.name)
		if sent == "" {
			continue
		}
		number, err := strconv.Atoi(sent)
		if err != nil || number < 1 {
			refused = append(refused, fault.Field{Name: parameter.name, Reason: "must be a whole number from 1"})
		}
		*parameter.value = number
	}
	asked.Size = min(asked.Size, largestSize)
	return asked, fault.InvalidFields(append(refused, c.refusedParameters()...))
}

// refusedParameters returns parameters that are sent twice, and filters longer than any name: databases reject long
// patterns.
func (c *call) refusedParameters() []fault.Field {
	var refused []fault.Field
	for _, name := range slices.Sorted(maps.Keys(c.parameters)) {
		switch {
		case len(c.parameters[name]) > 1:
			refused = append(refused, fault.Field{Name: name, Reason: "must be there once"})
		case strings.HasPrefix(name, "filter[") && utf8.RuneCountInString(c.query(name)) > longestFilter:
			refused = append(refused, fault.Field{Name: name, Reason: "must have at most 255 characters"})
		}
	}
	return refused
}

// list is a page of a list on the wire. A total in meta, outside page, would make the front end request pages forever.
type list[T any] struct {
	Meta meta `json:"meta"`
	Data []T  `json:"data"`
}

type meta struct {
	Page pageMeta `json:"page"`
}

type pageMeta struct {
	Number int `json:"number"`
	Size   int `json:"size"`
	Total  int `json:"total"`
}

// listOf converts a page of the domain.
func listOf[F, T any](asked page.Request, found page.Page[F], spell func(F) T) list[T] {
	spelled := list[T]{Meta: meta{pageMeta{asked.Number, asked.Size, found.Total}}, Data: make([]T, 0, len(found.Items))}
	for _, one := range found.Items {
		spelled.Data = append(spelled.Data, spell(one))
	}
	return spelled
}
