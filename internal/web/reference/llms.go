package reference

import (
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// The maximum number of entries of each kind in /llms.txt, and the maximum length of a note.
const (
	mostListed  = 300
	longestNote = 160
)

// llmsText lists the Markdown pages that the visitor may read, for programs.
func (p *Pages) llmsText(v *visit.Visit) error {
	contents, err := p.Catalog.Contents(v.Request.Context())
	if err != nil {
		return err
	}
	var text twinText
	text.heading(1, v.Settings.Name)
	text.paragraph("> " + plain(oneLine(summary(v), longestPlain)))
	text.paragraph("Every page about an API is there in markdown too: put " + code(twinSuffix) + " behind its address, or send " +
		code("Accept: text/markdown") + ". Calls go to " + v.Config.GatewayURL + " with a key in the header " + code(keyHeader) + ".")
	if v.Principal.Anonymous() {
		text.paragraph("This lists what everybody may read. People who are signed in see here what is meant for them.")
	}
	addListed(v, &text, "APIs", contents, listProduct(v))
	addListed(v, &text, "Versions", contents, listVersions(v))
	addListed(v, &text, "Documents", contents, listDocuments(v))
	text.heading(2, "Optional")
	text.item(0, linked("Keys and subscriptions", v.Absolute("/profile")), "for people who are signed in")
	text.item(0, linked("Catalogue for programs", v.Absolute(address.APICatalog)), "every version with its OpenAPI document, as a link set")
	return sendAs(v, "text/plain; charset=utf-8", http.StatusOK, []byte(text.String()))
}

func summary(v *visit.Visit) string {
	if first := view.FirstParagraph(v.Settings.Welcome); first != "" {
		return first
	}
	return "APIs with their documents and their reference."
}

// addListed adds a section with each product's entries of one kind, and says how many it omits.
func addListed(v *visit.Visit, text *twinText, title string, contents []catalog.ContentsEntry, of func(catalog.ContentsEntry) []string) {
	var lines []string
	total := 0
	for _, entry := range contents {
		more := of(entry)
		total += len(more)
		lines = append(lines, more[:min(len(more), mostListed-len(lines))]...)
	}
	if total == 0 {
		return
	}
	text.heading(2, title)
	for _, line := range lines {
		text.item(0, line, "")
	}
	if left := total - len(lines); left > 0 {
		text.item(0, "And "+view.Number(int64(left))+" more, which "+linked("the list of APIs", v.Absolute("/apis"))+" leads to", "")
	}
}

func listProduct(v *visit.Visit) func(catalog.ContentsEntry) []string {
	return func(entry catalog.ContentsEntry) []string {
		line := productLink(v, entry.Product)
		if note := oneLine(view.FirstParagraph(entry.Product.Description), longestNote); note != "" {
			line += ": " + plain(note)
		}
		return []string{line}
	}
}

func listVersions(v *visit.Visit) func(catalog.ContentsEntry) []string {
	return func(entry catalog.ContentsEntry) []string {
		var lines []string
		for _, version := range entry.Versions {
			path := address.Version(entry.Product.Slug, version.Name)
			line := linked(entry.Product.Name+" "+version.Name, twinOf(v, path))
			if version.Spec != "" {
				line += ": " + markedWhere(version.Deprecated, "deprecated; ") + "its operations; " + linked("OpenAPI", v.Absolute(path+"/openapi"))
			}
			lines = append(lines, line)
		}
		return lines
	}
}

func listDocuments(v *visit.Visit) func(catalog.ContentsEntry) []string {
	return func(entry catalog.ContentsEntry) []string {
		var lines []string
		for _, document := range entry.Documents {
			lines = append(lines, linked(entry.Product.Name+": "+document.Title, twinOf(v, address.Document(entry.Product.Slug, document.Slug))))
		}
		return lines
	}
}
