package konnect

import (
	"time"

	"github.com/portico-api/portico/internal/platform/opt"
)

// timestamp is a time in UTC with milliseconds, as the protocol spells it.
type timestamp time.Time

// MarshalText implements encoding.TextMarshaler.
func (t timestamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// orNull returns nil for an empty text, so that JSON encodes it as null.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// orEmpty returns an empty list for nil, so that JSON encodes it as [].
func orEmpty(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// orNothing returns a text of a body, empty if it is missing.
func orNothing(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// given returns a text of a body as a change, or no change if it is missing.
func given(text *string) opt.Value[string] {
	if text == nil {
		return opt.Value[string]{}
	}
	return opt.Of(*text)
}
