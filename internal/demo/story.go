package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// The people of the third team. Customer owns it.
const (
	Customer       = "nora@nordlys.example"
	customerAdmin  = "tom@nordlys.example"
	customerMember = "elin@nordlys.example"
	customerViewer = "per@nordlys.example"
	customerGuest  = "new.colleague@nordlys.example"
)

// opened is how long before the first start the carrier opened its portal.
const opened = 45 * 24 * time.Hour

// SeedStory is Seed for a portal with a past: the carrier opened it 45 days ago, and two teams have built applications
// and called the APIs since. Globex, the third team, has not started. It records the past only once.
func SeedStory(ctx context.Context, services *app.Services, upstream, password string, now time.Time) (given bool, err error) {
	past := services.Past(func() time.Time { return now.Add(-opened) })
	if given, err = Seed(ctx, past, upstream, password); err != nil {
		return given, err
	}
	system := identity.With(ctx, identity.SystemPrincipal("demo"))
	for _, person := range []account.NewAccount{
		{Email: Customer, Name: "Nora Lind", TeamName: "Nordlys Books"},
		{Email: customerAdmin, Name: "Tom Aune", TeamName: "Nordlys Books", Role: identity.Admin},
		{Email: customerMember, Name: "Elin Moe", TeamName: "Nordlys Books", Role: identity.Member},
		{Email: customerViewer, Name: "Per Dahl", TeamName: "Nordlys Books", Role: identity.Viewer},
	} {
		if _, err := addPerson(system, past, person, password); err != nil {
			return given, fmt.Errorf("add %s: %w", person.Email, err)
		}
	}
	// The last step of the past is an invitation, and all steps are one transaction.
	if _, err := services.DB.Accounts().AccountByEmail(ctx, customerGuest); !fault.Is(err, fault.NotFound) {
		return given, err
	}
	return given, services.DB.InTx(ctx, func(ctx context.Context) error { return tell(ctx, services, now) })
}

// story records what happened in steps, each at its own time. After the first error it does nothing.
type story struct {
	ctx      context.Context
	services *app.Services
	now, at  time.Time
	err      error

	staff, acme, nordlys context.Context
	versions             map[string]catalog.VersionID
	steps                []step
	traffic              []traffic
}

type step struct {
	at       time.Time
	happened func()
}

// tell records what happened since the portal opened.
func tell(ctx context.Context, services *app.Services, now time.Time) error {
	s := &story{ctx: ctx, now: now, at: now.Add(-opened), versions: map[string]catalog.VersionID{}}
	s.services = services.Past(func() time.Time { return s.at })
	s.staff, s.acme, s.nordlys = s.as(Staff), s.as(Developer), s.as(Customer)
	for _, one := range [][2]string{{"parcels", "1"}, {"parcels", "2"}, {"prices", "1"}, {"tracking", "1"}} {
		if s.err != nil {
			return s.err
		}
		version, err := s.services.Catalog.StaffVersion(s.staff, one[0], one[1])
		s.versions[one[0]+"/"+one[1]], s.err = version.Version.ID, err
	}
	s.tellOfAcme()
	s.tellOfNordlys()
	s.invite()
	if err := s.run(); err != nil {
		return fmt.Errorf("record the demo's past: %w", err)
	}
	return record(ctx, s.services, s.traffic, now)
}

// as returns a context in which the account acts in its home team.
func (s *story) as(email string) context.Context {
	if s.err != nil {
		return s.ctx
	}
	var found account.Account
	if found, s.err = s.services.DB.Accounts().AccountByEmail(s.ctx, email); s.err != nil {
		return s.ctx
	}
	acting := identity.Principal{Account: found.ID, Name: found.Name, Team: found.HomeTeam, Role: identity.Owner, Staff: found.Staff}
	return identity.With(s.ctx, acting)
}

// step plans something that happened days before the first start.
func (s *story) step(days float64, happened func()) {
	at := s.now.Add(-time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Second)
	s.steps = append(s.steps, step{at, happened})
}

