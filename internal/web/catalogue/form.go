package catalogue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/view"
)

// typed is a form of the catalogue as it is shown: what stands in its inputs, and why it was refused. What is stored is
// written into the same names that a sent form has, so that both are shown in one way.
type typed struct {
	Values  url.Values
	Refused view.Refusals
	// File names the file that manages what is shown; then nothing can be changed here.
	File string
}

// input is one of the form's inputs.
func (t typed) input(name, label, hint string) view.Entry {
	return view.Entry{Name: name, Label: label, Kind: "text", Value: t.Values.Get(name), Hint: hint, Refused: t.Refused.Fields[name]}
}

// optional is an input that may stay empty.
func (t typed) optional(name, label, hint string) view.Entry {
	made := t.input(name, label, hint)
	made.Optional = true
	return made
}

func (t typed) checked(name string) bool { return t.Values.Get(name) != "" }

// refusedAs is the form with why it was refused. Inputs are shown by their names, whatever they are.
func (t typed) refusedAs(err error) typed {
	names := make([]string, 0, len(t.Values))
	for name := range t.Values {
		names = append(names, name)
	}
	t.Refused = view.Refused(err, names...)
	if fault.From(err).Code == catalog.CodeChangedMeanwhile { // who saves again has been told
		t.Values.Del(seenInput)
	}
	return t
}

// seenInput is the hidden input that says which state of a thing its form has shown.
const seenInput = "seen"

func (t typed) seen() time.Time { return view.Stamped(t.Values.Get(seenInput)) }

// lines are the texts of an input that takes one a line.
func (t typed) lines(name string) []string {
	var texts []string
	for line := range strings.Lines(t.Values.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			texts = append(texts, line)
		}
	}
	return texts
}

// spareRows is how many empty rows follow the ones that are filled in: without scripts, saving brings more.
const spareRows = 2

// inputName is the name of a part of a row.
func inputName(noun string, row int, part string) string {
	return noun + "." + strconv.Itoa(row) + "." + part
}

// rows counts the filled rows of a list; compact has put them at the beginning.
func (t typed) rows(noun, part string) int {
	count := 0
	for t.Values.Has(inputName(noun, count, part)) {
		count++
	}
	return count
}

// compact moves the rows of a sent form together that have something in one of their parts, and drops the others, so
// that a row has the number by which the domain refuses it.
func compact(sent url.Values, most int, noun string, deciding []string, others ...string) {
	kept := 0
	for row := range most {
		moved := map[string]string{}
		for _, part := range slices.Concat(deciding, others) {
			moved[part] = strings.TrimSpace(sent.Get(inputName(noun, row, part)))
			sent.Del(inputName(noun, row, part))
		}
		if !slices.ContainsFunc(deciding, func(part string) bool { return moved[part] != "" }) {
			continue
		}
		for part, text := range moved {
			sent.Set(inputName(noun, kept, part), text)
		}
		kept++
	}
}

// flagged writes a yes or no into a form.
func flagged(values url.Values, name string, on bool) {
	if on {
		values.Set(name, "yes")
	}
}
