package publish_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/testkit"
)

const smallSpec = `{"openapi": "3.1.0", "info": {"title": "Weather", "version": "1"}, "paths": {"/now": {"get": {
	"operationId": "now", "responses": {"200": {"description": "The weather."}}}}}}`

// folder returns a folder of files by their paths.
func folder(files map[string]string) fstest.MapFS {
	made := fstest.MapFS{}
	for name, text := range files {
		made[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return made
}

// weather is a small portal in one file.
const weather = `
strategies:
  - {slug: api-key, name: API key, kind: key, default: true}
products:
  - slug: weather
    name: Weather
    documents: docs
    versions:
      - name: v1
        spec: weather.json
        environments:
          production: {base_path: /weather/v1, upstream: "https://upstream.example"}
plans:
  - {slug: basic, name: Basic, environment: production, strategy: api-key, opens: [weather/v1], approval: automatic}
`

func weatherFolder(manifest string) fstest.MapFS {
	return folder(map[string]string{
		"portico.yaml": manifest, "weather.json": smallSpec,
		"docs/10-start.md": "# Begin here\n\nText.", "docs/20-errors.md": "Errors",
	})
}

// read reads a folder and fails the test if it has errors.
func read(t *testing.T, kit *testkit.Kit, files fs.FS) publish.Manifest {
	t.Helper()
	manifest, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
	if err != nil {
		t.Fatal(err)
	}
	if openapi.HasErrors(findings) {
		t.Fatalf("findings: %v", findings)
	}
	return manifest
}

// apply applies a folder and returns the changes.
func apply(t *testing.T, kit *testkit.Kit, files fs.FS) string {
	t.Helper()
	return applied(kit.As(kit.Staff), t, kit, files)
}

func applied(ctx context.Context, t *testing.T, kit *testkit.Kit, files fs.FS) string {
	t.Helper()
	changes, err := kit.Publish.Apply(ctx, read(t, kit, files))
	if err != nil {
		t.Fatal(err)
	}
	return told(changes)
}

func told(changes publish.Changes) string {
	var lines []string
	for _, change := range changes {
		if change.Action != publish.Unchanged {
			lines = append(lines, strings.Join(strings.Fields(change.String()), " "))
		}
	}
	return strings.Join(lines, "\n")
}
