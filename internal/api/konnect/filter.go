package konnect

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// query is a parameter of the address; one without a value is as if it were not there.
func (c *call) query(name string) string { return c.parameters.Get(name) }

// equal is what a property shall be: filter[name][eq], or filter[name] for short.
func (c *call) equal(property string) string {
	if sent := c.query("filter[" + property + "][eq]"); sent != "" {
		return sent
	}
	return c.query("filter[" + property + "]")
}

// contains is what a property shall contain.
func (c *call) contains(property string) string {
	return c.query("filter[" + property + "][contains]")
}

// equalID is equal for a property that is an identifier, zero where nothing is asked for.
func equalID[I ~[12]byte](c *call, property string) (I, error) {
	sent := c.equal(property)
	if sent == "" {
		return I{}, nil
	}
	return readID[I]("filter["+property+"]", sent)
}

// uuid is how the protocol spells identifiers, and tokens of mails.
var uuid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// readID reads an identifier that is sent in a query or a body. A UUID that this portal cannot have given out names nothing that
// is there; text that is no UUID is refused.
func readID[I ~[12]byte](name, sent string) (I, error) {
	wanted, err := id.Parse[I](sent)
	switch {
	case err == nil:
		return wanted, nil
	case uuid.MatchString(sent):
		return foreignID[I](), nil
	}
	return I{}, fault.InvalidFields([]fault.Field{{Name: name, Reason: "invalid ID format"}})
}

// sentID is readID for a member of a body, zero where it is not there.
func sentID[I ~[12]byte](name string, sent *string) (I, error) {
	if sent == nil {
		return I{}, nil
	}
	return readID[I](name, *sent)
}

// foreignID is an identifier that this portal never gives out: ours begin with the time, and this one is all ones.
func foreignID[I ~[12]byte]() I {
	return I(bytes.Repeat([]byte{0xff}, len(I{})))
}

// equalWord is equal for a property that has one of a few words.
func (c *call) equalWord(property string, known ...string) (string, error) {
	sent := c.equal(property)
	if sent == "" || slices.Contains(known, sent) {
		return sent, nil
	}
	return "", fault.InvalidFields([]fault.Field{{Name: "filter[" + property + "]", Reason: "must be one of " + strings.Join(known, ", ")}})
}

// flag is a parameter that is true or false; without a value it is set.
func (c *call) flag(name string) (bool, error) {
	if !c.parameters.Has(name) {
		return false, nil
	}
	switch c.query(name) {
	case "", "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fault.InvalidFields([]fault.Field{{Name: name, Reason: "must be true or false"}})
}

// pathID is an identifier in the path. What cannot be one of ours is nothing that is there; the zero one stands for defaults in
// the domain, which no path names.
func pathID[I ~[12]byte](c *call, parameter, noun string) (I, error) {
	wanted, err := id.Parse[I](chi.URLParam(c.request, parameter))
	if err != nil || wanted == (I{}) {
		return I{}, fault.Missing(noun)
	}
	return wanted, nil
}
