package openapi

import (
	"slices"
	"strings"
)

// mostReturnCalls bounds the callbacks of one operation.
const mostReturnCalls = 20

// readCallbacks reads the calls that the API may make in return. Callbacks within callbacks are ignored.
func (r *operationReader) readCallbacks(detail *OperationDetail, operation *node) {
	for _, callback := range operation.get("callbacks").object() {
		expressions, _ := r.follow(callback.value)
		for _, expression := range expressions.object() {
			if strings.HasPrefix(expression.name, "x-") {
				continue
			}
			item, _ := r.follow(expression.value)
			for _, entry := range item.object() {
				if !slices.Contains(methods, entry.name) || entry.value.kind != objectKind {
					continue
				}
				if len(detail.ReturnCalls) == mostReturnCalls {
					detail.OmittedCalls++
					continue
				}
				detail.ReturnCalls = append(detail.ReturnCalls, r.readReturnCall(callback.name, expression.name, item, entry))
			}
		}
	}
}

func (r *operationReader) readReturnCall(callback, expression string, item *node, entry member) ReturnCall {
	from := entry.value
	return ReturnCall{
		Callback: shortenTo(callback, longestName), Expression: shortenTo(expression, longestAddress),
		Method: strings.ToUpper(entry.name), Summary: from.string("summary"),
		Description: shortenTo(from.string("description"), longestRow), Deprecated: from.true("deprecated"),
		// Braces in an expression are not path parameters.
		Parameters:  r.readParameters("", item, from, true),
		RequestBody: r.readRequestBody(from.get("requestBody")),
		Responses:   r.readResponses(from),
	}
}
