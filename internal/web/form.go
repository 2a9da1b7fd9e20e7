package web

import (
	"strconv"

	"github.com/portico-api/portico/internal/platform/fault"
)

// entry is one input of a form, with why its value was refused.
type entry struct {
	Name    string
	Label   string
	Kind    string
	Value   string
	Hint    string
	Refused string
	// Complete tells password managers what the input is for.
	Complete string
	Focus    bool
}

// describedBy names the elements that explain the input.
func (e entry) describedBy() string {
	switch {
	case e.Refused != "":
		return e.Name + "-refused"
	case e.Hint != "":
		return e.Name + "-hint"
	}
	return ""
}

// refusals finds the reasons of an error by the names of fields; one error without fields refuses the whole form.
type refusals struct {
	Text   string
	Fields map[string]string
}

// refused splits an error into what stands beside inputs and what stands above the form.
func refused(err error, shown ...string) refusals {
	wrong := fault.From(err)
	told := refusals{Fields: map[string]string{}}
	beside := 0
	for _, field := range wrong.Fields {
		told.Fields[field.Name] = field.Reason
		for _, name := range shown {
			if name == field.Name {
				beside++
			}
		}
	}
	if beside == 0 || beside < len(wrong.Fields) {
		told.Text = wrong.Public
	}
	return told
}

// correctable reports whether the visitor can put the error right in the form they sent.
func correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Limited)
}

func pressed(on bool) string { return strconv.FormatBool(on) }
