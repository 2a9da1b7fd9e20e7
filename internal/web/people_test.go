package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// lack fails the test if the page contains one of the texts.
func lack(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page has %q:\n%s", text, page)
		}
	}
}

func TestPeopleAreListedSearchedAndFiltered(t *testing.T) {
	p := newPortal(t)
	all := p.get(t, p.Support, "/staff/people")
	expect(t, all, http.StatusOK, "1–8 of 8", "owner@acme.example", "owner@globex.example", "Staff: support", address.StaffTeam(p.Acme.ID))
	lack(t, all.Body.String(), "Add a person", "$argon2id")
	expect(t, p.get(t, p.Staff, "/staff/people"), http.StatusOK, "Add a person")
	found := p.get(t, p.Support, "/staff/people?q=GLOBEX&staff=&state=active")
	expect(t, found, http.StatusOK, "1 of 1", "owner@globex.example", `value="GLOBEX"`)
	lack(t, found.Body.String(), "acme.example")
	expect(t, p.get(t, p.Support, "/staff/people?staff=any"), http.StatusOK, "1–3 of 3")
	expect(t, p.get(t, p.Support, "/staff/people?state=blocked"), http.StatusOK, "No matching people", "Clear filters")
	hostile := p.get(t, p.Support, "/staff/people?q="+url.QueryEscape(`"><script>alert(1)</script>`))
	expect(t, hostile, http.StatusOK, "No matching people")
	lack(t, hostile.Body.String(), "<script>alert")
	expect(t, p.get(t, p.Support, "/staff/teams?q=acm"), http.StatusOK, "1 of 1", `data-label="Members" class="at-end number">4`)
	expect(t, p.get(t, p.Support, "/staff/teams?q=none"), http.StatusOK, "No matching teams")
}

func TestPersonPageOffersWhatIsPermitted(t *testing.T) {
	p := newPortal(t).stocked(t)
	secretOf(t, p, p.primary) // the owner reveals the key
	p.get(t, p.Owner, "/")    // and signs in
	series := p.Series()
	series.Application, series.Subscription = p.primary.Credential.Application, p.primary.Credential.Subscription
	series.Credential = p.primary.Credential.ID
	p.Count(t, series, p.Clock.Now(), 1204)
	path := address.Person(p.Owner.Account)
	seen := p.get(t, p.Support, path)
	expect(t, seen, http.StatusOK, "The owner", "owner@acme.example", "Active", "Acme", "Owner", "Home", "1,204",
		p.primary.Credential.Prefix+"…", address.Staff+"/keys/"+p.primary.Credential.ID.Hex(), "Unknown device", "Just now")
	lack(t, seen.Body.String(), ">Suspend<", ">Remove", ">End<", "Change the role in", ">Move<", "Add to a team", p.secondary.Credential.Prefix, secretOf(t, p, p.primary))
	changed := p.get(t, p.Staff, path)
	expect(t, changed, http.StatusOK, ">Suspend<", ">Remove<", ">End<", "Change the role in", ">Move<", "Add to a team", "Staff role")
	self := p.get(t, p.Staff, address.Person(p.Staff.Account))
	expect(t, self, http.StatusOK, "This one", "Not in a team")
	lack(t, self.Body.String(), ">Suspend<", address.Person(p.Staff.Account, "remove"), ">Staff role<")
}

var shownLink = regexp.MustCompile(`data-secret>https://portal\.example(/set-up/[\w-]+)<`)

