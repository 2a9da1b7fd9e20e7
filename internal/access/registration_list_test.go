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

// joinNames returns the sorted names of the items.
func joinNames[T any](items []T, name func(T) string) string {
	var names []string
	for _, item := range items {
		names = append(names, name(item))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestRegistrationsCanBeFiltered(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		other := w.application(w.Owner, access.NewApplication{Name: "Other"})
		automatic := w.register(shop.ID, api.automatic)
		w.register(shop.ID, api.byStaff)
		w.register(other.ID, api.automatic)
		w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID}) // for all versions of the plan
		w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID, Version: w.first})
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), automatic.Subscription.ID, "")
		w.must(err)
		revoked := []access.SubscriptionState{access.Suspended, access.Revoked, access.Expired}
		for name, row := range map[string]struct {
			filter access.RegistrationFilter
			want   string
		}{
			"all":                 {access.RegistrationFilter{}, "Maps/automatic Maps/byStaff weather/1"},
			"one":                 {access.RegistrationFilter{ID: automatic.Subscription.ID}, "Maps/automatic"},
			"an unknown one":      {access.RegistrationFilter{ID: access.SubscriptionID{1}}, ""},
			"pending":             {access.RegistrationFilter{States: []access.SubscriptionState{access.Pending}}, "Maps/byStaff"},
			"stopped by staff":    {access.RegistrationFilter{States: revoked}, "Maps/automatic"},
			"of a product":        {access.RegistrationFilter{ProductName: "maps"}, "Maps/automatic Maps/byStaff"},
			"of a part of a name": {access.RegistrationFilter{ProductName: "map"}, ""},
			"containing":          {access.RegistrationFilter{ProductNameContains: "EAT"}, "weather/1"},
			"of a version":        {access.RegistrationFilter{VersionName: "BYSTAFF"}, "Maps/byStaff"},
			"version containing":  {access.RegistrationFilter{VersionNameContains: "AUTO"}, "Maps/automatic"},
			"a wildcard":          {access.RegistrationFilter{VersionNameContains: "%"}, ""},
			"all filters":         {access.RegistrationFilter{ProductNameContains: "map", VersionNameContains: "staff", States: []access.SubscriptionState{access.Pending}}, "Maps/byStaff"},
		} {
			row.filter.Application = shop.ID
			found, err := w.Access.Registrations(w.As(w.Viewer), row.filter, all)
			w.must(err)
			got := joinNames(found.Items, func(one access.Registration) string {
				return one.Release.Product.Name + "/" + one.Release.Version.Name
			})
			if got != row.want || found.Total != len(found.Items) {
				t.Errorf("%s: got %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
	})
}

// A team that can no longer see a version neither sees its name nor finds it.
func TestNamesOfHiddenVersionsAreNeitherShownNorFound(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, api.automatic)
		look := func(filter access.RegistrationFilter) string {
			filter.Application = shop.ID
			found, err := w.Access.Registrations(w.As(w.Owner), filter, all)
			w.must(err)
			return joinNames(found.Items, func(one access.Registration) string {
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
					t.Errorf("%s, %s: got %q, want %q", hidden, name, got, row.want)
				}
			}
		}
		w.publish(api.automatic, false)
		check("a hidden version")
		w.publish(api.automatic, true)
		w.showOnlyTo(api.product, catalog.TeamRights{Team: w.Globex.ID})
		check("another team's product")
	})
}

