package usage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// logOf collects lines as the meter does.
type logOf struct {
	kit    *testkit.Kit
	rollup usage.Rollup
	charge usage.Charge
}

func newLog(kit *testkit.Kit, team account.Team) *logOf {
	return &logOf{kit: kit, charge: usage.Charge{Team: team.ID, Application: access.ApplicationID{1}, Credential: access.CredentialID{2}, Version: catalog.VersionID{3}, Environment: "production"}}
}

func (l *logOf) add(at time.Time, path string) {
	l.rollup.AddCall(&l.charge, &usage.Call{Began: at, Status: 200, Logged: true, Method: "GET", Path: path, RequestID: "of" + path, Address: "192.0.2.1"})
}

func (l *logOf) store(t *testing.T, more ...func(*usage.Batch)) {
	t.Helper()
	batch := l.rollup.Take()
	for _, change := range more {
		change(&batch)
	}
	if err := l.kit.Usage.Record(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func setLog(t *testing.T, kit *testkit.Kit, on bool) {
	t.Helper()
	if err := kit.Accounts.SetRequestLog(kit.As(kit.Owner), kit.Acme.ID, on); err != nil {
		t.Fatal(err)
	}
}

func pathsOf(lines []usage.Line) string {
	var paths []string
	for _, line := range lines {
		paths = append(paths, line.Path)
	}
	return strings.Join(paths, " ")
}

func paths(t *testing.T, kit *testkit.Kit, filter usage.LineFilter) string {
	t.Helper()
	filter.Limit = 50
	found, err := kit.Usage.RequestLog(kit.As(kit.Viewer), filter)
	if err != nil {
		t.Fatal(err)
	}
	return pathsOf(found.Lines)
}

// TestRequestLogIsOptIn switches the log of Acme on, off and on, with calls in between and one that is stored late.
func TestRequestLogIsOptIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		log := newLog(kit, kit.Acme)
		call := func(path string) {
			kit.Clock.Advance(time.Second)
			log.add(kit.Clock.Now(), path)
			log.store(t)
		}
		want := func(want string, rows int) {
			t.Helper()
			if got := paths(t, kit, usage.LineFilter{}); got != want {
				t.Errorf("the log has %q, want %q", got, want)
			}
			if got := kit.Rows(t, "request_line"); got != rows {
				t.Errorf("%d lines are stored, want %d", got, rows)
			}
		}
		call("/a")
		want("", 0)
		log.add(kit.Clock.Now(), "/late")
		kit.Clock.Advance(time.Second)
		setLog(t, kit, true)
		kit.Clock.Advance(time.Second)
		log.store(t)
		want("", 0)
		call("/b")
		want("/b", 1)
		setLog(t, kit, false)
		call("/c")
		want("", 1)
		setLog(t, kit, true)
		want("", 1)
		call("/d")
		want("/d", 2)
		forgetLines(t, kit)
		want("/d", 1)
		setLog(t, kit, false)
		forgetLines(t, kit)
		want("", 0)
		if rows := kit.Rows(t, "request_log_day"); rows > 0 {
			t.Errorf("%d days are left", rows)
		}
	})
}

func forgetLines(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	if err := kit.Usage.ForgetLines(kit.As(identity.SystemPrincipal("test"))); err != nil {
		t.Fatal(err)
	}
}

func TestRequestLogIsKeptForAWeek(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		setLog(t, kit, true)
		log := newLog(kit, kit.Acme)
		log.add(kit.Clock.Now(), "/old")
		log.add(kit.Clock.Now().Add(time.Second), "/young")
		log.store(t)
		kit.Clock.Advance(usage.LinesKept)
		forgetLines(t, kit)
		if got := paths(t, kit, usage.LineFilter{}); got != "/young /old" {
			t.Errorf("after a week the log has %q", got)
		}
		kit.Clock.Advance(time.Second)
		if got := paths(t, kit, usage.LineFilter{}); got != "/young" {
			t.Errorf("before it is deleted, a call is still in the log: %q", got)
		}
		forgetLines(t, kit)
		if rows := kit.Rows(t, "request_line"); rows != 1 {
			t.Errorf("%d lines are left", rows)
		}
	})
}

