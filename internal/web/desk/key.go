package desk

import (
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// keyLineRow is a key in a list of staff.
type keyLineRow struct {
	ID, Path, Prefix, Name, Team, Application, Environment string
	LastUsedAt                                             time.Time
	LastUsed, Expires                                      string
	Usable                                                 bool
	Mark                                                   view.Mark
}

func newKeyLineRow(line access.KeyLine, lastUsed, now time.Time) keyLineRow {
	key := line.Credential
	row := keyLineRow{
		Path: address.StaffKey(key.ID), Prefix: key.Prefix, Name: view.KeyName(key), Team: line.Team, Application: line.Application,
		Environment: key.Environment, LastUsedAt: lastUsed, Usable: line.Status.Works(),
	}
	row.ID, row.Mark, row.Expires = key.ID.Hex(), view.KeyMark(key, line.Status, now), view.KeyExpiresText(key, line.Status, now)
	if key.Ticket {
		row.Name = "ticket of a trial"
	}
	if !lastUsed.IsZero() {
		row.LastUsed = view.Ago(lastUsed, now)
	}
	return row
}

// leakedContent is the page that finds a leaked key.
type leakedContent struct {
	view.Form
	Asked bool
	Whole bool
	More  bool
	Keys  []keyLineRow
}

// pastedEntry returns the input for the leaked text.
func (c leakedContent) pastedEntry() view.Entry {
	entry := c.Password("pasted", "Leaked key or user name", "", "off")
	entry.Focus = !c.Asked
	return entry
}

func leakedKeyPage(v *visit.Visit) error {
	var form view.Form
	if v.Request.URL.Query().Has("whole") {
		form.Refused.Text = "That may be a whole key, and browsers remember addresses. Paste it here instead."
	}
	return showLeakedKey(v, form)
}

func showLeakedKey(v *visit.Visit, form view.Form) error {
	return v.RenderStaff("Leaked key", leakedView(leakedContent{Form: form}))
}

// leakedKeys shows which keys a leaked text belongs to, without showing the text again.
func (p *Pages) leakedKeys(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	found, err := p.Overview.LeakedKeys(v.Request.Context(), sent.Get("pasted"))
	if err != nil {
		return v.Refuse(err, nil, showLeakedKey, "pasted")
	}
	shown := leakedContent{Asked: true, Whole: found.Whole, More: found.More}
	for _, line := range found.Keys {
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[line.Credential.ID], found.At))
	}
	return v.RenderStaff("Leaked key", leakedView(shown))
}

// staffKeyContent is the page of a key.
type staffKeyContent struct {
	Row     keyLineRow
	Key     overview.KeyPage
	Plan    string
	Notice  string
	Refused string
	// Actions are links to the changes that the visitor may make.
	Actions []changeLink
}

// changeLink leads to the page of a change.
type changeLink struct {
	view.Link
	danger bool
}

func (p *Pages) staffKeyPage(v *visit.Visit) error {
	found, err := p.Overview.KeyPage(v.Request.Context(), v.Credential())
	if err != nil {
		return err
	}
	shown := staffKeyContent{
		Row: newKeyLineRow(found.KeyLine, found.LastUsed, found.At), Key: found, Plan: found.Plan.Name,
		Notice: keyNotices[v.Request.URL.Query().Get("done")],
	}
	shown.Actions = keyActions(found)
	return v.RenderStaff("Key "+found.Credential.Prefix, staffKeyView(shown))
}

var keyNotices = map[string]string{
	"rename": "Key renamed.", "regenerate": "Key regenerated. Calls that use the old secret now get 401.",
	"rotate": "Key rotated. This is the new one.", "revoke": "Key revoked. Calls that use it now get 401.",
	"leaked": "The leaked secret no longer works. We told the team's owners.", "issue": "Key created. The team sees it on Profile.",
}

func keyActions(found overview.KeyPage) []changeLink {
	path := address.StaffKey(found.Credential.ID)
	var actions []changeLink
	add := func(possible bool, action, text string) {
		if possible {
			actions = append(actions, changeLink{view.Link{Text: text, Path: path + "/" + action, Icon: changeIcon(action)}, action == "revoke"})
		}
	}
	add(found.Rights.Rename, "rename", "Rename")
	add(found.Rights.Rotate, "rotate", "Rotate")
	add(found.Rights.Regenerate, "regenerate", "Regenerate")
	add(found.Rights.CloseLeaked, "leaked", "Report as leaked")
	add(found.Rights.Revoke, "revoke", "Revoke")
	return actions
}

// changeIcon returns the icon of a change to a key or a subscription, or "".
func changeIcon(action string) string {
	switch action {
	case "rename":
		return "pencil"
	case "rotate":
		return "refresh-cw"
	case "leaked":
		return "triangle-alert"
	case "revoke":
		return "ban"
	case "keys":
		return "key-round"
	}
	return ""
}

// staffSecret is a new key, which is shown once to its creator.
type staffSecret struct {
	Name string
	access.Material
}

// secretsOf returns the new secrets that staff may see, without those of viewable keys.
func secretsOf(issued []access.IssuedCredential) []staffSecret {
	var shown []staffSecret
	for _, one := range issued {
		if one.Secret != "" {
			shown = append(shown, staffSecret{Name: view.KeyName(one.Credential), Material: one.Material})
		}
	}
	return shown
}

func leakedTitle(shown leakedContent) string {
	switch {
	case len(shown.Keys) == 0:
		return "Not found"
	case shown.Whole:
		return "Key found"
	}
	return "Possible matches"
}
