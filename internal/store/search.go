package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/page"
)

// searchIndex is the full-text index of search_entry, and the prefix of the tables of SQLite's index.
//
// Triggers update it with every change of search_entry.
const searchIndex = "search_index"

// snippetSource is how many characters of a document's text a result has.
const snippetSource = 64 << 10

// seenIn limits the matches to visible objects. An operation is found once for each version with its description.
const seenIn = `
seen AS NOT MATERIALIZED (
	SELECT id, name, (?everything OR audience IN (?audiences) OR
		id IN (SELECT product FROM product_team WHERE team = ?team AND documentation)) AS documented
	FROM product
	WHERE deleted_at = 0 AND (?everything OR published AND (audience IN (?audiences) OR
		audience = 'teams' AND id IN (SELECT product FROM product_team WHERE team = ?team)))
),
edition AS MATERIALIZED (
	SELECT s.id AS spec, v.id AS version, v.product, seen.name, v.position
	FROM (SELECT DISTINCT owner FROM matched WHERE kind IN ('operation', 'field')) m JOIN spec s ON s.id = m.owner
		JOIN version v ON v.spec = s.digest JOIN seen ON seen.id = v.product
	WHERE s.whole AND v.deleted_at = 0 AND (v.published OR ?everything)
),
hit AS MATERIALIZED (
	SELECT CASE WHEN m.grade <= 1 THEN -1 ELSE m.grade END AS grade, 0 AS rank, seen.name, m.owner AS product,
		0 AS position, '' AS version, 0 AS ordinal, m.owner
	FROM matched m JOIN seen ON seen.id = m.owner WHERE m.kind = 'product'
	UNION ALL
	SELECT m.grade, 1, seen.name, v.product, v.position, v.id, 0, m.owner
	FROM matched m JOIN version v ON v.id = m.owner JOIN seen ON seen.id = v.product
	WHERE m.kind = 'version' AND v.deleted_at = 0 AND (v.published OR ?everything)
	UNION ALL
	SELECT m.grade, 2, seen.name, d.product, 0, '', 0, m.owner
	FROM matched m JOIN document d ON d.id = m.owner JOIN seen ON seen.id = d.product
	WHERE m.kind = 'document' AND seen.documented
	UNION ALL
	SELECT m.grade, 3, e.name, e.product, e.position, e.version, m.ordinal, m.owner
	FROM matched m JOIN edition e ON e.spec = m.owner WHERE m.kind = 'operation'
	UNION ALL
	SELECT m.grade, 4, e.name, e.product, e.position, e.version, -1 - m.ordinal, m.owner
	FROM matched m JOIN edition e ON e.spec = m.owner WHERE m.kind = 'field'
)`

// order is the order of results.
const order = "grade, rank, name, product, position DESC, version, ordinal, owner"

// foundIn sorts the results.
const foundIn = `,
part AS (
	SELECT hit.*, (SELECT COUNT(*) FROM hit) AS total FROM hit ORDER BY ` + order + ` LIMIT ?limit OFFSET ?offset
)` + told

// groupedIn sorts the results of each kind. Products and versions count as one kind.
var groupedIn = `,
part AS (` + bestOf("rank <= 1") + " UNION ALL " + bestOf("rank = 2") + " UNION ALL " + bestOf("rank = 3") + " UNION ALL " + bestOf("rank = 4") + `)` + told

// bestOf selects the best results of some kinds, each with the number of all. A sort with a limit is faster here than a
// window, which sorts all.
func bestOf(kinds string) string {
	return "SELECT * FROM (SELECT hit.*, (SELECT COUNT(*) FROM hit WHERE " + kinds + ") AS total FROM hit WHERE " + kinds +
		" ORDER BY " + order + " LIMIT ?limit) best"
}

