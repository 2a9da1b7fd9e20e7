package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Problem is one problem with the configuration and how to fix it.
type Problem struct {
	// Setting is the setting's name, empty if the problem is not with the value of a setting.
	Setting string
	Text    string
}

// Problems is an error that holds all problems with a configuration.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, 0, len(p)+1)
	lines = append(lines, "the configuration cannot be used:")
	for _, problem := range p {
		lines = append(lines, "  - "+strings.TrimSpace(problem.Setting+" "+problem.Text))
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) add(setting, text string, args ...any) {
	*p = append(*p, Problem{Setting: setting, Text: fmt.Sprintf(text, args...)})
}

// Validate returns nil or a Problems with all problems.
func (c Config) Validate() error {
	var problems Problems
	c.validateStorage(&problems)
	c.validateListeners(&problems)
	c.validateTLS(&problems)
	c.validateTrust(&problems)
	c.validateServers(&problems)
	c.validateRest(&problems)
	if len(problems) == 0 {
		return nil
	}
	return problems
}

func (c Config) validateStorage(problems *Problems) {
	if c.DataDir == "" {
		problems.add("DATA_DIR", "is empty: name a directory, such as ./data")
	}
	scheme, rest, _ := strings.Cut(c.DatabaseURL, ":")
	switch {
	case scheme == "sqlite" && rest != "" && !strings.HasPrefix(rest, "//"):
	case scheme == "sqlite":
		problems.add("DATABASE_URL", "names no file: write sqlite:PATH, such as sqlite:%s/portico.db", c.DataDir)
	case scheme == "postgres" || scheme == "postgresql":
		// The text may hold a password, so neither it nor the parser's message is repeated.
		if parsed, err := url.Parse(c.DatabaseURL); err != nil || parsed.Scheme == "" || parsed.Opaque != "" || strings.Trim(parsed.Path, "/") == "" {
			problems.add("DATABASE_URL", "is not complete: write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with odd characters of the password percent-encoded")
		}
	default:
		problems.add("DATABASE_URL", "is for no database that Portico knows: write sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	if c.Keyring == "" {
		problems.add("KEYRING", "is empty: name the file of the key ring")
	}
}

func (c Config) validateListeners(problems *Problems) {
	validateListen(problems, "LISTEN", c.Listen)
	validateListen(problems, "GATEWAY_LISTEN", c.GatewayListen)
	if c.Listen == c.GatewayListen && !strings.HasSuffix(c.Listen, ":0") {
		problems.add("GATEWAY_LISTEN", "is the same as LISTEN (%s): the portal and the gateway need an address each", c.Listen)
	}
	validateURL(problems, "PORTAL_URL", c.PortalURL, c.Listen)
	validateURL(problems, "GATEWAY_URL", c.GatewayURL, c.GatewayListen)
}

func validateListen(problems *Problems, setting, listen string) {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		problems.add(setting, "is %q: write HOST:PORT, such as 127.0.0.1:8080, or :8080 for every address of the machine", listen)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		problems.add(setting, "has the port %q: write a number from 0 to 65535", port)
	}
}

func validateURL(problems *Problems, setting, text, listen string) {
	host, port, err := net.SplitHostPort(listen)
	switch {
	case text != "":
		validateOrigin(problems, setting, text)
	case err == nil && port != "0" && everyAddress(host):
		problems.add(setting, "is needed, because the listener takes every address (%s): write the one that others use, such as https://portal.example.com", listen)
	}
}

func validateOrigin(problems *Problems, setting, text string) {
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || strings.Contains(parsed.Host, "*"):
		problems.add(setting, "is %q: write it with scheme and host, such as https://portal.example.com", text)
	case strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil:
		problems.add(setting, "is %q: write scheme, host and port only; Portico lives at the root of its host", text)
	}
}

func (c Config) validateTLS(problems *Problems) {
	switch {
	case c.TLSCert != "" && c.TLSKey == "":
		problems.add("TLS_KEY", "is missing: TLS_CERT needs the private key that belongs to it")
	case c.TLSCert == "" && c.TLSKey != "":
		problems.add("TLS_CERT", "is missing: TLS_KEY needs the certificate that belongs to it")
	case c.TLSCert == "" && c.ClientCA != "":
		problems.add("CLIENT_CA", "needs TLS_CERT and TLS_KEY: without TLS no client shows a certificate")
	}
}

func (c Config) validateTrust(problems *Problems) {
	for _, text := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(text); err != nil {
			problems.add("TRUSTED_PROXIES", "has %q: write address ranges such as 10.0.0.0/8, or 10.0.0.5/32 for one proxy", text)
		}
	}
	for _, text := range c.TrustedOrigins {
		validateOrigin(problems, "TRUSTED_ORIGINS", text)
	}
}

func (c Config) validateServers(problems *Problems) {
	if c.SMTPURL != "" {
		// The text may hold a password, so neither it nor the parser's message is repeated.
		parsed, err := url.Parse(c.SMTPURL)
		if err != nil || parsed.Scheme != "smtp" && parsed.Scheme != "smtps" || parsed.Hostname() == "" {
			problems.add("SMTP_URL", "is not complete: write smtp://USER:PASSWORD@HOST:PORT or smtps://…, with odd characters of the password percent-encoded")
		}
	}
}

func (c Config) validateRest(problems *Problems) {
	for i, name := range c.Dialects {
		if !slices.Contains(knownDialects, name) {
			problems.add("DIALECTS", "has %q: the known ones are %s", name, strings.Join(knownDialects, ", "))
		} else if slices.Contains(c.Dialects[:i], name) {
			problems.add("DIALECTS", "has %q twice: write it once", name)
		}
	}
	if c.Lease < time.Second {
		problems.add("LEASE", "is %s: write at least 1s, with its unit", c.Lease)
	}
	if !slices.Contains([]string{ServeUncounted, Refuse}, c.LedgerFailure) {
		problems.add("LEDGER_FAILURE", "is %q: write %s or %s", c.LedgerFailure, ServeUncounted, Refuse)
	}
	if !slices.Contains([]string{On, Off}, c.AccessLog) {
		problems.add("ACCESS_LOG", "is %q: write on or off", c.AccessLog)
	}
	if !slices.Contains([]string{"text", "json"}, c.LogFormat) {
		problems.add("LOG_FORMAT", "is %q: write text or json", c.LogFormat)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		problems.add("LOG_LEVEL", "is %q: write debug, info, warn or error", c.LogLevel)
	}
}
