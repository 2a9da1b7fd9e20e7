package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/site"
)

func loaded(t *testing.T, sources Sources) Config {
	t.Helper()
	config, err := Load(sources)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNothingSetIsUsable(t *testing.T) {
	t.Chdir(t.TempDir())
	got := loaded(t, Sources{})
	want := Config{
		DatabaseURL: "sqlite:data/portico.db", DataDir: "./data", Keyring: "data/keyring",
		Listen: "127.0.0.1:8080", GatewayListen: "127.0.0.1:8081",
		PortalURL: "http://127.0.0.1:8080", GatewayURL: "http://127.0.0.1:8081",
		TrustedOrigins: []string{}, Dialects: []string{"konnect", "tyk", "qanatix", "idunox"},
		Lease: 30 * time.Second, LedgerFailure: "serve-uncounted", AccessLog: "off", LogFormat: "text", LogLevel: "info",
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
	if difference := cmp.Diff(want, Defaults()); difference != "" {
		t.Error("Defaults:", difference)
	}
	if difference := cmp.Diff(want, loaded(t, Sources{File: written(t, "log_level:\nlease:\ndialects:\n")})); difference != "" {
		t.Error("names without values:", difference)
	}
}

func TestEachSourceOverridesTheOnesBelow(t *testing.T) {
	file := written(t, "listen: 10.0.0.1:1\ngateway_listen: 10.0.0.1:2\nlog_level: debug\nlease: 1m\ndialects: [tyk]\ntrusted_proxies:\nlog_format: json\n")
	got := loaded(t, Sources{
		File: file,
		Environment: []string{
			"HOME=/", "PORTICO_GATEWAY_LISTEN=10.0.0.2:2", "PORTICO_LOG_LEVEL=warn", "PORTICO_LOG_FORMAT=",
			"PORTICO_TRUSTED_PROXIES=10.0.0.0/8, fd00::/8", "PORTICO_DATA_DIR=/srv/portico",
		},
		Flags: Config{LogLevel: "error", TrustedOrigins: []string{"HTTPS://Shop.example:443/"}},
	})
	want := Defaults()
	want.DataDir, want.DatabaseURL, want.Keyring = "/srv/portico", "sqlite:/srv/portico/portico.db", "/srv/portico/keyring"
	want.Listen, want.PortalURL = "10.0.0.1:1", "http://10.0.0.1:1"                  // file
	want.GatewayListen, want.GatewayURL = "10.0.0.2:2", "http://10.0.0.2:2"          // environment over file
	want.LogLevel = "error"                                                          // flag over both
	want.LogFormat, want.Lease, want.Dialects = "json", time.Minute, []string{"tyk"} // an empty variable counts as unset
	want.TrustedProxies = []string{"10.0.0.0/8", "fd00::/8"}
	want.TrustedOrigins = []string{"https://shop.example"}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
	if ranges := got.Proxies(); len(ranges) != 2 || ranges[0].String() != "10.0.0.0/8" {
		t.Errorf("Proxies = %v", ranges)
	}
}

func TestTheDefaultFileIsRead(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("portico.yaml", []byte("listen: 127.0.0.1:9000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loaded(t, Sources{}).Listen; got != "127.0.0.1:9000" {
		t.Errorf("LISTEN is %s", got)
	}
	if _, err := Load(Sources{File: "missing.yaml"}); err == nil || !strings.Contains(err.Error(), "missing.yaml") {
		t.Errorf("a named file that is missing: %v", err)
	}
}

func TestThePackagedSettingsAreGood(t *testing.T) {
	got := loaded(t, Sources{File: filepath.Join("..", "..", "packaging", "portico.yaml")})
	if got.DataDir != "/var/lib/portico" || got.PortalURL == "" || got.GatewayURL == "" {
		t.Errorf("got %+v", got)
	}
}

func TestURLsFollowTheListeners(t *testing.T) {
	cases := []struct {
		set  Config
		want string
	}{
		{Config{Listen: "127.0.0.1:80"}, "http://127.0.0.1"},
		{Config{Listen: "[::1]:8080"}, "http://[::1]:8080"},
		{Config{Listen: "portal.example:443", TLSCert: "c", TLSKey: "k"}, "https://portal.example"},
		{Config{Listen: "portal.example:80", TLSCert: "c", TLSKey: "k"}, "https://portal.example:80"},
		{Config{Listen: "127.0.0.1:0"}, ""},
		{Config{Listen: ":8080", PortalURL: "https://portal.example/"}, "https://portal.example"},
	}
	for _, c := range cases {
		if got := loaded(t, Sources{File: os.DevNull, Flags: c.set}).PortalURL; got != c.want {
			t.Errorf("%+v: PORTAL_URL is %q, want %q", c.set, got, c.want)
		}
	}
}

func TestInvalidFilesSayHowToFixThem(t *testing.T) {
	cases := map[string]string{
		"products:\n- name: Orders\n":                    "portico apply -f DIR",
		"site: {}\nlisten: x":                            "portico apply -f DIR",
		"lisen: 127.0.0.1:1":                             `there is no setting "lisen" in FILE:1:1; did you mean listen?`,
		"nothing_like_any_of_them: x":                    "portico serve --help",
		"redis_url: redis://x":                           `there is no setting "redis_url" in FILE:1:1`,
		"LISTEN: 127.0.0.1:1":                            "did you mean listen?",
		"listen: [a, b]":                                 "LISTEN in FILE:1:9",
		"# ports\nlisten: 8080":                          "LISTEN in FILE:2:9 has a value that is no text: put quotes around it",
		"listen: {host: x}":                              "LISTEN in FILE:1:9",
		"listen: !!int x":                                "LISTEN in FILE:1:1 cannot be read",
		"dialects: 5":                                    "wants a list",
		"trusted_proxies: [10, 11]":                      "put quotes around it",
		"lease: 30":                                      "such as 30s",
		"lease: soon":                                    "such as 30s",
		"listen: a:1\nlisten: b:1":                       `FILE:2:1: the setting "listen" is already on line 1`,
		"listen: a:1\n\tlease: 30s":                      "FILE:2:1: this is not valid YAML",
		"listen: *port":                                  "this is not valid YAML: unknown anchor 'port' referenced",
		"listen: a:1\n---\nlease: 1s":                    "several documents",
		"- listen":                                       "FILE:1:1: this is no setting: write each one as name: value",
		"log_level: " + strings.Repeat("x", maxFileSize): "larger than any configuration file",
	}
	for text, want := range cases {
		file := written(t, text)
		want = strings.ReplaceAll(want, "FILE", file)
		if _, err := Load(Sources{File: file}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %.300v; want %q", text, err, want)
		}
	}
}

func TestUnknownVariablesAreNamed(t *testing.T) {
	wrong := map[string]string{
		"PORTICO_DATABSE_URL=x":  "did you mean PORTICO_DATABASE_URL?",
		"PORTICO_GATEWAY_LISTN=": "did you mean PORTICO_GATEWAY_LISTEN?",
		"PORTICO_listen=x":       "did you mean PORTICO_LISTEN?",
		"PORTICO_COLOUR=red":     "portico serve --help",
		"PORTICO_LEASE=30":       "LEASE is 30: write a time with its unit",
	}
	for variable, want := range wrong {
		if _, err := Load(Sources{File: os.DevNull, Environment: []string{variable}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", variable, err, want)
		}
	}
	loaded(t, Sources{File: os.DevNull, Environment: []string{
		"PORTICO_DEMO_PASSWORD=x", "PORTICO=1", "PATH=/bin",
		// Kubernetes sets these for services called portico and portico-gateway
		"PORTICO_SERVICE_HOST=10.0.0.1", "PORTICO_SERVICE_PORT=80", "PORTICO_SERVICE_PORT_HTTP=80", "PORTICO_PORT=tcp://10.0.0.1:80",
		"PORTICO_PORT_80_TCP=tcp://10.0.0.1:80", "PORTICO_PORT_80_TCP_ADDR=10.0.0.1", "PORTICO_GATEWAY_SERVICE_HOST=10.0.0.2",
		"PORTICO_GATEWAY_PORT_8081_TCP_PROTO=tcp",
	}})
}

func TestValidateRefuses(t *testing.T) {
	cases := []struct {
		setting string
		change  func(*Config)
		want    string
	}{
		{"DATA_DIR", func(c *Config) { c.DataDir = "" }, "such as ./data"},
		{"KEYRING", func(c *Config) { c.Keyring = "" }, "name the file"},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "mysql://x/y" }, "write sqlite:PATH or"},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "sqlite:" }, "names no file"},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "sqlite:///x" }, "names no file"},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://u:s3cr%et@h/d" }, "percent-encoded"},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://h/" }, "is not complete"},
		{"LISTEN", func(c *Config) { c.Listen = "8080" }, "write HOST:PORT"},
		{"LISTEN", func(c *Config) { c.Listen = "127.0.0.1:http" }, "a number from 0"},
		{"GATEWAY_LISTEN", func(c *Config) { c.GatewayListen = "127.0.0.1:65536" }, "a number from 0"},
		{"GATEWAY_LISTEN", func(c *Config) { c.GatewayListen = c.Listen }, "an address each"},
		{"PORTAL_URL", func(c *Config) { c.Listen, c.PortalURL = "0.0.0.0:8080", "" }, "is needed"},
		{"GATEWAY_URL", func(c *Config) { c.GatewayListen, c.GatewayURL = "[::]:8081", "" }, "is needed"},
		{"PORTAL_URL", func(c *Config) { c.PortalURL = "portal.example" }, "with scheme and host"},
		{"PORTAL_URL", func(c *Config) { c.PortalURL = "ftp://portal.example" }, "with scheme and host"},
		{"PORTAL_URL", func(c *Config) { c.PortalURL = "https://portal.example/docs" }, "at the root of its host"},
		{"TRUSTED_ORIGINS", func(c *Config) { c.TrustedOrigins = []string{"*"} }, "with scheme and host"},
		{"TRUSTED_ORIGINS", func(c *Config) { c.TrustedOrigins = []string{"https://*.example"} }, "with scheme and host"},
		{"TRUSTED_ORIGINS", func(c *Config) { c.TrustedOrigins = []string{"https://a:b@c"} }, "host and port only"},
		{"TLS_KEY", func(c *Config) { c.TLSCert = "c.pem" }, "is missing"},
		{"TLS_CERT", func(c *Config) { c.TLSKey = "k.pem" }, "is missing"},
		{"CLIENT_CA", func(c *Config) { c.ClientCA = "ca.pem" }, "without TLS"},
		{"TRUSTED_PROXIES", func(c *Config) { c.TrustedProxies = []string{"10.0.0.5"} }, "10.0.0.5/32"},
		{"DIALECTS", func(c *Config) { c.Dialects = []string{"kong"} }, "konnect, tyk"},
		{"DIALECTS", func(c *Config) { c.Dialects = []string{"tyk", "tyk"} }, "write it once"},
		{"SMTP_URL", func(c *Config) { c.SMTPURL = "mail.example:25" }, "smtp://USER"},
		{"LEASE", func(c *Config) { c.Lease = 30 }, "at least 1s"},
		{"LEDGER_FAILURE", func(c *Config) { c.LedgerFailure = "ignore" }, "serve-uncounted or refuse"},
		{"LOG_FORMAT", func(c *Config) { c.LogFormat = "xml" }, "text or json"},
		{"LOG_LEVEL", func(c *Config) { c.LogLevel = "loud" }, "debug, info"},
		{"ACCESS_LOG", func(c *Config) { c.AccessLog = "yes" }, "on or off"},
	}
	for _, c := range cases {
		config := Defaults()
		c.change(&config)
		problems, _ := errors.AsType[Problems](config.Validate())
		if len(problems) != 1 || problems[0].Setting != c.setting || !strings.Contains(problems[0].Text, c.want) {
			t.Errorf("%s: %v; want one problem with %q", c.setting, problems, c.want)
		}
		if strings.Contains(problems.Error(), "s3cr") {
			t.Errorf("a password is in %v", problems)
		}
	}
}

