package web

import (
	"cmp"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
)

// A page of the catalogue has a twin in markdown, for people who paste it into an assistant and for programs. It is at the
// page's address with .md behind it, and at the page's own address for those who ask for markdown. A page that really has
// such a name, as a version called 1.md would, comes first: its own twin is then at 1.md.md.

const twinSuffix = ".md"

const markdownType = "text/markdown; charset=utf-8"

// twin writes a page in markdown; last is the last part of the page's address.
type twin func(v *visit, last string) (string, error)

// twinned answers a page and its twin; last is the route's name for the last part of the address.
func twinned(last string, page handler, write twin) handler {
	return func(v *visit) error {
		v.writer.Header().Add("Vary", "Accept")
		name := v.pathPart(last)
		if prefersMarkdown(v.request.Header) {
			text, err := write(v, name)
			if shorter, cut := strings.CutSuffix(name, twinSuffix); cut && fault.Is(err, fault.NotFound) {
				text, err = write(v, shorter)
			}
			return v.sendTwin(text, err)
		}
		v.twin = v.request.URL.EscapedPath() + twinSuffix
		err := page(v)
		if err == nil {
			return nil
		}
		v.twin = ""
		shorter, cut := strings.CutSuffix(name, twinSuffix)
		if !cut || !fault.Is(err, fault.NotFound) {
			return err
		}
		return v.sendTwin(write(v, shorter))
	}
}

func (v *visit) sendTwin(text string, err error) error {
	if err != nil {
		return v.failTwin(err)
	}
	return v.sendAs(markdownType, http.StatusOK, []byte(text))
}

// failTwin answers in markdown what went wrong and what to do.
func (v *visit) failTwin(err error) error {
	wrong := fault.From(err)
	status := statuses[wrong.Kind]
	v.log(wrong, status)
	v.retryAfter(wrong)
	var text twinText
	text.heading(1, headlines[wrong.Kind])
	text.paragraph(plain(wrong.Public))
	if wrong.Kind == fault.NotFound {
		text.paragraph("Everything that you may read is listed in " + v.absolute("/llms.txt") + ".")
		if v.principal.Anonymous() {
			text.paragraph("Some of it is only for people who are signed in: " + v.absolute("/sign-in") + ".")
		}
	}
	if id := logging.RequestID(v.request.Context()); id != "" {
		text.paragraph("Request " + code(id))
	}
	return v.sendAs(markdownType, status, []byte(text.String()))
}

// absolute is an address of the portal as one can use it anywhere.
func (v *visit) absolute(path string) string { return v.config.PortalURL + path }

// prefersMarkdown reports whether the client names markdown, and nothing that pages are as something it would rather have.
func prefersMarkdown(header http.Header) bool {
	wanted := map[string]float64{}
	for entry := range strings.SplitSeq(strings.Join(header.Values("Accept"), ","), ",") {
		media, parameters, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		quality, err := strconv.ParseFloat(cmp.Or(parameters["q"], "1"), 64)
		if err != nil {
			continue
		}
		wanted[media] = max(wanted[media], quality)
	}
	return wanted["text/markdown"] > 0 && wanted["text/markdown"] >= wanted["text/html"]
}
