package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// Services is the whole domain over one database and one key ring. The command line uses it without any server.
type Services struct {
	DB   *store.DB
	Ring *sealed.Ring

	Trail    *event.Trail
	Outbox   *event.Outbox
	Site     *site.Service
	Accounts *account.Service
	Catalog  *catalog.Service
	Plans    *plan.Service
	Access   *access.Service
	Publish  *publish.Service
	Usage    *usage.Service
	Overview *overview.Service
}

// Open opens the database and the key ring of an installation and rejects a pair that does not belong together. It
// creates the key ring of a new SQLite installation.
func Open(ctx context.Context, config config.Config) (*Services, error) {
	ring, err := openRing(config)
	if err != nil {
		return nil, err
	}
	return open(ctx, store.Config{URL: config.DatabaseURL, Now: clock.Now, Ring: ring})
}

// OpenPresent is Open for an existing installation with this program's schema. It creates and changes nothing.
func OpenPresent(ctx context.Context, config config.Config) (*Services, error) {
	ring, err := sealed.Load(config.Keyring)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no installation in %s, since no key ring is at %s: name its directory with PORTICO_DATA_DIR", config.DataDir, config.Keyring)
	}
	if err != nil {
		return nil, err
	}
	return open(ctx, store.Config{URL: config.DatabaseURL, Now: clock.Now, Ring: ring, Present: true})
}

func open(ctx context.Context, config store.Config) (*Services, error) {
	db, err := store.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	return assemble(db, config.Ring, config.Now), nil
}

// Past returns the same services under another clock, for recording past events. They send no mail. Close only the
// original services.
func (s *Services) Past(now clock.Func) *Services { return assemble(s.DB.Past(now), s.Ring, now) }

// builtins are the names of upstreams inside the product. There are none yet.
var builtins = []string{}

func assemble(db *store.DB, ring *sealed.Ring, now clock.Func) *Services {
	s := &Services{DB: db, Ring: ring}
	s.Trail = event.NewTrail(event.TrailConfig{Store: s.DB, Now: now})
	s.Outbox = event.NewOutbox(event.OutboxConfig{Store: s.DB, Events: s.DB, Now: now})
	s.Site = site.New(site.Config{Store: s.DB.Site(), Events: s.DB, Now: now})
	s.Accounts = account.New(account.Config{Store: s.DB.Accounts(), Events: s.DB, Outbox: s.Outbox, Site: s.Site, Now: now})
	s.Catalog = catalog.New(catalog.Config{Store: s.DB.Catalog(), Events: s.DB, Site: s.Site, Teams: s.DB.Accounts(), Now: now, Builtins: builtins})
	s.Plans = plan.New(plan.Config{Store: s.DB.Plans(), Catalog: s.DB.Catalog(), Events: s.DB, Now: now})
	s.Access = access.New(access.Config{
		Store: s.DB.Access(), Plans: s.DB.Plans(), Catalog: s.DB.Catalog(), Products: s.Catalog, Offering: s.Plans, Accounts: s.DB.Accounts(),
		Site: s.Site, Events: s.DB, Ring: s.Ring, Now: now,
	})
	s.Publish = publish.New(publish.Config{
		Catalog: s.DB.Catalog(), Plans: s.DB.Plans(), Site: s.DB.Site(), Teams: s.DB.Accounts(), Access: s.Access, Events: s.DB, Now: now,
		Builtins: builtins,
	})
	s.Usage = usage.New(usage.Config{Store: s.DB.Usage(), Access: s.Access, Accounts: s.DB.Accounts(), Events: s.DB, Now: now})
	s.Overview = overview.New(overview.Config{
		Store: s.DB.Overview(), Accounts: s.Accounts, Catalog: s.Catalog, Access: s.Access, Usage: s.Usage,
		Trail: s.Trail, Outbox: s.Outbox, Now: now,
	})
	return s
}

// Close closes the database.
func (s *Services) Close() error { return s.DB.Close() }

func openRing(config config.Config) (*sealed.Ring, error) {
	if err := os.MkdirAll(config.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be used: %w; choose another with PORTICO_DATA_DIR", err)
	}
	ring, err := sealed.Load(config.Keyring)
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, err
	}
	path, sqlite := sqlitePath(config.DatabaseURL)
	switch _, err := os.Stat(path); {
	case !sqlite:
		return nil, fmt.Errorf("there is no key ring at %s: copy it from another node, or make one for a new installation with: portico keyring new", config.Keyring)
	case err == nil:
		return nil, fmt.Errorf("there is a database at %s but no key ring at %s: put its key ring back, or restore both from a backup", path, config.Keyring)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("look for the database: %w", err)
	}
	return sealed.Generate(config.Keyring, clock.Now())
}

// sqlitePath returns the file of an SQLite database.
func sqlitePath(url string) (path string, sqlite bool) {
	path, sqlite = strings.CutPrefix(url, "sqlite:")
	path, _, _ = strings.Cut(path, "?")
	return path, sqlite
}
