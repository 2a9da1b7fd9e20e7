package access

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// numbered returns the identifier with a small number, which is easy to draw.
func numbered[I ~[12]byte](number int) I {
	var made I
	made[11] = byte(number)
	return made
}

// drawMaterial draws a credential with a few plans and subscriptions. Small numbers make them refer to one another.
func drawMaterial(t *rapid.T) GrantMaterial {
	scopes := rapid.SampledFrom([][]string{nil, nil, {"read"}, {"read", "write"}, {"write", "admin"}})
	environment := rapid.SampledFrom([]string{"production", "production", "production", "test"})
	strategies := []plan.Strategy{
		{ID: numbered[plan.StrategyID](1), Kind: plan.Key},
		{ID: numbered[plan.StrategyID](2), Kind: plan.Basic},
	}
	material := GrantMaterial{
		Credential: Credential{
			ID: numbered[CredentialID](1), Application: numbered[ApplicationID](1), Team: numbered[identity.TeamID](1),
			Environment: environment.Draw(t, "credential's environment"), Kind: plan.Key, Scopes: scopes.Draw(t, "credential's scopes"),
		},
		Application: Application{ID: numbered[ApplicationID](1)}, OwnerActive: true, Strategies: strategies,
	}
	for number := range rapid.IntRange(1, 3).Draw(t, "plans") {
		material.Plans = append(material.Plans, plan.Plan{
			ID: numbered[plan.ID](number + 1), Environment: environment.Draw(t, "plan's environment"),
			Strategy: rapid.SampledFrom([]plan.Strategy{strategies[0], strategies[0], strategies[0], strategies[1]}).Draw(t, "strategy").ID, Scopes: scopes.Draw(t, "plan's scopes"),
			Opens: rapid.SliceOfNDistinct(rapid.Custom(drawVersion), 1, 2, rapid.ID).Draw(t, "opens"),
		})
	}
	for number := range rapid.IntRange(1, 6).Draw(t, "subscriptions") {
		subscription := Subscription{
			ID: numbered[SubscriptionID](number + 1), Application: numbered[ApplicationID](1),
			Plan:      numbered[plan.ID](rapid.IntRange(1, 4).Draw(t, "plan")),
			State:     rapid.SampledFrom([]SubscriptionState{Approved, Approved, Approved, Suspended, Pending}).Draw(t, "state"),
			Scopes:    scopes.Draw(t, "subscription's scopes"),
			CreatedAt: noon.Add(time.Duration(rapid.IntRange(-3, 0).Draw(t, "created")) * time.Hour),
		}
		if rapid.Bool().Draw(t, "narrowed") {
			subscription.Version = drawVersion(t)
		}
		if rapid.IntRange(0, 3).Draw(t, "ends") == 3 {
			subscription.EndsAt = noon.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "end")) * time.Hour)
		}
		material.Subscriptions = append(material.Subscriptions, subscription)
	}
	if rapid.Bool().Draw(t, "bound") {
		material.Credential.Subscription = rapid.SampledFrom(material.Subscriptions).Draw(t, "bound to").ID
	}
	return material
}

func drawVersion(t *rapid.T) catalog.VersionID {
	return numbered[catalog.VersionID](rapid.IntRange(1, 2).Draw(t, "version"))
}

// naiveCharge returns the subscription that a call is charged to. It tries every subscription and keeps the best one
// that opens the call.
func naiveCharge(m GrantMaterial, version catalog.VersionID, now time.Time, required []string) (SubscriptionID, bool) {
	opens := func(s Subscription) bool {
		if s.State != Approved || !s.EndsAt.IsZero() && !s.EndsAt.After(now) {
			return false
		}
		if !m.Credential.Subscription.IsZero() && m.Credential.Subscription != s.ID {
			return false
		}
		if !s.Version.IsZero() && s.Version != version {
			return false
		}
		for _, p := range m.Plans {
			if p.ID != s.Plan || p.Environment != m.Credential.Environment || !slices.Contains(p.Opens, version) {
				continue
			}
			if p.Strategy != numbered[plan.StrategyID](1) { // only strategy 1 has the kind key
				continue
			}
			for _, scope := range required {
				for _, list := range [][]string{p.Scopes, s.Scopes, m.Credential.Scopes} {
					if len(list) > 0 && !slices.Contains(list, scope) {
						return false
					}
				}
			}
			return true
		}
		return false
	}
	better := func(a, b Subscription) bool {
		if aBound, bBound := m.Credential.Subscription == a.ID, m.Credential.Subscription == b.ID; aBound != bBound {
			return aBound
		}
		if aNarrow, bNarrow := !a.Version.IsZero(), !b.Version.IsZero(); aNarrow != bNarrow {
			return aNarrow
		}
		if !a.CreatedAt.Equal(b.CreatedAt) {
			return a.CreatedAt.Before(b.CreatedAt)
		}
		return a.ID.Hex() < b.ID.Hex()
	}
	var best *Subscription
	for i, candidate := range m.Subscriptions {
		if opens(candidate) && (best == nil || better(candidate, *best)) {
			best = &m.Subscriptions[i]
		}
	}
	if best == nil {
		return SubscriptionID{}, false
	}
	return best.ID, true
}