// TestLinesAreStoredOnce stores a batch again whose answer was lost.
func TestLinesAreStoredOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		setLog(t, kit, true)
		log := newLog(kit, kit.Acme)
		log.add(kit.Clock.Now(), "/a")
		var batch usage.Batch
		log.store(t, func(stored *usage.Batch) { stored.Ledger, stored.To = "ledger", 10; batch = *stored })
		if err := kit.Usage.Record(t.Context(), batch); err == nil {
			t.Error("the batch was added again")
		}
		if rows := kit.Rows(t, "request_line"); rows != 1 {
			t.Errorf("%d lines", rows)
		}
	})
}

// TestRequestLogIsBounded fills a day.
func TestRequestLogIsBounded(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		setLog(t, kit, true)
		now := kit.Clock.Now()
		log := newLog(kit, kit.Acme)
		log.add(now, "/first")
		log.store(t)
		midnight := now.Truncate(24 * time.Hour)
		kit.Exec(t, fmt.Sprint("UPDATE request_log_day SET lines = ", usage.LinesPerDay-2))
		for i, path := range []string{"/second", "/third", "/fourth", "/fifth"} {
			log.add(now.Add(time.Duration(i+1)*time.Second), path)
		}
		log.add(midnight.Add(24*time.Hour), "/tomorrow")
		log.store(t)
		log.add(now.Add(time.Minute), "/later")
		log.store(t)
		kit.Clock.Advance(24 * time.Hour)
		if got := paths(t, kit, usage.LineFilter{}); got != "/tomorrow /third /second /first" {
			t.Errorf("the log has %q", got)
		}
		full, err := kit.Usage.FullDays(kit.As(kit.Viewer), kit.Acme.ID)
		if want := []time.Time{now.Add(3 * time.Second)}; err != nil || !cmp.Equal(full, want) {
			t.Errorf("full since %v, %v; want %v", full, err, want)
		}
		kit.Clock.Advance(usage.LinesKept)
		if full, err := kit.Usage.FullDays(kit.As(kit.Viewer), kit.Acme.ID); err != nil || len(full) > 0 {
			t.Errorf("after a week: full since %v, %v", full, err)
		}
	})
}

// TestRequestLogIsFiltered compares every filter, page by page, with a loop over all lines.
func TestRequestLogIsFiltered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		defer usage.ExamineLines(37)()
		setLog(t, kit, true)
		var all []usage.Line
		var rollup usage.Rollup
		for i := range 300 {
			charge := usage.Charge{
				Team: kit.Acme.ID, Application: access.ApplicationID{byte(1 + i%3)}, Credential: access.CredentialID{byte(1 + i%5)},
				Version: catalog.VersionID{byte(1 + i%2)}, Environment: []string{"production", "sandbox"}[i%7/6],
			}
			if i%50 == 49 {
				charge.Team = kit.Globex.ID
			}
			rollup.AddCall(&charge, &usage.Call{
				Began: kit.Clock.Now().Add(time.Duration(i) * time.Millisecond), Status: []int{200, 200, 201, 404, 500, 302, 200, 101}[i%8],
				Operation: []string{"list", "get", ""}[i%3], Logged: true, Method: "GET", Path: fmt.Sprintf("/things/%d%%", i%20),
				Address: fmt.Sprintf("192.0.2.%d", i%4), RequestID: fmt.Sprint("id-", i%100),
			})
		}
		batch := rollup.Take()
		if err := kit.Usage.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		for _, line := range batch.Lines {
			if line.Team == kit.Acme.ID {
				all = append(all, line)
			}
		}
		slices.Reverse(all)
		kit.Clock.Advance(time.Minute)
		rapid.Check(t, func(t *rapid.T) {
			filter := usage.LineFilter{Limit: rapid.IntRange(1, 100).Draw(t, "limit")}
			maybe := func(name string, set func()) {
				if rapid.IntRange(0, 3).Draw(t, name) == 0 {
					set()
				}
			}
			digit := func(most int) byte { return byte(rapid.IntRange(1, most).Draw(t, "digit")) }
			maybe("outcome", func() { filter.Outcome = rapid.SampledFrom(usage.Outcomes()).Draw(t, "of") })
			maybe("application", func() { filter.Application = access.ApplicationID{digit(4)} })
			maybe("credential", func() { filter.Credential = access.CredentialID{digit(6)} })
			maybe("version", func() { filter.Version = catalog.VersionID{digit(3)} })
			maybe("operation", func() { filter.Operation = "get" })
			maybe("environment", func() { filter.Environment = "sandbox" })
			maybe("address", func() { filter.Address = "192.0.2.2" })
			maybe("search", func() {
				filter.Search = rapid.SampledFrom([]string{"192.0.2.1", "id-7", "Things/1", "2%"}).Draw(t, "term")
			})
			var want []usage.LineID
			for _, line := range all {
				if selects(filter, line) {
					want = append(want, line.ID)
				}
			}
			var got []usage.LineID
			for {
				page, err := kit.Usage.RequestLog(kit.As(kit.Viewer), filter)
				if err != nil || len(page.Lines) > filter.Limit {
					t.Fatal(len(page.Lines), err)
				}
				if wants := len(page.Lines) == filter.Limit || page.Unfinished || page.Rest.IsZero(); !wants {
					t.Fatalf("a page has %d lines and does not say why", len(page.Lines))
				}
				for _, line := range page.Lines {
					got = append(got, line.ID)
				}
				if filter.Before = page.Rest; page.Rest.IsZero() {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v:\n%s", filter, diff)
			}
		})
	})
}

