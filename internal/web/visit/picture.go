package visit

import "net/http"

// pictureOnly keeps a picture that is opened directly from running scripts: to browsers, an SVG is a document.
const pictureOnly = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// SendPicture sends a picture that was uploaded, with this tag for caches. Its Cache-Control is the caller's.
func (v *Visit) SendPicture(media, digest string, content []byte) error {
	header := v.Writer.Header()
	header.Set("Content-Security-Policy", pictureOnly)
	tag := `"` + digest + `"`
	header.Set("ETag", tag)
	if v.Request.Header.Get("If-None-Match") == tag {
		v.Writer.WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Type", media)
	v.Writer.WriteHeader(http.StatusOK)
	_, _ = v.Writer.Write(content) // the visitor has left
	return nil
}
