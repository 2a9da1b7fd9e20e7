// Package config holds the settings of a running Portico: their names, defaults, sources and validation.
//
// A setting comes from the command line, or else from the environment (PORTICO_ and its name), or else from
// portico.yaml (its name in lower case), or else it has its default. The package never opens what a setting points to.
// It is called by cli, which embeds Config as flags, and read by app.
package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Config holds all settings. The koanf tag is the setting's name in portico.yaml; name, help and placeholder are for
// the command line.
type Config struct {
	DatabaseURL    string        `koanf:"database_url" name:"database-url" placeholder:"URL" help:"Database: sqlite:PATH or postgres://… (default sqlite:DATA/portico.db)."`
	DataDir        string        `koanf:"data_dir" name:"data-dir" placeholder:"DIR" help:"Directory for everything Portico keeps in files (default ./data)."`
	Listen         string        `koanf:"listen" name:"listen" placeholder:"HOST:PORT" help:"Address of the portal (default 127.0.0.1:8080)."`
	GatewayListen  string        `koanf:"gateway_listen" name:"gateway-listen" placeholder:"HOST:PORT" help:"Address of the gateway (default 127.0.0.1:8081)."`
	PortalURL      string        `koanf:"portal_url" name:"portal-url" placeholder:"URL" help:"The portal as browsers reach it (default from the listen address)."`
	GatewayURL     string        `koanf:"gateway_url" name:"gateway-url" placeholder:"URL" help:"The gateway as clients reach it (default from the listen address)."`
	TLSCert        string        `koanf:"tls_cert" name:"tls-cert" placeholder:"FILE" help:"Certificate chain for both listeners, PEM."`
	TLSKey         string        `koanf:"tls_key" name:"tls-key" placeholder:"FILE" help:"Private key of the certificate, PEM."`
	ClientCA       string        `koanf:"client_ca" name:"client-ca" placeholder:"FILE" help:"Authorities whose client certificates are accepted, PEM."`
	TrustedProxies []string      `koanf:"trusted_proxies" name:"trusted-proxies" placeholder:"CIDR" help:"Proxies whose forwarded client addresses are believed."`
	TrustedOrigins []string      `koanf:"trusted_origins" name:"trusted-origins" placeholder:"URL" help:"Other sites that may call the portal with its cookies."`
	Keyring        string        `koanf:"keyring" name:"keyring" placeholder:"FILE" help:"Key ring (default DATA/keyring)."`
	Dialects       []string      `koanf:"dialects" name:"dialects" placeholder:"NAME" help:"Wire protocols that are spoken (default konnect,tyk,qanatix,idunox)."`
	SMTPURL        string        `koanf:"smtp_url" name:"smtp-url" placeholder:"URL" help:"Mail server: smtp://USER:PASSWORD@HOST:PORT or smtps://…?from=ADDRESS."`
	Lease          time.Duration `koanf:"lease" name:"lease" placeholder:"TIME" help:"How long the gateway serves from memory while the database cannot be read (default 30s)."`
	LedgerFailure  string        `koanf:"ledger_failure" name:"ledger-failure" placeholder:"WHAT" help:"What the gateway does when the disk accepts no records of calls: serve-uncounted or refuse (default serve-uncounted)."`
	AccessLog      string        `koanf:"access_log" name:"access-log" placeholder:"WHEN" help:"Whether the gateway logs each call: on or off (default off)."`
	LogFormat      string        `koanf:"log_format" name:"log-format" placeholder:"FORMAT" help:"Format of the log: text or json (default text)."`
	LogLevel       string        `koanf:"log_level" name:"log-level" placeholder:"LEVEL" help:"Least level that is logged: debug, info, warn or error (default info)."`
}

// Whether the gateway logs each call (AccessLog).
const (
	On  = "on"
	Off = "off"
)

// What the gateway does when the disk accepts no records of calls (LedgerFailure).
const (
	ServeUncounted = "serve-uncounted"
	Refuse         = "refuse"
)

// knownDialects are the names that DIALECTS accepts. A test compares them with those of package site.
var knownDialects = []string{"konnect", "tyk", "qanatix", "idunox"}

// Defaults returns the configuration if nothing is set.
func Defaults() Config {
	return Config{
		DataDir:       "./data",
		Listen:        "127.0.0.1:8080",
		GatewayListen: "127.0.0.1:8081",
		Dialects:      append([]string(nil), knownDialects...),
		Lease:         30 * time.Second,
		LedgerFailure: ServeUncounted,
		AccessLog:     Off,
		LogFormat:     "text",
		LogLevel:      "info",
	}.Completed()
}

// Completed fills in the settings whose defaults depend on others and normalizes URLs as browsers do. If a listener has
// port 0 or listens on all addresses, its URL stays empty because it is not known yet.
func (c Config) Completed() Config {
	if c.DatabaseURL == "" {
		c.DatabaseURL = "sqlite:" + filepath.Join(c.DataDir, "portico.db")
	}
	if c.Keyring == "" {
		c.Keyring = filepath.Join(c.DataDir, "keyring")
	}
	if c.PortalURL == "" {
		c.PortalURL = c.urlOf(c.Listen)
	}
	if c.GatewayURL == "" {
		c.GatewayURL = c.urlOf(c.GatewayListen)
	}
	c.PortalURL, c.GatewayURL = asOrigin(c.PortalURL), asOrigin(c.GatewayURL)
	origins := make([]string, 0, len(c.TrustedOrigins))
	for _, origin := range c.TrustedOrigins {
		origins = append(origins, asOrigin(origin))
	}
	c.TrustedOrigins = origins
	return c
}

func (c Config) urlOf(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" || everyAddress(host) {
		return ""
	}
	scheme := "http://"
	if c.TLSCert != "" {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}

// asOrigin spells a URL without a path as the Origin header does: lower case, no slash, no default port. It returns
// other values unchanged for Validate to reject.
func asOrigin(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || strings.Trim(parsed.Path, "/") != "" {
		return text
	}
	parsed.Scheme, parsed.Host, parsed.Path = strings.ToLower(parsed.Scheme), strings.ToLower(parsed.Host), ""
	if usual := map[string]string{"http": ":80", "https": ":443"}[parsed.Scheme]; usual != "" {
		parsed.Host = strings.TrimSuffix(parsed.Host, usual)
	}
	return parsed.String()
}

func everyAddress(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "" || err == nil && address.IsUnspecified()
}

// Proxies returns TrustedProxies as address ranges, without entries that Validate rejects.
func (c Config) Proxies() []netip.Prefix {
	var ranges []netip.Prefix
	for _, text := range c.TrustedProxies {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			ranges = append(ranges, prefix.Masked())
		}
	}
	return ranges
}
