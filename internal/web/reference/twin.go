package reference

import (
	"cmp"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/web/visit"
)

// A page of the catalogue has a twin in Markdown, for programs and for people who paste it into an assistant. Its URL
// is that of the page with .md at the end. The page's own URL also returns it to clients that prefer Markdown. A page
// whose name ends in .md, such as a version named 1.md, takes precedence: its twin is at 1.md.md.

const twinSuffix = ".md"

const markdownType = "text/markdown; charset=utf-8"

// twin returns a page in Markdown; last is the last part of the page's path.
type twin func(v *visit.Visit, last string) (string, error)

// twinned returns the handler of a page and its twin; last is the route's parameter for the last part of the path.
func twinned(last string, page visit.Handler, write twin) visit.Handler {
	return func(v *visit.Visit) error {
		v.Writer.Header().Add("Vary", "Accept")
		name := v.PathPart(last)
		if prefersMarkdown(v.Request.Header) {
			text, err := write(v, name)
			if shorter, cut := strings.CutSuffix(name, twinSuffix); cut && fault.Is(err, fault.NotFound) {
				text, err = write(v, shorter)
			}
			return sendTwin(v, text, err)
		}
		v.Twin = v.Request.URL.EscapedPath() + twinSuffix
		err := page(v)
		if err == nil {
			return nil
		}
		v.Twin = ""
		shorter, cut := strings.CutSuffix(name, twinSuffix)
		if !cut || !fault.Is(err, fault.NotFound) {
			return err
		}
		text, err := write(v, shorter)
		return sendTwin(v, text, err)
	}
}

func sendTwin(v *visit.Visit, text string, err error) error {
	if err != nil {
		return failTwin(v, err)
	}
	return sendAs(v, markdownType, http.StatusOK, []byte(text))
}

// failTwin sends an error in Markdown, with what to do next.
func failTwin(v *visit.Visit, err error) error {
	wrong := fault.From(err)
	status := visit.Statuses[wrong.Kind]
	v.Log(wrong, status)
	v.RetryAfter(wrong)
	var text twinText
	text.heading(1, visit.Headlines[wrong.Kind])
	text.paragraph(plain(wrong.Public))
	if wrong.Kind == fault.NotFound {
		text.paragraph("Everything that you may read is listed in " + v.Absolute("/llms.txt") + ".")
		if v.Principal.Anonymous() {
			text.paragraph("Some of it is only for people who are signed in: " + v.Absolute("/sign-in") + ".")
		}
	}
	if id := logging.RequestID(v.Request.Context()); id != "" {
		text.paragraph("Request " + code(id))
	}
	return sendAs(v, markdownType, status, []byte(text.String()))
}

// prefersMarkdown reports whether the client accepts Markdown and does not prefer HTML.
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
