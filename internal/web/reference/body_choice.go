package reference

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

// variant is one of the bodies that a request or response can have.
type variant struct {
	// Key names the variant in addresses, once for each body.
	Key       string
	Title     string
	Media     openapi.MediaType
	Text      string
	Whole     int
	Described openapi.Example
}

// variants lists the examples of a body: the author's for each media type, or else the generated one.
func variants(content []openapi.MediaType) []variant {
	var list []variant
	taken := map[string]bool{}
	add := func(name string, one variant) {
		one.Key = freeKey(taken, name)
		list = append(list, one)
	}
	for _, media := range content {
		if len(media.Examples) == 0 {
			add(media.Name, variant{Title: nameText(media.Name), Media: media, Text: media.Example, Whole: media.Whole})
		}
		for _, example := range media.Examples {
			title := exampleTitle(example)
			if len(content) > 1 {
				title += " (" + nameText(media.Name) + ")"
			}
			add(example.Name, variant{Title: title, Media: media, Text: example.Text, Whole: example.Whole, Described: example})
		}
	}
	return list
}

// freeKey returns the name, with a number if it is taken.
func freeKey(taken map[string]bool, name string) string {
	name = cmp.Or(name, "example")
	free := name
	for n := 2; taken[free]; n++ {
		free = name + "-" + strconv.Itoa(n)
	}
	taken[free] = true
	return free
}

// bodyVariants returns the examples of an operation's request body.
func bodyVariants(operation openapi.Operation) []variant {
	if operation.Detail.RequestBody == nil {
		return nil
	}
	return variants(operation.Detail.RequestBody.Content)
}

// requestVariants returns the examples of the page's request body.
func (c operationContent) requestVariants() []variant { return bodyVariants(c.Operation) }

// find returns the index of the variant with this key, or 0.
func find(list []variant, key string) int {
	return max(0, slices.IndexFunc(list, func(one variant) bool { return one.Key == key }))
}

// shown returns the variant's media type with only its example and the rows of its alternative.
func (v variant) shown() openapi.MediaType {
	media := v.Media
	media.Example, media.Whole, media.Examples = v.Text, v.Whole, nil
	if v.Described.Variant != 0 {
		media.Schema.Rows = rowsOf(media.Schema.Rows, v.Described.Variant)
	}
	return media
}

// alternative returns the row of the variant's alternative, if it has one.
func (v variant) alternative() (openapi.SchemaRow, bool) {
	n := 0
	for _, row := range v.Media.Schema.Rows {
		if row.Depth == 0 && row.Variant {
			if n++; n == v.Described.Variant {
				return row, true
			}
		}
	}
	return openapi.SchemaRow{}, false
}

// rowsOf returns the rows that all alternatives share and the rows of the chosen one.
func rowsOf(rows []openapi.SchemaRow, chosen int) []openapi.SchemaRow {
	var kept []openapi.SchemaRow
	seen, inside := 0, 0 // inside is the number of the alternative that the rows belong to
	for _, row := range rows {
		switch {
		case row.Depth == 0 && row.Variant:
			seen++
			inside = seen
		case row.Depth == 0:
			inside = 0
			kept = append(kept, row)
		case inside == 0:
			kept = append(kept, row)
		case inside == chosen:
			row.Depth--
			kept = append(kept, row)
		}
	}
	return withoutRepeats(kept)
}

// withoutRepeats removes a shared field if the chosen alternative has a field with the same name.
func withoutRepeats(rows []openapi.SchemaRow) []openapi.SchemaRow {
	last := map[string]int{}
	for i, row := range rows {
		if row.Depth == 0 && !row.Rest {
			last[row.Name] = i
		}
	}
	var kept []openapi.SchemaRow
	keep := true
	for i, row := range rows {
		if row.Depth == 0 {
			keep = row.Rest || last[row.Name] == i
		}
		if keep {
			kept = append(kept, row)
		}
	}
	return kept
}

// parsed returns an example as a value, nil if it is not JSON or was cut.
func (v variant) parsed() any {
	var value any
	if v.Whole > 0 || json.Unmarshal([]byte(v.Text), &value) != nil {
		return nil
	}
	return value
}

// into returns the reference for what is inside a row, with the shown example's value for that row.
func (r reference) into(row openapi.SchemaRow) reference {
	value := r.Value
	r = r.below(rowName(row))
	r.Discriminator = row.Value.Discriminator
	if row.Variant {
		return r
	}
	object, _ := value.(map[string]any)
	r.Value = nil
	if !row.Rest {
		r.Value = object[row.Name]
	}
	for list, is := r.Value.([]any); is && len(list) > 0; list, is = r.Value.([]any) {
		r.Value = list[0]
	}
	return r
}

