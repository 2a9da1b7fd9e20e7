// Package demo fills an installation with people, plans, keys and a working API for trying out the product.
//
// It seeds through the domain's services and runs the API's upstream itself, on loopback. It owns no rule and no page.
// The command line calls it for portico demo, and tests of the whole product use it as their portal.
package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

//go:embed files
var files embed.FS

// upstreamPlaceholder is replaced in the manifest by the address of the demo's upstream.
const upstreamPlaceholder = "UPSTREAM"

// DefaultPassword is the password of every demo account unless another one is set.
const DefaultPassword = "portico-demo"

// The people of the demo.
const (
	Staff     = "staff@demo.example"
	Developer = "dev@demo.example"
	Other     = "other@demo.example"
)

// OnlyLoopback returns an error if an address is reachable from other machines, because the demo's passwords are
// public.
func OnlyLoopback(addresses ...string) error {
	for _, text := range addresses {
		host, _, err := net.SplitHostPort(text)
		address, notAddress := netip.ParseAddr(host)
		if err != nil || host != "localhost" && (notAddress != nil || !address.IsLoopback()) {
			return fmt.Errorf("the demo's passwords are public, so it listens only on loopback, not on %s: use 127.0.0.1, or run portico serve", text)
		}
	}
	return nil
}

// RefuseDemo returns an error if an installation of the demo, whose passwords are public, would be served beyond
// loopback.
func RefuseDemo(ctx context.Context, services *app.Services, addresses ...string) error {
	_, err := services.DB.Accounts().AccountByEmail(ctx, Staff)
	if fault.Is(err, fault.NotFound) || err == nil && OnlyLoopback(addresses...) == nil {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.New("this installation was created by portico demo, whose passwords are public: serve it only on loopback, or create another one in an empty directory")
}

// Seed creates what is missing, for example after an interrupted seeding, and reports whether it set the password of
// any account. Seeding again changes only the upstream's address. It refuses an installation that is not a demo.
func Seed(ctx context.Context, services *app.Services, upstream, password string) (given bool, err error) {
	ctx = identity.With(ctx, identity.SystemPrincipal("demo"))
	if err := (account.SetUp{Password: password}).Validate(); err != nil {
		return false, fmt.Errorf("PORTICO_DEMO_PASSWORD: %w", err)
	}
	if err := refuseRealPortal(ctx, services); err != nil {
		return false, err
	}
	for _, person := range []account.NewAccount{
		{Email: Staff, Name: "Sam Staff", Staff: identity.StaffAdmin, TeamName: "Demo carrier"},
		{Email: Developer, Name: "Devi Acme", TeamName: "Acme"},
		{Email: Other, Name: "Olu Other", TeamName: "Globex"},
	} {
		added, err := addPerson(ctx, services, person, password)
		if err != nil {
			return false, fmt.Errorf("add %s: %w", person.Email, err)
		}
		given = given || added
	}
	if err := nameSite(ctx, services); err != nil {
		return false, fmt.Errorf("name the demo portal: %w", err)
	}
	if err := publishFiles(ctx, services, upstream); err != nil {
		return false, fmt.Errorf("publish the demo's API: %w", err)
	}
	return given, grantAccess(ctx, services)
}

// refuseRealPortal returns an error for a portal that is not a demo, because the demo's password is public. The staff
// account is the first object that a demo creates.
func refuseRealPortal(ctx context.Context, services *app.Services) error {
	_, err := services.DB.Accounts().AccountByEmail(ctx, Staff)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	people, err := services.Accounts.Accounts(ctx, account.AccountFilter{}, page.Request{Size: 1})
	if err != nil {
		return err
	}
	products, err := services.Catalog.Products(ctx)
	if err != nil {
		return err
	}
	if people.Total > 0 || len(products) > 0 {
		return errors.New("this installation is not a demo, and the demo's passwords are public: choose another directory with --data-dir")
	}
	return nil
}

//go:embed welcome.md
var welcome string

// nameSite sets the name of a new portal, and opens its public APIs to visitors. None of it is in the files, so that
// staff can try changing it.
func nameSite(ctx context.Context, services *app.Services) error {
	settings, err := services.Site.Settings(ctx)
	if err != nil || settings.Revision > 0 {
		return err
	}
	settings.Name, settings.Welcome, settings.Support = "Demo carrier", welcome, "support@demo.example"
	settings.Public, settings.KonnectPublic = true, false
	return services.Site.ChangeSettings(ctx, settings)
}

func publishFiles(ctx context.Context, services *app.Services, upstream string) error {
	folder, err := withUpstream(upstream)
	if err != nil {
		return err
	}
	return Publish(ctx, services, folder)
}

// Publish applies a folder in the apply format; a finding that stops it is an error.
func Publish(ctx context.Context, services *app.Services, folder fs.FS) error {
	manifest, findings, err := services.Publish.Read(ctx, folder)
	if err != nil {
		return err
	}
	for _, finding := range findings {
		if finding.Severity == openapi.Error {
			return errors.New(finding.String())
		}
	}
	_, err = services.Publish.Apply(ctx, manifest)
	return err
}

// withUpstream returns the embedded folder with the upstream's address in the manifest.
func withUpstream(upstream string) (fs.FS, error) {
	folder := fstest.MapFS{}
	root, err := fs.Sub(files, "files")
	if err != nil {
		return nil, err
	}
	return folder, fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, path)
		if path == "portico.yaml" {
			text = []byte(strings.ReplaceAll(string(text), upstreamPlaceholder, upstream))
		}
		folder[path] = &fstest.MapFile{Data: text, Mode: 0o444}
		return err
	})
}

// addPerson adds one of the demo's people unless the account exists and has a password.
func addPerson(ctx context.Context, services *app.Services, person account.NewAccount, password string) (bool, error) {
	added, err := services.Accounts.AddAccount(ctx, person)
	if fault.Is(err, fault.Conflict) {
		added, err = services.Accounts.RenewLinkOf(ctx, person.Email)
		if fault.Is(err, fault.Precondition) {
			return false, nil
		}
	}
	if err != nil {
		return false, err
	}
	return true, services.Accounts.SetUp(ctx, account.SetUp{Token: added.Token, Password: password})
}

// grantAccess gives the developer the demo's two subscriptions. It leaves an existing one as the visitor has changed
// it.
func grantAccess(ctx context.Context, services *app.Services) error {
	held, err := services.Access.Subscriptions(ctx, access.SubscriptionFilter{Removed: true}, page.Request{Size: page.MaxSize})
	if err != nil {
		return err
	}
	for _, slug := range []string{"acme-production", "acme-test"} {
		if slices.ContainsFunc(held.Items, func(one access.SubscriptionDetail) bool { return one.Plan.Slug == slug }) {
			continue
		}
		if _, err := services.Access.GrantNamed(ctx, access.NamedAccess{Email: Developer, Plan: slug}); err != nil {
			return fmt.Errorf("grant %s: %w", slug, err)
		}
	}
	return nil
}
