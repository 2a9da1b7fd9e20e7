package site

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// FieldKind says how people answer a field of the access request form.
type FieldKind string

// The kinds of fields.
const (
	TextField     FieldKind = "text"
	LongTextField FieldKind = "long_text"
	ChoiceField   FieldKind = "choice"
)

// FieldKinds lists every kind.
func FieldKinds() []FieldKind { return []FieldKind{TextField, LongTextField, ChoiceField} }

// RequestField is a question that staff ask everyone who requests access. Its label identifies it.
type RequestField struct {
	Label string
	Kind  FieldKind
	// Choices are the possible answers of a ChoiceField.
	Choices  []string
	Required bool
}

// The limits of the access request form.
const (
	MostRequestFields = 10
	MostFieldChoices  = 20
	maxFieldLabel     = 80
	maxTextAnswer     = 200
	maxLongAnswer     = 2000
)

// refusedRequestFields says what cannot be accepted, as the rest of a sentence about the fields.
func refusedRequestFields(fields []RequestField) string {
	if len(fields) > MostRequestFields {
		return fmt.Sprintf("must be at most %d", MostRequestFields)
	}
	labels := map[string]bool{}
	for _, field := range fields {
		switch {
		case !isLine(field.Label, maxFieldLabel):
			return fmt.Sprintf("need labels of 1 to %d characters on one line", maxFieldLabel)
		case labels[field.Label]:
			return fmt.Sprintf("have the label %q twice", field.Label)
		case !slices.Contains(FieldKinds(), field.Kind):
			return "must be of the kind text, long_text or choice"
		case field.Kind != ChoiceField && len(field.Choices) > 0:
			return fmt.Sprintf("have choices only if they are of the kind choice; %q is not", field.Label)
		case field.Kind == ChoiceField && !areChoices(field.Choices):
			return fmt.Sprintf("of the kind choice need 1 to %d different choices of at most %d characters; %q does not have them", MostFieldChoices, maxTextAnswer, field.Label)
		}
		labels[field.Label] = true
	}
	return ""
}

func areChoices(choices []string) bool {
	seen := map[string]bool{}
	for _, choice := range choices {
		if !isLine(choice, maxTextAnswer) || seen[choice] {
			return false
		}
		seen[choice] = true
	}
	return len(choices) >= 1 && len(choices) <= MostFieldChoices
}

// isLine reports whether a text is one trimmed line of 1 to most characters.
func isLine(text string, most int) bool {
	n := utf8.RuneCountInString(text)
	return utf8.ValidString(text) && n >= 1 && n <= most && text == strings.TrimSpace(text) && !strings.ContainsFunc(text, disturbs)
}

// Refused says why the field cannot have this answer, as the rest of a sentence; an empty result accepts it. An empty
// answer is accepted here even if the field is required.
func (f RequestField) Refused(answer string) string {
	switch {
	case answer == "":
		return ""
	case !utf8.ValidString(answer):
		return "must be plain text"
	case f.Kind == ChoiceField && !slices.Contains(f.Choices, answer):
		return "must be one of the choices"
	case f.Kind == LongTextField && utf8.RuneCountInString(answer) > maxLongAnswer:
		return fmt.Sprintf("must have at most %d characters", maxLongAnswer)
	case f.Kind == TextField && !isLine(answer, maxTextAnswer):
		return fmt.Sprintf("must be one line of at most %d characters", maxTextAnswer)
	}
	return ""
}

// fieldsText spells fields for comparisons and the audit trail.
func fieldsText(fields []RequestField) string {
	lines := make([]string, len(fields))
	for i, field := range fields {
		lines[i] = field.Label + " (" + string(field.Kind)
		if len(field.Choices) > 0 {
			lines[i] += ": " + fmt.Sprintf("%q", field.Choices)
		}
		if field.Required {
			lines[i] += ", required"
		}
		lines[i] += ")"
	}
	return strings.Join(lines, "\n")
}
