package web

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/web/address"
)

// hostileTexts are texts that a spreadsheet or a reader of lines could misread.
var hostileTexts = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", `"quoted", with a comma`, "two\nlines", "ä€ \u2028", "<script>", "\x00", "'=1",
}

// exportedRecord is a line of the JSON export.
type exportedRecord struct {
	Address string            `json:"address"`
	Changed []exportedChange  `json:"changed"`
	Details map[string]string `json:"details"`
}

type exportedChange struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func TestAuditExportsKeepHostileTexts(t *testing.T) {
	p := newPortal(t)
	for _, text := range hostileTexts {
		p.record(t, text)
	}
	table, err := csv.NewReader(strings.NewReader(p.read(t, p.Staff, address.Audit+".csv?action=test"))).ReadAll()
	if err != nil || len(table) != len(hostileTexts)+1 {
		t.Fatal(len(table), err)
	}
	for _, line := range table {
		if len(line) != len(table[0]) {
			t.Errorf("a line has %d cells, want as many as the header", len(line))
		}
		for _, cell := range line {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}
	lines := strings.Split(strings.TrimSuffix(p.read(t, p.Staff, address.Audit+".jsonl?action=test"), "\n"), "\n")
	if len(lines) != len(hostileTexts) {
		t.Fatalf("the export has %d lines, want %d", len(lines), len(hostileTexts))
	}
	for i, line := range lines {
		var read exportedRecord
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatal(err)
		}
		want := hostileTexts[len(hostileTexts)-1-i]
		if read.Details["it"] != want || len(read.Changed) != 1 || read.Changed[0] != (exportedChange{Name: "name", Before: want, After: "b"}) || read.Address != "192.0.2.10" {
			t.Errorf("%q is exported as %+v", want, read)
		}
	}
}

func TestAuditExportsApplyFilters(t *testing.T) {
	p := newPortal(t)
	p.record(t, "one")
	p.record(t, "two")
	for kind, contentType := range map[string]string{"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"} {
		answer := p.send(p.as(t, p.Staff, http.MethodGet, address.Audit+"."+kind+"?q=one", nil))
		header := answer.Header()
		if header.Get("Content-Type") != contentType || header.Get("Content-Disposition") != `attachment; filename="audit-20260310-090000.`+kind+`"` {
			t.Errorf("headers of the %s export: %v", kind, header)
		}
		if text := answer.Body.String(); !strings.Contains(text, "one") || strings.Contains(text, "two") {
			t.Errorf("the filtered %s export is %s", kind, text)
		}
	}
}

// measuring counts the bytes that it receives and measures the memory in use meanwhile.
type measuring struct {
	*httptest.ResponseRecorder
	bytes int
	most  uint64
}

func (m *measuring) Write(sent []byte) (int, error) {
	if before := m.bytes >> 20; (m.bytes+len(sent))>>20 > before {
		var memory runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&memory)
		m.most = max(m.most, memory.HeapAlloc)
	}
	m.bytes += len(sent)
	return len(sent), nil
}

func TestAuditExportIsStreamed(t *testing.T) {
	p := newPortal(t)
	long := strings.Repeat("x", 8<<10)
	for range 4000 { // 32 MB, since a difference keeps only its beginning
		p.record(t, long)
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	to := &measuring{ResponseRecorder: httptest.NewRecorder()}
	p.handler.ServeHTTP(to, p.as(t, p.Staff, http.MethodGet, address.Audit+".jsonl", nil))
	if to.bytes < 30<<20 {
		t.Fatalf("the export has only %d bytes", to.bytes)
	}
	if grown := int64(to.most) - int64(before.HeapAlloc); grown > 24<<20 {
		t.Errorf("the export used %d MB of memory for %d MB", grown>>20, to.bytes>>20)
	}
}

// broken is a connection that fails after some bytes.
type broken struct {
	*httptest.ResponseRecorder
	left int
}

func (b *broken) Write(sent []byte) (int, error) {
	if b.left -= len(sent); b.left < 0 {
		return 0, errors.New("the reader has gone")
	}
	return len(sent), nil
}

func TestInterruptedAuditExportAbortsTheConnection(t *testing.T) {
	p := newPortal(t)
	for range 20 {
		p.record(t, strings.Repeat("x", 1000))
	}
	defer func() {
		if recover() != http.ErrAbortHandler { //nolint:errorlint // it is compared as net/http does
			t.Error("the connection was not aborted")
		}
	}()
	p.handler.ServeHTTP(&broken{httptest.NewRecorder(), 5000}, p.as(t, p.Staff, http.MethodGet, address.Audit+".jsonl", nil))
}
