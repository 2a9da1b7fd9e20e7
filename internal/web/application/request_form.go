package application

import (
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
)

// labelInput names the hidden input with the label of a field, so that an answer never counts for another question.
func labelInput(position int) string { return access.FieldName(position) + "_label" }

func sentRequestForm(sent url.Values) *access.RequestForm {
	form := &access.RequestForm{Purpose: lines(sent.Get("purpose")), Answers: map[string]string{}}
	for i := range site.MostRequestFields {
		if label := sent.Get(labelInput(i)); label != "" {
			form.Answers[label] = lines(sent.Get(access.FieldName(i)))
		}
	}
	return form
}

// lines returns the text with the domain's line ends instead of a browser's.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// requestField returns the input for one of the fields that staff have set.
func (c registrationContent) requestField(position int, field site.RequestField) view.Entry {
	if field.Required {
		return c.Form.Input(access.FieldName(position), field.Label, "")
	}
	return c.Form.Optional(access.FieldName(position), field.Label, "")
}

func fieldChoices(field site.RequestField) []view.Choice {
	choices := []view.Choice{{Value: "", Text: "Choose"}}
	for _, choice := range field.Choices {
		choices = append(choices, view.Choice{Value: choice, Text: choice})
	}
	return choices
}

// formFacts returns the purpose and the answers of a request, by label.
func formFacts(form access.RequestForm) []view.Fact {
	var facts []view.Fact
	for label, answer := range form.Answers {
		facts = append(facts, view.Fact{Name: label, Value: answer})
	}
	slices.SortFunc(facts, func(a, b view.Fact) int { return strings.Compare(a.Name, b.Name) })
	if form.Purpose != "" {
		facts = slices.Insert(facts, 0, view.Fact{Name: "Purpose", Value: form.Purpose})
	}
	return facts
}
