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
	return v.Render("Your key", site.AreaProfile, revealedView(access.Material{Secret: secret}))
}

// regenerateContent is the page that asks before a key is replaced.
type regenerateContent struct {
	Key view.KeyRow
	// Facts say who still uses the key.
	Facts []view.Fact
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
	facts := view.KeyUseFacts(found.Key.Credential, found.Subscription.LastUsed[key.ID], found.Subscription.Senders[key.ID], found.Calls, found.At)
	return v.Render("Regenerate key", site.AreaProfile, regenerateView(regenerateContent{Key: key, Facts: facts}))
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
	return v.Render("Copy your new key", site.AreaProfile, regeneratedView(issued))
}
