package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
)

func TestTeamPageOffersWhatIsPermitted(t *testing.T) {
	p := newPortal(t).stocked(t)
	for _, test := range []struct {
		who     identity.Principal
		offered []string
		not     []string
	}{
		{p.Viewer, []string{">Leave<"}, []string{">Invite<", "Change the role of", ">Remove<", ">Rename<"}},
		{p.Member, []string{">Leave<"}, []string{">Invite<", "Change the role of", ">Remove<", ">Rename<"}},
		{p.Admin, []string{">Leave<", ">Invite<", "Change the role of", ">Remove<"}, []string{">Rename<", "Change the role of The owner", "Remove The owner"}},
		{p.Owner, []string{"You're the only owner. Give another member the owner role before you leave.", ">Invite<", "Change the role of", ">Remove<", ">Rename<"}, []string{">Leave<", "Change the role of The owner"}},
	} {
		page := p.get(t, test.who, "/team")
		expect(t, page, http.StatusOK, append(test.offered, "Acme", "owner@acme.example", "viewer@acme.example", "Default application", "The team")...)
		lack(t, page.Body.String(), append(test.not, "globex", "Globex", "/staff/people/")...)
	}
	path := p.made(t, p.Member, "Till")
	expect(t, p.get(t, p.Viewer, "/team"), http.StatusOK, `href="`+path+`">Till</a>`, "Access granted by staff", `href="/applications">All applications`)
	theirs := p.get(t, p.OtherOwner, "/team")
	expect(t, theirs, http.StatusOK, "Globex")
	lack(t, theirs.Body.String(), "acme.example", "Acme<")
	expect(t, p.get(t, p.Support, "/team"), http.StatusOK, "You're not in a team yet")
}

