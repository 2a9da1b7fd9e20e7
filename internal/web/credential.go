package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// credentialID reads a key's identifier. What is none names no key: the zero one, which the services do not know.
func credentialID(spelled string) access.CredentialID {
	parsed, err := id.Parse[access.CredentialID](spelled)
	if err != nil {
		return access.CredentialID{}
	}
	return parsed
}

// credential is the key that the address names.
func (v *visit) credential() access.CredentialID { return credentialID(v.pathPart("credential")) }

// revealCredential shows a key again: in its place on the profile, or on a page of its own without scripts.
func revealCredential(v *visit) error {
	secret, err := v.config.Access.RevealCredential(v.request.Context(), v.credential())
	if err != nil {
		return err
	}
	if v.part() {
		return v.renderPart(http.StatusOK, revealedKey(secret))
	}
	return v.render(http.StatusOK, "Your key", site.AreaProfile, secretView("Your key", access.Material{Secret: secret}, ""))
}

// regeneratePage asks before a key is replaced, with what will stop working.
func regeneratePage(v *visit) error {
	found, err := v.config.Overview.Replacement(v.request.Context(), v.credential())
	if err != nil {
		return err
	}
	key := newKeyRow(found.Subscription, found.Key, found.At)
	if found.Sibling != nil {
		sibling := newKeyRow(found.Subscription, *found.Sibling, found.At)
		key.Sibling = &sibling
	}
	return v.render(http.StatusOK, "Regenerate key", site.AreaProfile, regenerateView(key))
}

// regenerateCredential replaces a key. One that cannot be shown again is shown now.
func regenerateCredential(v *visit) error {
	credential := v.credential()
	issued, err := v.config.Access.RegenerateCredential(v.request.Context(), credential)
	if err != nil {
		return err
	}
	if issued.Secret == "" || issued.Credential.Viewable {
		return v.redirect("/profile?regenerated=" + credential.Hex())
	}
	return v.render(http.StatusOK, "Your new key", site.AreaProfile,
		secretView("Your new key", issued.Material, keyName(issued.Credential)))
}