func TestSetUpLinkIsShownOnceToTheCreator(t *testing.T) {
	p := newPortal(t)
	form := url.Values{"email": {"new@acme.example"}, "name": {"New"}, "team_name": {"acme"}, "role": {"viewer"}, "staff": {""}}
	wrong := url.Values{"email": {"nobody"}, "name": {"New"}, "role": {"king"}}
	expect(t, p.post(t, p.Staff, "/staff/people/new", wrong), http.StatusUnprocessableEntity, `value="nobody"`, "must be an e-mail address", "must be owner, admin")
	made := p.post(t, p.Staff, "/staff/people/new", form)
	expect(t, made, http.StatusOK, "You can't see it again", "new@acme.example")
	link := shownLink.FindStringSubmatch(made.Body.String())
	if link == nil {
		t.Fatalf("no link is shown:\n%s", made.Body)
	}
	expect(t, p.post(t, p.Staff, "/staff/people/new", form), http.StatusConflict, "Another account has this e-mail address", `value="new@acme.example"`)
	found, err := p.Accounts.Accounts(p.As(p.Staff), account.AccountFilter{Search: "new@acme"}, view.Listing{}.Request())
	if err != nil {
		t.Fatal(err)
	}
	person := address.Person(found.Items[0].ID)
	expect(t, p.get(t, p.Staff, person), http.StatusOK, "Invited", "Show a set-up link", "Email a set-up link", "Viewer")
	for _, who := range []identity.Principal{p.Support, p.Approver, p.Owner} {
		if answer := p.post(t, who, person+"/link", nil); answer.Code != http.StatusForbidden || shownLink.MatchString(answer.Body.String()) {
			t.Errorf("creating a link as %s returns %d", who.Name, answer.Code)
		}
	}
	renewed := shownLink.FindStringSubmatch(p.post(t, p.Staff, person+"/link", nil).Body.String())
	expect(t, p.get(t, p.Visitor, link[1]), http.StatusNotFound)
	expect(t, p.get(t, p.Visitor, renewed[1]), http.StatusOK, "Set a password")
	for _, token := range []string{link[1], renewed[1]} {
		lack(t, p.logged.String(), strings.TrimPrefix(token, "/set-up/"))
	}
}

// TestBlockingPersonStopsTheirKeys goes from the confirmation to the rejected key.
func TestBlockingPersonStopsTheirKeys(t *testing.T) {
	p := newPortal(t).stocked(t)
	secretOf(t, p, p.primary)
	own := p.ownKey(t, p.Owner)
	path := address.Person(p.Owner.Account)
	asked := p.get(t, p.Staff, path+"/block")
	expect(t, asked, http.StatusOK, "Suspend The owner?", "stop working", own.Prefix+"…", "Keys to replace",
		p.primary.Credential.Prefix+"…", address.StaffKey(p.primary.Credential.ID))
	if p.closed(t, own) {
		t.Error("the key stopped working before the confirmation")
	}
	for range 2 { // blocking again changes nothing
		expectRedirect(t, p.post(t, p.Staff, path+"/block", nil), path+"?done=blocked")
	}
	if blocked := p.Rows(t, "audit WHERE action = 'account.blocked'"); blocked != 1 {
		t.Errorf("there are %d audit records of the blocking, want 1", blocked)
	}
	if !p.closed(t, own) {
		t.Error("the key of a blocked person works")
	}
	expect(t, p.get(t, p.Staff, path+"?done=blocked"), http.StatusOK, "Suspended. Their sessions have ended", ">Reinstate<", "No active sessions")
	expectRedirect(t, p.post(t, p.Staff, path+"/unblock", nil), path+"?done=unblocked")
	if p.closed(t, own) {
		t.Error("the key does not work after unblocking")
	}
}

// ownKey creates a personal application of a member with a key, and returns the key.
func (p *portal) ownKey(t *testing.T, who identity.Principal) access.Credential {
	t.Helper()
	application, err := p.Access.CreateApplication(p.As(who), access.NewApplication{Account: who.Account, Name: "Script"})
	if err != nil {
		t.Fatal(err)
	}
	subscription, err := p.Access.Subscription(p.As(who), p.primary.Credential.Subscription)
	if err != nil {
		t.Fatal(err)
	}
	granted, err := p.Access.GrantAccess(p.As(p.Staff), access.NewAccess{Application: application.Application.ID, Plan: subscription.Plan.ID})
	if err != nil {
		t.Fatal(err)
	}
	return granted.Issued[0].Credential
}

// closed reports whether the gateway rejects a key because of its owner.
func (p *portal) closed(t *testing.T, key access.Credential) bool {
	t.Helper()
	stored, err := p.DB.Access().Credential(t.Context(), key.ID)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := p.Access.Grant(t.Context(), access.Proof{Lookups: [][]byte{stored.Lookup}})
	if err != nil {
		t.Fatal(err)
	}
	return grant.Closed
}

