package overview_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

func TestStaffHomeHasOnlyPermittedBlocks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		applyShop(t, kit, "deprecated: true,")
		s := opened(t, kit, kit.Owner)
		s.must(kit.DB.Send(t.Context(), event.Message{To: "lost@acme.example", Template: "invitation"}))
		failed, found, err := kit.DB.ClaimMessage(t.Context(), time.Minute)
		for ; found && err == nil; failed, found, err = kit.DB.ClaimMessage(t.Context(), time.Minute) {
			s.must(kit.DB.MessageFailed(t.Context(), failed.ID, "no such mailbox", time.Time{}))
		}
		s.must(err)
		for _, one := range []struct {
			caller  identity.Principal
			records bool
			figures overview.PortalFigures
		}{
			{kit.Support, false, overview.PortalFigures{Teams: 2, Subscriptions: 1}},
			{kit.Approver, false, overview.PortalFigures{Teams: 2, Subscriptions: 1}},
			{kit.Staff, true, overview.PortalFigures{Teams: 2, Subscriptions: 1, Products: 3, Versions: 4, Deprecated: 1, Plans: 2}},
		} {
			home, err := kit.Overview.StaffHome(kit.As(one.caller))
			if err != nil {
				t.Fatal(one.caller.Name, err)
			}
			if home.Waiting.Requests != 1 || len(home.Requests) != 1 || home.Requests[0].Team != "Acme" || home.Expiring.Total != 2 {
				t.Errorf("%s sees %+v", one.caller.Name, home)
			}
			if home.Expiring.Items[0].Credential.Name != "Counter" || home.LastUsed[home.Expiring.Items[0].Credential.ID].IsZero() {
				t.Errorf("the first key to expire is %+v", home.Expiring.Items[0])
			}
			if got := home.Failed.Failed > 0; got != one.records || (len(home.Changes) > 0) != one.records {
				t.Errorf("%s sees %d failed messages and %d records", one.caller.Name, home.Failed.Failed, len(home.Changes))
			}
			if diff := cmp.Diff(one.figures, home.Figures); diff != "" {
				t.Error(one.caller.Name, diff)
			}
		}
		for caller, kind := range map[*identity.Principal]fault.Kind{&kit.Owner: fault.Forbidden, &kit.Visitor: fault.Unauthenticated} {
			if _, err := kit.Overview.StaffHome(kit.As(*caller)); !fault.Is(err, kind) {
				t.Errorf("%s gets the overview of staff: %v", caller.Name, err)
			}
		}
	})
}
