package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/demo"
)

// reader is a signed-in visitor of a portal's reference.
type reader struct {
	portal string
	client *http.Client
}

// readerOf signs in.
func readerOf(portal string) (*reader, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	// Responses stay compressed, so that their size is measured as transferred.
	made := &reader{portal, &http.Client{Jar: jar, Timeout: startPatience, Transport: &http.Transport{DisableCompression: true}}}
	form := url.Values{"email": {demo.Developer}, "password": {demo.DefaultPassword}}
	response, err := made.client.PostForm(portal+"/sign-in", form) //nolint:noctx // the client has a timeout
	if err != nil {
		return nil, err
	}
	return made, response.Body.Close()
}

// fetched is a page and the time that the server took for it.
type fetched struct {
	text string
	took time.Duration
}

func (r *reader) fetch(ctx context.Context, path, encoding string) (fetched, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.portal+path, nil)
	if err != nil {
		return fetched{}, err
	}
	request.Header.Set("Accept-Encoding", encoding)
	began := time.Now()
	response, err := r.client.Do(request)
	if err != nil {
		return fetched{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	took := time.Since(began)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", path, response.Status)
	}
	return fetched{string(text), took}, err
}

// indexPath is the page of the large description that this program publishes.
const indexPath = "/apis/github-rest/1"

var (
	operationLink = regexp.MustCompile(`href="(/apis/[^"/]+/[^"/]+/operations/[^"/]+)"`)
	scriptSource  = regexp.MustCompile(`<script[^>]* src="([^"]+)"`)
)

// referenceFigures are the times and sizes that matter to readers of a very large reference.
type referenceFigures struct {
	median, slow, size, large, index, indexSize, indexPacked, script figure
}

func newReferenceFigures() referenceFigures {
	return referenceFigures{
		median:      figure{what: "operation page of the GitHub document, median", unit: " ms", most: 15},
		slow:        figure{what: "operation page of the GitHub document, p95", unit: " ms", most: 40},
		size:        figure{what: "operation page, HTML, median", unit: " KB", most: 40},
		large:       figure{what: "operation page, HTML, p95", unit: " KB", most: 150},
		index:       figure{what: "index page of the GitHub document", unit: " ms", most: 60},
		indexSize:   figure{what: "index page, HTML", unit: " KB", most: 450},
		indexPacked: figure{what: "index page, compressed", unit: " KB", most: 60},
		script:      figure{what: "JavaScript of an operation page, compressed", unit: " KB", most: 60},
	}
}

// measureReference loads the page of each operation of a very large description, as browsers do, in each round.
func measureReference(ctx context.Context, settings settings) (_ []figure, err error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	files, err := documentFolder()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(files) }()
	portal, err := launch(ctx, "demo", folder, "--document", "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, portal.end()) }()
	output, err := exec.CommandContext(ctx, programPath, "apply", "-f", files, "--data-dir", folder).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("apply: %w\n%s", err, output)
	}
	visitor, err := readerOf(portal.portal)
	if err != nil {
		return nil, err
	}
	index, err := visitor.fetch(ctx, indexPath, "identity")
	if err != nil {
		return nil, err
	}
	operations := submatches(operationLink, index.text)
	if len(operations) < 1_000 {
		return nil, fmt.Errorf("the index lists only %d operations", len(operations))
	}
	figures := newReferenceFigures()
	for range settings.rounds {
		if err := visitor.round(ctx, operations, &figures); err != nil {
			return nil, err
		}
	}
	f := figures
	return []figure{f.median, f.slow, f.size, f.large, f.index, f.indexSize, f.indexPacked, f.script}, nil
}

func submatches(pattern *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// round loads every page once.
func (r *reader) round(ctx context.Context, operations []string, into *referenceFigures) error {
	var times, sizes []float64
	var last fetched
	for _, path := range operations {
		packed, err := r.fetch(ctx, path, "gzip")
		if err != nil {
			return err
		}
		if last, err = r.fetch(ctx, path, "identity"); err != nil {
			return err
		}
		times = append(times, milliseconds(packed.took))
		sizes = append(sizes, kilobytes(len(last.text)))
	}
	into.median.add(share(times, 50))
	into.slow.add(share(times, 95))
	into.size.add(share(sizes, 50))
	into.large.add(share(sizes, 95))
	plain, err := r.fetch(ctx, indexPath, "identity")
	if err != nil {
		return err
	}
	packed, err := r.fetch(ctx, indexPath, "gzip")
	if err != nil {
		return err
	}
	into.index.add(milliseconds(packed.took))
	into.indexSize.add(kilobytes(len(plain.text)))
	into.indexPacked.add(kilobytes(len(packed.text)))
	scripts := 0
	for _, source := range submatches(scriptSource, last.text) {
		if !strings.HasPrefix(source, "/") {
			return fmt.Errorf("the page loads a script from elsewhere: %s", source)
		}
		script, err := r.fetch(ctx, source, "gzip")
		if err != nil {
			return err
		}
		scripts += len(script.text)
	}
	into.script.add(kilobytes(scripts))
	return nil
}

func (f *figure) add(value float64) { f.rounds = append(f.rounds, value) }

// share returns a percentile.
func share(values []float64, percent int) float64 {
	return slices.Sorted(slices.Values(values))[(len(values)-1)*percent/100]
}

func milliseconds(took time.Duration) float64 { return float64(took.Microseconds()) / 1000 }

func kilobytes(bytes int) float64 { return float64(bytes) / 1024 }
