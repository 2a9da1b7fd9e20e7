package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
)

// The number of searched operations, in five descriptions, and the searches.
const (
	searchedOperations = 5_000
	searchedProducts   = 5
	paletteSize        = 4
)

var searches = []struct{ what, text string }{
	{"one letter that thousands contain", "r"},
	{"a word that all contain", "owner"},
	{"three words that few contain", "list branch prot"},
}

// measureSearch measures searches on the site by a signed-in reader, one of each kind per round. A search returns the
// first 50 results and their total.
func measureSearch(ctx context.Context, settings settings) (_ []figure, err error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	db, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(folder, "portico.db"), Now: clock.Now})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := stock(ctx, db.Catalog()); err != nil {
		return nil, err
	}
	service := catalog.New(catalog.Config{
		Store: db.Catalog(), Events: db, Now: clock.Now,
		Site: site.New(site.Config{Store: db.Site(), Events: db, Now: clock.Now}),
	})
	reader := identity.With(ctx, identity.Principal{Account: id.New[identity.AccountID](clock.Now())})
	var figures []figure
	for _, search := range searches {
		took := figure{what: fmt.Sprintf("search in %d operations, %s", searchedOperations, search.what), unit: " ms", most: 20}
		for range settings.rounds {
			began := time.Now()
			found, err := service.Search(reader, catalog.SearchQuery{Text: search.text, Page: page.Request{Size: page.DefaultSize}})
			if err != nil {
				return nil, err
			}
			took.rounds = append(took.rounds, float64(time.Since(began).Microseconds())/1000)
			if found.Total == 0 {
				return nil, fmt.Errorf("the search for %q found nothing", search.text)
			}
		}
		figures = append(figures, took)
	}
	for _, search := range searches {
		took := figure{what: fmt.Sprintf("palette of %d operations with their fields, %s", searchedOperations, search.what), unit: " ms", most: 40}
		for range settings.rounds {
			began := time.Now()
			if _, _, err := service.SearchGroups(reader, catalog.SearchQuery{Text: search.text}, paletteSize); err != nil {
				return nil, err
			}
			took.rounds = append(took.rounds, float64(time.Since(began).Microseconds())/1000)
		}
		figures = append(figures, took)
	}
	return figures, nil
}

// fieldsOf returns the rows of a body with many fields, which are mostly the same in all operations.
func fieldsOf(noun string) openapi.Schema {
	rows := []openapi.SchemaRow{{Name: noun + "_id"}, {Name: noun + "_owner"}}
	for _, name := range strings.Fields("id node_id name full_name login avatar_url html_url events_url type site_admin created_at updated_at " +
		"description private fork homepage language size default_branch topics visibility permissions license archived disabled") {
		rows = append(rows, openapi.SchemaRow{Name: name})
	}
	return openapi.Schema{Rows: rows}
}

// stock publishes descriptions whose operations are named like those of large APIs.
func stock(ctx context.Context, specs *store.Catalog) error {
	nouns := strings.Fields("actions runs jobs issues pulls comments reviews teams members gists refs tags trees blobs commits " +
		"branches protection secrets variables environments deployments statuses hooks releases assets packages topics labels")
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	for number := range searchedProducts {
		spec := openapi.Spec{Digest: fmt.Sprint("digest-", number), Format: openapi.JSON, Text: []byte("{}")}
		for i := range searchedOperations / searchedProducts {
			first, second, method := nouns[i%len(nouns)], nouns[(i/len(nouns)+i)%len(nouns)], methods[i%len(methods)]
			spec.Operations = append(spec.Operations, openapi.Operation{
				Ordinal: i, Method: method, Path: fmt.Sprintf("/repos/{owner}/{repo}/%s/{id}/%s", first, second),
				OperationID: fmt.Sprintf("%s/list-%s-%d", first, second, i), Slug: fmt.Sprintf("%s-list-%s-%d", first, second, i),
				Summary: fmt.Sprintf("List %s of %s in a repository", second, first), Tags: []string{first},
				Detail: openapi.OperationDetail{
					Parameters: []openapi.Parameter{{Name: "owner"}, {Name: "repo"}, {Name: "per_page"}, {Name: "page"}},
					Responses:  []openapi.Response{{Status: "200", Content: []openapi.MediaType{{Schema: fieldsOf(first)}}}},
				},
			})
		}
		product := catalog.Product{
			ID: id.New[catalog.ProductID](clock.Now()), Slug: fmt.Sprint("product-", number), Name: fmt.Sprint("Product ", number),
			Audience: catalog.SignedIn, Published: true,
		}
		version := catalog.Version{
			ID: id.New[catalog.VersionID](clock.Now()), Product: product.ID, Name: "1", Published: true, Spec: spec.Digest,
		}
		if err := errors.Join(specs.StageSpec(ctx, spec, nil), specs.SaveProduct(ctx, product), specs.SaveVersion(ctx, version)); err != nil {
			return err
		}
	}
	return nil
}
