package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestFromKeepsTheKindThroughWrapping(t *testing.T) {
	taken := New(Conflict, "email_taken", "Choose another address.")
	wrapped := fmt.Errorf("creating an account: %w", taken)
	if got := From(wrapped); got != taken {
		t.Errorf("From = %v, want the error itself", got)
	}
	if !Is(wrapped, Conflict) || Is(wrapped, NotFound) || Is(nil, Internal) {
		t.Error("Is does not tell the kind")
	}
	if From(nil) != nil {
		t.Error("From(nil) is not nil")
	}
}

func TestUnclassifiedErrorsRevealNothing(t *testing.T) {
	got := From(io.ErrUnexpectedEOF)
	if got.Kind != Internal || got.Code != "internal" || !errors.Is(got, io.ErrUnexpectedEOF) {
		t.Errorf("From = %#v", got)
	}
	if public := got.Public; public == "" || public == io.ErrUnexpectedEOF.Error() {
		t.Errorf("a client would read %q", public)
	}
	if !Is(io.EOF, Internal) {
		t.Error("an unclassified error is not internal")
	}
}

func TestErrorIncludesTheCause(t *testing.T) {
	err := Wrap(Unavailable, "store_down", "Try again in a minute.", io.ErrClosedPipe)
	if want := "unavailable store_down: Try again in a minute.: io: read/write on closed pipe"; err.Error() != want {
		t.Errorf("%q, want %q", err.Error(), want)
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Error("the cause is lost")
	}
	fields := InvalidFields([]Field{{Name: "email", Reason: "is not an address"}})
	if want := "invalid invalid_input: Some of what was sent cannot be accepted. [email: is not an address]"; fields.Error() != want {
		t.Errorf("%q, want %q", fields.Error(), want)
	}
}

func TestInvalidFieldsReturnsNilWithoutFields(t *testing.T) {
	if err := InvalidFields(nil); err != nil {
		t.Errorf("InvalidFields(nil) = %v", err)
	}
}

func TestMissingNamesTheNounOnly(t *testing.T) {
	err := Missing("application")
	if err.Kind != NotFound || err.Public != "There is no such application." {
		t.Errorf("Missing = %v", err)
	}
}

func TestEveryKindHasItsName(t *testing.T) {
	seen := map[string]bool{}
	for kind := Internal; kind <= Unavailable; kind++ {
		if name := kind.String(); name == "" || seen[name] {
			t.Errorf("kind %d is called %q", kind, name)
		}
		seen[kind.String()] = true
	}
	if Unavailable.String() != "unavailable" || Kind(200).String() != "internal" {
		t.Errorf("the last kind is called %q, an unknown one %q", Unavailable, Kind(200))
	}
}
