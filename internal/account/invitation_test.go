package account_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

func mustInvite(t *testing.T, kit *testkit.Kit, who identity.Principal, email string, role identity.Role) {
	t.Helper()
	if _, err := kit.Accounts.Invite(kit.As(who), account.NewInvitation{Team: who.Team, Email: email, Role: role}); err != nil {
		t.Fatal(err)
	}
}

func invited(t *testing.T, kit *testkit.Kit, who identity.Principal) []account.Invitation {
	t.Helper()
	open, err := kit.Accounts.Invitations(kit.As(who), who.Team)
	if err != nil {
		t.Fatal(err)
	}
	return open
}

func me(t *testing.T, kit *testkit.Kit, who identity.Principal) account.Me {
	t.Helper()
	me, err := kit.Accounts.Me(kit.As(who))
	if err != nil {
		t.Fatal(err)
	}
	return me
}

// TestInvitationsDoNotRevealAccounts compares what a team sees of a known and of an unknown address.
func TestInvitationsDoNotRevealAccounts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		kit.Clock.Advance(24 * time.Hour) // so that the existing accounts are older
		mustInvite(t, kit, kit.Owner, kit.OtherOwner.Name, identity.Viewer)
		mustInvite(t, kit, kit.Owner, "stranger@globex.example", identity.Viewer)
		members, err := kit.Accounts.Members(kit.As(kit.Owner), kit.Acme.ID)
		if err != nil || len(members) != 4 {
			t.Errorf("there are %d members before anyone has accepted (%v)", len(members), err)
		}
		open := invited(t, kit, kit.Owner)
		if len(open) != 2 {
			t.Fatalf("invited are %+v", open)
		}
		for i := range open {
			if at := open[i].ID.Time(); at.Before(kit.Clock.Now()) {
				t.Errorf("the invitation's ID contains the time %s", at)
			}
			open[i].ID, open[i].Email = account.InvitationID{}, ""
		}
		if open[0] != open[1] {
			t.Errorf("the known one is\n%+v, the unknown one\n%+v", open[0], open[1])
		}
		if sent := kit.Rows(t, "outbox WHERE template = 'invitation'"); sent != 2 {
			t.Errorf("%d messages wait, want one for each", sent)
		}
	})
}

func TestAnInvitedPersonJoinsBySettingUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		mustInvite(t, kit, kit.Owner, "Stranger@Globex.example ", identity.Viewer)
		mustInvite(t, kit, kit.OtherOwner, "stranger@globex.example", identity.Admin)
		found, err := kit.Accounts.Accounts(kit.As(kit.Staff), account.AccountFilter{State: account.Invited}, pageOfAll)
		if err != nil || found.Total != 1 || found.Items[0].Name != "stranger" || len(found.Items[0].Teams) != 0 || !found.Items[0].HomeTeam.IsZero() {
			t.Fatalf("found %+v (%v), want one person without a team", found, err)
		}
		link, err := kit.Accounts.RenewLink(kit.As(kit.Staff), found.Items[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		absentFromTheDatabase(t, kit, link.Token)
		if err := setUp(kit, link.Token); err != nil {
			t.Fatal(err)
		}
		signedIn, err := signIn(kit, "stranger@globex.example", firstPassword)
		if err != nil {
			t.Fatal(err)
		}
		principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
		if err != nil {
			t.Fatal(err)
		}
		teams := me(t, kit, principal).Teams
		if len(teams) != 2 || signedIn.Account.HomeTeam.IsZero() {
			t.Errorf("the new account is in %+v", teams)
		}
		for _, membership := range teams {
			want := map[string]identity.Role{"Acme": identity.Viewer, "Globex": identity.Admin}[membership.Team.Name]
			if membership.Role != want {
				t.Errorf("the person is %s of %s", membership.Role, membership.Team.Name)
			}
		}
		if left := kit.Rows(t, "invitation"); left != 0 {
			t.Errorf("%d invitations are left", left)
		}
	})
}

