package view

import (
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/catalog/samples"
)

// NewSample returns a request that calls an operation below an address, without a body. It sends the key in a header,
// and examples or placeholders for everything else that is required.
func NewSample(operation openapi.Operation, address, keyHeader string) samples.Request {
	request := samples.Request{
		Method: operation.Method, URL: address + filledPath(operation) + requiredQuery(operation),
		Headers: [][2]string{{keyHeader, samples.KeyPlaceholder}},
	}
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "header" && parameter.Required {
			request.Headers = append(request.Headers, [2]string{parameter.Name, placeholder(parameter)})
		}
	}
	return request
}

// SampleBody returns the body of a sample with this text.
func SampleBody(media openapi.MediaType, text string) *samples.Body {
	name := media.Name
	switch {
	case strings.HasPrefix(name, "application/x-www-form-urlencoded"):
		made := &samples.Body{Kind: samples.Form}
		for _, row := range formRows(media.Schema) {
			made.Fields = append(made.Fields, [2]string{row.Name, rowPlaceholder(row)})
		}
		return made
	case strings.HasPrefix(name, "multipart/"):
		made := &samples.Body{Kind: samples.Multipart}
		for _, row := range formRows(media.Schema) {
			part := samples.Part{Name: row.Name, Value: rowPlaceholder(row)}
			if row.Value.Format == "binary" {
				part = samples.Part{Name: row.Name, File: row.Name}
			}
			made.Parts = append(made.Parts, part)
		}
		return made
	case text == "" && (media.Schema.Value.Format == "binary" || name == "application/octet-stream"):
		return &samples.Body{Kind: samples.WholeFile, MediaType: name, File: "file"}
	}
	return &samples.Body{Kind: samples.Text, MediaType: name, Text: text}
}

// formRows returns the required fields of a form, or all fields if none is required.
func formRows(schema openapi.Schema) []openapi.SchemaRow {
	var all, required []openapi.SchemaRow
	for _, row := range schema.Rows {
		if row.Depth == 0 && !row.Variant && !row.Rest && !row.ReadOnly {
			all = append(all, row)
			if row.Required {
				required = append(required, row)
			}
		}
	}
	if len(required) > 0 {
		return required
	}
	return all
}

func rowPlaceholder(row openapi.SchemaRow) string {
	switch {
	case row.Value.Default != "":
		return row.Value.Default
	case len(row.Value.Enum) > 0:
		return row.Value.Enum[0]
	}
	return strings.ToUpper(row.Name)
}

// filledPath returns the path with its parameters replaced by their examples, or by placeholders.
func filledPath(operation openapi.Operation) string {
	path := operation.Path
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "path" {
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(placeholder(parameter)))
		}
	}
	return path
}

func requiredQuery(operation openapi.Operation) string {
	var pairs []string
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "query" && parameter.Required {
			pairs = append(pairs, url.QueryEscape(parameter.Name)+"="+url.QueryEscape(placeholder(parameter)))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "?" + strings.Join(pairs, "&")
}

func placeholder(parameter openapi.Parameter) string {
	switch {
	case parameter.Example != "":
		return parameter.Example
	case parameter.Value.Default != "":
		return parameter.Value.Default
	case len(parameter.Value.Enum) > 0:
		return parameter.Value.Enum[0]
	}
	return strings.ToUpper(parameter.Name)
}