func TestRemovingKeepsTheLastOwner(t *testing.T) {
	p := newPortal(t)
	owner, viewer := address.Person(p.Owner.Account), address.Person(p.Viewer.Account)
	expect(t, p.get(t, p.Staff, owner+"/remove"), http.StatusOK, "leave every team", "Acme")
	expect(t, p.post(t, p.Staff, owner+"/remove", nil), http.StatusPreconditionFailed, "last owner of the team Acme", "Remove The owner")
	expectRedirect(t, p.post(t, p.Staff, viewer+"/remove", nil), viewer+"?done=removed")
	gone := p.get(t, p.Support, viewer+"?done=removed")
	expect(t, gone, http.StatusOK, "The address can be used again", "Removed", "The viewer")
	lack(t, gone.Body.String(), "viewer@acme.example", ">Suspend<")
	move := owner + "/teams/" + p.Acme.ID.Hex() + "/move"
	expect(t, p.get(t, p.Staff, move), http.StatusOK, "Move The owner to another team")
	expect(t, p.post(t, p.Staff, move, url.Values{"team_name": {"Globex"}, "role": {"viewer"}}), http.StatusPreconditionFailed, "last owner", `value="Globex"`)
	expect(t, p.post(t, p.Staff, move, url.Values{"team_name": {"Initech"}, "role": {"viewer"}}), http.StatusUnprocessableEntity, "is not the name of a team")
	role := address.StaffTeam(p.Acme.ID, "members", p.Owner.Account.Hex())
	expect(t, p.post(t, p.Staff, role+"/role", url.Values{"role": {"viewer"}}), http.StatusPreconditionFailed, "last owner")
	expect(t, p.post(t, p.Staff, role+"/remove", nil), http.StatusPreconditionFailed, "last owner", "Remove from team")
}

func TestStaffMoveJoinUnlockAndEndSessions(t *testing.T) {
	p := newPortal(t)
	path := address.Person(p.Member.Account)
	join := url.Values{"team_name": {"globex"}, "role": {"viewer"}}
	expectRedirect(t, p.post(t, p.Staff, path+"/join", join), path+"?done=joined")
	expect(t, p.post(t, p.Staff, path+"/join", join), http.StatusConflict, "already a member of the team")
	expectRedirect(t, p.post(t, p.Staff, path+"/teams/"+p.Globex.ID.Hex()+"/home", nil), path+"?done=home")
	p.get(t, p.Member, "/")
	found, err := p.Accounts.Person(p.As(p.Staff), p.Member.Account)
	if err != nil || found.HomeTeam != p.Globex.ID || found.Sessions.Total != 1 {
		t.Fatalf("%+v (%v)", found, err)
	}
	expect(t, p.get(t, p.Staff, path+"/sessions/end"), http.StatusOK, "End all sessions of The member?")
	expectRedirect(t, p.post(t, p.Staff, path+"/sessions/"+found.Sessions.Items[0].ID.Hex()+"/end", nil), path+"?done=ended")
	expectRedirect(t, p.get(t, p.Member, "/profile"), "/sign-in?return_to=%2Fprofile")
	for range 5 {
		if _, err := p.Accounts.SignIn(t.Context(), account.SignIn{Email: p.Member.Name, Password: "wrong"}); err == nil {
			t.Fatal("signed in with a wrong password")
		}
	}
	expect(t, p.get(t, p.Staff, path), http.StatusOK, "5 recent", "Locked for 15 minutes", ">Unlock<")
	expectRedirect(t, p.post(t, p.Staff, path+"/unlock", nil), path+"?done=unlocked")
	if _, err := p.Accounts.SignIn(t.Context(), account.SignIn{Email: p.Member.Name, Password: testkit.Password}); err != nil {
		t.Error(err)
	}
	expectRedirect(t, p.post(t, p.Staff, address.Person(p.Staff.Account)+"/sessions/end", nil), address.Person(p.Staff.Account)+"?done=all-ended")
	expect(t, p.get(t, p.Staff, "/profile"), http.StatusOK) // their current session continues
}

func TestDisablingTeamSaysHowManyKeysStopWorking(t *testing.T) {
	p := newPortal(t).stocked(t)
	path := address.StaffTeam(p.Acme.ID)
	expect(t, p.get(t, p.Staff, path+"/disable"), http.StatusOK, "Suspend Acme?", "<dt>Keys that stop working</dt><dd>2</dd>", "<dt>Members</dt><dd>4</dd>")
	expectRedirect(t, p.post(t, p.Staff, path+"/disable", nil), path+"?done=disabled")
	page := p.get(t, p.Support, path)
	expect(t, page, http.StatusOK, "Suspended", "2 keys refused", "Acme Production", p.primary.Credential.Prefix+"…")
	lack(t, page.Body.String(), ">Reinstate<", ">Invite<", "Change the role of", secretOf(t, p, p.primary))
	expect(t, p.get(t, p.Viewer, "/team"), http.StatusOK, "This team is suspended")
	expectRedirect(t, p.post(t, p.Staff, path+"/enable", nil), path+"?done=enabled")
	expect(t, p.get(t, p.Staff, path), http.StatusOK, ">Suspend<")
}

