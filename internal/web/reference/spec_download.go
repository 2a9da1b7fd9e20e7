package reference

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/web/visit"
)

// downloadSpec sends the description as a file whose servers are the gateway. Clients may cache it, but must revalidate
// it each time, so that permissions are always checked.
func (p *Pages) downloadSpec(v *visit.Visit) error {
	product, version := v.PathPart("product"), v.PathPart("version")
	found, err := p.Catalog.DownloadSpec(v.Request.Context(), product, version, v.Config.GatewayURL, func(tag string) bool { return holdsTag(v, tag) })
	if err != nil {
		return err
	}
	header := v.Writer.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", `"`+found.Tag+`"`)
	if found.Text == nil {
		v.Writer.WriteHeader(http.StatusNotModified)
		return nil
	}
	name := fmt.Sprintf("%s-%s.%s", product, version, found.Format)
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return sendAs(v, "application/"+string(found.Format), http.StatusOK, found.Text)
}

// holdsTag reports whether the client already has the response with this tag.
func holdsTag(v *visit.Visit, tag string) bool {
	for held := range strings.SplitSeq(strings.Join(v.Request.Header.Values("If-None-Match"), ","), ",") {
		held = strings.TrimSpace(held)
		if held == "*" || strings.TrimPrefix(held, "W/") == `"`+tag+`"` {
			return true
		}
	}
	return false
}

// sendAs sends a response that is not a page.
func sendAs(v *visit.Visit, contentType string, status int, text []byte) error {
	v.Writer.Header().Set("Content-Type", contentType)
	v.Writer.Header().Set("Content-Length", strconv.Itoa(len(text)))
	v.Writer.WriteHeader(status)
	_, _ = v.Writer.Write(text) // the visitor has left
	return nil
}
