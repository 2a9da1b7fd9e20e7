package reference

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	paging "github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// The numbers of results on a page and in the list below the field.
const (
	resultsOfPage = 25
	resultsOfList = 8
)

// searchContent is a search with its results.
type searchContent struct {
	Query string
	// Kind is the searched kind, empty for all kinds.
	Kind    catalog.SearchKind
	Number  int
	Results []catalog.SearchResult
	Total   int
	// SignIn is the sign-in page, after which visitors may find more.
	SignIn string
}

// searchPage renders the search page, or only the results while the visitor types.
func (p *Pages) searchPage(v *visit.Visit) error {
	sent := v.Request.URL.Query()
	shown := searchContent{Query: strings.TrimSpace(sent.Get("q")), Kind: catalog.SearchKind(sent.Get("kind"))}
	query := catalog.SearchQuery{Text: shown.Query, Page: paging.Request{Size: resultsOfPage}}
	if shown.Kind != "" {
		query.Kinds = []catalog.SearchKind{shown.Kind}
	}
	var err error
	if shown.Number, err = visit.PageNumber(sent.Get("page")); err != nil {
		return err
	}
	query.Page.Number = shown.Number
	if v.Part() {
		query.Page.Size = resultsOfList
	}
	found, err := p.Catalog.Search(v.Request.Context(), query)
	if err != nil {
		return err
	}
	shown.Results, shown.Total = found.Items, found.Total
	if v.Part() {
		return v.RenderPart(http.StatusOK, searchList(shown))
	}
	if v.Principal.Anonymous() {
		shown.SignIn = address.SignIn(shown.path(shown.Kind, shown.Number))
	}
	return v.Render("Search", "", searchView(shown))
}

// listing returns the current page of the results.
func (c searchContent) listing() view.Listing {
	kept := url.Values{}
	if c.Query != "" {
		kept.Set("q", c.Query)
	}
	if c.Kind != "" {
		kept.Set("kind", string(c.Kind))
	}
	return view.Listing{Path: address.Search, Query: kept, Number: c.Number, Total: c.Total, Size: resultsOfPage}
}

// path returns the URL of the same search for another kind and page.
func (c searchContent) path(kind catalog.SearchKind, number int) string {
	c.Kind = kind
	return c.listing().PageURL(number)
}

// kindText returns the name of a kind; the empty kind means all.
func kindText(kind catalog.SearchKind) string {
	switch kind {
	case catalog.ProductFound:
		return "APIs"
	case catalog.VersionFound:
		return "Versions"
	case catalog.DocumentFound:
		return "Documents"
	case catalog.OperationFound:
		return "Operations"
	}
	return "All"
}

// resultPath returns the page of a result.
func resultPath(result catalog.SearchResult) string {
	switch result.Kind {
	case catalog.VersionFound:
		return address.Version(result.Product.Slug, result.Version.Name)
	case catalog.DocumentFound:
		return address.Document(result.Product.Slug, result.Document.Slug)
	case catalog.OperationFound:
		return address.Operation(result.Product.Slug, result.Version.Name, result.Operation.Slug)
	}
	return address.Product(result.Product.Slug)
}

// resultPlace describes the kind of a result and where it belongs.
func resultPlace(result catalog.SearchResult) string {
	switch result.Kind {
	case catalog.VersionFound:
		return "Version"
	case catalog.DocumentFound:
		return "Document · " + result.Product.Name
	case catalog.OperationFound:
		return result.Product.Name + " " + result.Version.Name
	}
	return "API"
}
