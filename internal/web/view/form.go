package view

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Form is a form on a page: the values of its inputs, and the reasons if it was rejected.
type Form struct {
	Values  url.Values
	Refused Refusals
}

// Filled returns a form that shows these values.
func Filled(values url.Values) Form { return Form{Values: values} }

// RefusedForm returns the sent form with the reasons for its rejection. Reasons for sent or named inputs are shown at
// these inputs, all others above the form.
func RefusedForm(sent url.Values, err error, inputs ...string) Form {
	return Form{Values: sent, Refused: Refused(err, slices.AppendSeq(inputs, maps.Keys(sent))...)}
}

// Value returns the value of an input.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Checked reports whether a checkbox is ticked.
func (f Form) Checked(name string) bool { return f.Values.Get(name) != "" }

// Lines returns the lines of an input without empty ones.
func (f Form) Lines(name string) []string {
	var texts []string
	for line := range strings.Lines(f.Values.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			texts = append(texts, line)
		}
	}
	return texts
}

// Input returns a required text input.
func (f Form) Input(name, label, hint string) Entry {
	return Entry{Name: name, Label: label, Kind: "text", Value: f.Value(name), Hint: hint, Refused: f.Refused.Fields[name]}
}

// Optional returns a text input that may be empty.
func (f Form) Optional(name, label, hint string) Entry {
	entry := f.Input(name, label, hint)
	entry.Optional = true
	return entry
}

// Password returns a required password input, which never shows the sent value. Complete is the autocomplete
// hint for password managers.
func (f Form) Password(name, label, hint, complete string) Entry {
	entry := f.Input(name, label, hint)
	entry.Kind, entry.Value, entry.Complete = "password", "", complete
	return entry
}

// Entry is one input of a form, with the reason if its value was rejected. Methods of Form create it.
type Entry struct {
	Name    string
	Label   string
	Kind    string
	Value   string
	Hint    string
	Refused string
	// Complete is the autocomplete hint of the input for password managers.
	Complete string
	Focus    bool
	Optional bool
}

// Typed returns the input with another HTML type, such as email.
func (e Entry) Typed(kind string) Entry {
	e.Kind = kind
	return e
}

// Completing returns the input with an autocomplete hint for password managers, or "off".
func (e Entry) Completing(what string) Entry {
	e.Complete = what
	return e
}

// Focused returns the input with the initial focus.
func (e Entry) Focused() Entry {
	e.Focus = true
	return e
}

// describedBy returns the IDs of the elements that explain the input.
func (e Entry) describedBy() string {
	switch {
	case e.Refused != "":
		return e.Name + "-refused"
	case e.Hint != "":
		return e.Name + "-hint"
	}
	return ""
}

// Choice is one option of an input.
type Choice struct{ Value, Text string }

// Refusals holds the reasons why a form was rejected: for the whole form, and by input.
type Refusals struct {
	// Code is the code of the fault.
	Code   string
	Text   string
	Fields map[string]string
}

// Refused splits an error into the reasons for the named inputs and the text above the form.
func Refused(err error, inputs ...string) Refusals {
	wrong := fault.From(err)
	refusals := Refusals{Code: wrong.Code, Fields: map[string]string{}}
	var elsewhere []string
	for _, field := range wrong.Fields {
		if slices.Contains(inputs, field.Name) {
			refusals.Fields[field.Name] = field.Reason
		} else {
			elsewhere = append(elsewhere, field.Name+" "+field.Reason)
		}
	}
	if len(refusals.Fields) == 0 || len(elsewhere) > 0 {
		refusals.Text = strings.Join(append([]string{wrong.Public}, elsewhere...), " ")
	}
	if left := Wait(wrong.RetryAfter); left != "" {
		refusals.Text += " Try again in " + left + "."
	}
	return refusals
}

func pressed(on bool) string { return strconv.FormatBool(on) }
