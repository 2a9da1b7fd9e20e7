package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// Limits for a search.
const (
	MaxSearchText  = 200
	maxSearchWords = 10
	maxSearchPage  = 100
)

// SearchKind is the kind of a search result.
type SearchKind string

// The kinds of search results.
const (
	ProductFound   SearchKind = "product"
	VersionFound   SearchKind = "version"
	DocumentFound  SearchKind = "document"
	OperationFound SearchKind = "operation"
	// FieldFound is the best matching field of an operation, the first one if several match equally well.
	FieldFound SearchKind = "field"
)

// SearchKinds returns the kinds that a search finds unless it asks for others, in the order that sorts equal matches.
func SearchKinds() []SearchKind {
	return []SearchKind{ProductFound, VersionFound, DocumentFound, OperationFound}
}

// RankedKinds returns all kinds, in the same order.
func RankedKinds() []SearchKind { return append(SearchKinds(), FieldFound) }

// SearchGroup is a group of kinds that pages show together.
type SearchGroup struct {
	Kinds []SearchKind
	// Results are the best ones, and Total counts all.
	Results []SearchResult
	Total   int
}

// searchGroups are the groups in the order of pages.
func searchGroups() []SearchGroup {
	return []SearchGroup{
		{Kinds: []SearchKind{OperationFound}}, {Kinds: []SearchKind{FieldFound}}, {Kinds: []SearchKind{DocumentFound}},
		{Kinds: []SearchKind{ProductFound, VersionFound}},
	}
}

// SearchQuery is a search of the catalogue.
type SearchQuery struct {
	// Text has words or beginnings of words; a result contains all of them. Without words nothing is found.
	Text string
	// Kinds limits the search to these kinds; empty means all.
	Kinds []SearchKind
	Page  page.Request
}

// SearchResult is one result with what its link needs.
type SearchResult struct {
	Kind SearchKind
	// Product is always set, without teams. Version is set for versions and operations, with its name and state.
	Product Product
	Version Version
	// Operation is without tags; only that of a field has details.
	Operation openapi.Operation
	Field     FoundField
	// Document is without its text.
	Document Document
	// Snippet is the plain text around the first match in the text of a product or document.
	Snippet string
}

// SearchScope tells the store what to search for, and where.
type SearchScope struct {
	// Words have only letters and digits, like those of a SearchText. Each is the beginning of a word in every result.
	Words      []string
	Kinds      []SearchKind
	Visibility Visibility
	Page       page.Request
}

// GroupedResult is a result with the number of all results of its group.
type GroupedResult struct {
	SearchResult
	Total int
}

// SearchStore is the part of the store that searches.
type SearchStore interface {
	// Search returns the entries that contain all words, best first. Matches in a product's name come first, then whole
	// names, beginnings of names, other terms, and text. Equal matches are sorted by kind. For a document, the result
	// includes the first 65,536 characters of its text, from which the service cuts the snippet.
	Search(ctx context.Context, scope SearchScope) (page.Page[SearchResult], error)
	// SearchGroups returns the best results of each kind, products and versions together; the page's size is for each.
	SearchGroups(ctx context.Context, scope SearchScope) ([]GroupedResult, error)
}

// Search returns the products, versions, operations and documents that match and the caller may see, best first.
func (s *Service) Search(ctx context.Context, query SearchQuery) (page.Page[SearchResult], error) {
	scope, err := s.searchScope(ctx, query, SearchKinds())
	if err != nil || len(scope.Words) == 0 {
		return page.Page[SearchResult]{}, err
	}
	found, err := s.store.Search(ctx, scope)
	for i := range found.Items {
		found.Items[i].explain(scope.Words)
	}
	return found, err
}

