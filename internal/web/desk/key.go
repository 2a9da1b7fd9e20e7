package desk

import (
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

const mostOfKeySearch = 16

// keyLineRow is one key in a list of staff.
type keyLineRow struct {
	Path, Prefix, Name, Team, Application, Environment, Status string
	LastUsedAt                                                 time.Time
	LastUsed                                                   string
	Usable                                                     bool
}

func newKeyLineRow(line access.KeyLine, lastUsed, now time.Time) keyLineRow {
	key := line.Credential
	row := keyLineRow{
		Path: address.StaffKey(key.ID), Prefix: key.Prefix, Name: view.KeyName(key), Team: line.Team, Application: line.Application,
		Environment: key.Environment, Status: keyStatus(key, line.Status), LastUsedAt: lastUsed, Usable: line.Status.Works(),
	}
	if key.Ticket {
		row.Name = "ticket of a trial"
	}
	if !lastUsed.IsZero() {
		row.LastUsed = view.Ago(lastUsed, now)
	}
	return row
}

func keyStatus(key access.Credential, status access.Status) string {
	if text := view.StatusText(key, status); text != "" {
		return text
	}
	return "Active"
}

// staffKeysContent is the list of keys.
type staffKeysContent struct {
	List view.Listing
	Keys []keyLineRow
}

func (p *Pages) staffKeysPage(v *visit.Visit) error {
	list, err := v.Listing("prefix", "team", "environment")
	if err != nil {
		return err
	}
	prefix := list.Filter("prefix")
	if len(prefix) > mostOfKeySearch {
		// Addresses are kept in histories and logs: what may be a whole key must not stay in one.
		return v.Redirect(address.LeakedKey + "?whole=1")
	}
	filter := access.CredentialFilter{
		Prefix: prefix, Environment: list.Filter("environment"), Team: visit.ParseID[identity.TeamID](list.Filter("team")),
	}
	found, err := p.Overview.KeyList(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Keys.Total
	shown := staffKeysContent{List: list}
	for _, line := range found.Keys.Items {
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[line.Credential.ID], found.At))
	}
	return v.RenderStaff("Keys", staffKeysView(shown))
}

// leakedContent is the page for a key that turned up somewhere.
type leakedContent struct {
	Asked   bool
	Whole   bool
	More    bool
	Keys    []keyLineRow
	Refused view.Refusals
}

func leakedKeyPage(v *visit.Visit) error {
	var shown leakedContent
	if v.Request.URL.Query().Has("whole") {
		shown.Refused.Text = "That may have been a whole key, which does not belong into an address. Paste it here."
	}
	return v.RenderStaff("Leaked key", leakedView(shown))
}

// findLeakedKey answers with whose key it is. What was pasted is not shown again.
func (p *Pages) findLeakedKey(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	found, err := p.Overview.LeakedKeys(v.Request.Context(), sent.Get("pasted"))
	if fault.Is(err, fault.Invalid) {
		return v.RenderStaffAs(v.RefusedForm(err), "Leaked key", leakedView(leakedContent{Refused: view.Refused(err, "pasted")}))
	}
	if err != nil {
		return err
	}
	shown := leakedContent{Asked: true, Whole: found.Whole, More: found.More}
	for _, line := range found.Keys {
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[line.Credential.ID], found.At))
	}
	return v.RenderStaff("Leaked key", leakedView(shown))
}

// staffKeyContent is the page of one key.
type staffKeyContent struct {
	Row     keyLineRow
	Key     overview.KeyPage
	Plan    string
	Notice  string
	Refused string
	// Actions are the links to what can be done with it.
	Actions []view.Link
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
	"rename": "The key has its new name.", "regenerate": "The key is regenerated. The old secret is refused from now on.",
	"rotate": "The key is rotated. This is its successor.", "revoke": "The key is revoked, and refused from now on.",
	"leaked": "The leaked secret is refused from now on, and the team's owners are told.", "issue": "The key is made. Its team can see it on their profile.",
}

func keyActions(found overview.KeyPage) []view.Link {
	path := address.StaffKey(found.Credential.ID)
	var actions []view.Link
	add := func(possible bool, action, text string) {
		if possible {
			actions = append(actions, view.Link{Text: text, Path: path + "/" + action})
		}
	}
	add(found.Rights.Rename, "rename", "Rename")
	add(found.Rights.Rotate, "rotate", "Rotate")
	add(found.Rights.Regenerate, "regenerate", "Regenerate")
	add(found.Rights.Revoke, "revoke", "Revoke")
	add(found.Rights.CloseLeaked, "leaked", "It leaked")
	return actions
}

// staffSecret is a new key, which its creator sees once.
type staffSecret struct {
	Name string
	access.Material
}

// secretsOf are the secrets that may be seen; those of viewable keys are their team's alone.
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
		return "This is the key"
	}
	return "Keys that begin so"
}
