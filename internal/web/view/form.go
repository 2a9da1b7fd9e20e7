package view

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
)

// Form is a form as a page shows it: the values of its inputs, and why it was refused.
type Form struct {
	Values  url.Values
	Refused Refusals
}

// Filled returns a form that shows these values.
func Filled(values url.Values) Form { return Form{Values: values} }

// RefusedForm returns the form that was sent with why it was refused. The reasons for inputs that were sent, and for
// those named here, stand beside them; all others stand above the form.
func RefusedForm(sent url.Values, err error, inputs ...string) Form {
	return Form{Values: sent, Refused: Refused(err, slices.AppendSeq(inputs, maps.Keys(sent))...)}
}

// Value returns what an input holds.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Checked reports whether a checkbox is ticked.
func (f Form) Checked(name string) bool { return f.Values.Get(name) != "" }

// Lines returns the texts of an input that takes one per line, without blank ones.
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

// Optional returns a text input that may stay empty.
func (f Form) Optional(name, label, hint string) Entry {
	entry := f.Input(name, label, hint)
	entry.Optional = true
	return entry
}

// Password returns a required password input, which never shows what was sent. Password managers are told what it is
// for.
func (f Form) Password(name, label, hint, complete string) Entry {
	entry := f.Input(name, label, hint)
	entry.Kind, entry.Value, entry.Complete = "password", "", complete
	return entry
}

// Entry is one input of a form, with why its value was refused. Form makes it.
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

// Typed returns the input with another type of HTML, such as email.
func (e Entry) Typed(kind string) Entry {
	e.Kind = kind
	return e
}

// Completing returns the input with a purpose for password managers, or "off".
func (e Entry) Completing(what string) Entry {
	e.Complete = what
	return e
}

// Focused returns the input as the one in which the visitor starts to type.
func (e Entry) Focused() Entry {
	e.Focus = true
	return e
}

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

// Choice is one of the values that may be chosen.
type Choice struct{ Value, Text string }

// Refusals is why a form was refused: as a whole, and its inputs by their names.
type Refusals struct {
	// Code is the code of the fault.
	Code   string
	Text   string
	Fields map[string]string
}

// Refused splits an error into the reasons beside the named inputs and the text above the form.
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