func TestValidateReturnsAllProblems(t *testing.T) {
	config := Defaults()
	config.Listen, config.LogLevel, config.SMTPURL = "x", "y", "z"
	err := config.Validate()
	for _, want := range []string{"LISTEN", "LOG_LEVEL", "SMTP_URL"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if err := Defaults().Validate(); err != nil {
		t.Error("the defaults are refused:", err)
	}
	postgres := Defaults()
	postgres.DatabaseURL, postgres.SMTPURL = "postgres://user:secret@db.example:5432/portico?sslmode=require", "smtps://mail.example"
	if err := postgres.Validate(); err != nil {
		t.Error(err)
	}
}

// TestHelpTellsTheDefaults compares the command line's help with the defaults.
func TestHelpTellsTheDefaults(t *testing.T) {
	told := regexp.MustCompile(`\(default (\S+)\)\.$`)
	defaults := reflect.ValueOf(Defaults())
	for _, field := range reflect.VisibleFields(defaults.Type()) {
		if field.Tag.Get("help") == "" || strings.ReplaceAll(field.Tag.Get("name"), "-", "_") != field.Tag.Get("koanf") {
			t.Errorf("%s: the tags do not fit together: %s", field.Name, field.Tag)
		}
		match := told.FindStringSubmatch(field.Tag.Get("help"))
		if match == nil {
			continue
		}
		want := strings.ReplaceAll(match[1], "DATA/", "data/")
		got := defaults.FieldByIndex(field.Index).Interface()
		if list, ok := got.([]string); ok {
			got = strings.Join(list, ",")
		}
		if duration, ok := got.(time.Duration); ok {
			got = duration.String()
		}
		if got != want {
			t.Errorf("%s defaults to %v, its help says %s", field.Name, got, want)
		}
	}
}

func TestTheKnownDialectsAreThoseOfThePortalsSettings(t *testing.T) {
	var names []string
	for _, dialect := range site.Dialects() {
		names = append(names, string(dialect))
	}
	if difference := cmp.Diff(names, knownDialects); difference != "" {
		t.Error(difference)
	}
	field, _ := reflect.TypeFor[Config]().FieldByName("Dialects")
	if listed := strings.Join(names, ","); !strings.Contains(field.Tag.Get("help"), "(default "+listed+")") {
		t.Errorf("the help %q does not list %s", field.Tag.Get("help"), listed)
	}
}
