package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// spelled is a list as sorted names.
func spelled[T any](items []T, name func(T) string) string {
	var names []string
	for _, item := range items {
		names = append(names, name(item))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestListingRegistrations(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		other := w.application(w.Owner, access.NewApplication{Name: "Other"})
		automatic := w.register(shop.ID, shelf.automatic)
		w.register(shop.ID, shelf.byStaff)
		w.register(other.ID, shelf.automatic)
		w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID}) // to no single version
		w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID, Version: w.first})
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), automatic.Subscription.ID, "")
		w.must(err)
		revoked := []access.SubscriptionState{access.Suspended, access.Revoked, access.Expired}
		for name, row := range map[string]struct {
			filter access.RegistrationFilter
			want   string
		}{
			"all":                   {access.RegistrationFilter{}, "Maps/automatic Maps/byStaff weather/1"},
			"one":                   {access.RegistrationFilter{ID: automatic.Subscription.ID}, "Maps/automatic"},
			"one that is not there": {access.RegistrationFilter{ID: access.SubscriptionID{1}}, ""},
			"pending":               {access.RegistrationFilter{States: []access.SubscriptionState{access.Pending}}, "Maps/byStaff"},
			"what reads revoked":    {access.RegistrationFilter{States: revoked}, "Maps/automatic"},
			"of a product":          {access.RegistrationFilter{ProductName: "maps"}, "Maps/automatic Maps/byStaff"},
			"of half a product":     {access.RegistrationFilter{ProductName: "map"}, ""},
			"containing":            {access.RegistrationFilter{ProductNameContains: "EAT"}, "weather/1"},
			"of a version":          {access.RegistrationFilter{VersionName: "BYSTAFF"}, "Maps/byStaff"},
			"version containing":    {access.RegistrationFilter{VersionNameContains: "AUTO"}, "Maps/automatic"},
			"a wildcard":            {access.RegistrationFilter{VersionNameContains: "%"}, ""},
			"all of them":           {access.RegistrationFilter{ProductNameContains: "map", VersionNameContains: "staff", States: []access.SubscriptionState{access.Pending}}, "Maps/byStaff"},
		} {
			row.filter.Application = shop.ID
			found, err := w.Access.Registrations(w.As(w.Viewer), row.filter, all)
			w.must(err)
			got := spelled(found.Items, func(one access.Registration) string {
				return one.Release.Product.Name + "/" + one.Release.Version.Name
			})
			if got != row.want || found.Total != len(found.Items) {
				t.Errorf("%s: %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
	})
}

// Names that a team may not know of any more are neither told nor found.
func TestRegistrationsOfWhatIsHidden(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, shelf.automatic)
		look := func(filter access.RegistrationFilter) string {
			filter.Application = shop.ID
			found, err := w.Access.Registrations(w.As(w.Owner), filter, all)
			w.must(err)
			return spelled(found.Items, func(one access.Registration) string {
				return "[" + one.Release.Product.Name + one.Release.Product.Slug + one.Release.Version.Name + "]"
			})
		}
		check := func(hidden string) {
			for name, row := range map[string]struct {
				filter access.RegistrationFilter
				want   string
			}{
				"all":                  {access.RegistrationFilter{}, "[]"},
				"found by its product": {access.RegistrationFilter{ProductName: "Maps"}, ""},
				"found by its name":    {access.RegistrationFilter{VersionName: "automatic"}, ""},
			} {
				if got := look(row.filter); got != row.want {
					t.Errorf("%s, %s: %q, want %q", hidden, name, got, row.want)
				}
			}
		}
		w.publish(shelf.automatic, false)
		check("a version that is hidden")
		w.publish(shelf.automatic, true)
		w.narrow(shelf.product, catalog.TeamRights{Team: w.Globex.ID})
		check("a product that is another team's")
	})
}

func TestApplicationsOfAVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		in, waits := w.application(w.Owner, access.NewApplication{Name: "In"}), w.application(w.Owner, access.NewApplication{Name: "Waits"})
		w.application(w.Owner, access.NewApplication{Name: "Out"})
		w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		gone := w.application(w.Owner, access.NewApplication{Name: "Gone"})
		theirs := w.application(w.OtherOwner, access.NewApplication{Name: "Theirs"})
		mine := w.application(w.Member, access.NewApplication{Name: "Mine", Account: w.Member.Account})
		for _, application := range []access.Application{in, waits, gone, mine} {
			w.register(application.ID, shelf.byStaff)
		}
		w.register(in.ID, shelf.automatic) // which says nothing about the other version
		_, err := w.Access.Register(w.As(w.OtherOwner), access.NewRegistration{Application: theirs.ID, Version: shelf.byStaff})
		w.must(err)
		w.must(w.Access.DeleteApplication(w.As(w.Owner), gone.ID))
		registered, err := w.Access.Registrations(w.As(w.Owner), access.RegistrationFilter{Application: in.ID, VersionName: "byStaff"}, all)
		w.must(err)
		_, err = w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: registered.Items[0].Subscription.Request, Approve: true})
		w.must(err)
		type filter = access.VersionApplicationFilter
		for name, row := range map[string]struct {
			as     identity.Principal
			filter filter
			want   string
		}{
			"registered":              {w.Owner, filter{}, "In:approved Mine:pending Waits:pending"},
			"to another member":       {w.Viewer, filter{}, "In:approved Waits:pending"},
			"by state":                {w.Owner, filter{States: []access.SubscriptionState{access.Approved}}, "In:approved"},
			"by name":                 {w.Owner, filter{Name: "WAITS"}, "Waits:pending"},
			"by part of a name":       {w.Owner, filter{NameContains: "IN"}, "In:approved Mine:pending"},
			"by strategy":             {w.Owner, filter{Strategies: []plan.StrategyID{w.byPassword.ID}}, ""},
			"of the product":          {w.Owner, filter{Product: shelf.product, Name: "in"}, "In:approved"},
			"unregistered":            {w.Owner, filter{Unregistered: true}, "Basic: Out:"},
			"unregistered by way":     {w.Owner, filter{Unregistered: true, Strategies: []plan.StrategyID{w.byKey.ID}}, "Out:"},
			"unregistered by name":    {w.Owner, filter{Unregistered: true, Name: "out"}, "Out:"},
			"unregistered, by states": {w.Owner, filter{Unregistered: true, States: []access.SubscriptionState{access.Pending}}, "Basic: Out:"},
			"of another team":         {w.OtherOwner, filter{}, "Theirs:pending"},
			"of staff":                {w.Staff, filter{}, ""},
		} {
			row.filter.Version = shelf.byStaff
			found, err := w.Access.VersionApplications(w.As(row.as), row.filter, all)
			w.must(err)
			got := spelled(found.Items, func(one access.VersionApplication) string {
				return one.Application.Name + ":" + string(one.Registration.State)
			})
			if got != row.want || found.Total != len(found.Items) {
				t.Errorf("%s: %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
		for name, unseen := range map[string]filter{
			"unpublished": {Version: shelf.unpublished}, "theirs": {Version: shelf.theirs}, "no such": {Version: catalog.VersionID{1}},
			"of another product": {Version: shelf.byStaff, Product: shelf.harbours},
		} {
			_, err := w.Access.VersionApplications(w.As(w.Owner), unseen, all)
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		second, err := w.Access.VersionApplications(w.As(w.Owner), filter{Version: shelf.byStaff}, page.Request{Number: 2, Size: 2})
		w.must(err)
		if second.Total != 3 || len(second.Items) != 1 || second.Items[0].Application.Name != "In" || second.Items[0].Strategy.ID != w.byKey.ID {
			t.Errorf("the second page is %+v", second)
		}
	})
}

func TestApplicationsOfTheTeam(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, name := range []string{"Shop", "Bookshop", "Über"} {
			w.application(w.Owner, access.NewApplication{Name: name})
		}
		w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		w.application(w.OtherOwner, access.NewApplication{Name: "Shop"})
		w.application(w.Member, access.NewApplication{Name: "Shop", Account: w.Member.Account}) // their own, so that the name is free
		w.grant(access.NewAccess{Plan: w.production.ID})                                        // of the default application
		for name, row := range map[string]struct {
			as     identity.Principal
			filter access.ApplicationFilter
			want   string
		}{
			"all":               {w.Viewer, access.ApplicationFilter{}, "Basic:password Bookshop:key Shop:key Über:key"},
			"of another team":   {w.OtherOwner, access.ApplicationFilter{Team: w.Acme.ID}, "Shop:key"},
			"of no team":        {w.Staff, access.ApplicationFilter{Team: w.Acme.ID}, ""},
			"by name":           {w.Viewer, access.ApplicationFilter{Name: "shop"}, "Shop:key"},
			"by half a name":    {w.Viewer, access.ApplicationFilter{Name: "sho"}, ""},
			"by part of a name": {w.Viewer, access.ApplicationFilter{Search: "SHOP"}, "Bookshop:key Shop:key"},
			"by other letters":  {w.Viewer, access.ApplicationFilter{Search: "Über"}, "Über:key"},
			"by strategy":       {w.Viewer, access.ApplicationFilter{Strategy: w.byPassword.ID}, "Basic:password"},
			"default ones":      {w.Viewer, access.ApplicationFilter{Defaults: true, Name: "Default application"}, ""},
		} {
			found, err := w.Access.TeamApplications(w.As(row.as), row.filter, all)
			w.must(err)
			got := spelled(found.Items, func(one access.ApplicationDetail) string { return one.Application.Name + ":" + one.Strategy.Slug })
			if got != row.want || found.Total != len(found.Items) {
				t.Errorf("%s: %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
	})
}

func TestStrategiesToChoose(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for name, row := range map[string]struct {
			filter access.StrategyFilter
			paging page.Request
			want   string
			total  int
		}{
			"all":               {access.StrategyFilter{}, all, "key password", 2},
			"a page":            {access.StrategyFilter{}, page.Request{Number: 2, Size: 1}, "password", 2},
			"behind the end":    {access.StrategyFilter{}, page.Request{Number: 9}, "", 2},
			"of a kind":         {access.StrategyFilter{Kinds: []plan.Kind{plan.Key}}, all, "key", 1},
			"of none to choose": {access.StrategyFilter{Kinds: []plan.Kind{plan.ClientCredentials}}, all, "", 0},
			"by name":           {access.StrategyFilter{Name: "KEY"}, all, "key", 1},
			"by part of a name": {access.StrategyFilter{NameContains: "ASS"}, all, "password", 1},
		} {
			found, err := w.Access.Strategies(w.As(w.Owner), row.filter, row.paging)
			w.must(err)
			if got := spelled(found.Items, func(one plan.Strategy) string { return one.Slug }); got != row.want || found.Total != row.total {
				t.Errorf("%s: %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
	})
}

func TestTheCredentialsOfAnApplication(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx := w.As(w.Owner)
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		for range 20 {
			_, err := w.Access.IssueCredential(ctx, access.NewCredential{Application: shop.ID})
			w.must(err)
		}
		_, err := w.Access.IssueCredential(ctx, access.NewCredential{Application: shop.ID})
		w.refused(err, fault.Conflict, "credential_limit")
		listed, err := w.Access.ApplicationCredentials(w.As(w.Viewer), shop.ID, all)
		w.must(err)
		if listed.Total != 20 {
			t.Fatalf("%d are listed", listed.Total)
		}
		w.must(w.Access.RevokeApplicationCredential(ctx, shop.ID, listed.Items[0].ID))
		renamed, err := w.Access.RenameApplicationCredential(ctx, shop.ID, listed.Items[1].ID, " Till ")
		w.must(err)
		listed, err = w.Access.ApplicationCredentials(ctx, shop.ID, all)
		w.must(err)
		if listed.Total != 19 || renamed.Name != "Till" || listed.Items[0].Name != "Till" {
			t.Errorf("%d are listed, the newest %q, renamed %q", listed.Total, listed.Items[0].Name, renamed.Name)
		}
		_, err = w.Access.IssueCredential(ctx, access.NewCredential{Application: shop.ID})
		w.must(err)
	})
}

func TestOffersToRegister(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		every := []catalog.VersionID{shelf.automatic, shelf.byStaff, shelf.closed, shelf.unpublished, shelf.theirs}
		w.plan(t.Context(), plan.Plan{Name: "Maps by token", Opens: []catalog.VersionID{shelf.closed}, Strategy: w.byToken.ID})
		for name, row := range map[string]struct {
			as   identity.Principal
			want map[catalog.VersionID]string
		}{
			"a member":  {w.Viewer, map[catalog.VersionID]string{shelf.automatic: "key+ password+", shelf.byStaff: "key-"}},
			"a visitor": {w.Visitor, nil},
			"staff":     {w.Support, map[catalog.VersionID]string{shelf.automatic: "key+ password+", shelf.byStaff: "key-", shelf.unpublished: "key+", shelf.theirs: "key+"}},
		} {
			offers, err := w.Access.RegistrationOffers(w.As(row.as), every)
			w.must(err)
			for _, version := range every {
				got := spelled(offers[version], func(one access.RegistrationOffer) string {
					return one.Strategy.Slug + map[bool]string{true: "+", false: "-"}[one.Automatic]
				})
				if got != row.want[version] {
					t.Errorf("%s: %q, want %q", name, got, row.want[version])
				}
			}
		}
	})
}

// Deleting an application takes its registrations and keys with it at once.
func TestWhatDeletingAnApplicationEnds(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID})
		w.must(err)
		registered, waiting := w.register(shop.ID, shelf.automatic), w.register(shop.ID, shelf.byStaff)
		w.must(w.Access.DeleteApplication(w.As(w.Owner), shop.ID))
		if w.opens(key.Secret, shelf.automatic) || w.reload(registered.Subscription.ID).State != access.Cancelled || w.reload(waiting.Subscription.ID).State != access.Cancelled {
			t.Error("something of it is left")
		}
		pending, err := w.Access.PendingRequests(w.As(w.Staff))
		w.must(err)
		if pending != 0 {
			t.Errorf("%d requests wait", pending)
		}
		_, err = w.Access.Registrations(w.As(w.Owner), access.RegistrationFilter{Application: shop.ID}, all)
		w.refused(err, fault.NotFound, "not_found")
		w.application(w.Owner, access.NewApplication{Name: "Shop"}) // its name is free again
	})
}
