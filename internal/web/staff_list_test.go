package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/address"
)

// staffLists are the lists of staff with a table.
var staffLists = []string{
	address.StaffKeys, address.StaffSubscriptions, address.People, address.StaffTeams, address.Catalogue, address.StaffPlans, address.StaffStrategies,
	address.Audit, address.Outbox,
}

func TestListsShowTheChosenColumns(t *testing.T) {
	p := newPortal(t).stocked(t)
	if err := p.DB.Send(t.Context(), event.Message{To: "owner@acme.example", Template: "invitation"}); err != nil {
		t.Fatal(err)
	}
	for _, list := range staffLists {
		whole := p.read(t, p.Staff, list)
		heads := strings.Count(whole, `<th scope="col"`)
		if heads < 4 || !strings.Contains(whole, ">Columns") {
			t.Errorf("%s has %d columns, and no choice of them", list, heads)
			continue
		}
		_, first, _ := strings.Cut(whole, `type="checkbox" name="column" value="`)
		name, _, _ := strings.Cut(first, `"`)
		fewer := p.read(t, p.Staff, list+"?column="+name)
		if got := strings.Count(fewer, `<th scope="col"`); got != 2 {
			t.Errorf("%s with the column %s has %d columns, want that one and the first", list, name, got)
		}
		if got := strings.Count(p.read(t, p.Staff, list+"?column=unknown&sort=unknown"), `<th scope="col"`); got != heads {
			t.Errorf("%s with an unknown column has %d columns, want all %d", list, got, heads)
		}
	}
}

func TestListsAreSortedByTheirHeads(t *testing.T) {
	p := newPortal(t).stocked(t)
	first := p.read(t, p.Staff, address.People)
	if !strings.Contains(first, `href="/staff/people?sort=name"`) || strings.Contains(first, "aria-sort") {
		t.Error("the list of people offers no order by name, or claims one")
	}
	sorted := p.read(t, p.Staff, address.People+"?sort=name&q=example&column=name&column=email")
	for _, want := range []string{`aria-sort="ascending"`, `sort=-name`, "column=email", `name="sort" value="name"`} {
		if !strings.Contains(sorted, want) {
			t.Errorf("the sorted list lacks %q", want)
		}
	}
	up, down := p.csv(t, address.People+".csv?sort=email"), p.csv(t, address.People+".csv?sort=-email")
	if up[1][2] >= down[1][2] || up[1][2] != down[len(down)-1][2] {
		t.Errorf("the first person is %s, and %s in the other direction", up[1][2], down[1][2])
	}
}

// csv returns the lines of an export.
func (p *portal) csv(t *testing.T, path string) [][]string {
	t.Helper()
	answer := p.get(t, p.Staff, path)
	if got := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || got != "text/csv; charset=utf-8" {
		t.Fatalf("%s: %d %s", path, answer.Code, got)
	}
	table, err := csv.NewReader(answer.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestExportsHaveTheFiltersAndTheOrderOfTheirList(t *testing.T) {
	p := newPortal(t).stocked(t)
	found, err := p.Access.KeyLines(p.As(p.Staff), access.CredentialFilter{}, page.Request{})
	if err != nil || found.Total < 2 {
		t.Fatal(found.Total, err)
	}
	whole := p.csv(t, address.StaffKeys+".csv")
	if len(whole) != found.Total+1 {
		t.Errorf("the export has %d lines, want a head and %d keys", len(whole), found.Total)
	}
	revoked := p.primary.Credential.ID
	if err := p.Access.RevokeCredential(p.As(p.Owner), revoked); err != nil {
		t.Fatal(err)
	}
	if some := p.csv(t, address.StaffKeys+".csv?view=revoked"); len(some) != 2 || some[1][0] != revoked.Hex() {
		t.Errorf("the export of revoked keys is %q", some)
	}
	expect(t, p.get(t, p.Staff, address.StaffKeys+"?view=revoked&sort=name&column=status"), http.StatusOK, `href="/staff/keys.csv?sort=name&amp;view=revoked"`)

	people := p.csv(t, address.People+".csv?q=globex&sort=-email")
	if len(people) != 2 || !slices.Contains(people[1], "owner@globex.example") {
		t.Errorf("the export of people is %q", people)
	}
	for _, list := range []string{address.StaffTeams, address.Catalogue, address.StaffPlans, address.StaffStrategies, address.StaffSubscriptions} {
		if lines := p.csv(t, list+".csv"); len(lines) < 2 {
			t.Errorf("the export of %s has no lines", list)
		}
		if lines := p.csv(t, list+".csv?q=nothing+matches+this"); len(lines) != 1 {
			t.Errorf("the export of %s ignores its search: %q", list, lines)
		}
	}
	if lines := p.csv(t, address.Outbox+".csv?q=nothing+matches+this"); len(lines) != 1 {
		t.Errorf("the export of the outbox ignores its search: %q", lines)
	}
	if lines := p.csv(t, address.StaffRequests+".csv?state=all&q=nothing+matches+this"); len(lines) != 1 {
		t.Errorf("the export of requests ignores its search: %q", lines)
	}
	expect(t, p.get(t, p.Staff, address.Catalogue+"?by=files"), http.StatusOK, `href="/staff/catalogue/export?managed_by=files"`, `href="/staff/catalogue.csv?by=files"`)
}

func TestStaffRevokeSeveralKeys(t *testing.T) {
	p := newPortal(t).stocked(t)
	found, err := p.Access.KeyLines(p.As(p.Staff), access.CredentialFilter{Part: ""}, page.Request{})
	if err != nil || found.Total < 2 {
		t.Fatal(found.Total, err)
	}
	keys := []string{found.Items[0].Credential.ID.Hex(), found.Items[1].Credential.ID.Hex()}
	expect(t, p.get(t, p.Staff, address.StaffKeys+"/revoke?"+url.Values{"key": keys}.Encode()), http.StatusOK, "Revoke 2 keys?", found.Items[0].Team, keys[0], keys[1])
	refused := p.post(t, p.Staff, address.StaffKeys+"/revoke", url.Values{"key": {keys[0], strings.Repeat("0", 24)}})
	if refused.Code != http.StatusNotFound {
		t.Errorf("an unknown key among the selected is answered %d", refused.Code)
	}
	counts, err := p.Access.CountKeys(p.As(p.Staff), access.CredentialFilter{})
	if err != nil || counts[access.KeysRevoked] != 0 || counts[""] != found.Total {
		t.Errorf("after a refused change the counts are %v, %v", counts, err)
	}
	expectRedirect(t, p.post(t, p.Staff, address.StaffKeys+"/revoke", url.Values{"key": keys}), address.StaffKeys+"?revoked=2")
	counts, err = p.Access.CountKeys(p.As(p.Staff), access.CredentialFilter{})
	if err != nil || counts[access.KeysRevoked] != 2 {
		t.Errorf("two keys were revoked, but the counts are %v, %v", counts, err)
	}
	expect(t, p.get(t, p.Staff, address.StaffKeys+"?revoked=2"), http.StatusOK, "2 keys revoked. Calls that use them now get 401.")
	lacks(t, p.get(t, p.Support, address.StaffKeys).Body.String(), `name="key"`)
}
