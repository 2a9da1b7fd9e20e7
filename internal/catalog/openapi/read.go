package openapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// Read parses an API description: OpenAPI 3.0 or 3.1, or Swagger 2, in JSON or YAML.
//
// It reads only this text; a reference to another file or address is an error. If a finding is an error, the Spec may
// be incomplete and must not be published.
func Read(ctx context.Context, file string, text []byte, limits Limits) (Spec, []Finding) {
	limits = limits.withDefaults()
	found := newFindings(file, limits.Findings)
	digest := sha256.Sum256(text)
	spec := Spec{Digest: hex.EncodeToString(digest[:]), Format: formatOf(file, text), Text: text}

	root := readText(spec.Format, text, limits, found)
	if root == nil {
		return spec, found.sorted()
	}
	d := newDescription(root, limits, found)
	if !d.readNotation(&spec) {
		return spec, found.sorted()
	}
	d.checkReferences(d.root, false)
	d.checkInclusions(d.namedSchemas())
	if found.failed() {
		return spec, found.sorted()
	}
	if spec.OpenAPI == swagger2 && !d.convert() {
		return spec, found.sorted()
	}
	d.readRoot(&spec)
	d.readOperations(ctx, &spec)
	d.readSchemas(ctx, &spec)
	d.checkValues(ctx)
	if err := ctx.Err(); err != nil {
		found.add(Finding{Severity: Error, Message: "Reading was interrupted: " + err.Error() + ".", Advice: "Try again."})
	}
	return spec, found.sorted()
}

var byteOrderMark = []byte("\uFEFF")

// formatOf returns JSON if the text begins with a brace or bracket, except for a .yaml file that is not valid JSON.
func formatOf(file string, text []byte) Format {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, byteOrderMark))
	if len(text) == 0 || (text[0] != '{' && text[0] != '[') {
		return YAML
	}
	switch strings.ToLower(path.Ext(file)) {
	case ".yaml", ".yml":
		if !json.Valid(text) {
			return YAML
		}
	}
	return JSON
}

// readText parses the text. It returns nil after it has reported an error.
func readText(format Format, text []byte, limits Limits, found *findings) *node {
	if len(text) > limits.Bytes {
		found.add(Finding{
			Severity: Error, Message: fmt.Sprintf("The file is larger than %d bytes.", limits.Bytes),
			Advice: "Split it into several products or versions.",
		})
		return nil
	}
	text = bytes.TrimPrefix(text, byteOrderMark)
	if !checkText(format, text, found) {
		return nil
	}
	read := &tree{limits: limits, findings: found}
	var root *node
	if format == JSON {
		root = read.readJSON(text)
	} else {
		root = read.readYAML(text)
	}
	if root != nil && root.kind != objectKind {
		found.add(Finding{
			Severity: Error, Line: int(root.line), Column: int(root.column),
			Message: "An OpenAPI description must be an object; this file contains " + root.kind.String() + ".",
			Advice:  "Check that this is the right file.",
		})
		return nil
	}
	return root
}

// checkText rejects text that no parser should see and reports why.
func checkText(format Format, text []byte, found *findings) bool {
	trimmed := bytes.TrimSpace(text)
	refused := Finding{Severity: Error}
	switch {
	case len(trimmed) == 0:
		refused.Message, refused.Advice = "The file is empty.", "Add an OpenAPI description to it."
	case trimmed[0] == '<':
		refused.Message = "This is a web page or XML, not an OpenAPI description."
		refused.Advice = "Download the raw JSON or YAML file and use that."
	default:
		offset, what := unreadable(format, text)
		if offset < 0 {
			return true
		}
		refused.Message, refused.Advice = what, "Save the file as UTF-8 text without control characters."
		refused.Line, refused.Column = placeOf(text, offset)
	}
	found.add(refused)
	return false
}

// unreadable returns the offset of the first character that the format does not allow, or -1.
func unreadable(format Format, text []byte) (offset int, what string) {
	for i := 0; i < len(text); {
		c := rune(text[i])
		size := 1
		if c >= utf8.RuneSelf {
			if c, size = utf8.DecodeRune(text[i:]); c == utf8.RuneError && size == 1 {
				return i, fmt.Sprintf("The byte 0x%02X is not valid UTF-8.", text[i])
			}
		}
		control := c < ' ' && c != '\t' && c != '\n' && c != '\r'
		if format == YAML {
			control = control || (c >= 0x7F && c < 0xA0 && c != 0x85) || c == 0xFFFE || c == 0xFFFF
		}
		if control {
			return i, fmt.Sprintf("The control character %U is not allowed.", c)
		}
		i += size
	}
	return -1, ""
}
