package konnect

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
)

// product is a published product on the wire.
type product struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Description   string            `json:"description"`
	DocumentCount int               `json:"document_count"`
	VersionCount  int               `json:"version_count"`
	LatestVersion *latestVersion    `json:"latest_version"`
	PublicLabels  map[string]string `json:"public_labels"`
	CreatedAt     timestamp         `json:"created_at"`
	UpdatedAt     timestamp         `json:"updated_at"`
}

type latestVersion struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func spellProduct(of catalog.Edition) product {
	spelled := product{
		ID: of.Product.ID.UUID(), Name: of.Product.Name, Description: of.Product.Description,
		DocumentCount: of.Documents, VersionCount: of.Versions, PublicLabels: map[string]string{},
		CreatedAt: timestamp(of.Product.CreatedAt), UpdatedAt: timestamp(of.Product.UpdatedAt),
	}
	if !of.Latest.ID.IsZero() {
		spelled.LatestVersion = &latestVersion{of.Latest.ID.UUID(), of.Latest.Name}
	}
	return spelled
}

func productID(c *call) (catalog.ProductID, error) {
	return pathID[catalog.ProductID](c, "productId", "product")
}

func listProducts(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	wanted, err := equalID[catalog.ProductID](c, "id")
	if err != nil {
		return err
	}
	found, err := c.config.Catalog.Editions(c.request.Context(), catalog.EditionFilter{
		ID: wanted, Name: c.equal("name"), NameContains: c.contains("name"),
		Description: c.equal("description"), DescriptionContains: c.contains("description"),
	}, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellProduct))
}

func getProduct(c *call) error {
	wanted, err := productID(c)
	if err != nil {
		return err
	}
	found, err := c.config.Catalog.Edition(c.request.Context(), wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, spellProduct(found))
}

type productActions struct {
	Actions actions `json:"actions"`
}

type actions struct {
	View              bool `json:"view"`
	Register          bool `json:"register"`
	ViewDocumentation bool `json:"view_documentation"`
}

// getProductActions answers false for a product that the caller may not view: front ends show no message for a 404.
func getProductActions(c *call) error {
	wanted, err := productID(c)
	if err != nil {
		return err
	}
	may, err := c.config.Catalog.RightsTo(c.request.Context(), wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, productActions{actions{may.View, may.Register, may.Documentation}})
}

const productCatalog = "product-catalog"

// hit is a search result.
type hit struct {
	Index  string  `json:"index"`
	Source product `json:"source"`
}

// joined maps the join parameter to the kinds of objects to search.
var joined = map[string][]catalog.SearchKind{
	"":                            {catalog.ProductFound},
	"versions":                    {catalog.ProductFound, catalog.VersionFound, catalog.OperationFound},
	"versions.documents":          {catalog.ProductFound, catalog.DocumentFound},
	"versions,versions.documents": catalog.SearchKinds(),
}

func searchEntities(c *call) error {
	if chi.URLParam(c.request, "indices") != productCatalog {
		return fault.InvalidFields([]fault.Field{{Name: "indices", Reason: "must be " + productCatalog}})
	}
	asked, err := c.paging()
	if err != nil {
		return err
	}
	kinds, known := joined[c.query("join")]
	if !known {
		kinds = catalog.SearchKinds()
	}
	found, err := c.config.Catalog.FindEditions(c.request.Context(), catalog.SearchQuery{Text: c.query("q"), Kinds: kinds, Page: asked})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, func(of catalog.Edition) hit { return hit{productCatalog, spellProduct(of)} }))
}
