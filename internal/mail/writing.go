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

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
)

// writing is a mail without its headers.
type writing struct {
	Subject, Text, HTML string
}

// words are what a mail says, once for its plain text and its page. They are templates of ours; what people have typed is
// filled in and never read as one.
type words struct {
	subject string
	// before stands above the link, after below it; each is a paragraph, and left out where nothing is left of it.
	before, after []string
	button        string
	// path is where the link leads on the portal unless a token comes with it.
	path string
}

// filling is what the words are filled with.
type filling struct {
	Portal string
	// Until is when the link ends.
	Until  string
	Params map[string]string
}

// layout is the page of every mail.
//
//go:embed layout.html
var layoutText string

var layout = htmltemplate.Must(htmltemplate.New("layout").Parse(layoutText))

const ignore = "If you did not ask for this, leave it: nothing happens."

var everyWords = map[string]words{
	account.MessageSetUp: {
		subject: "Your account at {{.Portal}}",
		before:  []string{"You have been given an account at {{.Portal}}. Choose a password to come in."},
		button:  "Choose a password",
		after:   []string{"The link works once, until {{.Until}}."},
	},
	account.MessageVerifyEmail: {
		subject: "Confirm your address at {{.Portal}}",
		before:  []string{"Somebody, probably you, signed up at {{.Portal}} with this address. Confirm that it is yours, then choose a password."},
		button:  "Confirm my address",
		after:   []string{"The link works once, until {{.Until}}.", ignore},
	},
	account.MessageAccountExists: {
		subject: "You have an account at {{.Portal}}",
		before: []string{
			"Somebody, probably you, signed up at {{.Portal}} with this address. You have an account there already, so no other one was made.",
			"If you do not know its password any more, choose another one on the page for signing in.",
		},
		button: "Sign in",
		path:   "/sign-in",
		after:  []string{ignore},
	},
	account.MessageResetPassword: {
		subject: "Choose another password at {{.Portal}}",
		before:  []string{"Somebody, probably you, has forgotten the password of this address at {{.Portal}}. Choose another one; whatever is signed in is signed out then."},
		button:  "Choose a password",
		after:   []string{"The link works once, until {{.Until}}.", ignore},
	},
	account.MessageApproved: {
		subject: "Your account at {{.Portal}} is approved",
		before:  []string{"Your sign-up at {{.Portal}} is approved.{{if .Until}} Confirm your address and choose a password to come in.{{else}} You can sign in now.{{end}}"},
		button:  "Continue",
		path:    "/sign-in",
		after:   []string{"{{if .Until}}The link works once, until {{.Until}}.{{end}}"},
	},
	account.MessageRejected: {
		subject: "Your sign-up at {{.Portal}}",
		before: []string{
			"Your sign-up at {{.Portal}} was not approved.",
			"{{with .Params.reason}}{{.}}{{end}}",
			"If you think that this is a mistake, ask who runs the portal.",
		},
	},
	account.MessageInvitation: {
		subject: "You are invited into a team at {{.Portal}}",
		before:  []string{"{{.Params.inviter}} invites you into the team {{.Params.team}} at {{.Portal}}, as {{.Params.role}}."},
		button:  "{{if .Until}}Choose a password and join{{else}}Look at the invitation{{end}}",
		path:    "/profile",
		after:   []string{"{{if .Until}}The link works once, until {{.Until}}.{{end}}", "If you do not know them, leave this mail: nothing happens."},
	},
	access.MessageRequestDecided: {
		subject: "Your request at {{.Portal}} is {{.Params.state}}",
		before: []string{
			`{{.Params.application}} {{if eq .Params.state "approved"}}has access{{else}}has not been given access{{end}}{{with .Params.plans}} under {{.}}{{end}} at {{$.Portal}}.`,
			"{{with .Params.reason}}{{.}}{{end}}",
			`{{if eq .Params.state "approved"}}Its keys stand on the portal; no mail ever has them.{{end}}`,
		},
		button: "Look at it",
		path:   "/applications/requests",
	},
	access.MessageKeyLeaked: {
		subject: "A key of {{.Params.team}} was found in public",
		before: []string{
			"The key {{.Params.key}} of {{.Params.application}}, which begins with {{.Params.prefix}}, was found where others can read it{{with .Params.where}}: {{.}}{{end}}.",
			`It is {{.Params.closed}} and does not work any more.{{if eq .Params.closed "regenerated"}} Another one has taken its place.{{end}} Put a new key into your software.`,
		},
		button: "Look at the keys",
		path:   "/profile",
	},
}

// write makes the mail of a message.
func (s *Sender) write(portal string, message event.Message, letter account.Letter) (writing, error) {
	said, known := everyWords[letter.Template]
	if !known {
		return writing{}, final("this program has no words for such a message")
	}
	fill := &filler{filling: filling{Portal: portal, Params: message.Params}}
	if !letter.ExpiresAt.IsZero() {
		fill.Until = letter.ExpiresAt.UTC().Format("2 January 2006, 15:04") + " UTC"
	}
	page := struct {
		Subject, Portal, Button, Link string
		Before, After                 []string
	}{
		Subject: fill.in(said.subject), Portal: portal, Button: fill.in(said.button),
		Before: fill.all(said.before), After: fill.all(said.after),
	}
	if page.Button != "" {
		page.Link = s.link(message, letter, said.path)
	}
	var html bytes.Buffer
	if fill.err == nil {
		fill.err = layout.Execute(&html, page)
	}
	paragraphs := slices.Concat(page.Before, []string{page.Link}, page.After, []string{"-- \n" + portal + "\n" + s.config.PortalURL})
	paragraphs = slices.DeleteFunc(paragraphs, func(text string) bool { return text == "" })
	return writing{Subject: page.Subject, Text: strings.Join(paragraphs, "\n\n") + "\n", HTML: html.String()}, fill.err
}

// filler fills words in and remembers the first error.
type filler struct {
	filling
	err error
}

func (f *filler) in(text string) string {
	parsed, err := texttemplate.New("words").Option("missingkey=zero").Parse(text)
	var filled strings.Builder
	if err == nil {
		err = parsed.Execute(&filled, f.filling)
	}
	if f.err == nil {
		f.err = err
	}
	return filled.String()
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

// link is where the mail leads: to the portal's own pages, or to those of a front that the portal trusts, which have the
// addresses of Konnect's portal.
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

// ownPath is the portal's page that a token is for, empty without one.
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