func TestAnExistingAccountAcceptsOrDeclines(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		mustInvite(t, kit, kit.Owner, kit.OtherOwner.Name, identity.Viewer)
		mustInvite(t, kit, kit.Admin, kit.OtherOwner.Name, identity.Viewer)
		mustInvite(t, kit, kit.Admin, kit.OtherOwner.Name, identity.Admin)
		if sent := kit.Rows(t, "outbox"); sent != 3 {
			t.Errorf("%d messages for a person who is invited three times", sent)
		}
		waiting := me(t, kit, kit.OtherOwner).Invitations
		if len(waiting) != 1 || waiting[0].TeamName != "Acme" || waiting[0].Role != identity.Admin {
			t.Fatalf("invited into %+v", waiting)
		}
		session := mustSignIn(t, kit, kit.OtherOwner.Name).Session.ID
		theirs := kit.As(kit.OtherOwner)
		strangers := mustSignIn(t, kit, kit.Staff.Name).Session.ID
		wantKind(t, "another account accepts", kit.Accounts.AcceptInvitation(kit.As(kit.Staff), waiting[0].ID, strangers), fault.NotFound, "not_found")
		wantKind(t, "in another's session", kit.Accounts.AcceptInvitation(theirs, waiting[0].ID, strangers), fault.NotFound, "not_found")
		if err := kit.Accounts.DeclineInvitation(kit.As(kit.Member), waiting[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.WithdrawInvitation(theirs, kit.Globex.ID, waiting[0].ID); err != nil {
			t.Fatal(err)
		}
		if len(me(t, kit, kit.OtherOwner).Invitations) != 1 {
			t.Error("another account declined it, or another team withdrew it")
		}
		if err := kit.Accounts.AcceptInvitation(theirs, waiting[0].ID, session); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "to accept twice", kit.Accounts.AcceptInvitation(theirs, waiting[0].ID, session), fault.NotFound, "not_found")
		_, err := kit.Accounts.Invite(kit.As(kit.Owner), account.NewInvitation{Team: kit.Acme.ID, Email: kit.OtherOwner.Name, Role: identity.Viewer})
		wantKind(t, "to invite a member", err, fault.Conflict, "member_already")
		if acts := me(t, kit, identity.Principal{Account: kit.OtherOwner.Account, Team: kit.Acme.ID}); len(acts.Teams) != 2 || len(acts.Invitations) != 0 {
			t.Errorf("after accepting: %+v", acts)
		}
		mustInvite(t, kit, kit.OtherOwner, kit.Member.Name, identity.Viewer)
		waiting = me(t, kit, kit.Member).Invitations
		for range 2 { // the second call changes nothing
			if err := kit.Accounts.DeclineInvitation(kit.As(kit.Member), waiting[0].ID); err != nil {
				t.Error(err)
			}
		}
		if left := invited(t, kit, kit.OtherOwner); len(left) != 0 {
			t.Errorf("left are %+v", left)
		}
	})
}

func TestInvitationsEnd(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		session := mustSignIn(t, kit, kit.OtherOwner.Name).Session.ID
		mustInvite(t, kit, kit.Owner, kit.OtherOwner.Name, identity.Viewer)
		waiting := me(t, kit, kit.OtherOwner).Invitations
		kit.Clock.Advance(14*24*time.Hour - time.Microsecond)
		if len(invited(t, kit, kit.Owner)) != 1 {
			t.Error("the invitation has ended too early")
		}
		kit.Clock.Advance(time.Microsecond)
		if left := invited(t, kit, kit.Owner); len(left) != 0 || len(me(t, kit, kit.OtherOwner).Invitations) != 0 {
			t.Errorf("left are %+v", left)
		}
		err := kit.Accounts.AcceptInvitation(kit.As(kit.OtherOwner), waiting[0].ID, session)
		wantKind(t, "to accept too late", err, fault.NotFound, "not_found")
		mustInvite(t, kit, kit.Owner, kit.OtherOwner.Name, identity.Viewer)
		if err := kit.Accounts.WithdrawInvitation(kit.As(kit.Owner), kit.Acme.ID, invited(t, kit, kit.Owner)[0].ID); err != nil {
			t.Fatal(err)
		}
		mustInvite(t, kit, kit.Owner, kit.OtherOwner.Name, identity.Viewer)
		if err := kit.Accounts.Remove(kit.As(kit.Staff), kit.OtherOwner.Account); err != nil {
			t.Fatal(err)
		}
		if left := kit.Rows(t, "invitation"); left != 0 {
			t.Errorf("%d invitations of a removed account are left", left)
		}
	})
}

