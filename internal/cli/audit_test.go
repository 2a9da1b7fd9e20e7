package cli

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// alter changes the database of an installation directly.
func alter(t *testing.T, folder string, statements ...string) {
	t.Helper()
	database, err := sql.Open("sqlite", filepath.Join(folder, "portico.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = database.Close() }()
	for _, statement := range statements {
		if _, err := database.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// recorded creates an installation to which three people were added.
func recorded(t *testing.T) (folder, head string) {
	t.Helper()
	folder = t.TempDir()
	for _, email := range []string{"one@demo.example", "two@demo.example", "three@demo.example"} {
		if said, code := run(t, folder, "user", "add", email); code != done {
			t.Fatal(said)
		}
	}
	said, code := run(t, folder, "audit", "verify")
	if head = regexp.MustCompile(`\d+:[0-9a-f]{64}`).FindString(said); code != done || head == "" {
		t.Fatal(said, code)
	}
	return folder, head
}

func TestTheTrailIsVerified(t *testing.T) {
	folder, head := recorded(t)
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
		says      string
	}{
		{"a head that was kept", []string{"audit", "verify", "--head", head}, done, head},
		{"no head", []string{"audit", "verify", "--head", "abc"}, failed, "64 hexadecimal digits"},
		{"a head of another trail", []string{"audit", "verify", "--head", "1:" + strings.Repeat("0", 64)}, failed, "broken at record 1:"},
		{"a head beyond the end", []string{"audit", "verify", "--head", "99:" + strings.Repeat("0", 64)}, failed, "up to record 99"},
	} {
		if said, code := run(t, folder, test.arguments...); code != test.code || !strings.Contains(said, test.says) {
			t.Errorf("%s: %d, %s", test.name, code, said)
		}
	}
	if said, code := run(t, t.TempDir(), "audit", "verify"); code != failed || !strings.Contains(said, "no installation") {
		t.Errorf("nothing: %d, %s", code, said)
	}
}

func TestVerifyingNamesTheFirstBadRecord(t *testing.T) {
	for _, test := range []struct {
		name       string
		statements []string
		says       string
	}{
		{"changed", []string{"UPDATE audit SET details = '{}' WHERE position = 2"}, "broken at record 2:"},
		{"removed", []string{"DELETE FROM audit WHERE position = 2"}, "broken at record 2:"},
		{"the last removed", []string{"DELETE FROM audit WHERE position = (SELECT MAX(position) FROM audit)"}, "it is missing"},
		{"inserted", []string{
			"UPDATE audit SET position = -position WHERE position > 1", "UPDATE audit SET position = 1 - position WHERE position < 0",
			"INSERT INTO audit SELECT 'f' || SUBSTR(id, 2), at, actor, actor_name, action, object, team, address, request_id, details, 2, key_version, hash FROM audit WHERE position = 1",
		}, "broken at record 2:"},
		{"cleared, to be chained anew", []string{
			"DELETE FROM audit WHERE position = 2", "UPDATE audit SET position = NULL, hash = NULL", "UPDATE audit_chain SET position = 0, hash = NULL",
		}, "was put in from outside"},
		{"cleared, and marked as from before the chain", []string{
			"DELETE FROM audit WHERE position = 2", "UPDATE audit SET position = NULL, hash = NULL", "UPDATE audit_chain SET position = 0, hash = NULL, older = TRUE",
		}, "was put in from outside"},
		{"put in without a place", []string{
			"INSERT INTO audit (id, at, actor_name, action, object, address, request_id, details) VALUES ('0', 1, '', 'a.b', '', '', '', 'null')",
		}, "was put in from outside"},
		{"reordered", []string{
			"UPDATE audit SET position = -1 WHERE position = 3", "UPDATE audit SET position = 3 WHERE position = 2", "UPDATE audit SET position = 2 WHERE position = -1",
		}, "broken at record 2:"},
	} {
		folder, _ := recorded(t)
		alter(t, folder, test.statements...)
		if said, code := run(t, folder, "audit", "verify"); code != failed || !strings.Contains(said, test.says) {
			t.Errorf("%s: %d, %s", test.name, code, said)
		}
	}
}

func TestVerifyReportsAdoptedRecords(t *testing.T) {
	folder, _ := recorded(t)
	alter(t, folder, "UPDATE audit SET position = NULL, hash = NULL", "UPDATE audit_chain SET position = 0, hash = NULL, older = TRUE")
	if said, code := run(t, folder, "user", "add", "four@demo.example"); code != done {
		t.Fatal(said)
	}
	if said, code := run(t, folder, "audit", "verify"); code != done || !strings.Contains(said, "The first 6 are older than the chain") {
		t.Errorf("%d, %s", code, said)
	}
}

func TestVerifyDoesNotVouchForAnEmptyTrail(t *testing.T) {
	folder, _ := recorded(t)
	alter(t, folder, "DELETE FROM audit", "UPDATE audit_chain SET position = 0, hash = NULL")
	if said, code := run(t, folder, "audit", "verify"); code != done || !strings.Contains(said, "Only --head with a head that you kept") {
		t.Errorf("%d, %s", code, said)
	}
}

func TestTheTrailSurvivesBackupAndRestore(t *testing.T) {
	folder, head := recorded(t)
	backup, restored := filepath.Join(t.TempDir(), "backup"), t.TempDir()
	if said, code := run(t, folder, "backup", backup); code != done {
		t.Fatal(said)
	}
	if said, code := run(t, restored, "restore", backup); code != done {
		t.Fatal(said)
	}
	if said, code := run(t, restored, "audit", "verify", "--head", head); code != done {
		t.Error(said)
	}
	if said, code := run(t, restored, "user", "add", "four@demo.example"); code != done {
		t.Fatal(said)
	}
	if said, code := run(t, restored, "audit", "verify", "--head", head); code != done {
		t.Errorf("the chain does not go on: %s", said)
	}
}