// selects reports whether a filter selects a line. An operation is one of a version.
func selects(filter usage.LineFilter, line usage.Line) bool {
	class := fmt.Sprintf("%dxx", line.Status/100)
	switch {
	case filter.Outcome == usage.Errors && line.Status < 400, filter.Outcome != "" && filter.Outcome != usage.Errors && string(filter.Outcome) != class:
		return false
	case !filter.Application.IsZero() && filter.Application != line.Application, !filter.Credential.IsZero() && filter.Credential != line.Credential:
		return false
	case !filter.Version.IsZero() && (filter.Version != line.Version || filter.Operation != "" && filter.Operation != line.Operation):
		return false
	case filter.Environment != "" && filter.Environment != line.Environment, filter.Address != "" && filter.Address != line.Address:
		return false
	}
	return filter.Search == "" || line.Address == filter.Search || line.RequestID == filter.Search || strings.Contains(line.Path, strings.ToLower(filter.Search))
}

// TestWhoReadsARequestLog has a line of a team's application and one of the owner's own.
func TestWhoReadsARequestLog(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		setLog(t, kit, true)
		own := access.Application{ID: access.ApplicationID{9}, Team: kit.Acme.ID, Account: kit.Member.Account, Name: "Own"}
		if err := kit.DB.Access().SaveApplication(t.Context(), own); err != nil {
			t.Fatal(err)
		}
		log := newLog(kit, kit.Acme)
		log.add(kit.Clock.Now(), "/team")
		log.charge.Application = own.ID
		log.add(kit.Clock.Now().Add(time.Second), "/own")
		log.store(t)
		lines := map[string]usage.LineID{}
		all, err := kit.Usage.RequestLog(kit.As(kit.Member), usage.LineFilter{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range all.Lines {
			lines[line.Path] = line.ID
		}
		for name, row := range map[string]struct {
			who  identity.Principal
			want string
			kind []fault.Kind
		}{
			"member": {kit.Member, "/own /team", nil}, "viewer": {kit.Viewer, "/team", nil}, "support": {kit.Support, "/own /team", nil},
			"other owner": {kit.OtherOwner, "", []fault.Kind{fault.NotFound}}, "visitor": {kit.Visitor, "", []fault.Kind{fault.Unauthenticated}},
		} {
			found, err := kit.Usage.RequestLog(kit.As(row.who), usage.LineFilter{Team: kit.Acme.ID, Limit: 10})
			if got := pathsOf(found.Lines); got != row.want || (err == nil) != (row.kind == nil) || err != nil && !fault.Is(err, row.kind[0]) {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			for path, line := range lines {
				found, err := kit.Usage.RequestLine(kit.As(row.who), kit.Acme.ID, line)
				if may := strings.Contains(row.want, path); may != (err == nil && found.Path == path) {
					t.Errorf("%s reads the line %s: %+v, %v", name, path, found, err)
				}
			}
		}
		if _, err := kit.Usage.RequestLine(kit.As(kit.OtherOwner), kit.Globex.ID, lines["/team"]); !fault.Is(err, fault.NotFound) {
			t.Errorf("a line of another team: %v", err)
		}
		if err := kit.Usage.ForgetLines(kit.As(kit.Owner)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an owner deletes lines: %v", err)
		}
		setLog(t, kit, false)
		if _, err := kit.Usage.RequestLine(kit.As(kit.Support), kit.Acme.ID, lines["/team"]); !fault.Is(err, fault.NotFound) {
			t.Errorf("staff read a line of a log that is off: %v", err)
		}
	})
}
