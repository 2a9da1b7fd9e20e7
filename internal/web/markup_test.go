package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/portico-api/portico/internal/web/address"
)

// activeMarkup finds markup in a page that could run, style or load something, except the layout's own. Every page with
// texts of other authors is tested with it.
func activeMarkup(page string) string {
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			if found := activeTag(tokens.Token()); found != "" {
				return found
			}
		}
	}
}

func activeTag(tag html.Token) string {
	switch tag.Data {
	case "script":
		if len(tag.Attr) != 2 || tag.Attr[1].Val != address.Assets+"site-2.js" && tag.Attr[1].Val != address.Assets+"reference-3.js" {
			return tag.String()
		}
	case "style", "iframe", "object", "embed", "base", "svg", "use", "math", "video", "audio", "form", "link", "meta":
		if !ours(tag) {
			return tag.String()
		}
	}
	for _, attribute := range tag.Attr {
		value := strings.ToLower(strings.Join(strings.Fields(attribute.Val), ""))
		switch {
		case strings.HasPrefix(attribute.Key, "on"), attribute.Key == "style", attribute.Key == "srcdoc",
			strings.HasPrefix(value, "javascript:"), strings.HasPrefix(value, "data:"), strings.HasPrefix(value, "vbscript:"):
			return tag.String()
		}
	}
	return ""
}

// ours matches the layout's own elements of the kinds that authors may not use.
func ours(tag html.Token) bool {
	attributes := map[string]string{}
	for _, attribute := range tag.Attr {
		attributes[attribute.Key] = attribute.Val
	}
	switch tag.Data {
	case "link":
		return attributes["href"] == address.Assets+"site-1.css" || attributes["href"] == "/icon.svg" ||
			attributes["href"] == address.Assets+"sans-6.woff2" ||
			attributes["rel"] == "alternate" && strings.HasPrefix(attributes["href"], "/apis/")
	case "meta":
		return attributes["charset"] != "" || attributes["name"] == "viewport" || attributes["name"] == "color-scheme"
	case "form":
		return strings.HasPrefix(attributes["action"], "/")
	case "svg":
		if attributes["class"] == "spark" {
			return len(tag.Attr) == 5 && attributes["role"] == "img" && attributes["viewbox"] != "" && attributes["preserveaspectratio"] != ""
		}
		return len(tag.Attr) == 2 && attributes["aria-hidden"] == "true" && (attributes["class"] == "icon" || attributes["viewbox"] != "")
	case "use":
		return len(tag.Attr) == 1 && strings.HasPrefix(attributes["href"], address.Assets+"icons-5.svg#")
	}
	return false
}

func TestActiveMarkupIsFound(t *testing.T) {
	for _, page := range []string{
		`<script>alert(1)</script>`, `<script src="https://evil.example/x.js"></script>`, `<p onclick="x">`, `<a href=" JavaScript:x">`,
		`<p style="color:red">`, `<iframe src="/">`, `<form action="https://evil.example">`, `<meta http-equiv="refresh">`, `<svg>`,
		`<svg class="icon" aria-hidden="true" onload="x">`, `<use href="https://evil.example/x.svg#x">`, `<use href="/brand/logo#x">`,
		`<a href="java	script:alert(1)">`, `<img src="data:image/svg+xml,x">`,
	} {
		if activeMarkup(page) == "" {
			t.Errorf("%s is not found", page)
		}
	}
	if found := activeMarkup(`<link rel="stylesheet" href="/assets/site-1.css"><svg class="icon" aria-hidden="true"><use href="/assets/icons-5.svg#x"></use></svg><p class="x">&lt;script&gt;</p>`); found != "" {
		t.Errorf("%s is found, but is not active", found)
	}
}
