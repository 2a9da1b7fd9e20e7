package mail

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
)

// words are what a mail says, once for its plain text and its page. They are templates of ours; what people have typed is
// filled in and never read as one.
type words struct {
	subject string
	// before stands above the link, after below it; each is a paragraph, and left out where nothing is left of it.
	before, after []string
	button        string
	// path is where the link leads on the portal unless a token comes with it, a template too.
	path string
}

// lookForMore says what Deciders are told and what they are not.
const lookForMore = "What else begins to wait within the hour brings no mail of its own: the page has it all. Admins switch these mails off in the portal's settings."

// changedTo says what became of somebody's access.
const changedTo = `{{if eq .Params.state "approved"}}works again{{else if eq .Params.state "expired"}}has ended{{else}}is {{.Params.state}}{{end}}`

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
	account.MessageSignUpWaits: {
		subject: "A sign-up waits at {{.Portal}}",
		before:  []string{"{{.Params.email}} has signed up at {{.Portal}}, has confirmed the address, and waits for your decision."},
		button:  "Look at who waits",
		path:    "/staff/people?state=pending",
		after:   []string{lookForMore},
	},
	account.MessageInvitation: {
		subject: "You are invited into a team at {{.Portal}}",
		before:  []string{"{{.Params.inviter}} invites you into the team {{.Params.team}} at {{.Portal}}, as {{.Params.role}}."},
		button:  "{{if .Until}}Choose a password and join{{else}}Look at the invitation{{end}}",
		path:    "/profile",
		after: []string{
			"{{with .Params.until}}The invitation waits for you until {{day .}}.{{end}}",
			"{{if .Until}}The link works once, until {{.Until}}. If you come later, ask for another on the page for signing in, under Forgotten password.{{end}}",
			"If you do not know them, leave this mail: nothing happens.",
		},
	},
	access.MessageRequestDecided: {
		subject: "Your request at {{.Portal}} is {{.Params.state}}",
		before: []string{
			`{{.Params.application}} {{if eq .Params.state "approved"}}has access{{else}}has not been given access{{end}}` +
				`{{with .Params.api}} to {{.}}{{end}}{{with .Params.plans}} under {{.}}{{end}} at {{$.Portal}}.`,
			"{{with .Params.reason}}{{.}}{{end}}",
			`{{if eq .Params.state "approved"}}Its keys stand on the portal; no mail ever has them.{{end}}`,
		},
		button: "Look at it",
		path:   "{{with .Params.application_id}}/applications/{{.}}{{else}}/applications/requests{{end}}",
	},
	access.MessageRequestWaits: {
		subject: "A request waits at {{.Portal}}",
		before: []string{"{{.Params.application}}, an application of {{.Params.team}}, asks for access{{with .Params.api}} to {{.}}{{end}}" +
			"{{with .Params.plans}} under {{.}}{{end}} at {{$.Portal}}, and waits for your decision."},
		button: "Look at what waits",
		path:   "/staff/requests",
		after:  []string{lookForMore},
	},
	access.MessageSubscriptionChanged: {
		subject: `{{.Params.application}}: access{{with .Params.api}} to {{.}}{{end}} ` + changedTo,
		before: []string{
			`At {{.Portal}}, the access of {{.Params.application}}{{with .Params.api}} to {{.}}{{end}} ` + changedTo + `. ` +
				`{{if eq .Params.state "approved"}}Its calls go through again, with the same keys as before.` +
				`{{else if eq .Params.was "pending"}}Nobody had decided about it yet.{{else}}Its calls are refused.{{end}}`,
			"{{with .Params.reason}}The reason: {{.}}{{end}}",
			`{{if eq .Params.state "suspended"}}Until it is reinstated nothing else changes: its keys stay. Ask {{or .Params.support "the people who run the portal"}} what is needed.` +
				`{{else if eq .Params.state "revoked"}}It does not come back, and asking for it again is refused until the people who run the portal allow that. Write to {{or .Params.support "them"}} if you need it.` +
				`{{else if ne .Params.state "approved"}}You may ask for it again. Questions go to {{or .Params.support "the people who run the portal"}}.{{end}}`,
		},
		button: "Look at {{with .Params.application_id}}the application{{else}}your subscriptions{{end}}",
		path:   "{{with .Params.application_id}}/applications/{{.}}{{else}}/profile{{end}}",
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
