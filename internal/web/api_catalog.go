package web

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/portico-api/portico/internal/catalog"
)

// The catalogue for programs, where RFC 9727 says and as a link set of RFC 9264.
const (
	apiCatalogPath = "/.well-known/api-catalog"
	apiCatalogType = `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"`
)

// linkSet has an entry for each version that the visitor may see.
type linkSet struct {
	Entries []linkContext `json:"linkset"`
}

// linkContext is what belongs to one version: its address, the description, and the pages about it.
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

func apiCatalog(v *visit) error {
	contents, err := v.config.Catalog.Contents(v.request.Context())
	if err != nil {
		return err
	}
	found := linkSet{Entries: []linkContext{}}
	for _, entry := range contents {
		for _, version := range entry.Versions {
			found.Entries = append(found.Entries, v.linkContext(entry.Product, version))
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(found); err != nil {
		return err
	}
	v.linkToCatalog()
	return v.sendAs(apiCatalogType, http.StatusOK, text.Bytes())
}

// linkContext anchors a version at its address at the gateway, and at its page where it is documentation alone.
func (v *visit) linkContext(product catalog.Product, version catalog.Version) linkContext {
	path := versionPath(product, version)
	made := linkContext{
		Anchor: v.absolute(path),
		Documents: []linkTarget{
			{Address: v.absolute(path), Type: "text/html", Title: product.Name + " " + version.Name},
			{Address: v.twinOf(path), Type: "text/markdown"},
		},
		Metadata: []linkTarget{{Address: v.twinOf(productPath(product)), Type: "text/markdown"}},
	}
	if endpoint, called := version.GatewayEndpoint(); called {
		made.Anchor = v.config.GatewayURL + endpoint.BasePath
	}
	if version.Spec != "" {
		made.Description = []linkTarget{{Address: v.absolute(path + "/openapi")}}
	}
	return made
}

// linkToCatalog lets programs find the catalogue from other answers.
func (v *visit) linkToCatalog() {
	v.writer.Header().Add("Link", "<"+v.absolute(apiCatalogPath)+`>; rel="api-catalog"`)
}
