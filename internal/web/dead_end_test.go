package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// TestWhatIsTooLargeLeadsBack sends forms that are larger than they may be.
func TestWhatIsTooLargeLeadsBack(t *testing.T) {
	p := newPortalWithVersion(t)
	for _, test := range []struct {
		path, from string
		size       int
		limit      string
	}{
		{address.Catalogue + "/new-product", address.Catalogue + "/new-product?from=list", 65 << 10, "at most 64 KiB"},
		{address.StaffProduct("made") + "/new-document", address.StaffProduct("made") + "/new-document", 4 << 20, "at most 3136 KiB"},
		{address.Settings, address.Settings, 600 << 10, "at most 576 KiB"},
	} {
		request := p.as(t, p.Staff, http.MethodPost, test.path, url.Values{"description": {strings.Repeat("x", test.size)}})
		request.Header.Set("Referer", "http://portal.example"+test.from)
		expect(t, p.send(request), http.StatusRequestEntityTooLarge, test.limit, `href="`+test.from+`">Back to where you were`)
		request = p.as(t, p.Staff, http.MethodPost, test.path, url.Values{"description": {strings.Repeat("x", test.size)}})
		request.Header.Set("Referer", "https://evil.example"+test.from)
		if answer := p.send(request); strings.Contains(answer.Body.String(), "Back to where you were") {
			t.Errorf("%s leads to where another site says", test.path)
		}
	}
	expect(t, p.uploading(t, p.Staff, address.Settings+"/logo", strings.Repeat("x", 600<<10), nil), http.StatusRequestEntityTooLarge,
		"may have at most 512 KiB", `id="name"`)
}

func TestARefusedFilterLeadsBack(t *testing.T) {
	p := newPortal(t)
	for _, path := range []string{"/staff/people", "/applications", address.Catalogue} {
		refused := path + "?q=" + strings.Repeat("x", view.LongestFilter+1)
		expect(t, p.get(t, p.Staff, refused), http.StatusUnprocessableEntity, "2000 bytes", `href="`+path+`">Show it without filters`)
		request := p.as(t, p.Staff, http.MethodGet, refused, nil)
		request.Header.Set("Referer", "http://portal.example"+path+"?page=2")
		expect(t, p.send(request), http.StatusUnprocessableEntity, `href="`+path+`?page=2">Back to where you were`)
	}
}
