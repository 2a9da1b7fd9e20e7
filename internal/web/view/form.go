package view

import (
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Entry is one input of a form, with why its value was refused.
type Entry struct {
	Name    string
	Label   string
	Kind    string
	Value   string
	Hint    string
	Refused string
	// Complete tells password managers what the input is for.
	Complete string
	Focus    bool
	Optional bool
}

// Choice is one of the values that may be chosen.
type Choice struct{ Value, Text string }

// describedBy names the elements that explain the input.
func (e Entry) describedBy() string {
	switch {
	case e.Refused != "":
		return e.Name + "-refused"
	case e.Hint != "":
		return e.Name + "-hint"
	}
	return ""
}

// Refusals is why a form was refused: as a whole, and its inputs by their names.
type Refusals struct {
	Text   string
	Fields map[string]string
}

// Refused splits an error into what stands beside the inputs that are shown and what stands above the form.
func Refused(err error, inputs ...string) Refusals {
	wrong := fault.From(err)
	told := Refusals{Fields: map[string]string{}}
	var elsewhere []string
	for _, field := range wrong.Fields {
		if slices.Contains(inputs, field.Name) {
			told.Fields[field.Name] = field.Reason
		} else {
			elsewhere = append(elsewhere, field.Name+" "+field.Reason)
		}
	}
	if len(told.Fields) == 0 || len(elsewhere) > 0 {
		told.Text = strings.Join(append([]string{wrong.Public}, elsewhere...), " ")
	}
	if left := Wait(wrong.RetryAfter); left != "" {
		told.Text += " Try again in " + left + "."
	}
	return told
}

// Correctable reports whether the visitor can put the error right in the form they sent.
func Correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Limited)
}

func pressed(on bool) string { return strconv.FormatBool(on) }
