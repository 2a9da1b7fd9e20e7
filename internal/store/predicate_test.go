package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// TestStatementsAgreeWithTheDomain compares every SQL condition that repeats a rule of access with that rule, on random
// rows: listed, ended by staff, blocks, expired, working and serving.
func TestStatementsAgreeWithTheDomain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		now := testkit.Start
		rapid.Check(t, func(r *rapid.T) {
			drawn := drawAccess(r, kit.Acme.ID, now)
			drawn.save(r, kit)
			drawn.compareSubscriptions(r, kit, now)
			drawn.compareCredentials(r, kit, now)
			drawn.compareUnregistered(r, kit, now)
		})
	})
}

// drawnAccess holds the random objects of a team.
type drawnAccess struct {
	applications  []access.Application
	subscriptions []access.Subscription
	credentials   []access.Credential
	version       catalog.VersionID
	// lastUse has the last use of the credentials that were used.
	lastUse map[access.CredentialID]time.Time
}

// times draws times to compare with now: never, before, exactly now, and later. Half of them are never, because few
// rows would otherwise match a rule that needs two unset times.
func times(now time.Time) *rapid.Generator[time.Time] {
	return rapid.SampledFrom([]time.Time{{}, {}, {}, now.Add(-time.Hour), now, now.Add(time.Hour)})
}

func drawAccess(r *rapid.T, team identity.TeamID, now time.Time) *drawnAccess {
	drawn := &drawnAccess{version: id.New[catalog.VersionID](now), lastUse: map[access.CredentialID]time.Time{}}
	bounds := access.BoundsOf(now)
	versions := []catalog.VersionID{{}, drawn.version, id.New[catalog.VersionID](now)}
	at := times(now)
	for i := range rapid.IntRange(1, 3).Draw(r, "applications") {
		application := access.Application{ID: id.New[access.ApplicationID](now), Team: team, CreatedAt: now}
		application.Name = application.ID.Hex()
		drawn.applications = append(drawn.applications, application)
		for j := range rapid.IntRange(0, 4).Draw(r, "subscriptions") {
			label := func(what string) string { return fmt.Sprint(what, " of subscription ", i, ".", j) }
			drawn.subscriptions = append(drawn.subscriptions, access.Subscription{
				ID: id.New[access.SubscriptionID](now), Application: application.ID, Team: team, Plan: id.New[plan.ID](now), CreatedAt: now,
				Version: rapid.SampledFrom(versions).Draw(r, label("version")), State: rapid.SampledFrom(access.SubscriptionStates()).Draw(r, label("state")),
				EndsAt: at.Draw(r, label("end")), RemovedAt: at.Draw(r, label("removal")), ClearedAt: at.Draw(r, label("clearance")),
			})
		}
		for j := range rapid.IntRange(0, 3).Draw(r, "credentials") {
			label := func(what string) string { return fmt.Sprint(what, " of credential ", i, ".", j) }
			credential := access.Credential{
				ID: id.New[access.CredentialID](now), Application: application.ID, Team: team, Kind: plan.Key, HashKey: 1, CreatedAt: now,
				ExpiresAt: rapid.OneOf(at, rapid.Just(bounds.ExpiringUntil), rapid.Just(bounds.ExpiringUntil.Add(time.Hour))).Draw(r, label("expiry")), GraceUntil: at.Draw(r, label("grace")), RevokedAt: at.Draw(r, label("revocation")),
			}
			credential.Lookup = []byte(credential.ID.Hex())
			about := rapid.SampledFrom([]time.Time{now, bounds.UnusedSince, bounds.UnusedSince.Add(time.Hour), bounds.UnusedSince.Add(-time.Hour)})
			credential.CreatedAt = about.Draw(r, label("creation"))
			if rapid.Bool().Draw(r, label("use")) {
				drawn.lastUse[credential.ID] = about.Draw(r, label("last use"))
			}
			bound := slices.DeleteFunc(slices.Clone(drawn.subscriptions), func(s access.Subscription) bool { return s.Application != application.ID })
			if len(bound) > 0 && rapid.Bool().Draw(r, label("binding")) {
				credential.Subscription = rapid.SampledFrom(bound).Draw(r, label("subscription")).ID
			}
			drawn.credentials = append(drawn.credentials, credential)
		}
	}
	return drawn
}