// TestAnotherTeamIsNotFound tries every action of a team's page on the members of another team.
func TestAnotherTeamIsNotFound(t *testing.T) {
	p := newPortal(t)
	if _, err := p.Accounts.Invite(p.As(p.Owner), account.NewInvitation{Team: p.Acme.ID, Email: "guest@acme.example", Role: identity.Viewer}); err != nil {
		t.Fatal(err)
	}
	open, err := p.Accounts.Invitations(p.As(p.Owner), p.Acme.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []identity.Principal{p.Owner, p.Admin, p.Member, p.Viewer, p.Staff} {
		member := "/team/members/" + account.Account.Hex()
		for _, action := range []string{"/role", "/remove"} {
			expect(t, p.get(t, p.OtherOwner, member+action), http.StatusNotFound)
			expect(t, p.post(t, p.OtherOwner, member+action, url.Values{"role": {"viewer"}}), http.StatusNotFound)
		}
	}
	expectRedirect(t, p.post(t, p.OtherOwner, "/team/invitations/"+open[0].ID.Hex()+"/withdraw", nil), "/team?done=withdrawn")
	for _, action := range []string{"", "/rename", "/invite", "/add", "/disable"} {
		expect(t, p.get(t, p.Owner, address.StaffTeam(p.Acme.ID)+action), http.StatusForbidden)
		expect(t, p.get(t, p.OtherOwner, address.StaffTeam(p.Acme.ID)+action), http.StatusForbidden)
	}
	if left, err := p.Accounts.Invitations(p.As(p.Owner), p.Acme.ID); err != nil || len(left) != 1 {
		t.Errorf("another team withdrew the invitation: %v", err)
	}
	if members, err := p.Accounts.Members(p.As(p.Owner), p.Acme.ID); err != nil || len(members) != 4 || members[0].Role != identity.Owner {
		t.Errorf("another team changed %+v (%v)", members, err)
	}
}

var ids = regexp.MustCompile(`[0-9a-f]{24}`)

// TestInvitingDoesNotRevealKnownAddresses compares the whole responses for a known and an unknown address.
func TestInvitingDoesNotRevealKnownAddresses(t *testing.T) {
	p := newPortal(t)
	read := func(email string) string {
		t.Helper()
		sent := p.post(t, p.Owner, "/team/invite", url.Values{"email": {email}, "role": {"member"}})
		expectRedirect(t, sent, "/team?done=invited")
		page := p.get(t, p.Owner, "/team?done=invited")
		expect(t, page, http.StatusOK, "Invitation sent", email)
		lack(t, page.Body.String(), "/set-up/")
		open, err := p.Accounts.Invitations(p.As(p.Owner), p.Acme.ID)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		expectRedirect(t, p.post(t, p.Owner, "/team/invitations/"+open[0].ID.Hex()+"/withdraw", nil), "/team?done=withdrawn")
		return ids.ReplaceAllString(strings.ReplaceAll(page.Body.String(), email, "ADDRESS"), "ID")
	}
	known, unknown := read(p.OtherOwner.Name), read("stranger@globex.example")
	if known != unknown {
		t.Errorf("a known address returns\n%s\nan unknown one\n%s", known, unknown)
	}
	expect(t, p.post(t, p.Owner, "/team/invite", url.Values{"email": {p.Viewer.Name}, "role": {"member"}}), http.StatusConflict, "already a member of the team", `value="viewer@acme.example"`)
	expect(t, p.post(t, p.Owner, "/team/invite", url.Values{"email": {"nobody\r\nBcc: all@acme.example"}, "role": {"member"}}), http.StatusUnprocessableEntity, "must be an e-mail address")
	expect(t, p.post(t, p.Admin, "/team/invite", url.Values{"email": {"x@acme.example"}, "role": {"owner"}}), http.StatusForbidden)
}

func TestInvitationIsAnsweredOnTheTeamPage(t *testing.T) {
	p := newPortal(t)
	invite := func() string {
		t.Helper()
		expectRedirect(t, p.post(t, p.Owner, "/team/invite", url.Values{"email": {p.OtherOwner.Name}, "role": {"admin"}}), "/team?done=invited")
		found, err := p.Accounts.Person(p.As(p.Staff), p.OtherOwner.Account)
		if err != nil || len(found.Invitations) != 1 {
			t.Fatal(found.Invitations, err)
		}
		return "/team/answers/" + found.Invitations[0].ID.Hex()
	}
	answer := invite()
	expectRedirect(t, p.post(t, p.Owner, "/team/invite", url.Values{"email": {p.OtherOwner.Name}, "role": {"admin"}}), "/team?done=invited_again")
	expect(t, p.get(t, p.Owner, "/team?done=invited_again"), http.StatusOK, "Invitation sent again. Earlier links no longer work")
	expect(t, p.get(t, p.OtherOwner, "/team"), http.StatusOK, "You're invited to <strong>Acme</strong> as admin", "Globex")
	lack(t, p.get(t, p.Viewer, "/team").Body.String(), "You are invited")
	expect(t, p.post(t, p.Viewer, answer+"/accept", nil), http.StatusNotFound)
	expectRedirect(t, p.post(t, p.OtherOwner, answer+"/decline", nil), "/team?done=declined")
	lack(t, p.get(t, p.OtherOwner, "/team").Body.String(), "You are invited")
	answer = invite()
	expectRedirect(t, p.post(t, p.OtherOwner, answer+"/accept", nil), "/team?done=accepted")
	expect(t, p.get(t, p.OtherOwner, "/team"), http.StatusOK, "<h1>Acme</h1>", ">Invite<")
	expect(t, p.get(t, p.Staff, address.StaffTeam(p.Acme.ID)), http.StatusOK, "owner@globex.example")
}

func TestMembersAreChangedRemovedAndLeave(t *testing.T) {
	p := newPortal(t).stocked(t)
	secretOf(t, p, p.primary)
	viewer, member, owner := "/team/members/"+p.Viewer.Account.Hex(), "/team/members/"+p.Member.Account.Hex(), "/team/members/"+p.Owner.Account.Hex()
	expect(t, p.get(t, p.Admin, viewer+"/role"), http.StatusOK, "Role of The viewer")
	expectRedirect(t, p.post(t, p.Admin, viewer+"/role", url.Values{"role": {"member"}}), "/team?done=role")
	expect(t, p.post(t, p.Admin, viewer+"/role", url.Values{"role": {"owner"}}), http.StatusForbidden)
	expect(t, p.post(t, p.Owner, owner+"/role", url.Values{"role": {"viewer"}}), http.StatusPreconditionFailed, "last owner", "Role of The owner")
	leaving := p.get(t, p.Owner, owner+"/remove")
	expect(t, leaving, http.StatusOK, "Leave Acme?", "Keys to replace", "Team keys you have seen", address.ProfileKey(p.primary.Credential.ID, "regenerate"))
	expect(t, p.post(t, p.Owner, owner+"/remove", nil), http.StatusPreconditionFailed, "last owner", "Leave team")
	expect(t, p.get(t, p.Admin, owner+"/remove"), http.StatusOK)
	expect(t, p.post(t, p.Admin, owner+"/remove", nil), http.StatusForbidden)
	own := p.ownKey(t, p.Member)
	expect(t, p.get(t, p.Member, member+"/remove"), http.StatusOK, "<dt>Script</dt><dd>2 keys are refused</dd>", "Your role")
	expect(t, p.get(t, p.Admin, member+"/remove"), http.StatusOK, "Remove The member from Acme?", "What stops working", "Script")
	expectRedirect(t, p.post(t, p.Admin, member+"/remove", nil), "/team?done=removed")
	if !p.closed(t, own) {
		t.Error("the key of a removed member works")
	}
	expectRedirect(t, p.post(t, p.Viewer, viewer+"/remove", nil), "/team?done=left")
	expect(t, p.get(t, p.Viewer, "/team?done=left"), http.StatusOK, "You left the team", "You're not in a team yet")
	p.Clock.Advance(time.Minute)
	renamed := url.Values{"name": {"Better Corporation"}}
	expect(t, p.post(t, p.Owner, "/team/rename", renamed), http.StatusConflict, "only the portal&#39;s staff can rename it", `value="Better Corporation"`) // an audience names Acme
	expectRedirect(t, p.post(t, p.OtherOwner, "/team/rename", renamed), "/team?done=renamed")
	expect(t, p.get(t, p.OtherOwner, "/team"), http.StatusOK, "<h1>Better Corporation</h1>")
}
