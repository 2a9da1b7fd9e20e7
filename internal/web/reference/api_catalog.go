package reference

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/visit"
)

const apiCatalogType = `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"`

// linkSet has an entry for each version that the visitor may see.
type linkSet struct {
	Entries []linkContext `json:"linkset"`
}

// linkContext holds the links of a version: its URL, its description and its pages.
type linkContext struct {
	Anchor      string       `json:"anchor"`
	Description []linkTarget `json:"service-desc,omitempty"`
	Documents   []linkTarget `json:"service-doc"`
	Metadata    []linkTarget `json:"service-meta"`
}

type linkTarget struct {
	Address string `json:"href"`
	Type    string `json:"type,omitempty"`
	Title   string `json:"title,omitempty"`
}

func (p *Pages) apiCatalog(v *visit.Visit) error {
	contents, err := p.Catalog.Contents(v.Request.Context())
	if err != nil {
		return err
	}
	found := linkSet{Entries: []linkContext{}}
	for _, entry := range contents {
		for _, version := range entry.Versions {
			found.Entries = append(found.Entries, newLinkContext(v, entry.Product, version))
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(found); err != nil {
		return err
	}
	v.LinkToCatalog()
	return sendAs(v, apiCatalogType, http.StatusOK, text.Bytes())
}

// newLinkContext anchors a version at its URL at the gateway, or at its page if it is documentation only.
func newLinkContext(v *visit.Visit, product catalog.Product, version catalog.Version) linkContext {
	path := address.Version(product.Slug, version.Name)
	made := linkContext{
		Anchor: v.Absolute(path),
		Documents: []linkTarget{
			{Address: v.Absolute(path), Type: "text/html", Title: product.Name + " " + version.Name},
			{Address: twinOf(v, path), Type: "text/markdown"},
		},
		Metadata: []linkTarget{{Address: twinOf(v, address.Product(product.Slug)), Type: "text/markdown"}},
	}
	if endpoint, called := version.GatewayEndpoint(); called {
		made.Anchor = v.Config.GatewayURL + endpoint.BasePath
	}
	if version.Spec != "" {
		made.Description = []linkTarget{{Address: v.Absolute(path + "/openapi")}}
	}
	return made
}
