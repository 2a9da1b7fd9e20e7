package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	paging "github.com/portico-api/portico/internal/platform/page"
)

const searchPath = "/search"

// How many results a page holds, and how many the list below the field.
const (
	resultsOfPage = 25
	resultsOfList = 8
)

// searchContent is what was found, and what was looked for.
type searchContent struct {
	Query string
	// Kind is the only kind looked for; empty for all.
	Kind    catalog.SearchKind
	Number  int
	Results []catalog.SearchResult
	Total   int
	// SignIn leads visitors to where they may find more.
	SignIn string
}

// searchPage answers with a page, and with the list alone where the field asks while somebody types.
func searchPage(v *visit) error {
	sent := v.request.URL.Query()
	shown := searchContent{Query: strings.TrimSpace(sent.Get("q")), Kind: catalog.SearchKind(sent.Get("kind"))}
	query := catalog.SearchQuery{Text: shown.Query, Page: paging.Request{Size: resultsOfPage}}
	if shown.Kind != "" {
		query.Kinds = []catalog.SearchKind{shown.Kind}
	}
	var err error
	if shown.Number, err = pageNumber(sent.Get("page")); err != nil {
		return err
	}
	query.Page.Number = shown.Number
	if v.part() {
		query.Page.Size = resultsOfList
	}
	found, err := v.config.Catalog.Search(v.request.Context(), query)
	if err != nil {
		return err
	}
	shown.Results, shown.Total = found.Items, found.Total
	if v.part() {
		return v.renderPart(http.StatusOK, searchList(shown))
	}
	if v.principal.Anonymous() {
		shown.SignIn = signInPath(shown.path(shown.Kind, shown.Number))
	}
	return v.render(http.StatusOK, "Search", "", searchView(shown))
}

// pageNumber reads which page of a list is wanted; the first where nothing is said.
func pageNumber(sent string) (int, error) {
	if sent == "" {
		return 1, nil
	}
	number, err := strconv.Atoi(sent)
	if err != nil || number < 1 {
		return 0, fault.New(fault.Invalid, "no_such_page", "Pages are numbered 1, 2, 3 and so on. Go back and choose one of the list's own links.")
	}
	return number, nil
}

// listing is where one stands in the results.
func (c searchContent) listing() listing {
	kept := url.Values{}
	if c.Query != "" {
		kept.Set("q", c.Query)
	}
	if c.Kind != "" {
		kept.Set("kind", string(c.Kind))
	}
	return listing{Path: searchPath, Query: kept, Number: c.Number, Total: c.Total, Size: resultsOfPage}
}

// path is the address of the same search, of one kind and one page.
func (c searchContent) path(kind catalog.SearchKind, number int) string {
	c.Kind = kind
	return c.listing().path(number)
}

// kindText is how the choice of kinds calls one; empty stands for all.
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

// resultPath leads to what was found.
func resultPath(result catalog.SearchResult) string {
	switch result.Kind {
	case catalog.VersionFound:
		return versionPath(result.Product, result.Version)
	case catalog.DocumentFound:
		return documentPath(result.Product, result.Document)
	case catalog.OperationFound:
		return operationPath(result.Product, result.Version, result.Operation)
	}
	return productPath(result.Product)
}

// resultPlace says what a result is, and of what.
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
