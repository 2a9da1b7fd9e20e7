package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
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
	// Applications says that visitors are led to applications.
	Applications bool
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
	Element string
	// Name is within a sentence, Title at its beginning.
	Name       string
	Title      string
	Plan       string
	Prefix     string
	StatusText string
	MayReveal  bool
	MayChange  bool
	LastUsedAt time.Time
	LastUsed   string
	// Sibling is the other key of the pair, nil where there is none that works.
	Sibling *keyRow
}

func profilePage(v *visit) error {
	found, err := v.config.Overview.Profile(v.request.Context())
	if err != nil {
		return err
	}
	shown := v.profile(found)
	query := v.request.URL.Query()
	shown.Notice = doneNotice(query.Get("done"))
	if subscription, key, ok := found.Key(credentialID(query.Get("regenerated"))); ok {
		shown.Notice = "The " + keyName(key.Credential) + " key of " + subscription.Detail.Plan.Name + " is replaced. The old one is refused from now on."
	}
	return v.render(http.StatusOK, "Profile", site.AreaProfile, profileView(shown))
}

func (v *visit) profile(found overview.Profile) profileContent {
	shown := profileContent{
		Account: found.Me.Account, Team: found.Me.Team.Name, TeamID: found.Me.Team.ID, Role: v.principal.Role,
		Teams: found.Me.Teams, Support: v.settings.Support,
		Applications: slices.Contains(v.settings.Areas, site.AreaApplications),
	}
	for _, used := range found.Subscriptions {
		shown.Subscriptions = append(shown.Subscriptions, newSubscriptionRow(used, found.At))
	}
	slices.SortStableFunc(shown.Subscriptions, func(a, b subscriptionRow) int {
		return cmp.Or(cmp.Compare(stateRank(a.State), stateRank(b.State)), cmp.Compare(a.Plan, b.Plan))
	})
	return shown
}

func newSubscriptionRow(used overview.SubscriptionUse, now time.Time) subscriptionRow {
	detail := used.Detail
	row := subscriptionRow{
		ID: detail.Subscription.ID, Plan: detail.Plan.Name, Environment: detail.Plan.Environment,
		State: detail.Subscription.State, Reason: detail.Subscription.Reason, CallsToday: used.CallsToday,
	}
	row.Called = row.State != access.Pending && row.State != access.Rejected
	if !detail.Application.Default {
		row.Application = detail.Application.Name
	}
	for _, key := range used.Keys {
		row.Keys = append(row.Keys, newKeyRow(used, key, now))
	}
	return row
}

func newKeyRow(used overview.SubscriptionUse, key overview.KeyUse, now time.Time) keyRow {
	credential := key.Credential
	row := keyRow{
		ID: credential.ID, Element: "key-" + used.Detail.Subscription.ID.Hex() + "-" + credential.ID.Hex(),
		Name: keyName(credential), Title: keyTitle(credential), Plan: used.Detail.Plan.Name, Prefix: credential.Prefix,
		StatusText: statusText(credential, key.Status), MayReveal: key.MayReveal, MayChange: key.MayChange,
		LastUsedAt: used.LastUsed[credential.ID],
	}
	if !row.LastUsedAt.IsZero() {
		row.LastUsed = ago(row.LastUsedAt, now)
	}
	return row
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

// keyTitle is keyName where it stands alone: what somebody has chosen stays as it is.
func keyTitle(credential access.Credential) string {
	if credential.Slot == access.NoSlot && credential.Name != "" {
		return credential.Name
	}
	return capital(keyName(credential))
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

func switchTeam(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	team, err := id.Parse[identity.TeamID](sent.Get("team"))
	if err != nil {
		team = identity.TeamID{} // no identifier names no team
	}
	if err := v.config.Accounts.SwitchTeam(v.request.Context(), v.session.ID, team); err != nil {
		return err
	}
	return v.redirect("/profile?done=team")
}

func roleText(role identity.Role) string {
	return map[identity.Role]string{
		identity.Owner: "Owner", identity.Admin: "Admin", identity.Member: "Member", identity.Viewer: "Viewer (reads only)",
	}[role]
}
