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

// The numbers of results: on a page of one kind, and of each kind on the page of all kinds and in the palette.
const (
	resultsOfPage  = 25
	resultsOfKind  = 5
	resultsOfGroup = 4
)

// searchContent is a search with its results.
type searchContent struct {
	Query string
	// Kind is the kind of results that the page lists, empty for the best of each.
	Kind   catalog.SearchKind
	Number int
	Groups []catalog.SearchGroup
	// Actions are pages that the visitor may open.
	Actions []view.Link
	// Part is the page of results of the kind.
	Part paging.Page[catalog.SearchResult]
	// SignIn is the sign-in page, after which visitors may find more.
	SignIn string
}

// searchPage renders the search page, or only the palette's results while the visitor types.
func (p *Pages) searchPage(v *visit.Visit) error {
	sent := v.Request.URL.Query()
	shown := searchContent{Query: strings.TrimSpace(sent.Get("q")), Kind: searchedKind(sent.Get("kind"))}
	query := catalog.SearchQuery{Text: shown.Query, Kinds: kindsOf(shown.Kind), Page: paging.Request{Size: resultsOfPage}}
	var err error
	if shown.Number, err = visit.PageNumber(sent.Get("page")); err != nil {
		return err
	}
	query.Page.Number = shown.Number
	each := resultsOfKind
	if v.Part() {
		each = resultsOfGroup
	}
	shown.Groups, shown.Part, err = p.Catalog.SearchGroups(v.Request.Context(), query, each)
	if err != nil {
		return err
	}
	shown.Actions = actionsFor(v, shown.Query)
	if v.Part() {
		return v.RenderPart(http.StatusOK, searchList(shown))
	}
	if v.Principal.Anonymous() {
		shown.SignIn = address.SignIn(shown.path(shown.Kind, shown.Number))
	}
	return v.Render("Search", "", searchView(shown))
}

// searchedKind returns the kind of a tab. Versions are in the tab of APIs.
func searchedKind(asked string) catalog.SearchKind {
	if catalog.SearchKind(asked) == catalog.VersionFound {
		return catalog.ProductFound
	}
	return catalog.SearchKind(asked)
}

// kindsOf returns the kinds of a tab, nil for all.
func kindsOf(kind catalog.SearchKind) []catalog.SearchKind {
	switch kind {
	case "":
		return nil
	case catalog.ProductFound:
		return []catalog.SearchKind{catalog.ProductFound, catalog.VersionFound}
	}
	return []catalog.SearchKind{kind}
}

// total is the number of all results, actions included.
func (c searchContent) total() int {
	sum := len(c.Actions)
	for _, group := range c.Groups {
		sum += group.Total
	}
	return sum
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
	return view.Listing{Path: address.Search, Query: kept, Number: c.Number, Total: c.Part.Total, Size: resultsOfPage}
}

// path returns the URL of the same search for another kind and page.
func (c searchContent) path(kind catalog.SearchKind, number int) string {
	c.Kind = kind
	return c.listing().PageURL(number)
}

// kindOf is the kind of a group in addresses.
func kindOf(group catalog.SearchGroup) catalog.SearchKind { return group.Kinds[0] }

// kindText returns the name of a kind; the empty kind means all.
func kindText(kind catalog.SearchKind) string {
	switch kind {
	case catalog.ProductFound:
		return "APIs"
	case catalog.DocumentFound:
		return "Documents"
	case catalog.OperationFound:
		return "Operations"
	case catalog.FieldFound:
		return "Fields"
	}
	return "All"
}

// resultPath returns the page of a result, with the anchor if the result is a field.
func resultPath(result catalog.SearchResult) string {
	switch result.Kind {
	case catalog.VersionFound:
		return address.Version(result.Product.Slug, result.Version.Name)
	case catalog.DocumentFound:
		return address.Document(result.Product.Slug, result.Document.Slug)
	case catalog.OperationFound:
		return address.Operation(result.Product.Slug, result.Version.Name, result.Operation.Slug)
	case catalog.FieldFound:
		page := address.Operation(result.Product.Slug, result.Version.Name, result.Operation.Slug)
		return page + exampleWith(result.Operation, result.Field) + string(anchorURL(anchorName(result.Field.Path...)))
	}
	return address.Product(result.Product.Slug)
}

// resultPlace describes the kind of a result and where it belongs.
func resultPlace(result catalog.SearchResult) string {
	switch result.Kind {
	case catalog.VersionFound:
		return "Version"
	case catalog.DocumentFound:
		return result.Product.Name
	case catalog.OperationFound:
		return result.Product.Name + " " + result.Version.Name
	case catalog.FieldFound:
		return nameText(operationTitle(result.Operation)) + " · " + result.Product.Name + " " + result.Version.Name
	}
	return "API"
}

// resultIcon is the icon of a result without a method.
func resultIcon(kind catalog.SearchKind) string {
	switch kind {
	case catalog.FieldFound:
		return "layers"
	case catalog.DocumentFound:
		return "file-text"
	case catalog.VersionFound:
		return "tag"
	}
	return "package"
}
