package testkit

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/usage"
)

// services are the domain's services in the domain's order; a Kit embeds them. Add a new service here and in
// newServices, after the services that it needs.
type services struct {
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

func newServices(kit *Kit) services {
	var created services
	created.Trail = event.NewTrail(event.TrailConfig{Store: kit.DB, Now: kit.Clock.Now})
	created.Outbox = event.NewOutbox(event.OutboxConfig{Store: kit.DB, Events: kit.DB, Now: kit.Clock.Now})
	created.Site = site.New(site.Config{Store: kit.DB.Site(), Events: kit.DB, Now: kit.Clock.Now})
	created.Accounts = account.New(account.Config{Store: kit.DB.Accounts(), Events: kit.DB, Outbox: created.Outbox, Site: created.Site, Now: kit.Clock.Now})
	created.Catalog = catalog.New(catalog.Config{Store: kit.DB.Catalog(), Events: kit.DB, Site: created.Site, Teams: kit.DB.Accounts(), Now: kit.Clock.Now})
	created.Plans = plan.New(plan.Config{Store: kit.DB.Plans(), Catalog: kit.DB.Catalog(), Events: kit.DB, Now: kit.Clock.Now})
	created.Access = access.New(access.Config{
		Store: kit.DB.Access(), Plans: kit.DB.Plans(), Catalog: kit.DB.Catalog(), Products: created.Catalog, Offering: created.Plans, Accounts: kit.DB.Accounts(),
		Site: created.Site, Events: kit.DB, Ring: kit.Ring, Now: kit.Clock.Now,
	})
	created.Publish = publish.New(publish.Config{
		Catalog: kit.DB.Catalog(), Plans: kit.DB.Plans(), Site: kit.DB.Site(), Teams: kit.DB.Accounts(), Access: created.Access,
		Events: kit.DB, Now: kit.Clock.Now,
	})
	created.Usage = usage.New(usage.Config{
		Store: kit.DB.Usage(), Access: created.Access, Accounts: kit.DB.Accounts(), Events: kit.DB, Now: kit.Clock.Now,
	})
	created.Overview = overview.New(overview.Config{
		Store: kit.DB.Overview(), Accounts: created.Accounts, Catalog: created.Catalog, Access: created.Access, Usage: created.Usage,
		Trail: created.Trail, Outbox: created.Outbox, Now: kit.Clock.Now,
	})
	return created
}
