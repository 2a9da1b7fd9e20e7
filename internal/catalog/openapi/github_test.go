package openapi_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// githubDocument reads GitHub's description of its REST API, which has 13 MB.
func githubDocument(t testing.TB) []byte {
	t.Helper()
	name := os.Getenv("PORTICO_GITHUB_DOCUMENT")
	if name == "" {
		name = filepath.Join("..", "..", "..", ".cache", "github", "api.github.com.json")
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%v\nRun `make setup` to download GitHub's description, or set PORTICO_GITHUB_DOCUMENT to a copy of api.github.com.json.", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReadGitHub(t *testing.T) {
	text := githubDocument(t)
	peak := watchHeap(t)
	spec, findings := openapi.Read(t.Context(), "api.github.com.json", text, openapi.Limits{})
	if grown := peak(); grown > 300<<20 {
		t.Errorf("reading took %d MiB of heap", grown>>20)
	}
	if len(spec.Operations) < 1_200 || len(spec.Schemas) < 900 || len(spec.Tags) < 30 {
		t.Errorf("%d operations, %d schemas, %d tags", len(spec.Operations), len(spec.Schemas), len(spec.Tags))
	}
	if openapi.HasErrors(findings) {
		t.Errorf("errors:\n%s", joined(slices.DeleteFunc(findings, func(f openapi.Finding) bool { return f.Severity != openapi.Error })))
	}
	if len(findings) < 100 {
		t.Errorf("only %d warnings; the document is known to have hundreds of mistakes", len(findings))
	}
	for _, found := range findings {
		if found.Line < 1 || found.Column < 1 || found.Pointer == "" || found.Advice == "" {
			t.Errorf("finding without a position, pointer or advice: %+v", found)
		}
	}
	checkGitHubOperation(t, spec)

	var sizes []int
	for _, operation := range spec.Operations {
		encoded, err := json.Marshal(operation.Detail)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(encoded))
	}
	slices.Sort(sizes)
	if median, largest := sizes[len(sizes)/2], sizes[len(sizes)-1]; median > 12<<10 || largest > 200<<10 {
		t.Errorf("details of %d bytes, the largest %d", median, largest)
	}
}

func checkGitHubOperation(t *testing.T, spec openapi.Spec) {
	i := slices.IndexFunc(spec.Operations, func(o openapi.Operation) bool { return o.OperationID == "repos/get" })
	if i < 0 {
		t.Fatal("there is no operation repos/get")
	}
	operation := spec.Operations[i]
	if operation.Slug != "repos-get" || operation.Path != "/repos/{owner}/{repo}" || operation.Summary == "" {
		t.Errorf("read %+v", operation)
	}
	if parameters := operation.Detail.Parameters; len(parameters) != 2 || parameters[0].Name != "owner" || !parameters[0].Required {
		t.Errorf("parameters %+v", parameters)
	}
	ok := operation.Detail.Responses[0]
	if ok.Status != "200" || ok.Content[0].Schema.Value.Ref != "full-repository" || len(ok.Content[0].Schema.Rows) < 100 || ok.Content[0].Example == "" {
		t.Errorf("response %s %+v", ok.Status, ok.Content[0].Schema.Value)
	}
}

// watchHeap samples the heap until the returned function is called, which returns the peak growth.
func watchHeap(t testing.TB) (grown func() uint64) {
	runtime.GC()
	done, most := make(chan struct{}), make(chan uint64)
	read := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before := read()
	go func() {
		peak := before
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				peak = max(peak, read())
			case <-done:
				most <- max(peak, read()) - before
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}

func BenchmarkReadGitHub(b *testing.B) {
	text := githubDocument(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	peak := watchHeap(b)
	for b.Loop() {
		if _, findings := openapi.Read(b.Context(), "api.github.com.json", text, openapi.Limits{}); openapi.HasErrors(findings) {
			b.Fatal(joined(findings))
		}
	}
	b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
}
