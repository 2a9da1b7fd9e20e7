package application

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// applicationContent is the page of an application.
type applicationContent struct {
	overview.ApplicationPage

	List view.Listing
	// Rights says what the visitor may do with the application.
	Rights access.ApplicationRights
	// Once keeps a key from being created twice; Form creates one.
	Once   string
	Form   view.Form
	Notice string
	// Gateway is where versions are called, before their base paths.
	Gateway string
}

func (p *Pages) applicationPage(v *visit.Visit) error {
	return p.showApplication(v, view.Form{})
}

func (p *Pages) showApplication(v *visit.Visit, form view.Form) error {
	list, err := v.Listing()
	if err != nil {
		return err
	}
	list.Path = address.Application(application(v))
	found, err := p.Overview.ApplicationPage(v.Request.Context(), application(v), list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Registrations.Total
	shown := applicationContent{
		ApplicationPage: found, List: list, Form: form, Once: id.New[access.CredentialID](found.At).Hex(),
		Rights: found.Application.Rights(v.Principal), Notice: applicationNotice(v.Request.URL.Query().Get("done")), Gateway: v.Config.GatewayURL,
	}
	return v.Render(found.Application.Name, site.AreaApplications, applicationView(shown))
}

func (c applicationContent) path(parts ...string) string {
	return address.Application(c.Application.ID, parts...)
}

func (c applicationContent) environments() []view.Choice {
	var choices []view.Choice
	for _, environment := range c.NewKey.Environments {
		choices = append(choices, view.Choice{Value: environment, Text: view.Capital(environment)})
	}
	return choices
}

// opensNothing reports whether nothing lets the application in where the key is for.
func (c applicationContent) opensNothing(key access.Credential) bool {
	return !slices.Contains(c.Open, key.Environment)
}

// makerText says who made a key, where that was a person.
func (c applicationContent) makerText(key access.Credential) string {
	if maker := c.Makers[key.CreatedBy]; maker != "" {
		return " by " + maker
	}
	return ""
}

// endText says how long a key works.
func endText(key overview.KeyUse) string {
	return cmp.Or(view.StatusText(key.Credential, key.Status), "Does not expire")
}

// keyRow is a key as the parts of a page need it that show it again.
func (c applicationContent) keyRow(key overview.KeyUse) view.KeyRow {
	return view.KeyRow{
		ID: key.Credential.ID, Element: "key-" + key.Credential.ID.Hex(), Name: view.KeyName(key.Credential), Plan: c.Application.Name,
		Prefix: key.Credential.Prefix, MayReveal: key.Rights.Reveal,
	}
}

// strategyText says how an application proves itself.
func strategyText(strategy plan.Strategy) string {
	if strategy.ID.IsZero() {
		return "Not fixed"
	}
	return strategy.Name
}

// registrationNote says what a registration's state means where it does not explain itself.
func registrationNote(registration access.Subscription) string {
	note := map[access.SubscriptionState]string{
		access.Pending:   "Staff have not decided yet.",
		access.Rejected:  "Remove it to ask again.",
		access.Suspended: "Calls are refused until staff reinstate it.",
		access.Revoked:   "Calls are refused. Ask the portal's staff.",
		access.Expired:   "Its time is over. Remove it to register again.",
	}[registration.State]
	if registration.Reason != "" {
		note += " Reason: " + registration.Reason
	}
	return note
}

// endedText says since when a registration is over, and that one may ask again: both are so for all that staff have
// ended.
func endedText(registration access.Subscription) string {
	if registration.State == access.Cancelled {
		return "Cancelled on " + view.Day(registration.UpdatedAt) + ". You may register for it again."
	}
	return "Revoked. Since " + view.Day(registration.ClearedAt) + " you may register for it again."
}

// issueCredential creates a key for the application and shows it once.
func (p *Pages) issueCredential(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	issued, err := p.Access.IssueCredential(v.Request.Context(), access.NewCredential{
		Once: visit.ParseID[access.CredentialID](sent.Get("once")), Application: application(v), Name: sent.Get("name"),
		Environment: sent.Get("environment"), UsualEnvironment: sent.Get("environment") == "", // where there is no choice
	})
	if err != nil {
		return v.Refuse(err, sent, p.showApplication, "name", "environment")
	}
	return showFreshKey(v, issued)
}

func showFreshKey(v *visit.Visit, issued access.IssuedCredential) error {
	return v.Render("Your new key", site.AreaApplications, freshKeyView(issued, address.Application(application(v))))
}

// loadKey returns a key of the application if the visitor's rights to it include the wanted change.
func (p *Pages) loadKey(v *visit.Visit, included func(access.Rights) bool) (overview.ApplicationPage, overview.KeyUse, error) {
	found, err := p.Overview.ApplicationPage(v.Request.Context(), application(v), view.Listing{}.Request())
	if err != nil {
		return overview.ApplicationPage{}, overview.KeyUse{}, err
	}
	key, err := found.Key(v.Request.Context(), v.Credential(), included)
	return found, key, err
}

func (p *Pages) renameKeyPage(v *visit.Visit) error {
	return p.showRenameKey(v, view.Form{})
}

func (p *Pages) showRenameKey(v *visit.Visit, form view.Form) error {
	found, key, err := p.loadKey(v, func(rights access.Rights) bool { return rights.Rename })
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(url.Values{"name": {key.Credential.Name}})
	}
	return v.Render("Rename key", site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: aboveKey(found), Title: "Rename this key?", Text: "Only its name changes. The key goes on working.",
		Facts:   []view.Fact{{Name: "Key", Value: key.Credential.Prefix + "…"}},
		Entries: []view.Entry{form.Optional("name", "Name", "").Completing("off").Focused()},
		Refused: form.Refused.Text, Action: address.ApplicationKey(found.Application.ID, key.Credential.ID, "rename"), Button: "Rename", Back: address.Application(found.Application.ID),
	}))
}