func (d *drawnAccess) save(r *rapid.T, kit *testkit.Kit) {
	err := kit.DB.InTx(context.Background(), func(ctx context.Context) error {
		for _, one := range d.applications {
			if err := kit.DB.Access().SaveApplication(ctx, one); err != nil {
				return err
			}
		}
		for _, one := range d.subscriptions {
			if err := kit.DB.Access().SaveSubscription(ctx, one); err != nil {
				return err
			}
		}
		for _, one := range d.credentials {
			if err := kit.DB.Access().SaveCredential(ctx, one); err != nil {
				return err
			}
			if used, was := d.lastUse[one.ID]; was {
				_, err := kit.DB.Writer(ctx).NewRaw("INSERT INTO usage_credential (credential, last_at) VALUES (?, ?)", one.ID, used.UnixMicro()).Exec(ctx)
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}

// everyRow requests more rows than a test has.
var everyRow = page.Request{Size: page.MaxSize}

func (d *drawnAccess) compareSubscriptions(r *rapid.T, kit *testkit.Kit, now time.Time) {
	stored, ctx := kit.DB.Access(), context.Background()
	for _, application := range d.applications {
		own := func(keep func(s access.Subscription) bool) []access.SubscriptionID {
			return idsOf(d.subscriptions, func(s access.Subscription) access.SubscriptionID { return s.ID }, func(s access.Subscription) bool {
				return s.Application == application.ID && keep(s)
			})
		}
		registrations := func(what string, filter access.RegistrationFilter, keep func(s access.Subscription) bool) {
			filter.Application, filter.At = application.ID, now
			found, err := stored.Registrations(ctx, filter, everyRow)
			compare(r, what, err, found.Items, func(s access.Subscription) access.SubscriptionID { return s.ID }, own(func(s access.Subscription) bool {
				return !s.Version.IsZero() && keep(s)
			}))
		}
		registrations("listed", access.RegistrationFilter{}, access.Subscription.Listed)
		registrations("ended by staff", access.RegistrationFilter{EndedByStaff: true}, access.Subscription.EndedByStaff)
		for _, state := range access.SubscriptionStates() {
			states := []access.SubscriptionState{state}
			registrations("listed and "+string(state), access.RegistrationFilter{States: states}, func(s access.Subscription) bool {
				return s.Listed() && s.StateAt(now) == state
			})
			found, err := stored.Subscriptions(ctx, access.SubscriptionFilter{Application: application.ID, States: states, At: now, Removed: true}, everyRow)
			compare(r, string(state), err, found.Items, func(s access.Subscription) access.SubscriptionID { return s.ID }, own(func(s access.Subscription) bool {
				return s.StateAt(now) == state
			}))
		}
	}
}

func (d *drawnAccess) compareCredentials(r *rapid.T, kit *testkit.Kit, now time.Time) {
	stored, ctx := kit.DB.Access(), context.Background()
	idOf := func(c access.Credential) access.CredentialID { return c.ID }
	for _, application := range d.applications {
		found, err := stored.Credentials(ctx, access.CredentialFilter{Application: application.ID, WorkingAt: now}, everyRow)
		compare(r, "working", err, found.Items, idOf, idsOf(d.credentials, idOf, func(c access.Credential) bool {
			return c.Application == application.ID && c.Status(now).Works()
		}))
		for _, part := range access.KeyParts() {
			found, err := stored.Credentials(ctx, access.CredentialFilter{Application: application.ID, Part: part, At: now}, everyRow)
			want := idsOf(d.credentials, idOf, func(c access.Credential) bool {
				return c.Application == application.ID && part.Has(c, d.lastUse[c.ID], now)
			})
			compare(r, "part "+string(part), err, found.Items, idOf, want)
			if count, err := stored.CountCredentials(ctx, access.CredentialFilter{Application: application.ID, Part: part, At: now}); err != nil || count != len(want) {
				r.Errorf("part %s: counted %d, want %d, %v", part, count, len(want), err)
			}
		}
	}
	serving, err := stored.Serving(ctx, idsOf(d.credentials, idOf, func(access.Credential) bool { return true }), now)
	if err != nil {
		r.Fatal(err)
	}
	for _, credential := range d.credentials {
		want := slices.ContainsFunc(d.subscriptions, func(s access.Subscription) bool { return credential.Serves(s, now) })
		if serving[credential.ID] != want {
			r.Errorf("the store says that credential %s is serving: %t, access says %t", credential.ID, serving[credential.ID], want)
		}
	}
}

// compareUnregistered compares the applications that may be offered for a version: those with neither a listed
// registration nor a revoked one that staff have not cleared.
func (d *drawnAccess) compareUnregistered(r *rapid.T, kit *testkit.Kit, now time.Time) {
	stored, idOf := kit.DB.Access(), func(a access.Application) access.ApplicationID { return a.ID }
	for _, application := range d.applications {
		found, err := stored.VersionApplications(context.Background(), access.VersionApplicationFilter{
			Version: d.version, Team: application.Team, Application: application.ID, Unregistered: true, At: now,
		}, everyRow)
		inTheWay := func(s access.Subscription) bool {
			return s.Application == application.ID && s.Version == d.version && (s.Listed() || s.State == access.Revoked && s.Blocks(now))
		}
		var want []access.ApplicationID
		if !slices.ContainsFunc(d.subscriptions, inTheWay) {
			want = []access.ApplicationID{application.ID}
		}
		compare(r, "unregistered", err, found.Items, func(a access.VersionApplication) access.ApplicationID { return idOf(a.Application) }, want)
	}
}

func idsOf[T any, I ~[12]byte](from []T, idOf func(T) I, keep func(T) bool) []I {
	var ids []I
	for _, one := range from {
		if keep(one) {
			ids = append(ids, idOf(one))
		}
	}
	return ids
}

// compare fails the test unless a statement and the rule find the same rows, in any order.
func compare[T any, I ~[12]byte](r *rapid.T, what string, err error, found []T, idOf func(T) I, want []I) {
	if err != nil {
		r.Fatalf("%s: %v", what, err)
	}
	texts := func(ids []I) []string {
		spelled := make([]string, len(ids))
		for i, one := range ids {
			spelled[i] = fmt.Sprintf("%x", one)
		}
		slices.Sort(spelled)
		return spelled
	}
	if diff := cmp.Diff(texts(want), texts(idsOf(found, idOf, func(T) bool { return true }))); diff != "" {
		r.Errorf("%s: the rule (-) and the statement (+) differ:\n%s", what, diff)
	}
}
