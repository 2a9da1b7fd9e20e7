package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// credential is the key that the address names. What is no identifier names no key.
func (v *visit) credential() (access.CredentialID, error) {
	parsed, err := id.Parse[access.CredentialID](v.pathPart("credential"))
	if err != nil {
		return parsed, fault.Missing("key")
	}
	return parsed, nil
}

// revealCredential shows a key again: in its place on the profile, or on a page of its own without scripts.
func revealCredential(v *visit) error {
	if err := identity.Require(v.request.Context(), identity.ManageOwnAccount); err != nil {
		return err
	}
	credential, err := v.credential()
	if err != nil {
		return err
	}
	secret, err := v.config.Access.RevealCredential(v.request.Context(), credential)
	if err != nil {
		return err
	}
	if v.part() {
		return v.renderPart(http.StatusOK, revealedKey(secret))
	}
	return v.render(http.StatusOK, "Your key", site.AreaProfile, secretView("Your key", secret, "", false))
}

// regeneratePage asks before a key is replaced, with what will stop working.
func regeneratePage(v *visit) error {
	found, err := v.config.Usage.Profile(v.request.Context())
	if err != nil {
		return err
	}
	key, err := v.profile(found).key(v.pathPart("credential"))
	if err != nil {
		return err
	}
	if !key.Change {
		return fault.New(fault.Forbidden, "not_permitted", "Your role does not permit replacing keys, or this key has ended. Ask an owner of your team.")
	}
	return v.render(http.StatusOK, "Regenerate key", site.AreaProfile, regenerateView(key))
}

// regenerateCredential replaces a key. One that cannot be shown again is shown now.
func regenerateCredential(v *visit) error {
	if err := identity.Require(v.request.Context(), identity.ManageOwnAccount); err != nil {
		return err
	}
	credential, err := v.credential()
	if err != nil {
		return err
	}
	issued, err := v.config.Access.RegenerateCredential(v.request.Context(), credential)
	if err != nil {
		return err
	}
	if issued.Secret == "" || issued.Credential.Viewable {
		return v.redirect("/profile?regenerated=" + credential.Hex())
	}
	return v.render(http.StatusOK, "Your new key", site.AreaProfile, secretView("Your new key", issued.Secret, issued.Password, true))
}