func TestApplicationsOfAVersionCanBeFiltered(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		in, waits := w.application(w.Owner, access.NewApplication{Name: "In"}), w.application(w.Owner, access.NewApplication{Name: "Waits"})
		w.application(w.Owner, access.NewApplication{Name: "Out"})
		w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		gone := w.application(w.Owner, access.NewApplication{Name: "Gone"})
		theirs := w.application(w.OtherOwner, access.NewApplication{Name: "Theirs"})
		mine := w.application(w.Member, access.NewApplication{Name: "Mine", Account: w.Member.Account})
		for _, application := range []access.Application{in, waits, gone, mine} {
			w.register(application.ID, api.byStaff)
		}
		w.register(in.ID, api.automatic) // has no effect on the other version
		_, err := w.Access.Register(w.As(w.OtherOwner), access.NewRegistration{Application: theirs.ID, Version: api.byStaff})
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
			"registered":               {w.Owner, filter{}, "In:approved Mine:pending Waits:pending"},
			"for another member":       {w.Viewer, filter{}, "In:approved Waits:pending"},
			"by state":                 {w.Owner, filter{States: []access.SubscriptionState{access.Approved}}, "In:approved"},
			"by name":                  {w.Owner, filter{Name: "WAITS"}, "Waits:pending"},
			"by part of a name":        {w.Owner, filter{NameContains: "IN"}, "In:approved Mine:pending"},
			"by strategy":              {w.Owner, filter{Strategies: []plan.StrategyID{w.byPassword.ID}}, ""},
			"of the product":           {w.Owner, filter{Product: api.product, Name: "in"}, "In:approved"},
			"unregistered":             {w.Owner, filter{Unregistered: true}, "Basic: Out:"},
			"unregistered by strategy": {w.Owner, filter{Unregistered: true, Strategies: []plan.StrategyID{w.byKey.ID}}, "Out:"},
			"unregistered by name":     {w.Owner, filter{Unregistered: true, Name: "out"}, "Out:"},
			"unregistered, by states":  {w.Owner, filter{Unregistered: true, States: []access.SubscriptionState{access.Pending}}, "Basic: Out:"},
			"of another team":          {w.OtherOwner, filter{}, "Theirs:pending"},
			"for staff":                {w.Staff, filter{}, ""},
		} {
			row.filter.Version = api.byStaff
			found, err := w.Access.VersionApplications(w.As(row.as), row.filter, all)
			w.must(err)
			got := joinNames(found.Items, func(one access.VersionApplication) string {
				return one.Application.Name + ":" + string(one.Registration.State)
			})
			if got != row.want || found.Total != len(found.Items) {
				t.Errorf("%s: got %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
		for name, unseen := range map[string]filter{
			"unpublished": {Version: api.unpublished}, "another team's": {Version: api.theirs}, "unknown": {Version: catalog.VersionID{1}},
			"of another product": {Version: api.byStaff, Product: api.harbours},
		} {
			_, err := w.Access.VersionApplications(w.As(w.Owner), unseen, all)
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: got %v, want not found", name, err)
			}
		}
		second, err := w.Access.VersionApplications(w.As(w.Owner), filter{Version: api.byStaff}, page.Request{Number: 2, Size: 2})
		w.must(err)
		if second.Total != 3 || len(second.Items) != 1 || second.Items[0].Application.Name != "In" || second.Items[0].Strategy.ID != w.byKey.ID {
			t.Errorf("got the second page %+v, want In of 3 applications", second)
		}
	})
}

func TestApplicationsOfATeamCanBeFiltered(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, name := range []string{"Shop", "Bookshop", "Über"} {
			w.application(w.Owner, access.NewApplication{Name: name})
		}
		w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		w.application(w.OtherOwner, access.NewApplication{Name: "Shop"})
		w.application(w.Member, access.NewApplication{Name: "Shop", Account: w.Member.Account}) // the name is free among the member's own
		w.grant(access.NewAccess{Plan: w.production.ID})                                        // for the default application
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
			"beyond ASCII":      {w.Viewer, access.ApplicationFilter{Search: "Über"}, "Über:key"},
			"by strategy":       {w.Viewer, access.ApplicationFilter{Strategy: w.byPassword.ID}, "Basic:password"},
			"default ones":      {w.Viewer, access.ApplicationFilter{Defaults: true, Name: "Default application"}, ""},
		} {
			found, err := w.Access.TeamApplications(w.As(row.as), row.filter, all)
			w.must(err)
			got := joinNames(found.Items, func(one access.ApplicationDetail) string { return one.Application.Name + ":" + one.Strategy.Slug })
			if got != row.want || found.Total != len(found.Items) {
				t.Errorf("%s: got %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
	})
}

