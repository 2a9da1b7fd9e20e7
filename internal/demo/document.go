package demo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing/fstest"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// bigManifest publishes a large third-party description for reading only.
const bigManifest = `products:
  - slug: github-rest
    name: GitHub REST
    description: A large description, here to be read. It has no upstream, so there is nothing to call.
    audience: signed-in
    versions:
      - name: "1"
        spec: description.json
`

// SeedDocument publishes the large description at the path as a product for reading only. It does nothing if the file
// is missing or the product exists.
func SeedDocument(ctx context.Context, services *app.Services, path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx = identity.With(ctx, identity.SystemPrincipal("demo"))
	if _, err := services.Catalog.ProductPage(ctx, "github-rest"); !fault.Is(err, fault.NotFound) {
		return err
	}
	return Publish(ctx, services, fstest.MapFS{
		"portico.yaml":     {Data: []byte(bigManifest), Mode: 0o444},
		"description.json": {Data: text, Mode: 0o444},
	})
}