func (p *Pages) renameApplicationCredential(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if _, err := p.Access.RenameApplicationCredential(v.Request.Context(), application(v), v.Credential(), sent.Get("name")); err != nil {
		return v.Refuse(err, sent, p.showRenameKey, "name")
	}
	return v.Redirect(address.Application(application(v)) + "?done=renamed")
}

func (p *Pages) regenerateKeyPage(v *visit.Visit) error {
	regenerates := func(rights access.Rights) bool { return rights.Regenerate }
	return p.endKeyPage(v, regenerates, "regenerate", "Regenerate", "Its present secret stops working at once, and whatever still sends it is refused. To change keys without a gap, make a second one first and revoke this one later.")
}

// regenerateApplicationCredential gives the key a new secret, which is shown this once.
func (p *Pages) regenerateApplicationCredential(v *visit.Visit) error {
	issued, err := p.Access.RegenerateApplicationCredential(v.Request.Context(), application(v), v.Credential())
	if err != nil {
		return err
	}
	return showFreshKey(v, issued)
}

func (p *Pages) revokeKeyPage(v *visit.Visit) error {
	revokes := func(rights access.Rights) bool { return rights.Revoke }
	return p.endKeyPage(v, revokes, "revoke", "Revoke", "It stops working at once and for good. Whatever still sends it is refused.")
}

// endKeyPage asks before the present secret of a key stops working.
func (p *Pages) endKeyPage(v *visit.Visit, included func(access.Rights) bool, action, button, text string) error {
	found, key, err := p.loadKey(v, included)
	if err != nil {
		return err
	}
	used := "Never"
	if at := found.LastUsed[key.Credential.ID]; !at.IsZero() {
		used = view.Capital(view.Ago(at, found.At))
	}
	return v.Render(button+" key", site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: aboveKey(found), Title: button + " the key " + view.KeyName(key.Credential) + "?", Text: text,
		Facts:  []view.Fact{{Name: "Key", Value: key.Credential.Prefix + "…"}, {Name: "Last used", Value: used}, {Name: "Other keys that go on working", Value: view.Number(int64(len(found.Keys) - 1))}},
		Action: address.ApplicationKey(found.Application.ID, key.Credential.ID, action), Button: button, Danger: true, Back: address.Application(found.Application.ID),
	}))
}

func (p *Pages) revokeApplicationCredential(v *visit.Visit) error {
	if err := p.Access.RevokeApplicationCredential(v.Request.Context(), application(v), v.Credential()); err != nil {
		return err
	}
	return v.Redirect(address.Application(application(v)) + "?done=revoked")
}

func aboveKey(found overview.ApplicationPage) []view.Link {
	return []view.Link{{Text: "Applications", Path: address.Applications}, {Text: found.Application.Name, Path: address.Application(found.Application.ID)}}
}
