package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/config"
)

const (
	healthTimeout = 5 * time.Second
	maxHealthText = 200
)

type healthCommand struct{ settings }

// Run asks the portal that runs here with the same settings whether it is ready.
func (c healthCommand) Run(ctx context.Context, t terminal) error {
	config, err := c.load(t)
	if err != nil {
		return err
	}
	address, err := readyAddress(config)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	// The certificate is for the public host, not for this address; the request contains no secret.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the server is on this machine
	answer, err := (&http.Client{Transport: transport, Timeout: healthTimeout}).Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxHealthText))
	if err != nil {
		return err
	}
	said := strings.TrimSpace(string(text))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %s", address, answer.Status, said)
	}
	_, err = fmt.Fprintln(t.out, said)
	return err
}

// readyAddress returns the URL of the portal's readiness probe, on loopback if the portal listens on all addresses.
func readyAddress(config config.Config) (string, error) {
	host, port, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return "", err
	}
	if port == "0" {
		return "", errors.New("LISTEN has port 0, so the portal's port is unknown: set a port")
	}
	host = cmp.Or(host, "127.0.0.1")
	if address, err := netip.ParseAddr(host); err == nil && address.IsUnspecified() {
		host = "127.0.0.1"
		if address.Is6() {
			host = "::1"
		}
	}
	scheme := "http://"
	if config.TLSCert != "" {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port) + "/readyz", nil
}
