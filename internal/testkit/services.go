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

// services are the domain's services in the domain's order; a Kit has them as its own fields. Whoever writes a service
// adds it here and in newServices, after the ones that it is made from.
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
	var made services
	made.Trail = event.NewTrail(event.TrailConfig{Store: kit.DB, Now: kit.Clock.Now})
	made.Outbox = event.NewOutbox(event.OutboxConfig{Store: kit.DB, Events: kit.DB, Now: kit.Clock.Now})
	made.Site = site.New(site.Config{Store: kit.DB.Site(), Events: kit.DB, Now: kit.Clock.Now})
	made.Accounts = account.New(account.Config{Store: kit.DB.Accounts(), Events: kit.DB, Outbox: made.Outbox, Site: made.Site, Now: kit.Clock.Now})
	made.Catalog = catalog.New(catalog.Config{Store: kit.DB.Catalog(), Events: kit.DB, Site: made.Site, Teams: kit.DB.Accounts(), Now: kit.Clock.Now})
	made.Plans = plan.New(plan.Config{Store: kit.DB.Plans(), Catalog: kit.DB.Catalog(), Events: kit.DB, Now: kit.Clock.Now})
	made.Access = access.New(access.Config{
		Store: kit.DB.Access(), Plans: kit.DB.Plans(), Catalog: kit.DB.Catalog(), Products: made.Catalog, Offering: made.Plans, Accounts: kit.DB.Accounts(),
		Site: made.Site, Events: kit.DB, Ring: kit.Ring, Now: kit.Clock.Now,
	})
	made.Publish = publish.New(publish.Config{
		Catalog: kit.DB.Catalog(), Plans: kit.DB.Plans(), Site: kit.DB.Site(), Teams: kit.DB.Accounts(), Access: made.Access,
		Events: kit.DB, Now: kit.Clock.Now,
	})
	made.Usage = usage.New(usage.Config{Store: kit.DB.Usage()})
	made.Overview = overview.New(overview.Config{
		Store: kit.DB.Overview(), Accounts: made.Accounts, Access: made.Access, Usage: made.Usage, Trail: made.Trail, Now: kit.Clock.Now,
	})
	return made
}
