package view

import (
	"net/http"
	"strings"

	"github.com/portico-api/portico/internal/catalog/markdown"
)

// codeBlock returns highlighted code as HTML, and the classes of the element around it.
func codeBlock(language, code string) (html, class string) {
	html, lines := markdown.Code(language, code)
	if lines {
		return html, "chroma counted"
	}
	return html, "chroma"
}

// LanguageOf returns the highlighter's name for the language of a media type.
func LanguageOf(mediaType string) string {
	for _, language := range [...]string{"json", "xml", "yaml", "html"} {
		if strings.Contains(mediaType, language) {
			return language
		}
	}
	return ""
}

// MethodClass returns the class that gives an HTTP method its colour.
func MethodClass(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return "method-" + strings.ToLower(method)
	}
	return "method-other"
}
