package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

const keysPath = staffPath + "/keys"

// leakedKeyContent is the page on which staff look for a key that leaked. What they paste is on no page.
type leakedKeyContent struct {
	Looked  bool
	Found   []usage.KeyFound
	Refused string
}

func leakedKeyPage(v *visit) error {
	if err := identity.Require(v.request.Context(), identity.ViewAnyTeam); err != nil {
		return err
	}
	return v.renderStaff("Find a key", leakedKeyView(leakedKeyContent{}))
}

func findLeakedKey(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	found, err := v.config.Usage.FindKey(v.request.Context(), sent.Get("key"))
	if correctable(err) {
		return v.renderStaffAs(v.refusedForm(err), "Find a key", leakedKeyView(leakedKeyContent{Refused: refused(err).Text}))
	}
	if err != nil {
		return err
	}
	return v.renderStaffAs(http.StatusOK, "Find a key", leakedKeyView(leakedKeyContent{Looked: true, Found: found}))
}

// staffKeyContent is the page of one key.
type staffKeyContent struct {
	usage.KeyFound
	MayChange bool
	Notice    string
}

func staffKeyPage(v *visit) error {
	found, err := v.config.Usage.Key(v.request.Context(), v.credential())
	if err != nil {
		return err
	}
	return v.renderStaff("Key "+found.Credential.Prefix, staffKeyView(staffKeyContent{
		KeyFound: found, MayChange: v.principal.May(identity.ManageCredentials), Notice: subscriptionNotice(v.request.URL.Query().Get("done")),
	}))
}

// keyChanges are the words of what staff do to a key.
const (
	regenerateWord = "regenerate"
	revokeWord     = "revoke"
)

func (v *visit) keyChange() (string, error) {
	word := v.pathPart("change")
	if word != regenerateWord && word != revokeWord {
		return "", notFound(v)
	}
	return word, nil
}

func changeKeyPage(v *visit) error {
	word, err := v.keyChange()
	if err != nil {
		return err
	}
	if err := identity.Require(v.request.Context(), identity.ManageCredentials); err != nil {
		return err
	}
	found, err := v.config.Usage.Key(v.request.Context(), v.credential())
	if err != nil {
		return err
	}
	return v.renderStaff("Close a key", closeKeyView(found, word))
}

// changeKey closes a key. A new one that its team cannot see again is shown now, to be handed over.
func changeKey(v *visit) error {
	word, err := v.keyChange()
	if err != nil {
		return err
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	issued, err := v.config.Access.CloseKey(v.request.Context(), access.CloseKey{
		Credential: v.credential(), Regenerate: word == regenerateWord, Leaked: sent.Get("leaked") == "yes",
	})
	if err != nil {
		return err
	}
	if issued.Secret != "" {
		return v.renderStaff("The new key", newKeyView(issued))
	}
	done := map[string]string{regenerateWord: "regenerated", revokeWord: "revoked"}[word]
	return v.redirect(staffKeyPath(issued.Credential) + "?done=" + done)
}
