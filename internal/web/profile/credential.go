package profile

import (
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// revealCredential shows a key again: in its place on the profile, or on a separate page without scripts.
func (p *Pages) revealCredential(v *visit.Visit) error {
	secret, err := p.Access.RevealCredential(v.Request.Context(), v.Credential())
	if err != nil {
		return err
	}
	if v.Part() {
		return v.RenderPart(http.StatusOK, revealedKey(secret))
	}
	return v.Render("Your key", site.AreaProfile, secretView("Your key", access.Material{Secret: secret}, ""))
}

// regeneratePage asks for confirmation before a key is replaced, and says what will stop working.
func (p *Pages) regeneratePage(v *visit.Visit) error {
	found, err := p.Overview.Replacement(v.Request.Context(), v.Credential())
	if err != nil {
		return err
	}
	key := view.NewKeyRow(found.Subscription, found.Key, found.At)
	if found.Sibling != nil {
		sibling := view.NewKeyRow(found.Subscription, *found.Sibling, found.At)
		key.Sibling = &sibling
	}
	return v.Render("Regenerate key", site.AreaProfile, regenerateView(key))
}

// regenerateCredential replaces a key. It shows the new key if that cannot be revealed later.
func (p *Pages) regenerateCredential(v *visit.Visit) error {
	credential := v.Credential()
	issued, err := p.Access.RegenerateCredential(v.Request.Context(), credential)
	if err != nil {
		return err
	}
	if issued.Secret == "" || issued.Credential.Viewable {
		return v.Redirect("/profile?regenerated=" + credential.Hex())
	}
	return v.Render("Your new key", site.AreaProfile,
		secretView("Your new key", issued.Material, view.KeyName(issued.Credential)))
}
