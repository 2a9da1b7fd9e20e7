package reference

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/visit"
)

// productList is the list of APIs that contain the words of the filter.
type productList struct {
	Query    string
	Total    int
	Products []catalog.ProductSummary
	Support  string
	Settings site.Settings
	// SignIn is the sign-in page, empty if the visitor is signed in.
	SignIn string
}

func (p *Pages) productListPage(v *visit.Visit) error {
	products, err := p.Catalog.Products(v.Request.Context())
	if err != nil {
		return err
	}
	query := strings.TrimSpace(v.Request.URL.Query().Get("q"))
	total := len(products)
	products = slices.DeleteFunc(products, func(p catalog.ProductSummary) bool {
		return !holds(query, p.Product.Name, p.Product.Description)
	})
	return v.Render("APIs", site.AreaAPIs, productListView(productList{
		Query: query, Total: total, Products: products, Support: v.Settings.Support, Settings: v.Settings, SignIn: signIn(v),
	}))
}

// holds reports whether each word of the query is in one of the texts.
func holds(query string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, "\n"))
	for _, word := range strings.Fields(strings.ToLower(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
