package application

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// freshKeyContent is the page that shows a key once.
type freshKeyContent struct {
	access.IssuedKey

	Gateway string
}

// back is the page of the key's application.
func (c freshKeyContent) back() string {
	return address.Application(c.Credential.Application) + "#keys"
}

// forms returns the ways in which the page shows the key.
func (c freshKeyContent) forms() []view.SecretForm {
	forms := view.SecretForms(c.Material)
	if line := callLine(c.Gateway, c.FirstCall, c.Material); line != "" {
		forms = append(forms, view.SecretForm{Name: "curl", Text: line})
	}
	return forms
}

// opensText names the versions that the key works with, or returns "" if they are none or too many.
func (c freshKeyContent) opensText() string {
	var names []string
	for _, one := range c.Opens {
		if one.Product.Name != "" {
			names = append(names, releaseName(one))
		}
	}
	return spelling.List(names)
}

func (p *Pages) showFreshKey(v *visit.Visit, issued access.IssuedKey) error {
	return v.Render("Copy your new key", site.AreaApplications, freshKeyView(freshKeyContent{IssuedKey: issued, Gateway: v.Config.GatewayURL}))
}

// issueApplicationKey creates a key for the application and shows it once.
func (p *Pages) issueApplicationKey(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	issued, err := p.Access.IssueApplicationKey(v.Request.Context(), access.NewCredential{
		Once: visit.ParseID[access.CredentialID](sent.Get("once")), Application: application(v), Name: sent.Get("name"),
		Environment: sent.Get("environment"), UsualEnvironment: sent.Get("environment") == "", // the form had no choice
	})
	if err != nil {
		return v.Refuse(err, sent, p.showApplication, "name", "environment")
	}
	return p.showFreshKey(v, issued)
}

// loadKey returns a key of the application if the visitor's rights to it include the wanted change.
func (p *Pages) loadKey(v *visit.Visit, included func(access.Rights) bool) (overview.KeyToChange, error) {
	return p.Overview.KeyToChange(v.Request.Context(), application(v), v.Credential(), included)
}

// useFacts say who still uses the key.
func useFacts(found overview.KeyToChange) []view.Fact {
	return view.KeyUseFacts(found.Key.Credential, found.LastUsed, found.Senders, found.Calls, found.At)
}

func (p *Pages) renameKeyPage(v *visit.Visit) error {
	return p.showRenameKey(v, view.Form{})
}

func (p *Pages) showRenameKey(v *visit.Visit, form view.Form) error {
	found, err := p.loadKey(v, func(rights access.Rights) bool { return rights.Rename })
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(url.Values{"name": {found.Key.Credential.Name}})
	}
	return v.Render("Rename key", site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: aboveKey(found), Title: "Rename " + view.KeyPhrase(found.Key.Credential), Text: "Only the name changes. The key keeps working.",
		Facts:   []view.Fact{{Name: "Key", Value: found.Key.Credential.Prefix + "…"}},
		Entries: []view.Entry{form.Optional("name", "Name", "").Completing("off").Focused()},
		Refused: form.Refused.Text, Action: address.ApplicationKey(found.Application.ID, found.Key.Credential.ID, "rename"), Button: "Rename key", Back: address.Application(found.Application.ID),
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
	return p.endKeyPage(v, func(rights access.Rights) bool { return rights.Regenerate }, "regenerate", "Regenerate", "The old secret stops working now, and calls that use it get 401. To change over without a gap, rotate the key instead.")
}

// regenerateApplicationKey gives the key a new secret, which is shown this once.
func (p *Pages) regenerateApplicationKey(v *visit.Visit) error {
	issued, err := p.Access.RegenerateApplicationKey(v.Request.Context(), application(v), v.Credential())
	if err != nil {
		return err
	}
	return p.showFreshKey(v, issued)
}

func (p *Pages) revokeKeyPage(v *visit.Visit) error {
	return p.endKeyPage(v, func(rights access.Rights) bool { return rights.Revoke }, "revoke", "Revoke", "The key stops working now, and calls that use it get 401. You can't undo this.")
}

// endKeyPage asks before the secret of a key stops working.
func (p *Pages) endKeyPage(v *visit.Visit, included func(access.Rights) bool, action, verb, text string) error {
	found, err := p.loadKey(v, included)
	if err != nil {
		return err
	}
	name := view.KeyPhrase(found.Key.Credential)
	return v.Render(verb+" key", site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: aboveKey(found), Title: verb + " " + name + "?", Text: text,
		Facts:  append(useFacts(found), view.Fact{Name: "Other keys", Value: view.Number(int64(found.Others))}),
		Action: address.ApplicationKey(found.Application.ID, found.Key.Credential.ID, action), Button: verb + " " + name, Danger: true, Back: address.Application(found.Application.ID),
	}))
}

func (p *Pages) revokeApplicationCredential(v *visit.Visit) error {
	if err := p.Access.RevokeApplicationCredential(v.Request.Context(), application(v), v.Credential()); err != nil {
		return err
	}
	return v.Redirect(address.Application(application(v)) + "?done=revoked")
}

func aboveKey(found overview.KeyToChange) []view.Link {
	return []view.Link{{Text: "Applications", Path: address.Applications}, {Text: found.Application.Name, Path: address.Application(found.Application.ID)}}
}