// SearchGroups returns the best results of each group. If the query asks for kinds, it also returns a page of them.
func (s *Service) SearchGroups(ctx context.Context, query SearchQuery, each int) ([]SearchGroup, page.Page[SearchResult], error) {
	none := page.Page[SearchResult]{}
	asked := query.Kinds
	scope, err := s.searchScope(ctx, query, RankedKinds())
	if err != nil || len(scope.Words) == 0 {
		return nil, none, err
	}
	overview := scope
	overview.Kinds, overview.Page = RankedKinds(), page.Request{Size: each}
	found, err := s.store.SearchGroups(ctx, overview)
	if err != nil {
		return nil, none, err
	}
	groups := searchGroups()
	for _, result := range found {
		at := slices.IndexFunc(groups, func(g SearchGroup) bool { return slices.Contains(g.Kinds, result.Kind) })
		result.explain(scope.Words)
		groups[at].Results, groups[at].Total = append(groups[at].Results, result.SearchResult), result.Total
	}
	if len(asked) == 0 {
		return groups, none, nil
	}
	part, err := s.store.Search(ctx, scope)
	for i := range part.Items {
		part.Items[i].explain(scope.Words)
	}
	return groups, part, err
}

// searchScope returns what the store searches for the caller. It has no words if there is nothing to search for.
func (s *Service) searchScope(ctx context.Context, query SearchQuery, kinds []SearchKind) (SearchScope, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return SearchScope{}, err
	}
	if err := query.Validate(); err != nil {
		return SearchScope{}, err
	}
	if len(query.Kinds) > 0 {
		kinds = query.Kinds
	}
	return SearchScope{
		Words: query.words(), Kinds: kinds, Visibility: viewer.visibility(),
		Page: page.Request{Number: query.Page.Number, Size: min(query.Page.Limit(), maxSearchPage)},
	}, nil
}

// Validate rejects a text that is too long and unknown kinds.
func (q SearchQuery) Validate() error {
	if utf8.RuneCountInString(q.Text) > MaxSearchText {
		return fault.New(fault.Invalid, "search_too_long",
			fmt.Sprintf("A search can have at most %d characters. Use fewer words.", MaxSearchText))
	}
	for _, kind := range q.Kinds {
		if !slices.Contains(RankedKinds(), kind) {
			return fault.New(fault.Invalid, "unknown_kind",
				"This kind of result is unknown. Use product, version, document, operation or field.")
		}
	}
	return nil
}

// words returns the words to search for, at most ten.
func (q SearchQuery) words() []string {
	words := plainWords(q.Text)
	return words[:min(len(words), maxSearchWords)]
}

// explain replaces the text of a result by a snippet.
func (r *SearchResult) explain(words []string) {
	switch r.Kind {
	case DocumentFound:
		r.Snippet = snippet(r.Document.Markdown, words)
		r.Document.Markdown = ""
	case ProductFound:
		r.Snippet = snippet(r.Product.Description, words)
	case FieldFound:
		r.Field, _ = fieldFor(r.Operation.Detail, words)
	}
}

// The length of a snippet in characters, and how many of them are before the match.
const (
	snippetLength = 160
	snippetBefore = 40
)

// What a snippet omits: addresses of links, code fences, separator lines of tables and sections, and marks.
var (
	markdownRest  = regexp.MustCompile(`\]\([^)]*\)|(?m:^\s*(?:\x60{3}|~{3}).*$)|(?m:^[ \t|:=-]*[-=][ \t|:=-]*$)`)
	markdownMarks = strings.NewReplacer("**", "", "__", "", "`", "", "#", "", "![", "", "[", "", "|", " ")
)

// snippet returns the part of a markdown text around the first match, or its beginning if there is none.
func snippet(markdown string, words []string) string {
	parts := strings.Fields(markdownMarks.Replace(markdownRest.ReplaceAllString(markdown, "")))
	first := max(0, slices.IndexFunc(parts, func(part string) bool { return beginsWithAny(part, words) }))
	before := 0
	for first > 0 && before+utf8.RuneCountInString(parts[first-1]) < snippetBefore {
		first--
		before += utf8.RuneCountInString(parts[first]) + 1
	}
	text := strings.Join(parts[first:], " ")
	if first > 0 {
		text = "… " + text
	}
	if runes := []rune(text); len(runes) > snippetLength {
		text = strings.TrimSpace(string(runes[:snippetLength])) + "…"
	}
	return text
}

func beginsWithAny(part string, words []string) bool {
	return slices.ContainsFunc(strings.Fields(indexed(longestNames, part)), func(has string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(has, word) })
	})
}
