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

// MaxBody is the size limit of JSON bodies, in bytes.
const MaxBody = 1 << 20

// deepest is the nesting limit of values in a body.
const deepest = 64

// CodeNoBody is the code of the error for a missing body.
const CodeNoBody = "no_body"

// Decode parses a JSON body and ignores members that T does not have. A body that is malformed, too large or too deeply
// nested is invalid; the error names the field if it is known.
func Decode[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	return decode[T](w, r, false)
}

// DecodeStrictly is Decode, except that members that T does not have are invalid.
func DecodeStrictly[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	return decode[T](w, r, true)
}

func decode[T any](w http.ResponseWriter, r *http.Request, strictly bool) (T, error) {
	var value T
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && media != "application/json" && !strings.HasSuffix(media, "+json") {
		return value, fault.New(fault.Invalid, "not_json", "The body must be JSON: send it as application/json.")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	switch {
	case tooLarge(err):
		return value, fault.Wrap(fault.TooLarge, "body_too_large", fmt.Sprintf("A body may have at most %d KiB. Send a shorter one.", MaxBody>>10), err)
	case err != nil:
		return value, fault.Wrap(fault.Invalid, "body_cut", "The body ended early. Send it again.", err)
	case len(bytes.TrimSpace(text)) == 0:
		return value, fault.New(fault.Invalid, CodeNoBody, "The body is empty. Send an object as JSON.")
	}
	if err := checkShape(text); err != nil {
		return value, err
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, notRead(err)
	}
	if strictly {
		strict := json.NewDecoder(bytes.NewReader(text))
		strict.DisallowUnknownFields()
		var again T
		if err := strict.Decode(&again); err != nil {
			return value, notRead(err)
		}
	}
	return value, nil
}

// tooLarge reports whether reading a body failed because it exceeds its limit.
func tooLarge(err error) bool {
	_, large := errors.AsType[*http.MaxBytesError](err)
	return large
}

// notRead returns an error that says what the body should hold instead.
func notRead(err error) error {
	wrong, typed := errors.AsType[*json.UnmarshalTypeError](err)
	unknown, isUnknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case isUnknown:
		return fault.InvalidFields([]fault.Field{{Name: strings.Trim(unknown, `"`), Reason: "is unknown"}})
	case typed && wrong.Field != "":
		return fault.InvalidFields([]fault.Field{{Name: wrong.Field, Reason: "must be " + nounOf(wrong.Type)}})
	case typed:
		return fault.Wrap(fault.Invalid, "not_object", "The body must be "+nounOf(wrong.Type)+".", err)
	}
	return fault.Wrap(fault.Invalid, "not_json", "The body is not valid JSON. Check its brackets, quotation marks and commas, and that nothing follows it.", err)
}

// nounOf returns JSON's word for values of the type.
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

// checkShape rejects JSON that nests too deeply, judging by its brackets, or holds a NUL, which databases reject.
func checkShape(text []byte) error {
	level, most, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			if i++; bytes.HasPrefix(text[i:], []byte("u0000")) {
				return fault.New(fault.Invalid, "holds_nul", "A text in the body contains a NUL character. Remove it.")
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
		return fault.New(fault.Invalid, "too_deep", fmt.Sprintf("Values in the body may nest at most %d levels deep. Remove levels.", deepest))
	}
	return nil
}

// JSON sends a value as JSON that no cache may store.
func JSON(w http.ResponseWriter, status int, value any) error {
	return Typed(w, status, "application/json", value)
}

// Typed is JSON with another media type.
func Typed(w http.ResponseWriter, status int, mediaType string, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	Header(w, mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimRight(text.Bytes(), "\n")) // the client has gone
	return nil
}

// Empty sends a status without a body.
func Empty(w http.ResponseWriter, status int) error {
	Header(w, "")
	w.WriteHeader(status)
	return nil
}

// Header sets the headers of every answer: its media type, no caching, no sniffing.
func Header(w http.ResponseWriter, mediaType string) {
	header := w.Header()
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
}

// Content sends bytes with the given media type.
func Content(w http.ResponseWriter, mediaType string, content []byte) error {
	Header(w, mediaType)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // the client has gone
	return nil
}
