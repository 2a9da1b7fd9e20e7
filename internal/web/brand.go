package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

const (
	brandPath  = "/brand/"
	brandSheet = brandPath + "colors.css"
)

// imagePolicy keeps a picture that is opened by itself from doing anything: an SVG is a document to a browser.
const imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// keptForGood is for addresses that name the digest of what they lead to.
const keptForGood = "public, max-age=31536000, immutable"

// brandRules are the rules that give each theme its colour. An empty or unreadable one is the stylesheet's own again.
func brandRules(light, dark site.Color, within string) string {
	var sheet strings.Builder
	for _, theme := range []struct {
		name  string
		color site.Color
	}{{"light", light}, {"dark", dark}} {
		rules := "{--color-primary:revert-layer;--color-primary-content:revert-layer}\n"
		if theme.color.Valid() {
			rules = "{--color-primary:" + string(theme.color) + ";--color-primary-content:" + string(theme.color.On()) + "}\n"
		}
		sheet.WriteString(within + "[data-theme=" + theme.name + "]" + rules)
		if within == "" {
			sheet.WriteString("@media (prefers-color-scheme:" + theme.name + "){:root:not([data-theme])" + strings.TrimSuffix(rules, "\n") + "}\n")
		}
	}
	return sheet.String()
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// brandSheetPath is the stylesheet of the portal's colours, empty where they are Portico's own.
func brandSheetPath(settings site.Settings) string {
	if settings.LightColor == "" && settings.DarkColor == "" {
		return ""
	}
	return brandSheet + "?v=" + digest(brandRules(settings.LightColor, settings.DarkColor, ""))
}

// imagePath is where a picture lies, empty where there is none.
func imagePath(place site.Place, shown site.Image) string {
	if !shown.Present() {
		return ""
	}
	return brandPath + string(place) + "?v=" + shown.Hash
}

func serveBrandSheet(v *visit) error {
	rules := brandRules(v.settings.LightColor, v.settings.DarkColor, "")
	return v.sendBrand("text/css; charset=utf-8", digest(rules), []byte(rules))
}

func serveBrandImage(v *visit) error {
	shown, content, err := v.config.Site.Image(v.request.Context(), site.Place(v.pathPart("place")))
	if err != nil {
		return err
	}
	v.writer.Header().Set("Content-Security-Policy", imagePolicy)
	return v.sendBrand(shown.Media, shown.Hash, content)
}

// sendBrand sends what may be kept for good if it is asked for by its digest.
func (v *visit) sendBrand(media, digest string, content []byte) error {
	if v.request.URL.Query().Get("v") == digest {
		v.writer.Header().Set("Cache-Control", keptForGood)
	}
	v.writer.Header().Set("Content-Type", media)
	v.writer.WriteHeader(http.StatusOK)
	_, _ = v.writer.Write(content) // the visitor has gone
	return nil
}

// termsPage shows the terms of use, where there are any.
func termsPage(v *visit) error {
	if v.settings.Terms == "" {
		return fault.Missing("page")
	}
	return v.render(http.StatusOK, "Terms of use", "", termsView(v.settings.Terms))
}
