package access

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// RequestForm holds the purpose of an access request, and the answers to the fields that staff have set, by label.
type RequestForm struct {
	Purpose string
	Answers map[string]string
}

// IsEmpty reports whether nothing is filled in.
func (f RequestForm) IsEmpty() bool { return f.Purpose == "" && len(f.Answers) == 0 }

// FieldName returns the name that errors use for the field at a position.
func FieldName(position int) string { return fmt.Sprintf("field_%d", position+1) }

// checked returns the trimmed form without empty answers, or rejects it. Required fields need an answer only if staff
// decide.
func (f RequestForm) checked(fields []site.RequestField, staffDecide bool) (RequestForm, error) {
	kept := RequestForm{Purpose: strings.TrimSpace(f.Purpose), Answers: map[string]string{}}
	var refused []fault.Field
	if utf8.RuneCountInString(kept.Purpose) > maxReason || !utf8.ValidString(kept.Purpose) {
		refused = append(refused, fault.Field{Name: "purpose", Reason: fmt.Sprintf("must have at most %d characters", maxReason)})
	}
	asked := map[string]bool{}
	for i, field := range fields {
		asked[field.Label] = true
		answer := strings.TrimSpace(f.Answers[field.Label])
		reason := field.Refused(answer)
		if answer == "" && field.Required && staffDecide {
			reason = "is required"
		}
		if reason != "" {
			refused = append(refused, fault.Field{Name: FieldName(i), Reason: reason})
		} else if answer != "" {
			kept.Answers[field.Label] = answer
		}
	}
	for label := range f.Answers {
		if !asked[label] {
			return RequestForm{}, fault.New(fault.Conflict, "form_changed", "Staff have changed this form since you opened it. Check your answers and send it again.")
		}
	}
	return kept, fault.InvalidFields(refused)
}
