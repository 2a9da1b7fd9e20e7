package desk

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// keyChange is a change that staff can make to a key; {name} in its title and button stands for the beginning of the
// key.
type keyChange struct {
	title, button, text string
	danger              bool
	apply               func(p *Pages, v *visit.Visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error)
}

var keyChanges = map[string]keyChange{
	"rename":     {"Rename {name}?", "Rename {name}", "Everyone sees the new name. The key keeps working.", false, (*Pages).renameCredential},
	"rotate":     {"Rotate {name}?", "Rotate {name}", "You get a new key. The old one keeps working for the time you choose.", false, (*Pages).rotateCredential},
	"regenerate": {"Regenerate {name}?", "Regenerate {name}", "The current secret stops working now, and calls that use it get 401. You can't undo this.", true, (*Pages).regenerateCredential},
	"revoke":     {"Revoke {name}?", "Revoke {name}", "It stops working now, and calls that use it get 401. You can't undo this.", true, (*Pages).revokeCredential},
	"leaked":     {"Report {name} as leaked?", "Report {name} as leaked", "The secret stops working now. We'll tell the team's owners what happened and what to do.", true, (*Pages).closeLeakedKey},
}

var overlaps = []view.Choice{{Value: "24", Text: "24 hours"}, {Value: "48", Text: "48 hours"}, {Value: "72", Text: "72 hours"}, {Value: "168", Text: "7 days"}, {Value: "720", Text: "30 days"}, {Value: "0", Text: "No overlap"}}

var closings = []view.Choice{{Value: "revoke", Text: "Revoke the key"}, {Value: "regenerate", Text: "Regenerate its secret"}}

func (p *Pages) renameCredential(v *visit.Visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error) {
	renamed, err := p.Access.RenameCredential(v.Request.Context(), key, sent.Get("name"))
	return access.IssuedCredential{Credential: renamed}, err
}

func (p *Pages) rotateCredential(v *visit.Visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error) {
	hours, err := strconv.Atoi(sent.Get("overlap"))
	if err != nil || hours > 10_000 || hours < 0 {
		return access.IssuedCredential{}, fault.InvalidFields([]fault.Field{{Name: "overlap", Reason: "must be one of those offered"}})
	}
	return p.Access.RotateCredential(v.Request.Context(), access.RotateCredential{Credential: key, Overlap: time.Duration(hours) * time.Hour})
}

func (p *Pages) regenerateCredential(v *visit.Visit, key access.CredentialID, _ url.Values) (access.IssuedCredential, error) {
	return p.Access.RegenerateCredential(v.Request.Context(), key)
}

func (p *Pages) revokeCredential(v *visit.Visit, key access.CredentialID, _ url.Values) (access.IssuedCredential, error) {
	return access.IssuedCredential{Credential: access.Credential{ID: key}}, p.Access.RevokeCredential(v.Request.Context(), key)
}

func (p *Pages) closeLeakedKey(v *visit.Visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error) {
	return p.Access.CloseLeakedKey(v.Request.Context(), access.CloseLeakedKey{
		Credential: key, Since: view.Stamped(sent.Get("since")), Regenerate: sent.Get("close") == "regenerate", Where: sent.Get("where"),
	})
}

// keyChangeContent is the page that asks before a key is changed.
type keyChangeContent struct {
	view.Form
	Change keyChange
	Name   string
	Row    keyLineRow
	Facts  []view.Fact
	Since  string
	// Closings are the ways to close a leaked key.
	Closings []view.Choice
}

func (c keyChangeContent) name() string { return c.Row.Prefix + "…" }

// named puts the name of the changed object into a title or a button.
func named(text, name string) string { return strings.Replace(text, "{name}", name, 1) }

func changeTone(danger bool) string {
	if danger {
		return "warn"
	}
	return "info"
}

func (p *Pages) keyChangePage(v *visit.Visit) error { return p.showKeyChange(v, view.Form{}) }

func (p *Pages) showKeyChange(v *visit.Visit, form view.Form) error {
	name := v.PathPart("action")
	change, known := keyChanges[name]
	if !known {
		return visit.NotFound(v)
	}
	found, err := p.Overview.KeyPage(v.Request.Context(), v.Credential())
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(url.Values{"name": {found.Credential.Name}})
	}
	shown := keyChangeContent{
		Form: form, Change: change, Name: name, Row: newKeyLineRow(found.KeyLine, found.LastUsed, found.At), Facts: keyFacts(found),
		Since: view.Stamp(found.Credential.RegeneratedAt),
	}
	if shown.Closings = closings; !found.Rights.Regenerate {
		shown.Closings = closings[:1]
	}
	return v.RenderStaff(named(change.title, shown.name()), keyChangeView(shown))
}

// keyFacts describes who is affected if the key stops working.
func keyFacts(found overview.KeyPage) []view.Fact {
	facts := []view.Fact{
		{Name: "Key", Value: found.Credential.Prefix + "…"}, {Name: "Team", Value: found.Team}, {Name: "Application", Value: found.Application},
		{Name: "Calls today", Value: view.Number(found.CallsToday)}, {Name: "Calls in 30 days", Value: view.Number(found.Calls)},
	}
	used := "Never"
	if !found.LastUsed.IsZero() {
		used = view.Capital(view.Ago(found.LastUsed, found.At))
	}
	facts = append(facts, view.Fact{Name: "Last used", Value: used})
	if found.Senders.Total > 0 {
		facts = append(facts, view.Fact{Name: "Addresses, last 7 days", Value: view.SendersText(found.Senders)})
	}
	return facts
}

// changeKey applies one of the key changes and shows a new secret once, unless the team can see it.
func (p *Pages) changeKey(v *visit.Visit) error {
	name := v.PathPart("action")
	change, known := keyChanges[name]
	if !known {
		return visit.NotFound(v)
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	changed, err := change.apply(p, v, v.Credential(), sent)
	if err != nil {
		return v.Refuse(err, sent, p.showKeyChange)
	}
	path := address.StaffKey(changed.Credential.ID) + "?done=" + name
	if shown := secretsOf([]access.IssuedCredential{changed}); len(shown) > 0 {
		return v.RenderStaff("New key", staffSecretsView(shown, path))
	}
	return v.Redirect(path)
}
