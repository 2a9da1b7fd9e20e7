package settings

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
)

var fieldKindChoices = []view.Choice{
	{Value: string(site.TextField), Text: "One line"}, {Value: string(site.LongTextField), Text: "Several lines"}, {Value: string(site.ChoiceField), Text: "Choice"},
}

// requestFieldRows returns the fields of the access request form, and up to two empty ones below the limit.
func (c settingsContent) requestFieldRows() []site.RequestField {
	rows := append([]site.RequestField{}, c.Settings.RequestFields...)
	for range 2 {
		if len(rows) < site.MostRequestFields {
			rows = append(rows, site.RequestField{Kind: site.TextField})
		}
	}
	return rows
}

// requestFieldInput names an input of a row.
func requestFieldInput(part string, row int) string {
	return "request_field_" + part + "_" + strconv.Itoa(row)
}

func requestFieldChoices(field site.RequestField) string { return strings.Join(field.Choices, "\n") }

// sentRequestFields returns the fields that were sent, without rows that have no label.
func sentRequestFields(sent url.Values) []site.RequestField {
	form := view.Filled(sent)
	var fields []site.RequestField
	for row := range site.MostRequestFields {
		label := strings.TrimSpace(form.Value(requestFieldInput("label", row)))
		if label == "" {
			continue
		}
		field := site.RequestField{
			Label: label, Kind: site.FieldKind(form.Value(requestFieldInput("kind", row))), Required: form.Checked(requestFieldInput("required", row)),
		}
		if field.Kind == site.ChoiceField {
			field.Choices = form.Lines(requestFieldInput("choices", row))
		}
		fields = append(fields, field)
	}
	return fields
}

func requestFieldEntry(part string, row int, label, value string) view.Entry {
	return view.Entry{Name: requestFieldInput(part, row), Label: label, Kind: "text", Value: value, Optional: true}
}

func requestFieldLabels(fields []site.RequestField) string {
	labels := make([]string, len(fields))
	for i, field := range fields {
		labels[i] = field.Label
	}
	return strings.Join(labels, ", ")
}