// told joins everything that a result shows to the rows of part.
const told = `
SELECT r.total, r.rank,
	p.id AS product, p.slug AS product_slug, p.name AS product_name, p.description AS product_description,
	p.audience AS product_audience, p.published AS product_published,
	v.id AS version, COALESCE(v.name, '') AS version_name, COALESCE(v.published, FALSE) AS version_published,
	COALESCE(v.deprecated, FALSE) AS version_deprecated,
	COALESCE(o.slug, '') AS operation_slug, COALESCE(o.method, '') AS method, COALESCE(o.path, '') AS path,
	COALESCE(o.webhook, FALSE) AS webhook, COALESCE(o.operation_id, '') AS operation_id, COALESCE(o.summary, '') AS summary,
	COALESCE(o.deprecated, FALSE) AS operation_deprecated, CASE WHEN r.rank = 4 THEN o.detail END AS detail,
	d.id AS document, COALESCE(d.slug, '') AS document_slug, COALESCE(d.title, '') AS document_title,
	COALESCE(SUBSTR(d.markdown, 1, ?source), '') AS markdown
FROM part r JOIN product p ON p.id = r.product LEFT JOIN version v ON v.id = r.version
	LEFT JOIN operation o ON r.rank IN (3, 4) AND o.spec = r.owner AND o.ordinal = r.ordinal
	LEFT JOIN document d ON r.rank = 2 AND d.id = r.owner
ORDER BY r.grade, r.rank, r.name, r.product, r.position DESC, r.version, r.ordinal, r.owner`

type searchRow struct {
	Total int64
	// Rank is the index of the kind in catalog.RankedKinds.
	Rank                int64
	Product             catalog.ProductID
	ProductSlug         string
	ProductName         string
	ProductDescription  string
	ProductAudience     catalog.Audience
	ProductPublished    bool
	Version             catalog.VersionID
	VersionName         string
	VersionPublished    bool
	VersionDeprecated   bool
	OperationSlug       string
	Method              string
	Path                string
	Webhook             bool
	OperationID         string
	Summary             string
	OperationDeprecated bool
	// Detail is the detail of a field's operation; empty for other results.
	Detail        []byte
	Document      catalog.DocumentID
	DocumentSlug  string
	DocumentTitle string
	Markdown      string
}

func (row searchRow) result() (catalog.SearchResult, error) {
	result := catalog.SearchResult{
		Kind: catalog.RankedKinds()[row.Rank],
		Product: catalog.Product{
			ID: row.Product, Slug: row.ProductSlug, Name: row.ProductName, Description: row.ProductDescription,
			Audience: row.ProductAudience, Published: row.ProductPublished,
		},
		Version: catalog.Version{
			ID: row.Version, Name: row.VersionName, Published: row.VersionPublished, Deprecated: row.VersionDeprecated,
		},
		Operation: openapi.Operation{
			Slug: row.OperationSlug, Method: row.Method, Path: row.Path, Webhook: row.Webhook, OperationID: row.OperationID,
			Summary: row.Summary, Deprecated: row.OperationDeprecated,
		},
		Document: catalog.Document{
			ID: row.Document, Slug: row.DocumentSlug, Title: row.DocumentTitle, Markdown: row.Markdown,
		},
	}
	if len(row.Detail) == 0 {
		return result, nil
	}
	detail, err := unpackStructure[operationDetail](row.Detail)
	result.Operation.Detail = detail.Detail
	return result, err
}

// Search implements catalog.SearchStore.
func (s *Catalog) Search(ctx context.Context, scope catalog.SearchScope) (page.Page[catalog.SearchResult], error) {
	rows, err := s.search(ctx, scope, scope.Page)
	if err != nil {
		return page.Page[catalog.SearchResult]{}, err
	}
	if len(rows) > 0 || scope.Page.Offset() == 0 {
		items, err := each(rows, searchRow.result)
		return page.Page[catalog.SearchResult]{Items: items, Total: int(firstTotal(rows))}, err
	}
	// Beyond the last page no row has the total.
	rows, err = s.search(ctx, scope, page.Request{Size: 1})
	return page.Page[catalog.SearchResult]{Total: int(firstTotal(rows))}, err
}

