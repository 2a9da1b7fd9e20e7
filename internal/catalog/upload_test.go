package catalog_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// opening returns an Upload.Open that returns this file.
func opening(file string, content io.Reader) func() (string, io.Reader, error) {
	return func() (string, io.Reader, error) { return file, content, nil }
}

// stalledUpload starts an upload whose first byte has been read. It continues when the caller writes.
func stalledUpload(t *testing.T, kit *testkit.Kit) *io.PipeWriter {
	t.Helper()
	reader, writer := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := kit.Catalog.UploadSpec(kit.As(kit.Staff), catalog.Upload{Product: "made", Version: "v1", Open: opening("made.json", reader)})
		_ = reader.CloseWithError(err) // the writer needs no error
	}()
	t.Cleanup(func() {
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
		<-ended
	})
	if _, err := writer.Write([]byte("{")); err != nil {
		t.Fatalf("the upload is not read: %v", err)
	}
	return writer
}

func TestSlowUploadDoesNotBlockOthers(t *testing.T) {
	kit := testkit.New(t)
	made(t, kit, "made", "/made")
	// If the quick upload waits for the slow one, it times out.
	ctx, cancel := context.WithTimeout(kit.As(kit.Staff), testkit.Patience)
	defer cancel()
	quick := func() error {
		_, err := kit.Catalog.UploadSpec(ctx, catalog.Upload{Product: "made", Version: "v1", Open: opening("made.json", strings.NewReader(description))})
		return err
	}
	slow := stalledUpload(t, kit)
	if err := quick(); err != nil {
		t.Fatalf("an upload during a slow one: %v", err)
	}
	for range catalog.UploadsAtOnce - 1 {
		stalledUpload(t, kit)
	}
	if err := quick(); !fault.Is(err, fault.Unavailable) || fault.From(err).RetryAfter <= 0 {
		t.Errorf("an upload beyond the limit: %v", err)
	}
	_, err := slow.Write([]byte(strings.TrimPrefix(description, "{")))
	if err == nil {
		err = slow.Close()
	}
	if err != nil {
		t.Fatalf("the slow upload is not finished: %v", err)
	}
}
