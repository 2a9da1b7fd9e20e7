package settings

import (
	"net/http"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// imagePolicy keeps a picture that is opened directly from running scripts: to browsers, an SVG is a document.
const imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// keptForGood lets browsers cache a file forever; it is for URLs with a digest of the content.
const keptForGood = "public, max-age=31536000, immutable"

func serveBrandSheet(v *visit.Visit) error {
	rules := view.BrandRules(v.Settings.LightColor, v.Settings.DarkColor, "")
	return sendBrand(v, "text/css; charset=utf-8", view.Digest(rules), []byte(rules))
}

func (p *Pages) serveBrandImage(v *visit.Visit) error {
	shown, content, err := p.Site.Image(v.Request.Context(), site.ImageSlot(v.PathPart("slot")))
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Content-Security-Policy", imagePolicy)
	return sendBrand(v, shown.Media, shown.Hash, content)
}

// sendBrand sends content, which browsers may cache forever if the address has its digest.
func sendBrand(v *visit.Visit, media, digest string, content []byte) error {
	if v.Request.URL.Query().Get("v") == digest {
		v.Writer.Header().Set("Cache-Control", keptForGood)
	}
	v.Writer.Header().Set("Content-Type", media)
	v.Writer.WriteHeader(http.StatusOK)
	_, _ = v.Writer.Write(content) // the visitor has left
	return nil
}

// termsPage shows the terms of use, if there are any.
func termsPage(v *visit.Visit) error {
	if v.Settings.Terms == "" {
		return fault.Missing("page")
	}
	return v.Render("Terms of use", "", view.TermsView(v.Settings.Terms))
}
