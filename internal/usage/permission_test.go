package usage_test

import (
	"context"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// TestWhoReadsTheCountsOfATeam calls every reading method for Acme as each principal. Letters: y is answered, m is not
// found, f is forbidden, s is asked to sign in.
func TestWhoReadsTheCountsOfATeam(t *testing.T) {
	kit := testkit.New(t)
	acme, globex := kit.Acme.ID, kit.Globex.ID
	key, span := access.Credential{Team: acme}, usage.Today(testkit.Start)
	principals := []identity.Principal{kit.Visitor, kit.Viewer, kit.Owner, kit.OtherOwner, kit.Support, kit.Staff}
	letters := map[fault.Kind]string{fault.NotFound: "m", fault.Forbidden: "f", fault.Unauthenticated: "s"}
	for name, row := range map[string]struct {
		want string
		read func(ctx context.Context) error
	}{
		"Calls": {"s y y m y y", func(ctx context.Context) error { _, err := kit.Usage.Calls(ctx, acme, span); return err }},
		"CallsOfTeams": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.CallsOfTeams(ctx, []identity.TeamID{acme}, span)
			return err
		}},
		"CallsOfTeams of two": {"s m m m y y", func(ctx context.Context) error {
			_, err := kit.Usage.CallsOfTeams(ctx, []identity.TeamID{acme, globex}, span)
			return err
		}},
		"CallsOfSubscriptions": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.CallsOfSubscriptions(ctx, []identity.TeamID{acme}, []access.SubscriptionID{{}}, span)
			return err
		}},
		"CallsWith": {"s y y m y y", func(ctx context.Context) error { _, err := kit.Usage.CallsWith(ctx, key, span); return err }},
		"Analyse": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.Analyse(ctx, usage.Query{Team: acme, Since: span.Since, Until: span.Since, Metrics: []usage.Metric{usage.Requests}})
			return err
		}},
		"Analyse all teams": {"s f f f y y", func(ctx context.Context) error {
			_, err := kit.Usage.Analyse(ctx, usage.Query{AllTeams: true, Since: span.Since, Until: span.Since, Metrics: []usage.Metric{usage.Requests}})
			return err
		}},
		"DailyCalls": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.DailyCalls(ctx, []identity.TeamID{acme}, span)
			return err
		}},
		"Senders": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.Senders(ctx, []access.Credential{key})
			return err
		}},
		"RequestLog": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.RequestLog(ctx, usage.LineFilter{Team: acme})
			return err
		}},
		"FullDays": {"s y y m y y", func(ctx context.Context) error { _, err := kit.Usage.FullDays(ctx, acme); return err }},
		"LastUsed": {"s y y m y y", func(ctx context.Context) error {
			_, err := kit.Usage.LastUsed(ctx, []access.Credential{key})
			return err
		}},
	} {
		for i, want := range strings.Fields(row.want) {
			err := row.read(kit.As(principals[i]))
			got := "y"
			if err != nil {
				got = letters[fault.From(err).Kind]
			}
			if got != want {
				t.Errorf("%s as %s: %s (%v), want %s", name, principals[i].Name, got, err, want)
			}
		}
	}
}
