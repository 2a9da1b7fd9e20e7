package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"unicode/utf8"
)

// textPart is how much of a long text is spelled at a time, in bytes.
const textPart = 32 << 10

// WithText answers with a JSON object that has one more member: a long text, such as an API description. It encodes the
// text part by part while sending, so that memory use does not grow with the text.
func WithText(w http.ResponseWriter, value any, member string, text []byte) error {
	head, err := json.Marshal(value)
	if err != nil {
		return err
	}
	name, err := json.Marshal(member)
	if err != nil {
		return err
	}
	head = bytes.TrimSuffix(head, []byte("}"))
	if len(head) > len("{") {
		head = append(head, ',')
	}
	Header(w, "application/json")
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(append(append(head, name...), ':', '"'))
	if err == nil {
		err = spell(w, text)
	}
	if err == nil {
		_, _ = io.WriteString(w, `"}`)
	}
	return nil // the client has gone
}

// spell writes a text as a JSON string without the quotation marks.
func spell(w io.Writer, text []byte) error {
	var spelled bytes.Buffer
	encoder := json.NewEncoder(&spelled)
	encoder.SetEscapeHTML(false)
	for len(text) > 0 {
		part := text[:partEnd(text)]
		text = text[len(part):]
		spelled.Reset()
		if err := encoder.Encode(string(part)); err != nil {
			return err
		}
		if _, err := w.Write(spelled.Bytes()[1 : spelled.Len()-2]); err != nil { // without quotation marks and the end of the line
			return err
		}
	}
	return nil
}

// partEnd returns the end of the first part of a text, which is never within a character.
func partEnd(text []byte) int {
	if len(text) <= textPart {
		return len(text)
	}
	for end := textPart; end > textPart-utf8.UTFMax; end-- {
		if utf8.RuneStart(text[end]) {
			return end
		}
	}
	return textPart // not UTF-8: the part ends anywhere
}
