package settings

import (
	"net/http"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// keptForGood lets browsers cache a file forever; it is for URLs with a digest of the content.
const keptForGood = "public, max-age=31536000, immutable"

func serveBrandSheet(v *visit.Visit) error {
	rules := view.BrandRules(v.Settings.LightColor, v.Settings.DarkColor, "")
	keepForGood(v, view.Digest(rules))
	v.Writer.Header().Set("Content-Type", "text/css; charset=utf-8")
	v.Writer.WriteHeader(http.StatusOK)
	_, _ = v.Writer.Write([]byte(rules)) // the visitor has left
	return nil
}

func (p *Pages) serveBrandImage(v *visit.Visit) error {
	shown, content, err := p.Site.Image(v.Request.Context(), site.ImageSlot(v.PathPart("slot")))
	if err != nil {
		return err
	}
	keepForGood(v, shown.Hash)
	return v.SendPicture(shown.Media, shown.Hash, content)
}

// keepForGood lets browsers cache the content forever if the address has its digest.
func keepForGood(v *visit.Visit, digest string) {
	if v.Request.URL.Query().Get("v") == digest {
		v.Writer.Header().Set("Cache-Control", keptForGood)
	}
}

// termsPage shows the terms of use, if there are any.
func termsPage(v *visit.Visit) error {
	if v.Settings.Terms == "" {
		return fault.Missing("page")
	}
	return v.Render("Terms of use", "", view.TermsView(v.Settings.Terms))
}
