// Package fault is the error vocabulary of the whole product: what went wrong in the domain's words, never an HTTP
// number.
//
// A service returns an Error; the surface that renders it chooses the status and the body of its dialect and logs it
// once. Only Public and Fields ever reach a client. The package owns no messages of its own and knows no surface.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is the class of an Error.
type Kind uint8

// The kinds. The zero value is Internal, so that unclassified errors reveal nothing to clients.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	Precondition
	Payment
	Limited
	TooLarge
	Unavailable
)

var kindNames = [...]string{
	"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict",
	"precondition", "payment", "limited", "too_large", "unavailable",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Internal]
}

// Field names one rejected part of the input and the reason.
type Field struct {
	Name   string
	Reason string
}

// Error is a classified failure.
type Error struct {
	Kind Kind
	// Code is a stable machine-readable word such as "email_taken".
	Code string
	// Public is one or two sentences for the client: what happened and what to do next.
	Public string
	// Fields holds the rejected parts of the input of an Invalid error.
	Fields []Field
	// RetryAfter is how long to wait before trying again, or zero if it is unknown.
	RetryAfter time.Duration
	// Err is the cause, for the log only.
	Err error
}

func (e *Error) Error() string {
	text := e.Kind.String()
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Public != "" {
		text += ": " + e.Public
	}
	for _, field := range e.Fields {
		text += fmt.Sprintf(" [%s: %s]", field.Name, field.Reason)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// New returns an error of the kind with a code for programs and a text for people.
func New(kind Kind, code, public string) *Error {
	return &Error{Kind: kind, Code: code, Public: public}
}

// Newf is New with a formatted public text. Its arguments must be safe to show to a client.
func Newf(kind Kind, code, public string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(public, args...))
}

// Wrap classifies a cause that the client must not see.
func Wrap(kind Kind, code, public string, cause error) *Error {
	return &Error{Kind: kind, Code: code, Public: public, Err: cause}
}

// InvalidFields returns an Invalid error for the rejected fields, or nil if there are none.
func InvalidFields(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid_input", Public: "Some of what was sent cannot be accepted.", Fields: fields}
}

// Missing returns the error for an object that does not exist or belongs to another team.
func Missing(noun string) *Error {
	return Newf(NotFound, "not_found", "There is no such %s.", noun)
}

// From returns err as an Error; an unclassified err becomes Internal, with err as its cause.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if classified, ok := errors.AsType[*Error](err); ok {
		return classified
	}
	return &Error{Kind: Internal, Code: "internal", Public: "Something went wrong on our side. Please try again.", Err: err}
}

// Is reports whether err carries the kind. A nil error carries none.
func Is(err error, kind Kind) bool {
	return err != nil && From(err).Kind == kind
}
