package demo_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
)

// Applying the demo's export to an empty installation gives the same export.
func TestTheDemosExportCreatesAnEqualPortal(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		here := open(t, installed.config)
		first := exported(t, here)
		if err := here.Close(); err != nil {
			t.Fatal(err)
		}
		empty := installed.config
		empty.DataDir, empty.DatabaseURL = t.TempDir(), installed.empty(t)
		empty.Keyring = filepath.Join(empty.DataDir, "keyring")
		if _, err := sealed.Generate(empty.Keyring, clock.Now()); err != nil {
			t.Fatal(err)
		}
		there := open(t, empty)
		defer func() { _ = there.Close() }()
		ctx := identity.With(t.Context(), identity.SystemPrincipal("apply"))
		manifest, findings, err := there.Publish.Read(ctx, first)
		if err != nil {
			t.Fatalf("%v: %v", err, findings)
		}
		if _, err := there.Publish.Apply(ctx, manifest); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, exported(t, there)); diff != "" {
			t.Error(diff)
		}
	})
}

func exported(t *testing.T, services *app.Services) fstest.MapFS {
	t.Helper()
	ctx := identity.With(context.Background(), identity.SystemPrincipal("export"))
	export, err := services.Publish.Export(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	if err := export.Each(ctx, func(name string, text []byte) error {
		files[name] = &fstest.MapFile{Data: text}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return files
}