func TestStaffAddAndRenameTeams(t *testing.T) {
	p := newPortal(t)
	expect(t, p.post(t, p.Staff, "/staff/teams/new", url.Values{"name": {" "}}), http.StatusUnprocessableEntity, "must have 1 to 250 characters")
	made := p.post(t, p.Staff, "/staff/teams/new", url.Values{"name": {"Initech <b>"}})
	path := strings.TrimSuffix(made.Header().Get("Location"), "?done=added")
	expect(t, p.get(t, p.Staff, path), http.StatusOK, "Initech &lt;b&gt;", "No members yet")
	expectRedirect(t, p.post(t, p.Staff, path+"/add", url.Values{"email": {p.Owner.Name}, "role": {"owner"}}), path+"?done=joined")
	linked := p.post(t, p.Staff, path+"/add", url.Values{"email": {"new@initech.example"}, "role": {"member"}})
	if linked.Code != http.StatusOK || !shownLink.MatchString(linked.Body.String()) {
		t.Errorf("no set-up link for a new person: %d\n%s", linked.Code, linked.Body)
	}
	expect(t, p.post(t, p.Staff, path+"/add", url.Values{"email": {"nobody"}, "role": {"member"}}), http.StatusUnprocessableEntity, `value="nobody"`, "must be an e-mail address")
	expect(t, p.post(t, p.Staff, path+"/rename", url.Values{"name": {strings.Repeat("n", 251)}}), http.StatusUnprocessableEntity, "must have 1 to 250 characters")
	expectRedirect(t, p.post(t, p.Staff, path+"/rename", url.Values{"name": {"Initech"}}), path+"?done=renamed")
	expect(t, p.get(t, p.Staff, path), http.StatusOK, "<h1>Initech</h1>")
}

func TestRecentActivityIsForStaff(t *testing.T) {
	p := newPortal(t)
	if err := p.Accounts.SetRole(p.As(p.Owner), p.Viewer.Account, p.Acme.ID, identity.Member); err != nil {
		t.Fatal(err)
	}
	for path, title := range map[string]string{
		address.Person(p.Viewer.Account): "Changes to this account", address.Person(p.Owner.Account): "Changes by this person",
		address.StaffTeam(p.Acme.ID): "Recent activity",
	} {
		expect(t, p.get(t, p.Staff, path), http.StatusOK, title, "member.role_set", "owner@acme.example", "<del>viewer</del>", "<ins>member</ins>")
		expect(t, p.get(t, p.Support, path), http.StatusOK, title, "member.role_set")
	}
	lack(t, p.get(t, p.Staff, address.StaffTeam(p.Globex.ID)).Body.String(), "member.role_set")
	lack(t, p.get(t, p.Owner, "/team").Body.String(), "member.role_set")
}

func TestLongListsHavePages(t *testing.T) {
	p := newPortal(t)
	for i := range 60 {
		p.Clock.Advance(time.Second)
		if _, err := p.Accounts.AddTeam(p.As(p.Staff), "Team "+string(rune('A'+i%26))); err != nil {
			t.Fatal(err)
		}
	}
	first := p.get(t, p.Support, "/staff/teams?q=team")
	expect(t, first, http.StatusOK, "1–50 of 60", "/staff/teams?page=2&amp;q=team")
	if rows := strings.Count(first.Body.String(), `data-label="Team"`); rows != 50 {
		t.Errorf("the first page has %d rows", rows)
	}
	last := p.get(t, p.Support, "/staff/teams?page=2&q=team")
	if rows := strings.Count(last.Body.String(), `data-label="Team"`); rows != 10 {
		t.Errorf("the last page has %d rows", rows)
	}
	expect(t, p.get(t, p.Support, "/staff/teams?page=9&q=team"), http.StatusOK, "No matching teams")
	if _, err := p.Accounts.Teams(p.As(p.Owner), "", view.Listing{}.Request()); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}
