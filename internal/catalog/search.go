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

// Bounds of a search.
const (
	MaxSearchText  = 200
	maxSearchWords = 10
	maxSearchPage  = 100
)

// SearchKind says what kind of thing was found.
type SearchKind string

// What can be found.
const (
	ProductFound   SearchKind = "product"
	VersionFound   SearchKind = "version"
	DocumentFound  SearchKind = "document"
	OperationFound SearchKind = "operation"
)

// SearchKinds lists every kind, in the order in which equally good results come.
func SearchKinds() []SearchKind {
	return []SearchKind{ProductFound, VersionFound, DocumentFound, OperationFound}
}

// SearchQuery is what somebody looks for.
type SearchQuery struct {
	// Text holds words or their beginnings; a result has all of them. No words find nothing.
	Text string
	// Kinds narrows the search; none stands for all.
	Kinds []SearchKind
	Page  page.Request
}

// SearchResult is one thing that was found, with what leads to it and tells it from others.
type SearchResult struct {
	Kind SearchKind
	// Product is always there, without teams; Version of a version or an operation, with its name and state.
	Product Product
	Version Version
	// Operation is without tags and details.
	Operation openapi.Operation
	// Document is without its text.
	Document Document
	// Snippet is the part of a product's or a document's text around the first word that was found, as plain text.
	Snippet string
}

// SearchScope is what the store looks for, and among what.
type SearchScope struct {
	// Words hold letters and digits alone, as those of a SearchText; each is the beginning of a word of every result.
	Words []string
	Kinds []SearchKind
	Sight Sight
	Page  page.Request
}

// SearchStore is the part of the store that searches.
type SearchStore interface {
	// Search finds what has a word with the beginning of each of the words: first products by their names, then by how
	// well they match: names word for word, beginnings of names, other terms, text; then by kind. Of a document the
	// beginning of its text comes along.
	Search(ctx context.Context, scope SearchScope) (page.Page[SearchResult], error)
}

// Search finds what the caller may see: products, their published versions, operations and documents, the best first.
// What they may not see is neither found nor counted.
func (s *Service) Search(ctx context.Context, query SearchQuery) (page.Page[SearchResult], error) {
	none := page.Page[SearchResult]{}
	viewer, err := s.viewer(ctx)
	if err != nil {
		return none, err
	}
	if err := query.Validate(); err != nil {
		return none, err
	}
	words := query.words()
	if len(words) == 0 {
		return none, nil
	}
	scope := SearchScope{
		Words: words, Kinds: query.Kinds, Sight: viewer.sight(),
		Page: page.Request{Number: query.Page.Number, Size: min(query.Page.Limit(), maxSearchPage)},
	}
	if len(scope.Kinds) == 0 {
		scope.Kinds = SearchKinds()
	}
	found, err := s.store.Search(ctx, scope)
	for i := range found.Items {
		found.Items[i].explain(words)
	}
	return found, err
}

// Validate refuses what is no search.
func (q SearchQuery) Validate() error {
	if utf8.RuneCountInString(q.Text) > MaxSearchText {
		return fault.New(fault.Invalid, "search_too_long",
			fmt.Sprintf("A search may have at most %d characters. Look for fewer words.", MaxSearchText))
	}
	for _, kind := range q.Kinds {
		if !slices.Contains(SearchKinds(), kind) {
			return fault.New(fault.Invalid, "unknown_kind",
				"There are results of the kinds product, version, document and operation. Choose among them.")
		}
	}
	return nil
}

// words are what is looked for; those beyond the tenth are passed over.
func (q SearchQuery) words() []string {
	words := plainWords(q.Text)
	return words[:min(len(words), maxSearchWords)]
}

// explain puts a snippet in place of the whole text.
func (r *SearchResult) explain(words []string) {
	switch r.Kind {
	case DocumentFound:
		r.Snippet = snippet(r.Document.Markdown, words)
		r.Document.Markdown = ""
	case ProductFound:
		r.Snippet = snippet(r.Product.Description, words)
	}
}

// How many characters a snippet has, and how many stand before the word that was found.
const (
	snippetLength = 160
	snippetBefore = 40
)

// What plain text does without: where links lead, the fences of code, and marks.
var (
	markdownRest  = regexp.MustCompile(`\]\([^)]*\)|(?m:^\s*(?:\x60{3}|~{3}).*$)`)
	markdownMarks = strings.NewReplacer("**", "", "__", "", "`", "", "#", "", "[", "", "|", " ")
)

// snippet is the part of a text in markdown around the first of the words, or its beginning where it has none of them.
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