// SearchGroups implements catalog.SearchStore.
func (s *Catalog) SearchGroups(ctx context.Context, scope catalog.SearchScope) ([]catalog.GroupedResult, error) {
	var rows []searchRow
	if err := s.searching(ctx, scope, scope.Page, groupedIn).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	return each(rows, func(row searchRow) (catalog.GroupedResult, error) {
		result, err := row.result()
		return catalog.GroupedResult{SearchResult: result, Total: int(row.Total)}, err
	})
}

func firstTotal(rows []searchRow) int64 {
	if len(rows) == 0 {
		return 0
	}
	return rows[0].Total
}

func (s *Catalog) search(ctx context.Context, scope catalog.SearchScope, part page.Request) ([]searchRow, error) {
	var rows []searchRow
	err := s.searching(ctx, scope, part, foundIn).Scan(ctx, &rows)
	return rows, err
}

// searching returns the query for a search; its last part, told, selects from the hits.
func (s *Catalog) searching(ctx context.Context, scope catalog.SearchScope, part page.Request, told string) *bun.RawQuery {
	matched := sqliteMatches(scope.Words)
	if s.postgres {
		matched = postgresMatches(scope.Words)
	}
	named := struct {
		Kinds, Audiences            bun.ListValues
		Team                        string
		Everything                  bool
		Source, Limit, Offset       int
		Any, Listed, Named, Spelled string
	}{
		Kinds: bun.List(scope.Kinds), Audiences: bun.List(scope.Visibility.Audiences), Team: scope.Visibility.Team.Hex(),
		Everything: scope.Visibility.Everything,
		Source:     snippetSource, Limit: part.Limit(), Offset: part.Offset(),
		Any: matched.any, Listed: matched.listed, Named: matched.named, Spelled: matched.spelled,
	}
	return s.reader(ctx).NewRaw("WITH matched AS MATERIALIZED ("+matched.query+"),"+seenIn+told, named)
}

// matches is a query, in the syntax of one database, for the entries that contain all words, with a grade for each.
//
// The grade is 0 if the names have the whole words, 1 for their beginnings, 2 if names and terms have them, otherwise
// 3.
type matches struct {
	query                       string
	any, listed, named, spelled string
}

// sqliteMatches queries FTS5. Every word is quoted in its expressions.
func sqliteMatches(words []string) matches {
	whole := `"` + strings.Join(words, `" AND "`) + `"`
	begun := `"` + strings.Join(words, `"* AND "`) + `"*`
	return matches{
		query: `SELECT e.kind, e.owner, e.ordinal, CASE
			WHEN e.id IN (SELECT rowid FROM search_index WHERE search_index MATCH ?spelled) THEN 0
			WHEN e.id IN (SELECT rowid FROM search_index WHERE search_index MATCH ?named) THEN 1
			WHEN e.id IN (SELECT rowid FROM search_index WHERE search_index MATCH ?listed) THEN 2 ELSE 3 END AS grade
			FROM search_index i JOIN search_entry e ON e.id = i.rowid WHERE i.search_index MATCH ?any AND e.kind IN (?kinds)`,
		any: begun, listed: "{names terms} : (" + begun + ")", named: "{names} : (" + begun + ")", spelled: "{names} : (" + whole + ")",
	}
}

// postgresMatches queries tsvectors. The weights A, B and C mean names, terms and body.
func postgresMatches(words []string) matches {
	each := func(suffix string) string { return "'" + strings.Join(words, "'"+suffix+" & '") + "'" + suffix }
	return matches{
		query: `SELECT e.kind, e.owner, e.ordinal, CASE
			WHEN i.words @@ ?spelled::tsquery THEN 0 WHEN i.words @@ ?named::tsquery THEN 1
			WHEN i.words @@ ?listed::tsquery THEN 2 ELSE 3 END AS grade
			FROM search_index i JOIN search_entry e ON e.id = i.id WHERE i.words @@ ?any::tsquery AND e.kind IN (?kinds)`,
		any: each(":*"), listed: each(":*AB"), named: each(":*A"), spelled: each(":A"),
	}
}
