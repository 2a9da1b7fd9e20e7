package mail

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/usage"
)

// words are the templates of one mail, for its plain text and its HTML. Text that people typed is filled in and never
// parsed as a template.
type words struct {
	subject string
	// before are the paragraphs above the link, after those below it. Paragraphs that turn out empty are left out.
	before, after []string
	button        string
	// path is the link's path on the portal if it carries no token. It is a template too.
	path string
}

// lookForMore tells staff that further items send no mail for an hour.
const lookForMore = "You get at most one such email per hour. The page lists everything that waits. Admins can switch these emails off in the portal's settings."

// changedTo is the predicate for the new state of a subscription.
const changedTo = `{{if eq .Params.state "approved"}}works again{{else if eq .Params.state "expired"}}has ended{{else}}is {{.Params.state}}{{end}}`

// quotaOf names what a share of is used.
const quotaOf = `{{if eq .Params.kind "included"}}the included calls{{else if eq .Params.kind "spending"}}the spending cap{{else}}the quota{{end}}`

const ignore = "If you did not ask for this, ignore this email."

var templates = map[string]words{
	account.MessageSetUp: {
		subject: "Your account at {{.Portal}}",
		before:  []string{"You have an account at {{.Portal}}. Set a password to sign in."},
		button:  "Set password",
		after:   []string{"The link works once, until {{.Until}}."},
	},
	account.MessageVerifyEmail: {
		subject: "Confirm your email address at {{.Portal}}",
		before:  []string{"You signed up at {{.Portal}} with this address. Confirm it, then set a password."},
		button:  "Confirm address",
		after:   []string{"The link works once, until {{.Until}}.", ignore},
	},
	account.MessageAccountExists: {
		subject: "You have an account at {{.Portal}}",
		before: []string{
			"You signed up at {{.Portal}} with this address, but you already have an account there. No other account was created.",
			"If you forgot your password, use Forgot password? on the sign-in page.",
		},
		button: "Sign in",
		path:   "/sign-in",
		after:  []string{ignore},
	},
	account.MessageResetPassword: {
		subject: "Reset your password at {{.Portal}}",
		before:  []string{"You asked to reset your password at {{.Portal}}. Setting a new password signs you out everywhere else."},
		button:  "Set password",
		after:   []string{"The link works once, until {{.Until}}.", ignore},
	},
	account.MessageApproved: {
		subject: "Your account at {{.Portal}} is approved",
		before:  []string{"Your sign-up at {{.Portal}} is approved.{{if .Until}} Confirm your address and set a password to sign in.{{else}} You can sign in now.{{end}}"},
		button:  "Continue",
		path:    "/sign-in",
		after:   []string{"{{if .Until}}The link works once, until {{.Until}}.{{end}}"},
	},
	account.MessageRejected: {
		subject: "Your sign-up at {{.Portal}}",
		before: []string{
			"Your sign-up at {{.Portal}} was not approved.",
			"{{with .Params.reason}}{{.}}{{end}}",
			"If you think this is a mistake, contact the portal's operators.",
		},
	},
	account.MessageSignUpWaits: {
		subject: "New sign-up waits for approval at {{.Portal}}",
		before:  []string{"{{.Params.email}} signed up at {{.Portal}}, confirmed the address, and waits for your decision."},
		button:  "Review sign-ups",
		path:    "/staff/people?state=pending",
		after:   []string{lookForMore},
	},
	account.MessageInvitation: {
		subject: "You are invited to a team at {{.Portal}}",
		before:  []string{"{{.Params.inviter}} invites you to join the team {{.Params.team}} at {{.Portal}} as {{.Params.role}}."},
		button:  "{{if .Until}}Set password and join{{else}}View invitation{{end}}",
		path:    "/profile",
		after: []string{
			"{{with .Params.until}}The invitation is valid until {{day .}}.{{end}}",
			"{{if .Until}}The link works once, until {{.Until}}. After that, request a new one under Forgot password? on the sign-in page.{{end}}",
			"If you do not know this person, ignore this email.",
		},
	},
	access.MessageRequestDecided: {
		subject: "Your request at {{.Portal}} is {{.Params.state}}",
		before: []string{
			`{{.Params.application}} {{if eq .Params.state "approved"}}has access{{else}}did not get access{{end}}` +
				`{{with .Params.api}} to {{.}}{{end}}{{with .Params.plans}} under {{.}}{{end}} at {{$.Portal}}.`,
			"{{with .Params.reason}}{{.}}{{end}}",
			`{{if eq .Params.state "approved"}}You find its keys in the portal. We never send keys by email.{{end}}`,
		},
		button: "View {{if .Params.application_id}}application{{else}}requests{{end}}",
		path:   "{{with .Params.application_id}}/applications/{{.}}{{else}}/applications/requests{{end}}",
	},
	access.MessageRequestWaits: {
		subject: "New request waits for approval at {{.Portal}}",
		before: []string{"{{.Params.application}}, an application of {{.Params.team}}, requests access{{with .Params.api}} to {{.}}{{end}}" +
			"{{with .Params.plans}} under {{.}}{{end}} at {{$.Portal}} and waits for your decision."},
		button: "Review requests",
		path:   "/staff/requests",
		after:  []string{lookForMore},
	},
	access.MessageSubscriptionChanged: {
		subject: `{{.Params.application}}: access{{with .Params.api}} to {{.}}{{end}} ` + changedTo,
		before: []string{
			`At {{.Portal}}, the access of {{.Params.application}}{{with .Params.api}} to {{.}}{{end}} ` + changedTo + `. ` +
				`{{if eq .Params.state "approved"}}Its calls are accepted again, with the same keys as before.` +
				`{{else if eq .Params.was "pending"}}It had not been decided yet.{{else}}Its calls are refused.{{end}}`,
			"{{with .Params.reason}}Reason: {{.}}{{end}}",
			`{{if eq .Params.state "suspended"}}Its keys stay and work again when access is reinstated. Ask {{or .Params.support "the portal's operators"}} what is needed.` +
				`{{else if eq .Params.state "revoked"}}It cannot be restored. You can request access again only after the portal's operators allow it. If you need it, contact {{or .Params.support "them"}}.` +
				`{{else if ne .Params.state "approved"}}You can request access again. If you have questions, contact {{or .Params.support "the portal's operators"}}.{{end}}`,
		},
		button: "View {{if .Params.application_id}}application{{else}}subscriptions{{end}}",
		path:   "{{with .Params.application_id}}/applications/{{.}}{{else}}/profile{{end}}",
	},
	usage.MessageQuotaAlert: {
		subject: `{{or .Params.application "Your team"}}: {{.Params.percent}}% of ` + quotaOf + ` used`,
		before: []string{
			`{{or .Params.application "Your team"}} has used {{.Params.percent}}% of ` + quotaOf + ` of the plan {{.Params.plan}} at {{.Portal}}: ` +
				`{{.Params.used}} of {{.Params.amount}} {{.Params.within}}.`,
			`{{if .Params.refuses}}{{if eq .Params.percent "100"}}Calls are refused{{else}}Once it is used up, calls are refused{{end}}` +
				`{{if eq .Params.within "in the last 24 hours"}} until earlier ones are a day old.{{else}} until {{day .Params.until}}.{{end}}` +
				`{{else if eq .Params.percent "100"}}Further calls are charged at the price of the plan.` +
				`{{else}}Calls beyond it are charged at the price of the plan.{{end}}`,
		},
		button: "View {{if .Params.application_id}}application{{else}}subscriptions{{end}}",
		path:   "{{with .Params.application_id}}/applications/{{.}}{{else}}/profile{{end}}",
		after:  []string{"You get this email because you are an owner or admin of the team. It is sent at 50, 80, 90 and 100%."},
	},
	access.MessageKeyLeaked: {
		subject: "A key of {{.Params.team}} was found in public",
		before: []string{
			"The key {{.Params.key}} of {{.Params.application}}, which begins with {{.Params.prefix}}, was found where others can read it{{with .Params.where}}: {{.}}{{end}}.",
			`It was {{.Params.closed}} and no longer works.{{if eq .Params.closed "regenerated"}} A new key replaces it.{{end}} Update your software with a new key.`,
		},
		button: "View keys",
		path:   "/profile",
	},
}
