package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
)

// MaxBody is the largest body in JSON that is read.
const MaxBody = 1 << 20

// deepest bounds how values nest in a body.
const deepest = 64

// CodeNoBody is the code of the error where there is no body.
const CodeNoBody = "no_body"

// Decode reads a body of JSON. Members that T does not know are passed over; a body that is no JSON, of the wrong shape,
// too large or too deep is invalid, with the field where that is known.
func Decode[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var value T
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && media != "application/json" && !strings.HasSuffix(media, "+json") {
		return value, fault.New(fault.Invalid, "not_json", "The body must be JSON: send it as application/json.")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	switch {
	case tooLarge(err):
		return value, fault.Wrap(fault.TooLarge, "body_too_large", fmt.Sprintf("A body may have at most %d KiB. Shorten it.", MaxBody>>10), err)
	case err != nil:
		return value, fault.Wrap(fault.Invalid, "body_cut", "The body ended before it was whole. Send it again.", err)
	case len(bytes.TrimSpace(text)) == 0:
		return value, fault.New(fault.Invalid, CodeNoBody, "The body is empty. Send an object as JSON.")
	}
	if err := checkShape(text); err != nil {
		return value, err
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, notRead(err)
	}
	return value, nil
}

// tooLarge reports whether reading a body failed because it is larger than its bound.
func tooLarge(err error) bool {
	_, large := errors.AsType[*http.MaxBytesError](err)
	return large
}

// notRead says what was to be sent in place of what was.
func notRead(err error) error {
	wrong, typed := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case typed && wrong.Field != "":
		return fault.InvalidFields([]fault.Field{{Name: wrong.Field, Reason: "must be " + nounOf(wrong.Type)}})
	case typed:
		return fault.Wrap(fault.Invalid, "not_object", "The body must be "+nounOf(wrong.Type)+".", err)
	}
	return fault.Wrap(fault.Invalid, "not_json", "The body is not one value of JSON. Check its brackets, quotation marks and commas, and that nothing follows.", err)
}

// nounOf is what JSON calls a value that is read into the type.
func nounOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	}
	return "a number"
}

// checkShape looks at a text of JSON before it is read: how deeply it nests, as far as its brackets tell, and whether it
// holds a NUL, which databases stumble over.
func checkShape(text []byte) error {
	level, most, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			if i++; bytes.HasPrefix(text[i:], []byte("u0000")) {
				return fault.New(fault.Invalid, "holds_nul", "A text in the body holds a NUL. Send it without.")
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			most = max(most, level)
		case c == '}' || c == ']':
			level--
		}
	}
	if most > deepest {
		return fault.New(fault.Invalid, "too_deep", fmt.Sprintf("Values in the body may nest %d deep at most. Send it flatter.", deepest))
	}
	return nil
}

// JSON answers a value. No cache keeps it.
func JSON(w http.ResponseWriter, status int, value any) error {
	return Typed(w, status, "application/json", value)
}

// Typed is JSON under another media type.
func Typed(w http.ResponseWriter, status int, mediaType string, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	Header(w, mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimRight(text.Bytes(), "\n")) // whoever asked has gone
	return nil
}

// Empty answers a status without a body.
func Empty(w http.ResponseWriter, status int) error {
	Header(w, "")
	w.WriteHeader(status)
	return nil
}

// Header sets what every answer of a wire protocol has: its type, and that nothing is kept or guessed.
func Header(w http.ResponseWriter, mediaType string) {
	header := w.Header()
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
}

// Content answers bytes of another media type.
func Content(w http.ResponseWriter, mediaType string, content []byte) error {
	Header(w, mediaType)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // whoever asked has gone
	return nil
}
