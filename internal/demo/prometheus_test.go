package demo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fromPrometheus returns one of Prometheus' programs: from PATH, or from where make test puts it.
func fromPrometheus(t *testing.T, name string) string {
	t.Helper()
	if found, err := exec.LookPath(name); err == nil {
		return found
	}
	found, err := filepath.Abs(filepath.Join("..", "..", ".cache", "prometheus", "usr", "bin", name))
	if err == nil {
		_, err = os.Stat(found)
	}
	if err != nil {
		t.Fatalf("%s is not installed: `make test` installs it, and so does putting it into PATH: %v", name, err)
	}
	return found
}

// packaged returns the path of a file for operators.
func packaged(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "packaging", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPrometheusAcceptsTheMetrics has promtool check the names, types and help texts of all metrics.
func TestPrometheusAcceptsTheMetrics(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		node := installed.start(t)
		node.call(t, productionStatus, "unknown")
		check := exec.Command(fromPrometheus(t, "promtool"), "check", "metrics")
		check.Stdin = strings.NewReader(node.read(t, "/metrics"))
		if output, err := check.CombinedOutput(); err != nil || len(output) > 0 {
			t.Errorf("promtool: %v\n%s", err, output)
		}
	})
}

// TestAlertsFire has promtool check the alert rules and run their tests.
func TestAlertsFire(t *testing.T) {
	promtool := fromPrometheus(t, "promtool")
	for _, arguments := range [][]string{
		{"check", "rules", packaged(t, "prometheus/alerts.yml")},
		{"check", "config", packaged(t, "prometheus/prometheus.yml")},
		{"test", "rules", packaged(t, "prometheus/alerts_test.yml")},
	} {
		if output, err := exec.Command(promtool, arguments...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
	}
	rules, err := os.ReadFile(packaged(t, "prometheus/alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(packaged(t, "prometheus/alerts_test.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rules)) {
		if _, alert, is := strings.Cut(strings.TrimSpace(line), "- alert: "); is && !strings.Contains(string(tests), alert) {
			t.Errorf("no test fires %s", alert)
		}
	}
}

// prometheus is a running Prometheus that scrapes one node every second.
type prometheus struct{ address string }

func scraping(t *testing.T, node *portal) prometheus {
	t.Helper()
	directory := t.TempDir()
	settings := filepath.Join(directory, "prometheus.yml")
	target := strings.TrimPrefix(node.PortalURL, "http://")
	err := os.WriteFile(settings, fmt.Appendf(nil, `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
  - job_name: portico
    static_configs: [{targets: [%q]}]
`, packaged(t, "prometheus/alerts.yml"), target), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	log := &lockedBuffer{}
	server := exec.Command(fromPrometheus(t, "prometheus"), "--config.file="+settings, "--storage.tsdb.path="+filepath.Join(directory, "data"),
		"--web.listen-address="+address)
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return prometheus{"http://" + address}
}

// freeAddress returns a loopback address that no program listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// query returns the values of an expression now, by their labels.
func (p prometheus) query(expression string) ([]map[string]string, error) {
	answer, err := http.Get(p.address + "/api/v1/query?query=" + url.QueryEscape(expression))
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	var read struct {
		Status string
		Error  string
		Data   struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return nil, err
	}
	if read.Status != "success" {
		return nil, errors.New(read.Error)
	}
	var series []map[string]string
	for _, one := range read.Data.Result {
		series = append(series, one.Metric)
	}
	return series, nil
}

// TestPrometheusScrapesTheNode lets a real Prometheus scrape a node after some calls. It then answers every expression
// of the dashboard.
func TestPrometheusScrapesTheNode(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		node := installed.start(t)
		key := node.reveal(t, primary(node.subscription(t, "acme-production")))
		if status := node.call(t, productionStatus, key); status != http.StatusOK {
			t.Fatalf("the key returns %d", status)
		}
		node.call(t, productionStatus, "unknown")
		node.read(t, "/sign-in")
		server := scraping(t, node)
		eventually(t, "scraped", func() bool {
			series, err := server.query(`up{job="portico"} == 1`)
			return err == nil && len(series) == 1
		})
		for _, expression := range []string{
			`portico_gateway_calls_total{product="parcels", version="2", environment="production", class="2xx"} == 1`,
			`portico_gateway_refusals_total{product="parcels", version="2", environment="production", reason="bad_key"} == 1`,
			`portico_gateway_upstream_duration_seconds_count{product="parcels", version="2", environment="production"} == 1`,
			`portico_gateway_call_duration_seconds_count{product="parcels", version="2", environment="production"} == 2`,
			`portico_portal_requests_total{route="/sign-in", method="GET", class="2xx"} == 1`,
			`portico_mail_messages{state="failed"} == 0`, `portico_build_info == 1`, `sum(go_sql_open_connections) > 0`,
		} {
			if series, err := server.query(expression); err != nil || len(series) != 1 {
				t.Errorf("%s has the series %v, %v", expression, series, err)
			}
		}
		for title, expression := range dashboardExpressions(t) {
			if _, err := server.query(expression); err != nil {
				t.Errorf("the panel %q cannot show %s: %v", title, expression, err)
			}
			for _, name := range metricName.FindAllString(expression, -1) {
				if series, err := server.query(`{__name__="` + name + `"}`); err != nil || len(series) == 0 {
					t.Errorf("the panel %q shows %s, which the node does not have: %v", title, name, err)
				}
			}
		}
	})
}

var metricName = regexp.MustCompile(`\b(portico|go|process)_\w+`)

// dashboardExpressions returns the expressions of the dashboard by the titles of their panels, with values in place of
// Grafana's variables.
func dashboardExpressions(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(packaged(t, "grafana/portico.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Type    string
			Targets []struct{ Expr, RefID string }
		}
	}
	reader := json.NewDecoder(bytes.NewReader(text))
	if err := reader.Decode(&dashboard); err != nil {
		t.Fatal(err)
	}
	values := strings.NewReplacer("$__rate_interval", "1m", "$job", "portico", "$product", ".*", "$environment", ".*")
	expressions := map[string]string{}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			expressions[panel.Title+" "+target.RefID] = values.Replace(target.Expr)
		}
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("the panel %q shows nothing", panel.Title)
		}
	}
	return expressions
}
