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

// query returns a query parameter. One without a value counts as missing.
func (c *call) query(name string) string { return c.parameters.Get(name) }

// equal returns the value that a property must equal: filter[name][eq], or filter[name] for short.
func (c *call) equal(property string) string {
	if sent := c.query("filter[" + property + "][eq]"); sent != "" {
		return sent
	}
	return c.query("filter[" + property + "]")
}

// contains returns the text that a property must contain.
func (c *call) contains(property string) string {
	return c.query("filter[" + property + "][contains]")
}

// equalID is equal for an identifier, zero if there is no filter.
func equalID[I ~[12]byte](c *call, property string) (I, error) {
	sent := c.equal(property)
	if sent == "" {
		return I{}, nil
	}
	return readID[I]("filter["+property+"]", sent)
}

// uuid matches identifiers and mailed tokens as the protocol spells them.
var uuid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// readID parses an identifier in a query or a body. A UUID that this portal cannot have issued becomes an unknown
// identifier; any other text is invalid.
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

// sentID is readID for a member of a body, zero if it is missing.
func sentID[I ~[12]byte](name string, sent *string) (I, error) {
	if sent == nil {
		return I{}, nil
	}
	return readID[I](name, *sent)
}

// foreignID returns an identifier that this portal never issues: ours begin with the time, and this one is all ones.
func foreignID[I ~[12]byte]() I {
	return I(bytes.Repeat([]byte{0xff}, len(I{})))
}

// equalWord is equal for a property with a fixed set of values.
func (c *call) equalWord(property string, known ...string) (string, error) {
	sent := c.equal(property)
	if sent == "" || slices.Contains(known, sent) {
		return sent, nil
	}
	return "", fault.InvalidFields([]fault.Field{{Name: "filter[" + property + "]", Reason: "must be one of " + strings.Join(known, ", ")}})
}

// flag returns a boolean parameter; without a value it is true.
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

// pathID parses an identifier in the path. A malformed one is not found, and so is the zero identifier, which stands
// for defaults in the domain.
func pathID[I ~[12]byte](c *call, parameter, noun string) (I, error) {
	wanted, err := id.Parse[I](chi.URLParam(c.request, parameter))
	if err != nil || wanted == (I{}) {
		return I{}, fault.Missing(noun)
	}
	return wanted, nil
}
