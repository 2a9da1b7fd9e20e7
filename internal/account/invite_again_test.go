package account_test

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// TestASecondInvitationReplacesTheLink follows the links of three invitations and of a mail that the person requested.
func TestASecondInvitationReplacesTheLink(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		invite := func(who identity.Principal, role identity.Role) bool {
			t.Helper()
			again, err := kit.Accounts.Invite(kit.As(who), account.NewInvitation{Team: who.Team, Email: grace, Role: role})
			if err != nil {
				t.Fatal(err)
			}
			return again
		}
		if invite(kit.Owner, identity.Viewer) {
			t.Error("the first invitation is reported as a repeated one")
		}
		first := wantLetter(t, kit, account.MessageInvitation).Token
		asked := forgotten(t, kit, grace)
		kit.Clock.Advance(24 * time.Hour)
		if !invite(kit.Admin, identity.Viewer) {
			t.Error("the second invitation is reported as the first")
		}
		second := wantLetter(t, kit, account.MessageInvitation).Token
		_, err := kit.Accounts.LinkTarget(t.Context(), first)
		wantKind(t, "the first link", err, fault.NotFound, "link_dead")
		if _, err := kit.Accounts.LinkTarget(t.Context(), second); err != nil {
			t.Errorf("the second link: %v", err)
		}
		if _, err := kit.Accounts.LinkHolder(kit.As(kit.Visitor), asked, account.ResetPassword); fault.From(err).Code != "token_expired" {
			t.Errorf("the link that the person requested: %v", err)
		}
		if !invite(kit.Owner, identity.Admin) || kit.Rows(t, "audit WHERE action = 'invitation.sent_again'") != 2 || kit.Rows(t, "audit WHERE action = 'invitation.sent'") != 1 {
			t.Error("the second invitation is not audited")
		}
		open := invited(t, kit, kit.Owner)
		if len(open) != 1 || open[0].Role != identity.Admin || open[0].CreatedAt != testkit.Start || !open[0].ExpiresAt.Equal(kit.Clock.Now().Add(14*24*time.Hour)) {
			t.Errorf("open are %+v", open)
		}
		if invite(kit.OtherOwner, identity.Viewer) {
			t.Error("a team learns that another team has invited the person")
		}
	})
}
