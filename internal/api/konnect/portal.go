package konnect

import (
	"bytes"
	"image"
	"image/png"
	"net/http"

	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// portalContext is the answer to the first call of every page.
type portalContext struct {
	PortalID          string   `json:"portal_id"`
	OrgID             string   `json:"org_id"`
	FeaturesetID      string   `json:"featureset_id"`
	FeatureSet        string   `json:"feature_set"`
	BasicAuthEnabled  bool     `json:"basic_auth_enabled"`
	OIDCAuthEnabled   bool     `json:"oidc_auth_enabled"`
	IsPublic          bool     `json:"is_public"`
	RBACEnabled       bool     `json:"rbac_enabled"`
	DCRProviderIDs    []string `json:"dcr_provider_ids"`
	AllowedTimePeriod string   `json:"allowed_time_period"`
	Name              string   `json:"name"`
	CanonicalDomain   string   `json:"canonical_domain"`
}

// longestTimePeriod is the longer of the two periods that clients know; they treat every other value as the shorter
// one.
const longestTimePeriod = "90d"

func getPortalContext(c *call) error {
	settings, err := c.config.Site.Identified(c.request.Context())
	if err != nil {
		return err
	}
	portal := settings.Portal.UUID()
	return c.json(http.StatusOK, portalContext{
		PortalID: portal, OrgID: portal, FeaturesetID: "portico", FeatureSet: "portico", BasicAuthEnabled: true,
		IsPublic: settings.KonnectPublic, RBACEnabled: !settings.KonnectPublic, DCRProviderIDs: []string{}, AllowedTimePeriod: longestTimePeriod,
		Name: settings.Name, CanonicalDomain: c.domain,
	})
}

// appearance describes the portal's look. The protocol requires the catalog. Without a picture, the cover is missing.
type appearance struct {
	Variables   variables   `json:"variables"`
	Stylesheets stylesheets `json:"stylesheets"`
}

type variables struct {
	Catalog catalogVariables `json:"catalog"`
}

type catalogVariables struct {
	Logo           *address `json:"logo,omitempty"`
	Cover          *address `json:"cover,omitempty"`
	PrimaryHeader  phrase   `json:"primary_header"`
	WelcomeMessage phrase   `json:"welcome_message"`
}

type address struct {
	URL string `json:"url"`
}

type phrase struct {
	Text string `json:"text"`
}

type stylesheets struct {
	Global globalStylesheets `json:"global"`
}

type globalStylesheets struct {
	Main mainStylesheet `json:"main"`
}

type mainStylesheet struct {
	// Data holds the groups of colours of each theme.
	Data map[string]map[string]map[string]themeColor `json:"data"`
}

func getPortalAppearance(c *call) error {
	catalog := catalogVariables{PrimaryHeader: phrase{c.Settings.Headline()}, WelcomeMessage: phrase{c.Settings.Welcome}}
	if c.Settings.Logo.Present() {
		catalog.Logo = &address{Prefix + "portal/logo"}
	}
	if c.Settings.Cover.Present() {
		catalog.Cover = &address{Prefix + "portal/catalog-cover"}
	}
	return c.json(http.StatusOK, appearance{
		Variables:   variables{catalog},
		Stylesheets: stylesheets{globalStylesheets{mainStylesheet{map[string]map[string]map[string]themeColor{"portico": themeData(c.Settings)}}}},
	})
}

func getPortalLogo(c *call) error { return c.image(site.LogoSlot) }

// getPortalFavicon answers with the logo if staff have uploaded no favicon.
func getPortalFavicon(c *call) error {
	if c.Settings.Favicon.Present() {
		return c.image(site.FaviconSlot)
	}
	return c.image(site.LogoSlot)
}

func getPortalCover(c *call) error { return c.image(site.CoverSlot) }

// noImage is the answer for a missing picture: one transparent pixel.
var noImage = func() []byte {
	var pixel bytes.Buffer
	_ = png.Encode(&pixel, image.NewNRGBA(image.Rect(0, 0, 1, 1))) // writing to a buffer cannot fail
	return pixel.Bytes()
}()

// imagePolicy disables scripts in a picture that is opened at its own address. Browsers treat SVG as a document.
const imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

func (c *call) image(slot site.ImageSlot) error {
	shown, content, err := c.config.Site.Image(c.request.Context(), slot)
	switch {
	case fault.Is(err, fault.NotFound):
		return rest.Content(c.writer, "image/png", noImage)
	case err != nil:
		return err
	}
	c.writer.Header().Set("Content-Security-Policy", imagePolicy)
	media := shown.Media
	if media == "image/jpeg" {
		media = "image/jpg" // as the protocol's document calls it
	}
	return rest.Content(c.writer, media, content)
}
