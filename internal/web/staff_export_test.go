package web

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

func TestCatalogueExportCanBeApplied(t *testing.T) {
	p := newPortal(t).stocked(t)
	answer := p.send(p.as(t, p.Staff, http.MethodGet, "/staff/catalogue/export", nil))
	body := answer.Body.Bytes()
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(answer.Code, err)
	}
	file, err := archive.Open("one.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(file); err != nil || string(text) != firstRelease {
		t.Errorf("the description is %q, %v", text, err)
	}
	read, findings, err := p.Publish.Read(p.As(p.Staff), archive)
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(findings, err)
	}
	if changes, err := p.Publish.Plan(p.As(p.Staff), read); err != nil || changes.Any() {
		t.Errorf("applying the export changes %v, %v", changes, err)
	}
	again := p.send(p.as(t, p.Staff, http.MethodGet, "/staff/catalogue/export", nil))
	if !bytes.Equal(body, again.Body.Bytes()) {
		t.Error("two exports of the same catalogue differ")
	}
}
