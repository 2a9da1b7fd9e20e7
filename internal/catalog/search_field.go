package catalog

import (
	"iter"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// FoundField is a field of a request or response that a search has found.
type FoundField struct {
	Name string
	Type string
	// Path are the names that lead to the field on its operation's page.
	Path []string
	// Body is the index of the request body's media type, -1 for other fields. Variant is the number of the
	// alternative of the body that has the field, 0 if all have it.
	Body    int
	Variant int
}

// mostFields limits the fields of one operation that are found.
const mostFields = 400

// fields lists what the page of an operation says of its parameters, request and responses, at most mostFields.
func fields(of openapi.OperationDetail) iter.Seq[FoundField] {
	return func(yield func(FoundField) bool) {
		left := mostFields
		tell := func(field FoundField) bool {
			left--
			return left >= 0 && yield(field)
		}
		for _, parameter := range of.Parameters {
			if !tell(FoundField{Name: parameter.Name, Type: parameter.Value.Type, Path: []string{parameter.In, parameter.Name}, Body: -1}) {
				return
			}
		}
		if of.RequestBody != nil {
			for i, media := range of.RequestBody.Content {
				chosen := slices.ContainsFunc(media.Examples, func(one openapi.Example) bool { return one.Variant != 0 })
				if !fieldsOf(media.Schema.Rows, nil, body{i, chosen}, tell) {
					return
				}
			}
		}
		for _, response := range of.Responses {
			for _, media := range response.Content {
				if !fieldsOf(media.Schema.Rows, []string{response.Status}, body{index: -1}, tell) {
					return
				}
			}
		}
	}
}

// body is the body that fields belong to; chosen is set if the page shows one alternative of it at a time.
type body struct {
	index  int
	chosen bool
}

// fieldsOf lists the named fields of a schema. Paths leave out the alternative that the page shows.
func fieldsOf(rows []openapi.SchemaRow, within []string, of body, tell func(FoundField) bool) bool {
	path := slices.Clone(within)
	depths := []int{}
	variants, variant := 0, 0
	unnamed := -1 // the depth of a field without a name: fields inside it have no address
	for _, row := range rows {
		for len(depths) > 0 && depths[len(depths)-1] >= row.Depth {
			depths, path = depths[:len(depths)-1], path[:len(path)-1]
		}
		if unnamed >= row.Depth {
			unnamed = -1
		}
		if row.Depth == 0 {
			variant = 0
		}
		switch {
		case unnamed >= 0:
			continue
		case row.Rest:
			unnamed = row.Depth
			continue
		case row.Variant && row.Depth == 0 && of.chosen:
			variants++
			variant = variants
			continue
		}
		path, depths = append(path, row.Name), append(depths, row.Depth)
		if row.Variant {
			continue
		}
		if !tell(FoundField{Name: row.Name, Type: row.Value.Type, Path: slices.Clone(path), Body: of.index, Variant: variant}) {
			return false
		}
	}
	return true
}

// FieldSearchText returns the indexed text of an operation's fields.
func FieldSearchText(o openapi.Operation) SearchText {
	var names []string
	known := map[string]bool{}
	for field := range fields(o.Detail) {
		if !known[field.Name] {
			known[field.Name] = true
			names = append(names, field.Name)
		}
	}
	return SearchText{Names: indexed(longestNames, names...)}
}

// fieldFor returns the field that matches the most words.
func fieldFor(of openapi.OperationDetail, words []string) (FoundField, bool) {
	var best FoundField
	most := 0
	for field := range fields(of) {
		has := strings.Fields(indexed(longestNames, field.Name))
		matched := 0
		for _, word := range words {
			if slices.ContainsFunc(has, func(one string) bool { return strings.HasPrefix(one, word) }) {
				matched++
			}
		}
		if matched > most {
			best, most = field, matched
		}
	}
	return best, most > 0
}