func TestChargeFollowsTheChargingRule(t *testing.T) {
	charged := 0
	rapid.Check(t, func(t *rapid.T) {
		material := drawMaterial(t)
		grant, err := grantOf(material, noon)
		if err != nil {
			t.Fatal(err)
		}
		for version := range 2 {
			for later := range 4 {
				for _, required := range [][]string{nil, {"read"}, {"write", "read"}} {
					version, now := numbered[catalog.VersionID](version+1), noon.Add(time.Duration(later)*time.Hour)
					want, wanted := naiveCharge(material, version, now, required)
					got := grant.Charge(version, now, required)
					if (got != nil) != wanted || got != nil && got.ID != want {
						t.Fatalf("a call to %s with the scopes %v after %d hours: got charged to %v, want %s (charged %v)",
							version, required, later, got, want, wanted)
					}
					if got != nil {
						charged++
					}
				}
			}
		}
	})
	if charged < 10 {
		t.Errorf("got %d charged calls, want at least 10: the drawn values are too narrow", charged)
	}
}

func TestABoundSubscriptionIsChargedFirst(t *testing.T) {
	narrowed := Subscription{ID: numbered[SubscriptionID](1), Version: numbered[catalog.VersionID](1), CreatedAt: noon}
	wide := Subscription{ID: numbered[SubscriptionID](2), CreatedAt: noon.Add(-time.Hour)}
	older := Subscription{ID: numbered[SubscriptionID](3), CreatedAt: noon.Add(-2 * time.Hour)}
	order := func(bound SubscriptionID) []SubscriptionID {
		var ids []SubscriptionID
		for _, s := range slices.SortedFunc(slices.Values([]Subscription{wide, older, narrowed}), func(a, b Subscription) int { return chargedBefore(a, b, bound) }) {
			ids = append(ids, s.ID)
		}
		return ids
	}
	if got := order(wide.ID); !slices.Equal(got, []SubscriptionID{wide.ID, narrowed.ID, older.ID}) {
		t.Errorf("bound to the wide one: got the order %v", got)
	}
	if chargedBefore(older, Subscription{ID: numbered[SubscriptionID](4), CreatedAt: older.CreatedAt}, SubscriptionID{}) >= 0 {
		t.Error("got the later ID first for two of one age, want the earlier")
	}
	if got := order(SubscriptionID{}); !slices.Equal(got, []SubscriptionID{narrowed.ID, older.ID, wide.ID}) {
		t.Errorf("unbound: got the order %v", got)
	}
}

func TestDisjointScopesGrantNothing(t *testing.T) {
	scopes, scoped := common([]string{"read"}, nil, []string{"write"})
	if !scoped || len(scopes) != 0 {
		t.Errorf("read and write: got %v, scoped %v, want no scope, scoped", scopes, scoped)
	}
	if scopes, scoped := common(nil, nil); scoped || scopes != nil {
		t.Errorf("empty lists: got %v, scoped %v, want unscoped", scopes, scoped)
	}
}

// whole returns material that opens version 1 with an approved subscription.
func whole() GrantMaterial {
	return GrantMaterial{
		Credential: Credential{
			ID: numbered[CredentialID](1), Application: numbered[ApplicationID](2), Team: numbered[identity.TeamID](3),
			Environment: "production", Kind: plan.Key,
		},
		Application:   Application{ID: numbered[ApplicationID](2), Account: numbered[identity.AccountID](4)},
		OwnerActive:   true,
		Subscriptions: []Subscription{{ID: numbered[SubscriptionID](5), Application: numbered[ApplicationID](2), Plan: numbered[plan.ID](6), State: Approved}},
		Plans: []plan.Plan{{
			ID: numbered[plan.ID](6), Environment: "production", Strategy: numbered[plan.StrategyID](7),
			Opens: []catalog.VersionID{numbered[catalog.VersionID](1)},
		}},
		Strategies: []plan.Strategy{{ID: numbered[plan.StrategyID](7), Kind: plan.Key}},
	}
}

