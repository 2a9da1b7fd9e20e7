package publish_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// github returns a folder with GitHub's description of its REST API: 13 MB, more than 1,200 operations and hundreds of
// errors.
func github(t testing.TB) fstest.MapFS {
	t.Helper()
	file := cmp.Or(os.Getenv("PORTICO_GITHUB_DOCUMENT"), filepath.Join("..", "..", ".cache", "github", "api.github.com.json"))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\nGitHub's description is fetched once: run `make setup`, or point PORTICO_GITHUB_DOCUMENT at a copy of api.github.com.json.", err)
	}
	return folder(map[string]string{
		"github.json":  string(text),
		"portico.yaml": "products: [{slug: github, name: GitHub, versions: [{name: '1', spec: github.json}]}]",
	})
}

func TestGitHubAppliesWhilePeopleSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		files := github(t)
		ctx, stop := context.WithCancel(t.Context())
		var signIns sync.WaitGroup
		var waits []time.Duration
		signIns.Go(func() { waits = signInUntil(ctx, t, kit) })

		watch := stopwatch()
		manifest := read(t, kit, files)
		readIn := watch()
		if _, err := kit.Publish.Apply(kit.As(kit.Staff), manifest); err != nil {
			t.Error(err)
		}
		whole := watch()
		stop()
		signIns.Wait()
		var longest time.Duration
		for _, wait := range waits {
			longest = max(longest, wait)
		}
		t.Logf("read in %s, applied in %s, %d sign-ins, the longest took %s", readIn, whole-readIn, len(waits), longest)
		if len(waits) < 10 {
			t.Errorf("only %d sign-ins ran meanwhile", len(waits))
		}
		page, err := kit.Catalog.VersionPage(kit.As(kit.Viewer), "github", "")
		if err != nil || len(page.Operations) < 1200 {
			t.Fatalf("%d operations, %v", len(page.Operations), err)
		}
		middle := page.Operations[len(page.Operations)/2]
		operation, err := kit.Catalog.OperationPage(kit.As(kit.Viewer), "github", "", middle.Slug)
		if err != nil || operation.Previous == nil || operation.Next == nil || operation.Operation.Description == "" {
			t.Errorf("operation page: %v", err)
		}
		if again := apply(t, kit, files); again != "" {
			t.Errorf("changed again: %s", again)
		}
	})
}

// stopwatch returns a function that reports the time since stopwatch was called, by the machine's clock.
func stopwatch() func() time.Duration {
	started := time.Now()
	return func() time.Duration { return time.Since(started) }
}

// signInUntil repeats what a sign-in writes, and returns how long each write took.
func signInUntil(ctx context.Context, t *testing.T, kit *testkit.Kit) []time.Duration {
	var waits []time.Duration
	for ctx.Err() == nil {
		watch := stopwatch()
		session := account.Session{
			ID: id.New[account.SessionID](testkit.Start), Account: kit.Owner.Account, Team: kit.Owner.Team,
			TokenHash: []byte(rand.Text()), CreatedAt: testkit.Start, SeenAt: testkit.Start, ExpiresAt: testkit.Start.Add(time.Hour),
		}
		if err := kit.DB.InTx(t.Context(), func(ctx context.Context) error { return kit.DB.Accounts().SaveSession(ctx, session) }); err != nil {
			t.Error(err)
			return waits
		}
		waits = append(waits, watch())
	}
	return waits
}
