package reference

import (
	"net/http"
	"testing"
)

func TestPrefersMarkdown(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "text/html": false, "text/*": false, "nonsense;;": false, "text/markdown;q=x": false,
		"text/markdown": true, "Text/Markdown; charset=utf-8": true, "text/markdown, text/html": true, "text/html, text/markdown": true,
		"text/html, text/markdown;q=0.5": false, "text/html;q=0.5, text/markdown;q=0.9": true, "text/markdown;q=0": false,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": false,
	} {
		if got := prefersMarkdown(http.Header{"Accept": {accept}}); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}