func TestAGrantOpensNothingUnlessAllItsPartsAllowIt(t *testing.T) {
	version := numbered[catalog.VersionID](1)
	for name, row := range map[string]struct {
		change func(*GrantMaterial)
		found  bool
		opens  bool
	}{
		"unchanged":                   {func(*GrantMaterial) {}, true, true},
		"revoked":                     {func(m *GrantMaterial) { m.Credential.RevokedAt = noon }, false, false},
		"expired":                     {func(m *GrantMaterial) { m.Credential.ExpiresAt = noon }, false, false},
		"in grace":                    {func(m *GrantMaterial) { m.Credential.GraceUntil = noon.Add(1) }, true, true},
		"past grace":                  {func(m *GrantMaterial) { m.Credential.GraceUntil = noon }, false, false},
		"application deleted":         {func(m *GrantMaterial) { m.Application.DeletedAt = noon }, false, false},
		"owner blocked":               {func(m *GrantMaterial) { m.OwnerActive = false }, true, false},
		"team disabled":               {func(m *GrantMaterial) { m.TeamDisabled = true }, true, false},
		"suspended":                   {func(m *GrantMaterial) { m.Subscriptions[0].State = Suspended }, true, false},
		"pending":                     {func(m *GrantMaterial) { m.Subscriptions[0].State = Pending }, true, false},
		"ended":                       {func(m *GrantMaterial) { m.Subscriptions[0].EndsAt = noon }, true, false},
		"another application's":       {func(m *GrantMaterial) { m.Subscriptions[0].Application = ApplicationID{9} }, true, false},
		"bound to another":            {func(m *GrantMaterial) { m.Credential.Subscription = SubscriptionID{9} }, true, false},
		"another environment":         {func(m *GrantMaterial) { m.Plans[0].Environment = "test" }, true, false},
		"another kind":                {func(m *GrantMaterial) { m.Strategies[0].Kind = plan.Basic }, true, false},
		"strategy deleted":            {func(m *GrantMaterial) { m.Strategies = nil }, true, false},
		"plan deleted":                {func(m *GrantMaterial) { m.Plans = nil }, true, false},
		"plan marked as deleted":      {func(m *GrantMaterial) { m.Plans[0].DeletedAt = noon }, true, false},
		"narrowed to another version": {func(m *GrantMaterial) { m.Subscriptions[0].Version = catalog.VersionID{9} }, true, false},
		"version removed from plan":   {func(m *GrantMaterial) { m.Plans[0].Opens = nil; m.Subscriptions[0].Version = version }, true, false},
	} {
		material := whole()
		row.change(&material)
		grant, err := grantOf(material, noon)
		if row.found != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: got %v, want found %v", name, err, row.found)
		}
		if opens := grant.Charge(version, noon, nil) != nil; opens != row.opens {
			t.Errorf("%s: got opens %v, want %v", name, opens, row.opens)
		}
	}
}

func TestACachedGrantExpiresOnTime(t *testing.T) {
	version := numbered[catalog.VersionID](1)
	for name, change := range map[string]func(*GrantMaterial){
		"expiry": func(m *GrantMaterial) { m.Credential.ExpiresAt = noon.Add(time.Hour) },
		"grace":  func(m *GrantMaterial) { m.Credential.GraceUntil = noon.Add(time.Hour) },
		"period": func(m *GrantMaterial) { m.Subscriptions[0].EndsAt = noon.Add(time.Hour) },
	} {
		material := whole()
		change(&material)
		grant, err := grantOf(material, noon)
		if err != nil {
			t.Fatal(err)
		}
		if grant.Charge(version, noon.Add(time.Hour-1), nil) == nil {
			t.Errorf("%s: got no access before the end, want access", name)
		}
		if grant.Charge(version, noon.Add(time.Hour), nil) != nil {
			t.Errorf("%s: got access at the end, want none", name)
		}
	}
}

func TestAGrantHasATagForEverythingItDependsOn(t *testing.T) {
	want := []event.Tag{
		event.TagOf(event.TagCredential, numbered[CredentialID](1)), event.TagOf(event.TagApplication, numbered[ApplicationID](2)),
		event.TagOf(event.TagTeam, numbered[identity.TeamID](3)), event.TagOf(event.TagAccount, numbered[identity.AccountID](4)),
		event.TagOf(event.TagSubscription, numbered[SubscriptionID](5)), event.TagOf(event.TagPlan, numbered[plan.ID](6)),
		event.TagOf(event.TagStrategy, numbered[plan.StrategyID](7)), event.TagOf(event.TagVersion, numbered[catalog.VersionID](1)),
	}
	for name, change := range map[string]func(*GrantMaterial){
		"open":                func(*GrantMaterial) {},
		"team disabled":       func(m *GrantMaterial) { m.TeamDisabled = true },
		"owner blocked":       func(m *GrantMaterial) { m.OwnerActive = false },
		"another environment": func(m *GrantMaterial) { m.Plans[0].Environment = "test" },
		"suspended":           func(m *GrantMaterial) { m.Subscriptions[0].State = Suspended },
	} {
		material := whole()
		change(&material)
		grant, err := grantOf(material, noon)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range want {
			if !slices.Contains(grant.Tags, tag) {
				t.Errorf("%s: got the tags %v, want %s among them", name, grant.Tags, tag)
			}
		}
	}
}

func TestChargingAllocatesNothing(t *testing.T) {
	material := whole()
	material.Plans[0].Scopes = []string{"read", "write"}
	grant, err := grantOf(material, noon)
	if err != nil {
		t.Fatal(err)
	}
	version, required := numbered[catalog.VersionID](1), []string{"read"}
	if n := testing.AllocsPerRun(1000, func() {
		if grant.Charge(version, noon, required) == nil {
			t.Fatal("got no charge, want one")
		}
	}); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