// run records all steps, oldest first, as the audit trail has them.
func (s *story) run() error {
	slices.SortStableFunc(s.steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, one := range s.steps {
		if s.at = one.at; s.err == nil {
			one.happened()
		}
	}
	return s.err
}

func (s *story) application(ctx context.Context, name, description string) access.ApplicationID {
	if s.err != nil {
		return access.ApplicationID{}
	}
	made, err := s.services.Access.CreateApplication(ctx, access.NewApplication{Name: name, Description: description})
	s.err = err
	return made.Application.ID
}

func (s *story) register(ctx context.Context, application access.ApplicationID, version string) access.Subscription {
	if s.err != nil {
		return access.Subscription{}
	}
	made, err := s.services.Access.Register(ctx, access.NewRegistration{Application: application, Version: s.versions[version]})
	s.err = err
	return made.Subscription
}

func (s *story) decide(asked access.Subscription, approve bool, reason string) {
	if s.err == nil {
		_, s.err = s.services.Access.DecideRequest(s.staff, access.Decision{Request: asked.Request, Approve: approve, Reason: reason})
	}
}

// key creates a key of an application in production. It expires at the given time, if any.
func (s *story) key(ctx context.Context, application access.ApplicationID, name string, expires time.Time) access.Credential {
	if s.err != nil {
		return access.Credential{}
	}
	issued, err := s.services.Access.IssueCredential(ctx, access.NewCredential{
		Application: application, Name: name, Environment: "production", ExpiresAt: expires,
	})
	s.err = err
	return issued.Credential
}

// calls plans traffic with a key from now until the given number of days before the start. perDay is the number of
// calls on a usual working day.
func (s *story) calls(key access.Credential, version string, perDay float64, until float64) {
	if s.err != nil {
		return
	}
	grant, err := s.services.Access.Grant(s.ctx, access.Proof{Lookups: [][]byte{key.Lookup}})
	if s.err = err; err != nil {
		return
	}
	s.traffic = append(s.traffic, traffic{
		grant: grant, version: s.versions[version], environment: key.Environment, perDay: perDay,
		from: s.at, until: s.now.Add(-time.Duration(until * 24 * float64(time.Hour))),
	})
}

func (s *story) tellOfAcme() {
	var warehouse, returns access.ApplicationID
	var first, prices, asked access.Subscription
	var old, bench access.Credential
	s.step(44, s.callWithPairs)
	s.step(40, func() {
		shop := s.application(s.acme, "Web shop checkout", "Books a parcel for each order of the web shop.")
		s.register(s.acme, shop, "parcels/2")
		s.register(s.acme, shop, "tracking/1")
		server := s.key(s.acme, shop, "Checkout server", time.Time{})
		s.calls(server, "parcels/2", 1100, 0)
		s.calls(server, "tracking/1", 2300, 0)
		old = s.key(s.acme, shop, "Returns service", time.Time{})
		s.calls(old, "parcels/2", 260, 0)
	})
	s.step(33, func() {
		warehouse = s.application(s.acme, "Warehouse", "Prints labels and compares prices at the packing tables.")
		first, prices = s.register(s.acme, warehouse, "parcels/1"), s.register(s.acme, warehouse, "prices/1")
	})
	s.step(32, func() {
		s.decide(first, true, "")
		s.decide(prices, true, "Welcome. Please cache prices for an hour.")
		bench = s.key(s.acme, warehouse, "Test bench", time.Time{})
		s.calls(bench, "prices/1", 40, 9)
	})
	s.step(28, func() {
		printer := s.key(s.acme, warehouse, "Label printer", s.now.AddDate(0, 0, 4))
		s.calls(printer, "parcels/1", 420, 0)
		s.calls(printer, "prices/1", 4600, 0)
	})
	s.step(30, func() {
		notifier := s.application(s.acme, "Delivery notifier", "Sends customers a message when their parcel arrives.")
		s.register(s.acme, notifier, "tracking/1")
		s.calls(s.key(s.acme, notifier, "Message service", time.Time{}), "tracking/1", 310, 0)
	})
	s.step(12, func() {
		returns = s.application(s.acme, "Returns portal", "Will offer customers a label for sending things back.")
		asked = s.register(s.acme, returns, "parcels/1")
	})
	s.step(11.5, func() {
		s.withdraw(s.acme, asked)
		asked = s.register(s.acme, returns, "prices/1")
	})
	s.step(10, func() {
		s.decide(asked, false, "Returns have their own prices. Please wait for version 2, or use Parcels for now.")
	})
	s.step(9, func() {
		s.revoke(s.acme, bench)
	})
	s.step(2, func() {
		s.rotate(s.acme, old, "parcels/2")
	})
}

// callWithPairs plans a little traffic with the keys that the developer finds on the profile.
func (s *story) callWithPairs() {
	held, err := s.services.Access.Subscriptions(s.acme, access.SubscriptionFilter{}, page.Request{Size: page.MaxSize})
	s.err = err
	for _, one := range held.Items {
		for _, credential := range one.Credentials {
			if credential.Slot != access.Primary {
				continue
			}
			perDay := map[string]float64{"acme-production": 320, "acme-test": 45}[one.Plan.Slug]
			s.calls(credential, "parcels/2", perDay, 0)
			s.calls(credential, "tracking/1", perDay/2, 0)
		}
	}
}

func (s *story) tellOfNordlys() {
	var shop, kiosk access.ApplicationID
	var parcels, tested access.Subscription
	s.step(38, func() {
		shop = s.application(s.nordlys, "Book shop", "Sends books from the web shop.")
		parcels = s.register(s.nordlys, shop, "parcels/2")
		s.register(s.nordlys, shop, "tracking/1")
		key := s.key(s.nordlys, shop, "Shop server", time.Time{})
		s.calls(key, "parcels/2", 340, 1)
		s.calls(key, "tracking/1", 560, 0)
	})
	s.step(30, func() {
		s.grant(shop, "partner-sandbox", s.now.AddDate(0, 0, -3), "For the pilot")
	})
	s.step(21, func() {
		kiosk = s.application(s.nordlys, "Gift card kiosk", "A kiosk in the shop, tested in one shop.")
		tested = s.register(s.nordlys, kiosk, "tracking/1")
		s.calls(s.key(s.nordlys, kiosk, "Kiosk", time.Time{}), "tracking/1", 30, 16)
	})
	s.step(16, func() {
		s.change(func() (access.Subscription, error) {
			return s.services.Access.RevokeSubscription(s.staff, tested.ID, "The key was published on the web. Revoke it, and call us before you ask again.")
		})
	})
	s.step(1, func() {
		s.change(func() (access.Subscription, error) {
			return s.services.Access.SuspendSubscription(s.staff, parcels.ID, "More than half of the bookings had no valid address. Please call us.")
		})
	})
	s.step(0.8, func() {
		s.register(s.nordlys, shop, "prices/1")
	})
	s.step(0.2, func() {
		s.register(s.nordlys, kiosk, "prices/1")
	})
}

func (s *story) invite() {
	s.step(0.5, func() {
		if s.err == nil {
			_, s.err = s.services.Accounts.Invite(s.nordlys, account.NewInvitation{
				Team: identity.From(s.nordlys).Team, Email: customerGuest, Role: identity.Member,
			})
		}
	})
}

// grant gives an application access until an end, with a key.
func (s *story) grant(application access.ApplicationID, plan string, ends time.Time, reason string) {
	if s.err == nil {
		_, s.err = s.services.Access.GrantNamed(s.staff, access.NamedAccess{
			Application: application, Plan: plan, EndsAt: ends, IssueKey: true, Reason: reason,
		})
	}
}

func (s *story) withdraw(ctx context.Context, asked access.Subscription) {
	if s.err == nil {
		_, s.err = s.services.Access.WithdrawRequest(ctx, asked.Request)
	}
}

func (s *story) revoke(ctx context.Context, key access.Credential) {
	if s.err == nil {
		s.err = s.services.Access.RevokeCredential(ctx, key.ID)
	}
}

// rotate replaces a key. Part of the traffic has moved to the new one.
func (s *story) rotate(ctx context.Context, key access.Credential, version string) {
	if s.err != nil {
		return
	}
	issued, err := s.services.Access.RotateCredential(ctx, access.RotateCredential{Credential: key.ID, Overlap: 7 * 24 * time.Hour})
	s.err = err
	s.calls(issued.Credential, version, 120, 0)
}

func (s *story) change(change func() (access.Subscription, error)) {
	if s.err == nil {
		_, s.err = change()
	}
}
