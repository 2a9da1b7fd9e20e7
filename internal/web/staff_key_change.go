package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
)

// keyChange is one thing that staff do to a key of a team.
type keyChange struct {
	title, button, text string
	danger              bool
	// fields are the names of its inputs.
	fields []string
	apply  func(v *visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error)
}

var keyChanges = map[string]keyChange{
	"rename":     {"Rename this key?", "Rename", "Its name changes for everybody who sees it. It goes on working.", false, []string{"name"}, renameKey},
	"rotate":     {"Rotate this key?", "Rotate", "The key gets a successor and goes on working for the time that you choose. After that it is refused.", false, []string{"overlap"}, rotateKey},
	"regenerate": {"Regenerate this key?", "Regenerate", "Its present secret stops working at once, and whatever still sends it is refused. It cannot be brought back.", true, nil, regenerateKey},
	"revoke":     {"Revoke this key?", "Revoke", "It stops working at once and for good. Whatever still sends it is refused.", true, nil, revokeKey},
	"leaked":     {"Close this leaked key?", "Close it and tell its owners", "The secret stops working at once. The owners of its team get a message that says what happened and what to do.", true, []string{"close", "where"}, closeLeakedKey},
}

var overlaps = []choice{{"24", "24 hours"}, {"48", "48 hours"}, {"72", "72 hours"}, {"168", "7 days"}, {"720", "30 days"}, {"0", "not at all"}}

var closings = []choice{{"revoke", "Revoke the key for good"}, {"regenerate", "Give it a new secret, so that it goes on under its name"}}

func renameKey(v *visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error) {
	renamed, err := v.config.Access.RenameCredential(v.request.Context(), key, sent.Get("name"))
	return access.IssuedCredential{Credential: renamed}, err
}

func rotateKey(v *visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error) {
	hours, err := strconv.Atoi(sent.Get("overlap"))
	if err != nil || hours > 10_000 || hours < 0 {
		return access.IssuedCredential{}, fault.InvalidFields([]fault.Field{{Name: "overlap", Reason: "must be one of those offered"}})
	}
	return v.config.Access.RotateCredential(v.request.Context(), access.RotateCredential{Credential: key, Overlap: time.Duration(hours) * time.Hour})
}

func regenerateKey(v *visit, key access.CredentialID, _ url.Values) (access.IssuedCredential, error) {
	return v.config.Access.RegenerateCredential(v.request.Context(), key)
}

func revokeKey(v *visit, key access.CredentialID, _ url.Values) (access.IssuedCredential, error) {
	return access.IssuedCredential{Credential: access.Credential{ID: key}}, v.config.Access.RevokeCredential(v.request.Context(), key)
}

func closeLeakedKey(v *visit, key access.CredentialID, sent url.Values) (access.IssuedCredential, error) {
	return v.config.Access.CloseLeakedKey(v.request.Context(), access.CloseLeakedKey{
		Credential: key, Since: stamped(sent.Get("since")), Regenerate: sent.Get("close") == "regenerate", Where: sent.Get("where"),
	})
}

// keyChangeContent is the page that asks before a key is changed.
type keyChangeContent struct {
	Change  keyChange
	Name    string
	Row     keyLineRow
	Facts   []fact
	Since   string
	Sent    url.Values
	Refused refusals
}

func keyChangePage(v *visit) error {
	return v.showKeyChange(http.StatusOK, url.Values{}, refusals{})
}

func (v *visit) showKeyChange(status int, sent url.Values, told refusals) error {
	name := v.pathPart("action")
	change, known := keyChanges[name]
	if !known {
		return notFound(v)
	}
	found, err := v.config.Overview.KeyPage(v.request.Context(), v.credential())
	if err != nil {
		return err
	}
	if !sent.Has("name") {
		sent.Set("name", found.Credential.Name)
	}
	shown := keyChangeContent{
		Change: change, Name: name, Row: newKeyLineRow(found.KeyLine, found.LastUsed, found.At), Facts: keyFacts(found),
		Since: stamp(found.Credential.RegeneratedAt), Sent: sent, Refused: told,
	}
	return v.renderStaffAs(status, change.title, keyChangeView(shown))
}

// keyFacts are who is affected when the key stops.
func keyFacts(found overview.KeyPage) []fact {
	facts := []fact{
		{"Key", found.Credential.Prefix + "…"}, {"Team", found.Team}, {"Application", found.Application},
		{"Calls today", number(found.CallsToday)}, {"Calls in 30 days", number(found.Calls)},
	}
	used := "Never"
	if !found.LastUsed.IsZero() {
		used = capital(ago(found.LastUsed, found.At))
	}
	return append(facts, fact{"Last used", used})
}

// changeKey does it. A fresh secret that only this answer holds is shown once.
func changeKey(v *visit) error {
	name := v.pathPart("action")
	change, known := keyChanges[name]
	if !known {
		return notFound(v)
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	changed, err := change.apply(v, v.credential(), sent)
	if err != nil && correctable(err) {
		return v.showKeyChange(v.refusedForm(err), sent, refused(err, change.fields...))
	}
	if err != nil {
		return err
	}
	path := staffKeyPath(changed.Credential.ID) + "?done=" + name
	if shown := secretsOf([]access.IssuedCredential{changed}); len(shown) > 0 {
		return v.renderStaff("New key", staffSecretsView(shown, path))
	}
	return v.redirect(path)
}
