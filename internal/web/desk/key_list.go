package desk

import (
	"net/url"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

const mostOfKeySearch = 16

var keyColumns = []view.Column{
	{Name: "name", Label: "Key", Sort: view.LowFirst, Place: view.PlaceName},
	{Name: "team", Label: "Team and application", Sort: view.LowFirst, Place: view.PlaceSecond},
	{Name: "environment", Label: "Environment", Sort: view.LowFirst},
	{Name: "status", Label: "Status", Place: view.PlaceState},
	{Name: "used", Label: "Last used", Sort: view.HighFirst, Place: view.PlaceEnd},
	{Name: "expires", Label: "Expires", Sort: view.LowFirst},
}

var keyViews = []view.Choice{
	{Value: "", Text: "All"}, {Value: string(access.KeysExpiring), Text: "Expiring"}, {Value: string(access.KeysRotating), Text: "Rotating"},
	{Value: string(access.KeysUnused), Text: "Unused for 90 days"}, {Value: string(access.KeysRevoked), Text: "Revoked"},
}

// staffKeysContent is the list of keys.
type staffKeysContent struct {
	List         view.Listing
	Keys         []keyLineRow
	Counts       map[access.KeyPart]int
	Environments []string
	Notice       string
	MayRevoke    bool
}

func (c staffKeysContent) views() []view.ListView {
	counts := map[string]int{}
	for part, count := range c.Counts {
		counts[string(part)] = count
	}
	return c.List.Views("view", keyViews, counts, string(access.KeysExpiring))
}

func (c staffKeysContent) toolbar() view.Toolbar {
	return view.Toolbar{
		Label: "Keys", Search: "q", SearchFor: "Name, prefix, team or application", Longest: mostOfKeySearch, Exports: view.CSV(c.List),
		Filters: []view.Filter{environmentFilter(c.Environments), c.teamFilter()},
	}
}

func (c staffKeysContent) teamFilter() view.Filter {
	if len(c.Keys) == 0 {
		return teamFilter("")
	}
	return teamFilter(c.Keys[0].Team)
}

// environmentFilter is the filter by environment of a list.
func environmentFilter(known []string) view.Filter {
	choices := []view.Choice{{Value: "", Text: "All environments"}}
	for _, one := range known {
		choices = append(choices, view.Choice{Value: one, Text: view.Capital(one)})
	}
	return view.Filter{Name: "environment", Label: "Environment", Choices: choices}
}

// teamFilter is the filter by team of a list. Only links set it. The name is empty if the list has no keys.
func teamFilter(name string) view.Filter {
	if name == "" {
		name = "one team"
	}
	return view.Filter{Name: "team", Label: "Team", Text: name, OnlyChip: true}
}

func (c staffKeysContent) bulk() view.Bulk {
	bulk := view.Bulk{Parameter: "key", Things: "keys"}
	if c.MayRevoke {
		bulk.Actions = []view.BulkAction{{Link: view.Link{Text: "Revoke", Icon: "ban", Path: address.StaffKeys + "/revoke"}, Danger: true}}
	}
	return bulk
}

// keyListing reads the list of keys from the address. It reports whether the search may hold a whole key, which must
// not stay in an address.
func keyListing(v *visit.Visit) (list view.Listing, filter access.CredentialFilter, whole bool, err error) {
	list, err = v.Table(keyColumns, "view", "q", "team", "environment")
	list.Path = address.StaffKeys
	filter = access.CredentialFilter{
		Search: list.Filter("q"), Environment: list.Filter("environment"), Team: visit.ParseID[identity.TeamID](list.Filter("team")),
		Part: access.KeyPart(list.Filter("view")),
	}
	return list, filter, len(filter.Search) > mostOfKeySearch, err
}

func (p *Pages) staffKeysPage(v *visit.Visit) error {
	list, filter, whole, err := keyListing(v)
	if err != nil {
		return err
	}
	if whole {
		return v.Redirect(address.LeakedKey + "?whole=1")
	}
	found, err := p.Overview.KeyList(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Keys.Total
	shown := staffKeysContent{
		List: list, Counts: found.Counts, Environments: found.Environments, MayRevoke: v.Principal.MayAnywhere(identity.ManageCredentials),
		Notice: revokedNotice(v.Request.URL.Query().Get("revoked")),
	}
	for _, line := range found.Keys.Items {
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[line.Credential.ID], found.At))
	}
	return v.RenderStaff("Keys", staffKeysView(shown))
}

// revokedNotice says how many keys were revoked, as in the address.
func revokedNotice(count string) string {
	number, err := strconv.Atoi(count)
	if err != nil || number < 1 {
		return ""
	}
	return view.CountOf(number, "key", "keys") + " revoked. Calls that use " + view.Plural(number, "it", "them") + " now get 401."
}

// exportKeys sends the keys that match the filters as a file.
func (p *Pages) exportKeys(v *visit.Visit) error {
	list, filter, whole, err := keyListing(v)
	if err != nil {
		return err
	}
	if whole {
		return v.Redirect(address.LeakedKey + "?whole=1")
	}
	columns := []string{"id", "name", "prefix", "team", "application", "environment", "status", "created", "expires", "last_used"}
	return v.SendCSV("keys", columns, func(write func(cells ...string) error) error {
		return p.Overview.EachKey(v.Request.Context(), filter, list.Order(), func(key access.KeyLine, lastUsed time.Time) error {
			one := key.Credential
			return write(one.ID.Hex(), view.KeyName(one), one.Prefix, key.Team, key.Application, one.Environment, string(key.Status),
				view.TimeOrEmpty(one.CreatedAt), view.TimeOrEmpty(one.ExpiresAt), view.TimeOrEmpty(lastUsed))
		})
	})
}

// keysToRevoke returns the selected keys of a query or a form.
func keysToRevoke(sent url.Values) ([]access.CredentialID, error) {
	var keys []access.CredentialID
	for _, one := range sent["key"] {
		keys = append(keys, visit.ParseID[access.CredentialID](one))
	}
	if len(keys) == 0 || len(keys) > view.ListedOnPage {
		return nil, fault.New(fault.Invalid, "nothing_selected", "Select the keys first. You can revoke up to 50 at a time.")
	}
	return keys, nil
}

// revokeKeysContent is the page that asks before several keys are revoked.
type revokeKeysContent struct {
	Keys []keyLineRow
}

func (c revokeKeysContent) title() string {
	return "Revoke " + view.CountOf(len(c.Keys), "key", "keys") + "?"
}

func (p *Pages) revokeKeysPage(v *visit.Visit) error {
	if err := v.EnterStaff(); err != nil {
		return err
	}
	keys, err := keysToRevoke(v.Request.URL.Query())
	if err != nil {
		return err
	}
	found, err := p.Overview.KeysToRevoke(v.Request.Context(), keys)
	if err != nil {
		return err
	}
	var shown revokeKeysContent
	for _, line := range found.Keys.Items {
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[line.Credential.ID], found.At))
	}
	return v.RenderStaff("Revoke keys", revokeKeysView(shown))
}

func (p *Pages) revokeKeys(v *visit.Visit) error {
	if err := v.EnterStaff(); err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	keys, err := keysToRevoke(sent)
	if err != nil {
		return err
	}
	if err := p.Access.RevokeCredentials(v.Request.Context(), keys); err != nil {
		return err
	}
	return v.Redirect(address.StaffKeys + "?revoked=" + strconv.Itoa(len(keys)))
}
