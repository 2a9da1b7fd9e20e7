package web

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// downloadSpec sends the description as a file, with the gateway for its address. Who has it already keeps it: readers ask
// each time, and are told each time whether they still may.
func downloadSpec(v *visit) error {
	product, version := v.pathPart("product"), v.pathPart("version")
	found, err := v.config.Catalog.DownloadSpec(v.request.Context(), product, version, v.config.GatewayURL, v.holdsTag)
	if err != nil {
		return err
	}
	header := v.writer.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", `"`+found.Tag+`"`)
	if found.Text == nil {
		v.writer.WriteHeader(http.StatusNotModified)
		return nil
	}
	name := fmt.Sprintf("%s-%s.%s", product, version, found.Format)
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return v.sendAs("application/"+string(found.Format), http.StatusOK, found.Text)
}

// holdsTag reports whether the client says that it has the answer of this tag.
func (v *visit) holdsTag(tag string) bool {
	for held := range strings.SplitSeq(strings.Join(v.request.Header.Values("If-None-Match"), ","), ",") {
		held = strings.TrimSpace(held)
		if held == "*" || strings.TrimPrefix(held, "W/") == `"`+tag+`"` {
			return true
		}
	}
	return false
}

// sendAs answers with something that is no page.
func (v *visit) sendAs(contentType string, status int, text []byte) error {
	v.writer.Header().Set("Content-Type", contentType)
	v.writer.Header().Set("Content-Length", strconv.Itoa(len(text)))
	v.writer.WriteHeader(status)
	_, _ = v.writer.Write(text) // the visitor has gone
	return nil
}