// TestTwoTeamsInviteTheSameStrangerAtOnce lets several processes find an unknown address at the same moment.
func TestTwoTeamsInviteTheSameStrangerAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var nodes sync.WaitGroup
		for _, who := range []identity.Principal{kit.Owner, kit.OtherOwner, kit.Owner} {
			node := kit.Another(t)
			nodes.Go(func() {
				in := account.NewInvitation{Team: who.Team, Email: "stranger@globex.example", Role: identity.Viewer}
				if _, err := node.Accounts.Invite(node.As(who), in); err != nil {
					t.Errorf("%s: %v", who.Name, err)
				}
			})
		}
		nodes.Wait()
		made := [3]int{kit.Rows(t, "account WHERE email = 'stranger@globex.example'"), kit.Rows(t, "invitation"), kit.Rows(t, "outbox")}
		if made != [3]int{1, 2, 3} {
			t.Errorf("there are %v accounts, invitations and messages, want 1, 2 and 3", made)
		}
	})
}

func TestInvitationsAreBoundedAndChecked(t *testing.T) {
	kit := testkit.New(t)
	owner := kit.As(kit.Owner)
	for _, in := range []account.NewInvitation{{Email: "no-address", Role: identity.Viewer}, {Email: "guest@acme.example", Role: "king"}, {Email: "guest@acme.example"}} {
		in.Team = kit.Acme.ID
		_, err := kit.Accounts.Invite(owner, in)
		wantKind(t, fmt.Sprintf("%+v", in), err, fault.Invalid, "invalid_input")
	}
	for i := range 100 {
		if i > 0 && i%30 == 0 {
			_, err := kit.Accounts.Invite(owner, account.NewInvitation{Team: kit.Acme.ID, Email: "another@acme.example", Role: identity.Viewer})
			wantKind(t, "more than 30 in a day", err, fault.Limited, "invitations_limited")
			kit.Clock.Advance(24 * time.Hour)
		}
		mustInvite(t, kit, kit.Owner, fmt.Sprintf("guest-%d@acme.example", i), identity.Viewer)
	}
	_, err := kit.Accounts.Invite(owner, account.NewInvitation{Team: kit.Acme.ID, Email: "another@acme.example", Role: identity.Viewer})
	wantKind(t, "one more", err, fault.Conflict, "too_many_invitations")
	mustInvite(t, kit, kit.OtherOwner, "another@acme.example", identity.Viewer)
	if people := kit.Rows(t, "account WHERE email = 'another@acme.example'"); people != 1 {
		t.Errorf("%d accounts are created", people)
	}
}

