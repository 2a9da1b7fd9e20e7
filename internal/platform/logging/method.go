package logging

import (
	"net/http"
	"slices"
)

// methods are those that HTTP defines.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	http.MethodConnect, http.MethodTrace,
}

// Method returns the method as logs, traces and labels of metrics name it. A method that HTTP does not define is
// _OTHER, because a client can send any text.
func Method(method string) string {
	if slices.Contains(methods, method) {
		return method
	}
	return "_OTHER"
}
