package catalogue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/view"
)

// editForm is a form that changes an object of the catalogue.
type editForm struct {
	view.Form
	// File is the file that manages the object, which is then read-only; empty if staff manage it.
	File string
}

// seenInput is the hidden input with the UpdatedAt that the form was filled from.
const seenInput = "seen"

// seen returns the UpdatedAt that a sent form was filled from.
func seen(sent url.Values) time.Time { return view.Stamped(sent.Get(seenInput)) }

// seenValue returns the value of the hidden input. It is empty after a refusal because of a concurrent change, so that
// saving again replaces that change.
func seenValue(form view.Form) string {
	if form.Refused.Code == catalog.CodeChangedMeanwhile {
		return ""
	}
	return form.Value(seenInput)
}

// spareRows is the number of empty rows after the filled ones; without scripts, saving adds more.
const spareRows = 2

// inputName returns the name of an input in a row.
func inputName(noun string, row int, part string) string {
	return noun + "." + strconv.Itoa(row) + "." + part
}

// rows counts the filled rows of a list, which compact has moved to the top.
func rows(form view.Form, noun, part string) int {
	count := 0
	for form.Values.Has(inputName(noun, count, part)) {
		count++
	}
	return count
}

// compact moves the filled rows of a sent form to the top and deletes the empty ones. A row is filled if one of its
// deciding parts is. The domain then numbers rows in its errors as the form does.
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

// flagged ticks a checkbox of a form if on.
func flagged(values url.Values, name string, on bool) {
	if on {
		values.Set(name, "yes")
	}
}
