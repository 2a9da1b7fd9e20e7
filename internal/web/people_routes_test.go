package web

import (
	"net/url"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
)

// peopleTable lists who may use the pages of people and teams.
func (p *portal) peopleTable(t *testing.T) map[string][]permitted {
	t.Helper()
	add := func(email string) identity.AccountID {
		added, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: email, Team: p.Acme.ID})
		if err != nil {
			t.Fatal(err)
		}
		return added.Account.ID
	}
	someone, removed := address.Person(add("someone@acme.example")), address.Person(add("removed@acme.example"))
	blocked, nobody := address.Person(add("blocked@acme.example")), address.Person(identity.AccountID{})
	acme, noTeam := address.StaffTeam(p.Acme.ID), address.StaffTeam(identity.TeamID{})
	inAcme := "/teams/" + p.Acme.ID.Hex()
	viewer, none := "/members/"+p.Viewer.Account.Hex(), "/members/"+identity.AccountID{}.Hex()
	gone := "/invitations/" + identity.AccountID{}.Hex() + "/withdraw"
	staff := func(path string, status int) permitted {
		return permitted{path: path, want: [8]int{303, 403, 403, 403, 403, status, status, status}}
	}
	admin := func(path string, status int) permitted {
		return permitted{path: path, want: [8]int{303, 403, 403, 403, 403, 403, 403, status}}
	}
	sent := func(path string, status int, form url.Values) permitted {
		return permitted{path: path, form: form, want: [8]int{401, 403, 403, 403, 403, 403, 403, status}}
	}
	no := url.Values{}
	role := url.Values{"role": {"viewer"}}
	return map[string][]permitted{
		"GET /staff/people.csv":                {staff("/staff/people.csv?sort=-name", 200), staff("/staff/people.csv?state=none", 422)},
		"GET /staff/people":                    {staff("/staff/people", 200), staff("/staff/people?state=none", 422), {path: "/staff/people?page=0", want: [8]int{422, 422, 422, 422, 422, 422, 422, 422}}},
		"GET /staff/people/new":                {admin("/staff/people/new", 200)},
		"POST /staff/people/new":               {sent("/staff/people/new", 422, no)},
		"GET /staff/people/{account}/":         {staff(someone, 200), staff(nobody, 404), staff("/staff/people/nonsense", 404)},
		"POST /staff/people/{account}/link":    {sent(someone+"/link", 200, no), sent(nobody+"/link", 404, no)},
		"GET /staff/people/{account}/block":    {admin(someone+"/block", 200), admin(nobody+"/block", 404)},
		"POST /staff/people/{account}/block":   {sent(blocked+"/block", 303, no), sent(address.Person(p.Staff.Account)+"/block", 409, no)},
		"POST /staff/people/{account}/unblock": {sent(blocked+"/unblock", 303, no), sent(someone+"/unblock", 412, no)},
		"POST /staff/people/{account}/mail-link": {
			sent(someone+"/mail-link", 303, no), sent(nobody+"/mail-link", 404, no), sent(address.Person(p.Member.Account)+"/mail-link", 412, no),
		},
		"POST /staff/people/{account}/approve": {
			{path: someone + "/approve", form: no, want: [8]int{401, 403, 403, 403, 403, 403, 409, 409}},
		},
		"GET /staff/people/{account}/reject": {
			{path: someone + "/reject", want: [8]int{303, 403, 403, 403, 403, 403, 200, 200}},
			{path: nobody + "/reject", want: [8]int{303, 403, 403, 403, 403, 403, 404, 404}},
		},
		"POST /staff/people/{account}/reject": {
			{path: someone + "/reject", form: no, want: [8]int{401, 403, 403, 403, 403, 403, 409, 409}},
		},
		"GET /staff/people/{account}/remove":                         {admin(someone+"/remove", 200)},
		"POST /staff/people/{account}/remove":                        {sent(removed+"/remove", 303, no), sent(address.Person(p.Owner.Account)+"/remove", 412, no)},
		"POST /staff/people/{account}/unlock":                        {sent(someone+"/unlock", 303, no)},
		"GET /staff/people/{account}/staff":                          {admin(someone+"/staff", 200)},
		"POST /staff/people/{account}/staff":                         {sent(someone+"/staff", 303, no), sent(someone+"/staff", 422, url.Values{"staff": {"king"}}), sent(address.Person(p.Staff.Account)+"/staff", 409, no)},
		"GET /staff/people/{account}/sessions/end":                   {admin(someone+"/sessions/end", 200)},
		"POST /staff/people/{account}/sessions/end":                  {sent(someone+"/sessions/end", 303, no)},
		"POST /staff/people/{account}/sessions/{session}/end":        {sent(someone+"/sessions/nonsense/end", 303, no)},
		"GET /staff/people/{account}/join":                           {admin(someone+"/join", 200)},
		"POST /staff/people/{account}/join":                          {sent(someone+"/join", 422, no)},
		"POST /staff/people/{account}/teams/{team}/home":             {sent(someone+inAcme+"/home", 303, no), sent(someone+"/teams/nonsense/home", 404, no)},
		"GET /staff/people/{account}/teams/{team}/move":              {admin(someone+inAcme+"/move", 200)},
		"POST /staff/people/{account}/teams/{team}/move":             {sent(someone+inAcme+"/move", 422, no)},
		"GET /staff/teams.csv":                                       {staff("/staff/teams.csv?q=a", 200)},
		"GET /staff/teams":                                           {staff("/staff/teams", 200)},
		"GET /staff/teams/new":                                       {admin("/staff/teams/new", 200)},
		"POST /staff/teams/new":                                      {sent("/staff/teams/new", 422, no)},
		"GET /staff/teams/{team}/":                                   {staff(acme, 200), staff(noTeam, 404), staff("/staff/teams/nonsense", 404)},
		"GET /staff/teams/{team}/add":                                {admin(acme+"/add", 200), admin(noTeam+"/add", 404)},
		"POST /staff/teams/{team}/add":                               {sent(acme+"/add", 422, no)},
		"GET /staff/teams/{team}/disable":                            {admin(acme+"/disable", 200)},
		"POST /staff/teams/{team}/disable":                           {sent(acme+"/disable", 303, no)},
		"POST /staff/teams/{team}/enable":                            {sent(acme+"/enable", 303, no)},
		"GET /staff/teams/{team}/rename":                             {admin(acme+"/rename", 200)},
		"POST /staff/teams/{team}/rename":                            {sent(acme+"/rename", 303, url.Values{"name": {"Acme"}}), sent(acme+"/rename", 422, no)},
		"GET /staff/teams/{team}/invite":                             {admin(acme+"/invite", 200)},
		"POST /staff/teams/{team}/invite":                            {sent(acme+"/invite", 422, no)},
		"POST /staff/teams/{team}/invitations/{invitation}/withdraw": {sent(acme+gone, 303, no)},
		"GET /staff/teams/{team}/members/{account}/role":             {admin(acme+viewer+"/role", 200), admin(acme+none+"/role", 404)},
		"POST /staff/teams/{team}/members/{account}/role":            {sent(acme+viewer+"/role", 303, role), sent(acme+viewer+"/role", 422, no)},
		"GET /staff/teams/{team}/members/{account}/remove":           {admin(acme+viewer+"/remove", 200), admin(acme+none+"/remove", 404)},
		"POST /staff/teams/{team}/members/{account}/remove":          {sent(acme+none+"/remove", 404, no)},
		"GET /team/":                                   {{path: "/team", want: [8]int{303, 200, 200, 200, 200, 200, 200, 200}}},
		"GET /team/request-log":                        {{path: "/team/request-log", want: [8]int{303, 403, 403, 200, 200, 403, 403, 403}}},
		"POST /team/request-log":                       {{path: "/team/request-log", want: [8]int{401, 403, 403, 303, 303, 403, 403, 403}}},
		"POST /team/request-log/stop":                  {{path: "/team/request-log/stop", want: [8]int{401, 403, 403, 303, 303, 403, 403, 403}}},
		"GET /team/rename":                             {{path: "/team/rename", want: [8]int{303, 403, 403, 200, 200, 403, 403, 404}}},
		"POST /team/rename":                            {{path: "/team/rename", form: no, want: [8]int{401, 403, 403, 422, 422, 403, 403, 404}}},
		"GET /team/invite":                             {{path: "/team/invite", want: [8]int{303, 403, 403, 200, 200, 403, 403, 404}}},
		"POST /team/invite":                            {{path: "/team/invite", form: no, want: [8]int{401, 403, 403, 422, 422, 403, 403, 404}}},
		"POST /team/invitations/{invitation}/withdraw": {{path: "/team" + gone, form: no, want: [8]int{401, 403, 403, 303, 303, 403, 403, 404}}},
		"GET /team/members/{account}/role":             {{path: "/team" + viewer + "/role", want: [8]int{303, 403, 403, 200, 404, 403, 403, 404}}},
		"POST /team/members/{account}/role":            {{path: "/team" + viewer + "/role", form: role, want: [8]int{401, 403, 403, 303, 404, 403, 403, 404}}},
		"GET /team/members/{account}/remove":           {{path: "/team" + viewer + "/remove", want: [8]int{303, 200, 403, 200, 404, 403, 403, 404}}},
		"POST /team/members/{account}/remove":          {{path: "/team" + none + "/remove", form: no, want: [8]int{401, 403, 403, 404, 404, 403, 403, 404}}},
		"POST /team/answers/{invitation}/accept":       {{path: "/team/answers/nonsense/accept", form: no, want: [8]int{401, 404, 404, 404, 404, 404, 404, 404}}},
		"POST /team/answers/{invitation}/decline":      {{path: "/team/answers/nonsense/decline", form: no, want: [8]int{401, 303, 303, 303, 303, 303, 303, 303}}},
	}
}