func TestStrategiesCanBeFiltered(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for name, row := range map[string]struct {
			filter access.StrategyFilter
			paging page.Request
			want   string
			total  int
		}{
			"all":               {access.StrategyFilter{}, all, "key password", 2},
			"a page":            {access.StrategyFilter{}, page.Request{Number: 2, Size: 1}, "password", 2},
			"after the end":     {access.StrategyFilter{}, page.Request{Number: 9}, "", 2},
			"of a kind":         {access.StrategyFilter{Kinds: []plan.Kind{plan.Key}}, all, "key", 1},
			"of an unused kind": {access.StrategyFilter{Kinds: []plan.Kind{plan.ClientCredentials}}, all, "", 0},
			"by name":           {access.StrategyFilter{Name: "KEY"}, all, "key", 1},
			"by part of a name": {access.StrategyFilter{NameContains: "ASS"}, all, "password", 1},
		} {
			found, err := w.Access.Strategies(w.As(w.Owner), row.filter, row.paging)
			w.must(err)
			if got := joinNames(found.Items, func(one plan.Strategy) string { return one.Slug }); got != row.want || found.Total != row.total {
				t.Errorf("%s: got %d: %q, want %q", name, found.Total, got, row.want)
			}
		}
	})
}

func TestARevokedKeyIsNeitherListedNorCounted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx := w.As(w.Owner)
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		for range 20 {
			_, err := w.Access.IssueCredential(ctx, access.NewCredential{Application: shop.ID})
			w.must(err)
		}
		_, err := w.Access.IssueCredential(ctx, access.NewCredential{Application: shop.ID})
		w.wantError(err, fault.Conflict, "credential_limit")
		listed, err := w.Access.ApplicationCredentials(w.As(w.Viewer), shop.ID, all)
		w.must(err)
		if listed.Total != 20 {
			t.Fatalf("got %d keys, want 20", listed.Total)
		}
		w.must(w.Access.RevokeApplicationCredential(ctx, shop.ID, listed.Items[0].ID))
		renamed, err := w.Access.RenameApplicationCredential(ctx, shop.ID, listed.Items[1].ID, " Till ")
		w.must(err)
		listed, err = w.Access.ApplicationCredentials(ctx, shop.ID, all)
		w.must(err)
		if listed.Total != 19 || renamed.Name != "Till" || listed.Items[0].Name != "Till" {
			t.Errorf("got %d keys, the newest %q, and the new name %q, want 19 and Till", listed.Total, listed.Items[0].Name, renamed.Name)
		}
		_, err = w.Access.IssueCredential(ctx, access.NewCredential{Application: shop.ID})
		w.must(err)
	})
}

func TestRegistrationOffersDependOnTheCaller(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		every := []catalog.VersionID{api.automatic, api.byStaff, api.closed, api.unpublished, api.theirs}
		w.plan(t.Context(), plan.Plan{Name: "Maps by token", Opens: []catalog.VersionID{api.closed}, Strategy: w.byToken.ID})
		for name, row := range map[string]struct {
			as   identity.Principal
			want map[catalog.VersionID]string
		}{
			"a member":  {w.Viewer, map[catalog.VersionID]string{api.automatic: "key+ password+", api.byStaff: "key-"}},
			"a visitor": {w.Visitor, nil},
			"staff":     {w.Support, map[catalog.VersionID]string{api.automatic: "key+ password+", api.byStaff: "key-", api.unpublished: "key+", api.theirs: "key+"}},
		} {
			offers, err := w.Access.RegistrationOffers(w.As(row.as), every)
			w.must(err)
			for _, version := range every {
				got := joinNames(offers[version], func(one access.RegistrationOffer) string {
					return one.Strategy.Slug + map[bool]string{true: "+", false: "-"}[one.Automatic]
				})
				if got != row.want[version] {
					t.Errorf("%s: got %q, want %q", name, got, row.want[version])
				}
			}
		}
	})
}

// Deleting an application ends its registrations and revokes its keys.
func TestDeletingAnApplicationEndsItsRegistrations(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID})
		w.must(err)
		registered, waiting := w.register(shop.ID, api.automatic), w.register(shop.ID, api.byStaff)
		w.must(w.Access.DeleteApplication(w.As(w.Owner), shop.ID))
		if w.opens(key.Secret, api.automatic) || w.reload(registered.Subscription.ID).State != access.Cancelled || w.reload(waiting.Subscription.ID).State != access.Cancelled {
			t.Error("got a working key or an open registration, want all ended")
		}
		pending, err := w.Access.PendingRequests(w.As(w.Staff))
		w.must(err)
		if pending != 0 {
			t.Errorf("got %d pending requests, want none", pending)
		}
		_, err = w.Access.Registrations(w.As(w.Owner), access.RegistrationFilter{Application: shop.ID}, all)
		w.wantError(err, fault.NotFound, "not_found")
		w.application(w.Owner, access.NewApplication{Name: "Shop"}) // the name is free again
	})
}
