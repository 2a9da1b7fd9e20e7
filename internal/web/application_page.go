package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// applicationContent is the page of an application.
type applicationContent struct {
	overview.ApplicationPage

	List listing
	// What the visitor may do: change and delete it, change and revoke keys, register it and remove registrations.
	MayChange, MayKey, MayRegister bool
	// Once keeps a key from being made twice; Sent and Refused are of a key that was not made.
	Once    string
	Sent    url.Values
	Refused refusals
	Notice  string
	// Gateway is where versions are called, before their base paths.
	Gateway string
}

func applicationPage(v *visit) error {
	return v.showApplication(http.StatusOK, nil, refusals{})
}

func (v *visit) showApplication(status int, sent url.Values, told refusals) error {
	list, err := v.listing()
	if err != nil {
		return err
	}
	list.Path = applicationPath(v.application())
	found, err := v.config.Overview.ApplicationPage(v.request.Context(), v.application(), list.request())
	if err != nil {
		return err
	}
	list.Total = found.Registrations.Total
	shown := applicationContent{
		ApplicationPage: found, List: list, Sent: sent, Refused: told, Once: id.New[access.CredentialID](found.At).Hex(),
		MayChange: v.principal.May(identity.ManageApplications) && !found.Application.Default,
		MayKey:    found.NewKey.May || found.NewKey.Reason != "", MayRegister: v.principal.May(identity.RequestAccess),
		Notice: applicationNotice(v.request.URL.Query().Get("done")), Gateway: v.config.GatewayURL,
	}
	return v.render(status, found.Application.Name, site.AreaApplications, applicationView(shown))
}

func (c applicationContent) path(parts ...string) string {
	return applicationPath(c.Application.ID, parts...)
}

func (c applicationContent) environments() []choice {
	var choices []choice
	for _, environment := range c.NewKey.Environments {
		choices = append(choices, choice{environment, capital(environment)})
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
	return cmp.Or(statusText(key.Credential, key.Status), "Does not expire")
}

// keyRow is a key as the parts of a page need it that show it again.
func (c applicationContent) keyRow(key overview.KeyUse) keyRow {
	return keyRow{
		ID: key.Credential.ID, Element: "key-" + key.Credential.ID.Hex(), Name: keyName(key.Credential), Plan: c.Application.Name,
		Prefix: key.Credential.Prefix, MayReveal: key.MayReveal,
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

// endedText says since when a registration is over, and that one may ask again: both are so for all that staff have ended.
func endedText(registration access.Subscription) string {
	if registration.State == access.Cancelled {
		return "Cancelled on " + day(registration.UpdatedAt) + ". You may register for it again."
	}
	return "Revoked. Since " + day(registration.ClearedAt) + " you may register for it again."
}

// makeKey gives the application a key, which is shown this once.
func makeKey(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	issued, err := v.config.Access.IssueCredential(v.request.Context(), access.NewCredential{
		Once: idOrNone[access.CredentialID](sent.Get("once")), Application: v.application(), Name: sent.Get("name"),
		Environment: sent.Get("environment"), UsualEnvironment: sent.Get("environment") == "", // where there is no choice
	})
	if err != nil && correctable(err) {
		return v.showApplication(v.refusedForm(err), sent, refused(err, "name", "environment"))
	}
	if err != nil {
		return err
	}
	return v.showFreshKey(issued)
}

func (v *visit) showFreshKey(issued access.IssuedCredential) error {
	return v.render(http.StatusOK, "Your new key", site.AreaApplications, freshKeyView(issued, applicationPath(v.application())))
}

// reachedKey is a key of the application that the visitor may change.
func (v *visit) reachedKey() (overview.ApplicationPage, overview.KeyUse, error) {
	found, err := v.config.Overview.ApplicationPage(v.request.Context(), v.application(), listing{}.request())
	if err != nil {
		return overview.ApplicationPage{}, overview.KeyUse{}, err
	}
	key, err := found.Key(v.request.Context(), v.credential())
	return found, key, err
}

func renameKeyPage(v *visit) error { return v.showRenameKey(http.StatusOK, nil, refusals{}) }

func (v *visit) showRenameKey(status int, sent url.Values, told refusals) error {
	found, key, err := v.reachedKey()
	if err != nil {
		return err
	}
	name := key.Credential.Name
	if sent != nil {
		name = sent.Get("name")
	}
	return v.render(status, "Rename key", site.AreaApplications, confirmView(confirmation{
		Above: aboveKey(found), Title: "Rename this key?", Text: "Only its name changes. The key goes on working.",
		Facts:   []fact{{"Key", key.Credential.Prefix + "…"}},
		Entries: []entry{{Name: "name", Label: "Name", Kind: "text", Value: name, Refused: told.Fields["name"], Complete: "off", Focus: true, Optional: true}},
		Refused: told.Text, Action: applicationKeyPath(found, key, "rename"), Button: "Rename", Back: applicationPath(found.Application.ID),
	}))
}

func renameApplicationKey(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	_, err = v.config.Access.RenameApplicationCredential(v.request.Context(), v.application(), v.credential(), sent.Get("name"))
	if err != nil && correctable(err) {
		return v.showRenameKey(v.refusedForm(err), sent, refused(err, "name"))
	}
	if err != nil {
		return err
	}
	return v.redirect(applicationPath(v.application()) + "?done=renamed")
}

func regenerateKeyPage(v *visit) error {
	return v.endKeyPage("regenerate", "Regenerate", "Its present secret stops working at once, and whatever still sends it is refused. To change keys without a gap, make a second one first and revoke this one later.")
}

// regenerateApplicationKey gives the key a new secret, which is shown this once.
func regenerateApplicationKey(v *visit) error {
	issued, err := v.config.Access.RegenerateApplicationCredential(v.request.Context(), v.application(), v.credential())
	if err != nil {
		return err
	}
	return v.showFreshKey(issued)
}

func revokeKeyPage(v *visit) error {
	return v.endKeyPage("revoke", "Revoke", "It stops working at once and for good. Whatever still sends it is refused.")
}

// endKeyPage asks before the present secret of a key stops working.
func (v *visit) endKeyPage(action, button, text string) error {
	found, key, err := v.reachedKey()
	if err != nil {
		return err
	}
	used := "Never"
	if at := found.LastUsed[key.Credential.ID]; !at.IsZero() {
		used = capital(ago(at, found.At))
	}
	return v.render(http.StatusOK, button+" key", site.AreaApplications, confirmView(confirmation{
		Above: aboveKey(found), Title: button + " the key " + keyName(key.Credential) + "?", Text: text,
		Facts:  []fact{{"Key", key.Credential.Prefix + "…"}, {"Last used", used}, {"Other keys that go on working", number(int64(len(found.Keys) - 1))}},
		Action: applicationKeyPath(found, key, action), Button: button, Danger: true, Back: applicationPath(found.Application.ID),
	}))
}

func revokeApplicationKey(v *visit) error {
	if err := v.config.Access.RevokeApplicationCredential(v.request.Context(), v.application(), v.credential()); err != nil {
		return err
	}
	return v.redirect(applicationPath(v.application()) + "?done=revoked")
}

func aboveKey(found overview.ApplicationPage) []link {
	return []link{{Text: "Applications", Path: applicationsPath}, {Text: found.Application.Name, Path: applicationPath(found.Application.ID)}}
}

func applicationKeyPath(found overview.ApplicationPage, key overview.KeyUse, action string) string {
	return applicationPath(found.Application.ID, "keys", key.Credential.ID.Hex(), action)
}
