package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
)

// What /llms.txt lists at most of each kind, and how long a note is.
const (
	mostListed  = 300
	longestNote = 160
)

// llmsText tells programs what the visitor may read, and where it is in markdown.
func llmsText(v *visit) error {
	contents, err := v.config.Catalog.Contents(v.request.Context())
	if err != nil {
		return err
	}
	var text twinText
	text.heading(1, v.settings.Name)
	text.paragraph("> " + plain(oneLine(v.summary(), longestPlain)))
	text.paragraph("Every page about an API is there in markdown too: put " + code(twinSuffix) + " behind its address, or send " +
		code("Accept: text/markdown") + ". Calls go to " + v.config.GatewayURL + " with a key in the header " + code(keyHeader) + ".")
	if v.principal.Anonymous() {
		text.paragraph("This lists what everybody may read. People who are signed in see here what is meant for them.")
	}
	v.addListed(&text, "APIs", contents, v.listProduct)
	v.addListed(&text, "Versions", contents, v.listVersions)
	v.addListed(&text, "Documents", contents, v.listDocuments)
	text.heading(2, "Optional")
	text.item(0, linked("Keys and subscriptions", v.absolute("/profile")), "for people who are signed in")
	text.item(0, linked("Catalogue for programs", v.absolute(apiCatalogPath)), "every version with its OpenAPI document, as a link set")
	return v.sendAs("text/plain; charset=utf-8", http.StatusOK, []byte(text.String()))
}

func (v *visit) summary() string {
	if first := firstParagraph(v.settings.Welcome); first != "" {
		return first
	}
	return "APIs with their documents and their reference."
}

// addListed adds a section of what each product has of one kind, and says what it leaves out.
func (v *visit) addListed(text *twinText, title string, contents []catalog.ContentsEntry, of func(catalog.ContentsEntry) []string) {
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
		text.item(0, "And "+number(int64(left))+" more, which "+linked("the list of APIs", v.absolute("/apis"))+" leads to", "")
	}
}

func (v *visit) listProduct(entry catalog.ContentsEntry) []string {
	line := v.productLink(entry.Product)
	if note := oneLine(firstParagraph(entry.Product.Description), longestNote); note != "" {
		line += ": " + plain(note)
	}
	return []string{line}
}

func (v *visit) listVersions(entry catalog.ContentsEntry) []string {
	var lines []string
	for _, version := range entry.Versions {
		path := versionPath(entry.Product, version)
		line := linked(entry.Product.Name+" "+version.Name, v.twinOf(path))
		if version.Spec != "" {
			line += ": " + markedWhere(version.Deprecated, "deprecated; ") + "its operations; " + linked("OpenAPI", v.absolute(path+"/openapi"))
		}
		lines = append(lines, line)
	}
	return lines
}

func (v *visit) listDocuments(entry catalog.ContentsEntry) []string {
	var lines []string
	for _, document := range entry.Documents {
		lines = append(lines, linked(entry.Product.Name+": "+document.Title, v.twinOf(documentPath(entry.Product, document))))
	}
	return lines
}
