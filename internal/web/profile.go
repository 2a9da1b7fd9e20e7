package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/usage"
)

// profileContent is the profile page.
type profileContent struct {
	Account       account.Account
	Team          string
	TeamID        identity.TeamID
	Role          identity.Role
	Teams         []account.Membership
	Subscriptions []subscriptionRow
	Notice        string
	Support       string
}

// subscriptionRow is one subscription with its keys.
type subscriptionRow struct {
	ID          access.SubscriptionID
	Plan        string
	Environment string
	Application string
	State       access.SubscriptionState
	Reason      string
	// Called says that the subscription can have been called, so that the number of calls means something.
	Called     bool
	CallsToday int64
	Keys       []keyRow
}

// keyRow is one key as the profile shows it, with what the visitor may do to it.
type keyRow struct {
	ID access.CredentialID
	// Element is where the page shows the key. A key of several subscriptions is shown under each.
	Element    string
	Name       string
	Plan       string
	Prefix     string
	Status     access.Status
	StatusText string
	Viewable   bool
	Reveal     bool
	Change     bool
	LastUsedAt time.Time
	LastUsed   string
	// Sibling is the other key of the pair, nil where there is none that works.
	Sibling *keyRow
}

func profilePage(v *visit) error {
	found, err := v.config.Usage.Profile(v.request.Context())
	if err != nil {
		return err
	}
	shown := v.profile(found)
	query := v.request.URL.Query()
	shown.Notice = doneNotice(query.Get("done"))
	if key, err := shown.key(query.Get("regenerated")); err == nil {
		shown.Notice = "The " + key.Name + " key of " + key.Plan + " is replaced. The old one is refused from now on."
	}
	return v.render(http.StatusOK, "Profile", site.AreaProfile, profileView(shown))
}

func (v *visit) profile(found usage.Profile) profileContent {
	shown := profileContent{
		Account: found.Me.Account, Team: found.Me.Team.Name, TeamID: found.Me.Team.ID, Role: v.principal.Role,
		Teams: found.Me.Teams, Support: v.settings.Support,
	}
	for _, used := range found.Subscriptions {
		shown.Subscriptions = append(shown.Subscriptions, v.subscriptionRow(used))
	}
	slices.SortStableFunc(shown.Subscriptions, func(a, b subscriptionRow) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Plan, b.Plan))
	})
	return shown
}

// rank puts what works before what waits, and that before what has ended.
func (r subscriptionRow) rank() int {
	switch r.State {
	case access.Approved:
		return 1
	case access.Pending, access.Suspended:
		return 2
	}
	return 3
}

func (v *visit) subscriptionRow(used usage.SubscriptionUse) subscriptionRow {
	detail := used.Detail
	row := subscriptionRow{
		ID: detail.Subscription.ID, Plan: detail.Plan.Name, Environment: detail.Plan.Environment,
		State: detail.Subscription.StateAt(v.config.Now()), Reason: detail.Subscription.Reason, CallsToday: used.CallsToday,
	}
	row.Called = row.State != access.Pending && row.State != access.Rejected
	if !detail.Application.Default {
		row.Application = detail.Application.Name
	}
	for _, credential := range detail.Credentials {
		key := v.keyRow(credential, row.Plan, used.LastUsed[credential.ID])
		key.Element = "key-" + row.ID.Hex() + "-" + key.ID.Hex()
		row.Keys = append(row.Keys, key)
	}
	slices.SortStableFunc(row.Keys, func(a, b keyRow) int { return cmp.Compare(a.rank(), b.rank()) })
	for i := range row.Keys {
		for j := range row.Keys {
			if i != j && row.Keys[j].works() {
				sibling := row.Keys[j]
				row.Keys[i].Sibling = &sibling
			}
		}
	}
	return row
}

func (v *visit) keyRow(credential access.Credential, plan string, lastUsed time.Time) keyRow {
	now := v.config.Now()
	row := keyRow{
		ID: credential.ID, Name: keyName(credential), Plan: plan, Prefix: credential.Prefix,
		Status: credential.Status(now), Viewable: credential.Viewable, LastUsedAt: lastUsed, LastUsed: "never used",
	}
	if !lastUsed.IsZero() {
		row.LastUsed = ago(lastUsed, now)
	}
	row.StatusText = statusText(credential, row.Status)
	row.Reveal = row.works() && row.Viewable && v.principal.Staff == identity.NotStaff && v.principal.May(identity.RevealCredentials)
	row.Change = row.Status.Lasting() && v.principal.May(identity.ManageCredentials)
	return row
}

// works reports whether the gateway takes the key.
func (k keyRow) works() bool {
	return k.Status != access.StatusRevoked && k.Status != access.StatusExpired
}

// rank puts the primary key before the secondary one, and both before keys with names of their own.
func (k keyRow) rank() int {
	return cmp.Or(map[string]int{"primary": 1, "secondary": 2}[k.Name], 3)
}

func keyName(credential access.Credential) string {
	switch {
	case credential.Slot != access.NoSlot:
		return string(credential.Slot)
	case credential.Name != "":
		return credential.Name
	}
	return "unnamed"
}

// statusText says what is special about a key; an active one without an end needs no words.
func statusText(credential access.Credential, status access.Status) string {
	switch status {
	case access.StatusRevoked:
		return "Revoked"
	case access.StatusExpired:
		return "Expired on " + day(credential.ExpiresAt)
	case access.StatusGrace:
		return "Replaced, works until " + moment(credential.GraceUntil)
	case access.StatusExpiring:
		return "Expires on " + day(credential.ExpiresAt)
	}
	if !credential.ExpiresAt.IsZero() {
		return "Works until " + day(credential.ExpiresAt)
	}
	return ""
}

// key finds a key of the visitor's team by its identifier.
func (p profileContent) key(spelled string) (keyRow, error) {
	wanted, err := id.Parse[access.CredentialID](spelled)
	if err != nil {
		return keyRow{}, fault.Missing("key")
	}
	for _, subscription := range p.Subscriptions {
		for _, key := range subscription.Keys {
			if key.ID == wanted {
				return key, nil
			}
		}
	}
	return keyRow{}, fault.Missing("key")
}

func switchTeam(v *visit) error {
	if err := identity.Require(v.request.Context(), identity.ManageOwnAccount); err != nil {
		return err
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	team, err := id.Parse[identity.TeamID](sent.Get("team"))
	if err != nil {
		return fault.Missing("team")
	}
	if err := v.config.Accounts.SwitchTeam(v.request.Context(), v.session.ID, team); err != nil {
		return err
	}
	return v.redirect("/profile?done=team")
}

// stateText says what a subscription's state means for those who call.
func stateText(state access.SubscriptionState) string {
	return map[access.SubscriptionState]string{
		access.Pending:   "Waiting for approval",
		access.Approved:  "Active",
		access.Rejected:  "Rejected",
		access.Cancelled: "Cancelled",
		access.Suspended: "Suspended",
		access.Revoked:   "Revoked",
		access.Expired:   "Expired",
	}[state]
}

func stateClass(state access.SubscriptionState) string {
	switch state {
	case access.Approved:
		return "badge-success"
	case access.Pending, access.Suspended:
		return "badge-warning"
	}
	return "badge-neutral"
}

func roleText(role identity.Role) string {
	return map[identity.Role]string{
		identity.Owner: "Owner", identity.Admin: "Admin", identity.Member: "Member", identity.Viewer: "Viewer (reads only)",
	}[role]
}