func TestInvitationsToAnAddressAreLimited(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		const victim = "grace@hopper.example"
		invite := func(who identity.Principal) error {
			_, err := kit.Accounts.Invite(kit.As(who), account.NewInvitation{Team: who.Team, Email: victim, Role: identity.Viewer})
			return err
		}
		for range 3 {
			if err := invite(kit.Owner); err != nil {
				t.Fatal(err)
			}
			if err := kit.Accounts.WithdrawInvitation(kit.As(kit.Owner), kit.Acme.ID, invited(t, kit, kit.Owner)[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		for _, who := range []identity.Principal{kit.Owner, kit.OtherOwner} {
			if err := invite(who); !fault.Is(err, fault.Limited) || len(invited(t, kit, who)) != 0 {
				t.Errorf("a fourth invitation: %v", err)
			}
		}
		if err := kit.Accounts.ForgotPassword(kit.As(kit.Visitor), account.ForgotPassword{Email: victim}); err != nil {
			t.Errorf("a person who is invited too often cannot choose a password: %v", err)
		}
		kit.Clock.Advance(15 * time.Minute)
		if err := invite(kit.OtherOwner); err != nil {
			t.Error(err)
		}
	})
}

// TestAnInvitedPersonJoinsTheTeamByEveryWayIn takes every way to a first password except the set-up link.
func TestAnInvitedPersonJoinsTheTeamByEveryWayIn(t *testing.T) {
	ways := map[string]func(t *testing.T, kit *testkit.Kit){
		"the mail of the invitation": func(t *testing.T, kit *testkit.Kit) {
			mustInvite(t, kit, kit.Owner, grace, identity.Viewer)
			letter := wantLetter(t, kit, account.MessageInvitation)
			for range 5 { // by strangers
				_, _ = signIn(kit, grace, wrongPassword)
			}
			if err := setUp(kit, letter.Token); err != nil {
				t.Fatal(err)
			}
		},
		"a forgotten password": func(t *testing.T, kit *testkit.Kit) {
			mustInvite(t, kit, kit.Owner, grace, identity.Viewer)
			_ = wantLetter(t, kit, account.MessageInvitation)
			if err := reset(kit, forgotten(t, kit, grace)); err != nil {
				t.Fatal(err)
			}
		},
		"signing up": func(t *testing.T, kit *testkit.Kit) {
			signUp(t, kit, grace)
			choose := wantLetter(t, kit, account.MessageVerifyEmail)
			mustInvite(t, kit, kit.Owner, grace, identity.Viewer)
			if letter, message := nextLetter(t, kit); !letter.Unwanted {
				t.Errorf("before staff have decided there is %+v", message)
			}
			if err := kit.Accounts.Approve(kit.As(kit.Approver), accountOf(t, kit, grace).ID); err != nil {
				t.Fatal(err)
			}
			_ = wantLetter(t, kit, account.MessageApproved)
			if letter, message := nextLetter(t, kit); letter.Unwanted || message.Params["team"] != "Acme" || message.Params["inviter"] != kit.Owner.Name {
				t.Errorf("the mail about the invitation is %+v", message)
			}
			choosePassword(t, kit, choose.Token)
		},
		"signing up, with a password before staff decide": func(t *testing.T, kit *testkit.Kit) {
			signUp(t, kit, grace)
			choosePassword(t, kit, wantLetter(t, kit, account.MessageVerifyEmail).Token)
			mustInvite(t, kit, kit.Owner, grace, identity.Viewer)
			_, _ = nextLetter(t, kit)
			if err := kit.Accounts.Approve(kit.As(kit.Approver), accountOf(t, kit, grace).ID); err != nil {
				t.Fatal(err)
			}
			_ = wantLetter(t, kit, account.MessageApproved)
			wantNoMessage(t, kit)
		},
	}
	for way, comeIn := range ways {
		t.Run(way, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
				signUpMode(t, kit, site.SignUpApproval)
				comeIn(t, kit)
				signedIn, err := signIn(kit, grace, firstPassword)
				if err != nil {
					t.Fatal(err)
				}
				principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
				if err != nil || principal.Team != kit.Acme.ID || principal.Role != identity.Viewer {
					t.Errorf("the session acts as %+v (%v)", principal, err)
				}
				if teams := me(t, kit, principal).Teams; len(teams) != 1 || signedIn.Account.VerifiedAt.IsZero() {
					t.Errorf("the account is in %+v and reads %+v", teams, signedIn.Account)
				}
			})
		})
	}
}

// The mail says how long the invitation is valid, which is longer than its link. In between, the person requests
// another link.
func TestAnInvitationOutlastsItsLink(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		mustInvite(t, kit, kit.Owner, grace, identity.Viewer)
		letter, message := nextLetter(t, kit)
		open := invited(t, kit, kit.Owner)
		if until := open[0].ExpiresAt.Format(time.RFC3339); message.Params["until"] != until || !letter.ExpiresAt.Before(open[0].ExpiresAt) {
			t.Errorf("the mail says %v, and that the link works until %v; the page says %s", message.Params, letter.ExpiresAt, until)
		}
		kit.Clock.Advance(letter.ExpiresAt.Sub(kit.Clock.Now()))
		err := kit.Accounts.SetUp(kit.As(kit.Visitor), account.SetUp{Token: letter.Token, Password: firstPassword})
		wantKind(t, "the link of the invitation", err, fault.NotFound, "link_dead")
		if err := reset(kit, forgotten(t, kit, grace)); err != nil {
			t.Fatal(err)
		}
		members, err := kit.Accounts.Members(kit.As(kit.Owner), kit.Acme.ID)
		if err != nil || members[len(members)-1].Email != grace || members[len(members)-1].Role != identity.Viewer {
			t.Errorf("the members are %+v (%v)", members, err)
		}
	})
}
