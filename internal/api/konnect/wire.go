package konnect

import (
	"time"

	"github.com/portico-api/portico/internal/platform/opt"
)

// timestamp is a time as the protocol spells it: UTC, to the millisecond.
type timestamp time.Time

// MarshalText implements encoding.TextMarshaler.
func (t timestamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// orNull is a text that reads null where there is none.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// orEmpty is a list that reads [] where there is none.
func orEmpty(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// orNothing is a text of a body, empty where it is not there.
func orNothing(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// given is a text of a body that changes nothing where it is not there.
func given(text *string) opt.Value[string] {
	if text == nil {
		return opt.Value[string]{}
	}
	return opt.Of(*text)
}
