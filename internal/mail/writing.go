package mail

import (
	"bytes"
	"cmp"
	_ "embed"
	htmltemplate "html/template"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
)

// writing is a mail without its headers.
type writing struct {
	Subject, Text, HTML string
}

// filling is the data of the templates.
type filling struct {
	Portal string
	// Until is when the link expires.
	Until  string
	Params map[string]string
}

// layout is the HTML of every mail.
//
//go:embed layout.html
var layoutText string

var layout = htmltemplate.Must(htmltemplate.New("layout").Parse(layoutText))

// write renders the mail of a message.
func (s *Sender) write(brand Brand, message event.Message, letter account.Letter) (writing, error) {
	said, known := templates[letter.Template]
	if !known {
		return writing{}, final("this program has no template for this message")
	}
	fill := &filler{filling: filling{Portal: brand.Name, Params: message.Params}}
	if !letter.ExpiresAt.IsZero() {
		fill.Until = letter.ExpiresAt.UTC().Format("2 January 2006, 15:04") + " UTC"
	}
	page := struct {
		Brand                       Brand
		Subject, Button, Link, Home string
		Before, After               []string
	}{
		Brand: brand, Home: s.config.PortalURL, Subject: fill.in(said.subject), Button: fill.in(said.button),
		Before: fill.all(said.before), After: fill.all(said.after),
	}
	if page.Button != "" {
		page.Link = s.link(message, letter, fill.in(said.path))
	}
	var html bytes.Buffer
	if fill.err == nil {
		fill.err = layout.Execute(&html, page)
	}
	paragraphs := slices.Concat(page.Before, []string{page.Link}, page.After, []string{"-- \n" + brand.Name + "\n" + s.config.PortalURL})
	paragraphs = slices.DeleteFunc(paragraphs, func(text string) bool { return text == "" })
	return writing{Subject: page.Subject, Text: strings.Join(paragraphs, "\n\n") + "\n", HTML: html.String()}, fill.err
}

// filler fills templates and keeps the first error.
type filler struct {
	filling
	err error
}

func (f *filler) in(text string) string {
	parsed, err := texttemplate.New("words").Funcs(texttemplate.FuncMap{"day": day}).Option("missingkey=zero").Parse(text)
	var filled strings.Builder
	if err == nil {
		err = parsed.Execute(&filled, f.filling)
	}
	if f.err == nil {
		f.err = err
	}
	return filled.String()
}

// day formats the day of an RFC 3339 time, as pages show days.
func day(spelled string) (string, error) {
	at, err := time.Parse(time.RFC3339, spelled)
	return at.UTC().Format("2 January 2006"), err
}

func (f *filler) all(texts []string) []string {
	var filled []string
	for _, text := range texts {
		if paragraph := f.in(text); paragraph != "" {
			filled = append(filled, paragraph)
		}
	}
	return filled
}

// link returns where the mail's link leads: to the portal's pages, or to a trusted front end, whose paths are those
// of Konnect's portal.
func (s *Sender) link(message event.Message, letter account.Letter, path string) string {
	front := message.Params["front"]
	if !slices.Contains(s.config.Fronts, front) {
		return s.config.PortalURL + cmp.Or(ownPath(letter), path)
	}
	query := url.Values{"email": {message.To}, "token": {letter.Token}}.Encode()
	switch letter.Purpose {
	case account.VerifyEmail:
		return front + "/login?" + query
	case account.ResetPassword:
		return front + "/reset-password?" + query
	}
	return front + "/login"
}

// ownPath returns the portal's page for a token, or "" without one.
func ownPath(letter account.Letter) string {
	switch letter.Purpose {
	case account.FirstPassword, account.FirstPasswordByMail:
		return "/set-up/" + url.PathEscape(letter.Token)
	case account.VerifyEmail:
		return "/verify-email?token=" + url.QueryEscape(letter.Token)
	case account.ResetPassword:
		return "/reset-password?token=" + url.QueryEscape(letter.Token)
	}
	return ""
}