// groups groups rows under the rows that have the depth of the first one. Of several alternatives, it opens only the
// one that the shown example matches.
func (r reference) groups(rows []openapi.SchemaRow) []rowGroup {
	groups := rowGroups(rows)
	object, _ := r.Value.(map[string]any)
	at := chosenVariant(groups, object, r.Discriminator)
	for i := range groups {
		switch {
		case at >= 0 && groups[i].Row.Variant:
			groups[i].Open = i == at
		case object[groups[i].Row.Name] != nil && slices.ContainsFunc(groups[i].Inside, func(row openapi.SchemaRow) bool { return row.Variant }):
			groups[i].Open = true
		}
	}
	return groups
}

// chosenVariant returns the index of the alternative that an object matches, or -1.
func chosenVariant(groups []rowGroup, object map[string]any, by *openapi.Discriminator) int {
	if object == nil {
		return -1
	}
	if by != nil {
		said, _ := object[by.Property].(string)
		for _, choice := range by.Choices {
			at := slices.IndexFunc(groups, func(g rowGroup) bool { return g.Row.Variant && isSchema(g.Row.Value, choice.Schema) })
			if choice.Value == said && at >= 0 {
				return at
			}
		}
	}
	return slices.IndexFunc(groups, func(g rowGroup) bool { return g.Row.Variant && g.fits(object) })
}

func isSchema(value openapi.ValueType, schema openapi.SchemaLink) bool {
	if schema.Page != "" {
		return value.Page == schema.Page
	}
	return schema.Name != "" && value.Ref == schema.Name
}

// fits reports whether an object has the fields that the rows require, with values that they allow.
func (g rowGroup) fits(object map[string]any) bool {
	known := false
	for _, row := range g.Inside {
		if row.Depth > g.Inside[0].Depth || row.Variant || row.Rest {
			continue
		}
		value, has := object[row.Name]
		text, isText := value.(string)
		if !has && row.Required || isText && len(row.Value.Enum) > 0 && !slices.Contains(row.Value.Enum, text) {
			return false
		}
		known = known || has
	}
	return known
}

// tryExample is an example of the request's body for the form.
type tryExample struct {
	Key string `json:"key"`
	// Body is the index of the example's media type among the bodies of the input.
	Body int    `json:"body"`
	Text string `json:"text"`
}

// tryExamples returns the examples of the body if there are several. An example that pages cut has no text.
func tryExamples(operation openapi.Operation) []tryExample {
	list := bodyVariants(operation)
	if len(list) < 2 {
		return nil
	}
	examples := make([]tryExample, 0, len(list))
	for _, one := range list {
		body := slices.IndexFunc(operation.Detail.RequestBody.Content, func(m openapi.MediaType) bool { return m.Name == one.Media.Name })
		example := tryExample{Key: one.Key, Body: body}
		if one.Whole == 0 {
			example.Text = one.Text
		}
		examples = append(examples, example)
	}
	return examples
}

// chosenContent returns the body of a request, or only the example that was asked for.
func chosenContent(operation openapi.Operation, key string) []openapi.MediaType {
	for _, one := range bodyVariants(operation) {
		if one.Key == key {
			return []openapi.MediaType{one.shown()}
		}
	}
	return operation.Detail.RequestBody.Content
}

// exampleWith returns the query that shows a field of a request's body, empty if the page shows it without one.
func exampleWith(operation openapi.Operation, field catalog.FoundField) string {
	list := bodyVariants(operation)
	if field.Body < 0 || len(list) < 2 {
		return ""
	}
	media := operation.Detail.RequestBody.Content[field.Body].Name
	at := slices.IndexFunc(list, func(one variant) bool {
		return one.Media.Name == media && (field.Variant == 0 || one.Described.Variant == field.Variant)
	})
	if at <= 0 {
		return ""
	}
	return "?" + url.Values{chosenBody: {list[at].Key}}.Encode()
}

// belowParameters returns the reference for the body alone, with the anchors that the body has on the whole page.
func (c operationContent) belowParameters() reference {
	at := c.at()
	for _, group := range parameterGroups(c.Operation.Detail.Parameters) {
		for _, parameter := range group.Parameters {
			at.anchor(parameter.In, parameter.Name)
		}
	}
	return at
}

// answerBody returns the body of a response to show: the reader's choice, or else the one with the name of the
// request's example.
func (c operationContent) answerBody(of answer) variant {
	return of.Variants[find(of.Variants, cmp.Or(c.Choice.Answer, c.Choice.Body))]
}

// choosesBody returns the query that keeps the reader's example of the body; empty for the first.
func (c operationContent) choosesBody() string {
	if list := c.requestVariants(); find(list, c.Choice.Body) > 0 {
		return "?" + url.Values{chosenBody: {c.Choice.Body}}.Encode()
	}
	return ""
}
